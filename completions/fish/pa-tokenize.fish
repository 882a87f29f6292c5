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
complete -c pa-tokenize -a '(__pa_tokenize_files \'\\.(wav|wave|bwf|flac|ogg|oga|opus|spx|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf|m4a|m4b|aac|3gp|3g2|3ga|amr|awb|wma|mka|ac3|wv|ape|mpc|tta|ra|dsf|webm|weba|mp4|m4v|mov|mkv|ogv|avi|flv|wmv|mpg|mpeg)\')'
complete -c pa-tokenize -l model -x -a '(__pa_tokenize_models)' -d 'Model file, or the name of an installed model'
complete -c pa-tokenize -l tokenizer -x -a 'pairalign vq dpvq' -d 'How strings are made'
complete -c pa-tokenize -l frames -d 'One code per 20 ms frame'
complete -c pa-tokenize -l embeddings -x -a '(__pa_tokenize_files \'\')' -d 'Write the embedding of each 20 ms frame to FILE, a NumPy matrix'
complete -c pa-tokenize -l rate -x -d 'Target tokens per second for pairalign and dpvq'
complete -c pa-tokenize -l penalty -x -d 'Penalty per token for pairalign and dpvq, instead of one chosen for --rate'
complete -c pa-tokenize -l end-quantile -x -d 'Quantile of the end distribution at which pairalign ends a token'
complete -c pa-tokenize -l repetition-penalty -x -d 'Divide by X the probability of tokens that pairalign has just written'
complete -c pa-tokenize -l cap -x -d 'Maximum number of tokens per 10 ms for pairalign'
complete -c pa-tokenize -l window -x -d 'Write one record per window of S seconds'
complete -c pa-tokenize -l hop -x -d 'Seconds from one window to the next'
complete -c pa-tokenize -l renderings -x -d 'Write N records per recording'
complete -c pa-tokenize -l alternatives -x -d 'For queries'
complete -c pa-tokenize -l no-times -d 'Leave out the field with the start time of each token, in milliseconds'
complete -c pa-tokenize -l times -d 'Write token start times'
complete -c pa-tokenize -l channel -x -d 'Channel to use'
complete -c pa-tokenize -l partial -d 'Write what can be read of damaged or truncated recordings'
complete -c pa-tokenize -l pre -x -d 'Instead of each file, read the audio that COMMAND PATH writes to standard output'
complete -c pa-tokenize -l pre-glob -x -d 'Run --pre only on files whose names match GLOB'
complete -c pa-tokenize -l format -x -a 'tsv jsonl kaldi km ctm audacity textgrid eaf' -d 'Output format'
complete -c pa-tokenize -l precision -x -a 'auto f32 bf16' -d 'Precision of matrix products'
complete -c pa-tokenize -l skip -x -a '(__pa_tokenize_archives)' -d 'Skip files that ARCHIVE has strings of'
complete -c pa-tokenize -l manifest -x -a '(__pa_tokenize_files \'\')' -d 'Read the audio files listed in FILE, under the keys given there'
complete -c pa-tokenize -s 0 -l null -d 'Items on standard input end in NUL, not newline, and are taken literally'
complete -c pa-tokenize -s j -l jobs -x -d 'Threads'
complete -c pa-tokenize -l progress -d 'Show progress on standard error even if it is not a terminal'
complete -c pa-tokenize -s q -l quiet -d 'Print errors only, no warnings'
complete -c pa-tokenize -s v -l verbose -d 'More messages'
complete -c pa-tokenize -s h -l help -d 'Print this help and exit'
complete -c pa-tokenize -l version -d 'Print the version and exit'
