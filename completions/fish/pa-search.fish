# Completion of pa-search for fish. Made by `make manual`.

function __pa_search_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function __pa_search_files -a pattern
    __fish_complete_path (__pa_search_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end

# Model files and the names of installed models.
function __pa_search_models
    set -l folder (path dirname (path dirname (path resolve (command -s pa-search))))
    for name in $folder/share/pairalign/*.safetensors
        path change-extension '' (path basename $name)
    end
    __pa_search_files '\.safetensors'
end

complete -c pa-search -f
complete -c pa-search -a '(__pa_search_files \'\')'
complete -c pa-search -s k -x -d 'Maximum number of hits per query'
complete -c pa-search -l places -x -d 'Maximum number of hits in one recording'
complete -c pa-search -l max-distance -x -d 'Only hits with at most N edits'
complete -c pa-search -l min-score -x -d 'Only hits with a score of at least S'
complete -c pa-search -l max-evalue -x -d 'Only hits with an E-value of at most E'
complete -c pa-search -l mode -x -a 'infix global' -d 'What is compared'
complete -c pa-search -l cost -x -a 'unit soft' -d 'Edit costs'
complete -c pa-search -l model -x -a '(__pa_search_models)' -d 'Model file, or the name of an installed model'
complete -c pa-search -l no-self -d 'Leave out hits whose key is the query\'s key'
complete -c pa-search -l fuse -d 'Treat queries with the same key as renderings of one query, fusing scores'
complete -c pa-search -l format -x -a 'tsv jsonl trec textgrid eaf table' -d 'Output format'
complete -c pa-search -l alignment -d 'Also print the alignment of query and match, and their offset in seconds'
complete -c pa-search -l between -d 'Search for the strings of one file in those of another, without an archive'
complete -c pa-search -l input-format -x -a 'auto tsv jsonl kaldi' -d 'Format of the input token strings'
complete -c pa-search -l exhaustive -d 'Compare with every record, to check the index'
complete -c pa-search -l duplicates -x -d 'Find pairs of records with a score of at least S, without queries'
complete -c pa-search -l min-tokens -x -d 'Only what has at least N tokens, with --part when joined'
complete -c pa-search -l min-seconds -x -d 'Only what lasts at least S seconds, with --part when joined'
complete -c pa-search -l part -x -d 'Search for parts of N tokens, overlapping by half, instead of whole records'
complete -c pa-search -s j -l jobs -x -d 'Threads'
complete -c pa-search -l progress -d 'Show progress on standard error even if it is not a terminal'
complete -c pa-search -s q -l quiet -d 'Print errors only, no warnings'
complete -c pa-search -s v -l verbose -d 'More messages'
complete -c pa-search -s h -l help -d 'Print this help and exit'
complete -c pa-search -l version -d 'Print the version and exit'
