# Completion of pa-rerank for fish. Made by `make manual`.

function __pa_rerank_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function __pa_rerank_files -a pattern
    __fish_complete_path (__pa_rerank_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end

# Model files and the names of installed models.
function __pa_rerank_models
    set -l folder (path dirname (path dirname (path resolve (command -s pa-rerank))))
    for name in $folder/share/pairalign/*.safetensors
        path change-extension '' (path basename $name)
    end
    __pa_rerank_files '\.safetensors'
end

complete -c pa-rerank -f
complete -c pa-rerank -a '(__pa_rerank_files \'\')'
complete -c pa-rerank -s k -x -d 'Maximum number of hits per query'
complete -c pa-rerank -l min-score -x -d 'Only hits with a score of at least S'
complete -c pa-rerank -l whole -d 'Compare the query with the whole hit, for searches with --mode global'
complete -c pa-rerank -l model -x -a '(__pa_rerank_models)' -d 'Model file, or the name of an installed model'
complete -c pa-rerank -l manifest -x -a '(__pa_rerank_files \'\')' -d 'Read the audio files listed in FILE, under the keys given there'
complete -c pa-rerank -l format -x -a 'tsv jsonl trec table' -d 'Output format'
complete -c pa-rerank -l precision -x -a 'auto f32 bf16' -d 'Precision of matrix products'
complete -c pa-rerank -s j -l jobs -x -d 'Threads'
complete -c pa-rerank -l progress -d 'Show progress on standard error even if it is not a terminal'
complete -c pa-rerank -s q -l quiet -d 'Print errors only, no warnings'
complete -c pa-rerank -s v -l verbose -d 'More messages'
complete -c pa-rerank -s h -l help -d 'Print this help and exit'
complete -c pa-rerank -l version -d 'Print the version and exit'
