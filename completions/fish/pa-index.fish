# Completion of pa-index for fish. Made by `make manual`.

function __pa_index_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function __pa_index_files -a pattern
    __fish_complete_path (__pa_index_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end

# Archives; where there is none, folders that may hold some.
function __pa_index_archives
    set -l folders (__fish_complete_directories (__pa_index_token))
    string match -re -- '^[^\t]*\.pai/' $folders; or string join -- \n $folders
end

complete -c pa-index -f
complete -c pa-index -n 'test (commandline -opc | string match -v -- "-*" | count) -eq 1' -a '(__pa_index_archives)'
complete -c pa-index -n 'test (commandline -opc | string match -v -- "-*" | count) -gt 1' -a '(__pa_index_files \'\')'
complete -c pa-index -l dump -d 'Print the records of ARCHIVE as they went in'
complete -c pa-index -l info -d 'Print what ARCHIVE holds and what takes up its room'
complete -c pa-index -l check -d 'Compare all of ARCHIVE with its checksums and name what is damaged'
complete -c pa-index -l missing -d 'Print the paths on standard input that ARCHIVE lacks'
complete -c pa-index -l remove -d 'Remove the records whose keys stand on standard input'
complete -c pa-index -l merge -d 'Rewrite ARCHIVE as few segments, without removed records'
complete -c pa-index -l prune -d 'Remove the records of files that are there no more'
complete -c pa-index -l salvage -x -d 'Write what is sound of the damaged ARCHIVE into a new archive NEW'
complete -c pa-index -s 0 -l null -d 'Standard input lists things separated by NUL, not by newlines, as they are'
complete -c pa-index -l pack -x -a 'fixed entropy' -d 'How ARCHIVE stores tokens from now on'
complete -c pa-index -l index -x -a 'pairs none' -d 'What ARCHIVE keeps from now on to spare searches with a limit most records'
complete -c pa-index -l commit-every -x -d 'Make what has come in part of ARCHIVE every so many seconds'
complete -c pa-index -l wait -x -d 'How long to wait for another process that is writing to ARCHIVE'
complete -c pa-index -l no-compact -d 'Leave segments as they are'
complete -c pa-index -l checksum -d 'With --missing'
complete -c pa-index -l moved -d 'With --missing'
complete -c pa-index -l replace -d 'With --merge'
complete -c pa-index -l prefix -x -d 'With --merge'
complete -c pa-index -l force -d 'With --prune'
complete -c pa-index -s n -l dry-run -d 'With --prune'
complete -c pa-index -l input-format -x -a 'auto tsv jsonl kaldi' -d 'Format of the token strings that are read'
complete -c pa-index -l format -x -a 'tsv jsonl kaldi km ctm audacity textgrid eaf text json' -d 'Format of the output'
complete -c pa-index -s j -l jobs -x -d 'Threads'
complete -c pa-index -l progress -d 'Show progress on standard error even when it is no terminal'
complete -c pa-index -s q -l quiet -d 'No warnings, only failures'
complete -c pa-index -s v -l verbose -d 'More messages'
complete -c pa-index -s h -l help -d 'Print this help and exit'
complete -c pa-index -l version -d 'Print the version and exit'
