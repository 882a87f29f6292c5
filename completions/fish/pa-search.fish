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
complete -c pa-search -s k -x -d 'Hits per query'
complete -c pa-search -l places -x -d 'Of these at most N in one recording, where it says the same several times'
complete -c pa-search -l max-distance -x -d 'Only hits of at most N edits, with soft costs bits'
complete -c pa-search -l min-score -x -d 'Only hits of at least this score'
complete -c pa-search -l max-evalue -x -d 'Only hits of E-value at most E'
complete -c pa-search -l mode -x -a 'infix global' -d 'What is compared'
complete -c pa-search -l cost -x -a 'unit soft' -d 'What edits cost'
complete -c pa-search -l model -x -a '(__pa_search_models)' -d 'Model file, or the name of an installed model'
complete -c pa-search -l no-self -d 'Leave out hits whose key is the query\'s key'
complete -c pa-search -l fuse -d 'Judge a recording by all queries of one key, as renderings of one query'
complete -c pa-search -l format -x -a 'tsv jsonl trec textgrid eaf table' -d 'Format of the output'
complete -c pa-search -l alignment -d 'Tell how query and place correspond, and by how many seconds they are apart'
complete -c pa-search -l between -d 'Look for the strings of one file in those of another'
complete -c pa-search -l input-format -x -a 'auto tsv jsonl kaldi' -d 'Format of the token strings that are read'
complete -c pa-search -l exhaustive -d 'Compare with every record, without the index'
complete -c pa-search -l duplicates -x -d 'Pairs of records with at least this score, and no queries'
complete -c pa-search -l min-tokens -x -d 'Of --duplicates'
complete -c pa-search -l min-seconds -x -d 'Of --duplicates'
complete -c pa-search -l part -x -d 'Of --duplicates --mode infix'
complete -c pa-search -s j -l jobs -x -d 'Threads'
complete -c pa-search -l progress -d 'Show progress on standard error even when it is no terminal'
complete -c pa-search -s q -l quiet -d 'No warnings, only failures'
complete -c pa-search -s v -l verbose -d 'More messages'
complete -c pa-search -s h -l help -d 'Print this help and exit'
complete -c pa-search -l version -d 'Print the version and exit'
