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
complete -c pa-index -l dump -d 'Print the records of ARCHIVE as they were added'
complete -c pa-index -l info -d 'Print what ARCHIVE holds and what uses its space'
complete -c pa-index -l check -d 'Verify all checksums of ARCHIVE and report damage'
complete -c pa-index -l missing -d 'Print the paths on standard input that ARCHIVE lacks'
complete -c pa-index -l remove -d 'Remove the records whose keys are on standard input, escaped as in records'
complete -c pa-index -l merge -d 'Rewrite ARCHIVE as few segments, without removed records'
complete -c pa-index -l prune -d 'Remove the records of files that no longer exist'
complete -c pa-index -l salvage -x -d 'Write the intact part of the damaged ARCHIVE to a new archive NEW'
complete -c pa-index -s 0 -l null -d 'Items on standard input end in NUL, not newline, and are taken literally'
complete -c pa-index -l pack -x -a 'fixed entropy' -d 'How ARCHIVE stores tokens from now on'
complete -c pa-index -l index -x -a 'pairs none' -d 'Index to keep from now on, so that searches with a limit skip most records'
complete -c pa-index -l commit-every -x -d 'Commit what has arrived every SECONDS'
complete -c pa-index -l wait -x -d 'How long to wait for another process that is writing to ARCHIVE'
complete -c pa-index -l no-compact -d 'Do not merge segments'
complete -c pa-index -l checksum -d 'Also read files whose size and time are unchanged'
complete -c pa-index -l moved -d 'Recognise moved files by their contents'
complete -c pa-index -l replace -d 'If records with the same key differ, keep the last one'
complete -c pa-index -l prefix -x -d 'Prepend PREFIX to the keys from the archives FILE..'
complete -c pa-index -l force -d 'Also remove records of files on disks that seem not to be mounted'
complete -c pa-index -s n -l dry-run -d 'Print the keys of what would be removed, and remove nothing'
complete -c pa-index -l input-format -x -a 'auto tsv jsonl kaldi' -d 'Format of the input token strings'
complete -c pa-index -l format -x -a 'tsv jsonl kaldi km ctm audacity textgrid eaf text json' -d 'Output format'
complete -c pa-index -s j -l jobs -x -d 'Threads'
complete -c pa-index -l progress -d 'Show progress on standard error even if it is not a terminal'
complete -c pa-index -s q -l quiet -d 'Print errors only, no warnings'
complete -c pa-index -s v -l verbose -d 'More messages'
complete -c pa-index -s h -l help -d 'Print this help and exit'
complete -c pa-index -l version -d 'Print the version and exit'
