# Completion of pa-tokenize for fish. Made by `make manual`.

function __pa_tokenize_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function __pa_tokenize_files -a pattern
    __fish_complete_path (__pa_tokenize_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end

# Archives; where there is none, folders that may hold some.
function __pa_tokenize_archives
    set -l folders (__fish_complete_directories (__pa_tokenize_token))
    string match -re -- '^[^\t]*\.pai/' $folders; or string join -- \n $folders
end

# Model files and the names of installed models.
function __pa_tokenize_models
    set -l folder (path dirname (path dirname (path resolve (command -s pa-tokenize))))
    for name in $folder/share/pairalign/*.safetensors
        path change-extension '' (path basename $name)
    end
    __pa_tokenize_files '\.safetensors'
end

complete -c pa-tokenize -f
complete -c pa-tokenize -a '(__pa_tokenize_files \'\\.(wav|wave|flac|ogg|oga|opus|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf)\')'
complete -c pa-tokenize -l model -x -a '(__pa_tokenize_models)' -d 'Model file, or the name of an installed model'
complete -c pa-tokenize -l tokenizer -x -a 'pairalign vq dpvq' -d 'How strings are made'
complete -c pa-tokenize -l rate -x -d 'Tokens per second aimed at by pairalign and dpvq'
complete -c pa-tokenize -l penalty -x -d 'Penalty per token of pairalign and dpvq, instead of one chosen for --rate'
complete -c pa-tokenize -l end-quantile -x -d 'Where in the distribution of its ends pairalign ends a token, between 0 and 1'
complete -c pa-tokenize -l beam -x -d 'Strings that pairalign compares side by side'
complete -c pa-tokenize -l length-exponent -x -d 'Exponent by which pairalign with a beam judges a string'
complete -c pa-tokenize -l repetition-penalty -x -d 'What pairalign divides the probability of a token by that it wrote a moment ago'
complete -c pa-tokenize -l cap -x -d 'Most tokens per 10 ms of pairalign'
complete -c pa-tokenize -l window -x -d 'A record for each window of S seconds'
complete -c pa-tokenize -l hop -x -d 'Seconds from one window to the next'
complete -c pa-tokenize -l times -d 'Add a field with the start of each token, in milliseconds'
complete -c pa-tokenize -l format -x -a 'tsv jsonl kaldi km ctm audacity' -d 'Format of the output'
complete -c pa-tokenize -l precision -x -a 'auto f32 bf16' -d 'Precision of the matrix products'
complete -c pa-tokenize -l skip -x -a '(__pa_tokenize_archives)' -d 'Pass over files that ARCHIVE has strings of, unless they have changed since'
complete -c pa-tokenize -l manifest -x -a '(__pa_tokenize_files \'\')' -d 'Read the files of a list, with its keys'
complete -c pa-tokenize -s 0 -l null -d 'Standard input lists things separated by NUL, not by newlines, as they are'
complete -c pa-tokenize -s j -l jobs -x -d 'Threads'
complete -c pa-tokenize -l progress -d 'Show progress on standard error even when it is no terminal'
complete -c pa-tokenize -s q -l quiet -d 'No warnings, only failures'
complete -c pa-tokenize -s v -l verbose -d 'More messages'
complete -c pa-tokenize -s h -l help -d 'Print this help and exit'
complete -c pa-tokenize -l version -d 'Print the version and exit'
