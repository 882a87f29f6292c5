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
complete -c pa-tokenize -l frames -d 'One code for each frame of 20 ms'
complete -c pa-tokenize -l embeddings -x -a '(__pa_tokenize_files \'\')' -d 'Write the embedding of each frame of 20 ms to FILE'
complete -c pa-tokenize -l rate -x -d 'Tokens per second aimed at by pairalign and dpvq'
complete -c pa-tokenize -l penalty -x -d 'Penalty per token of pairalign and dpvq, instead of one chosen for --rate'
complete -c pa-tokenize -l end-quantile -x -d 'Where in the distribution of its ends pairalign ends a token, between 0 and 1'
complete -c pa-tokenize -l repetition-penalty -x -d 'Divisor of the probability of tokens that pairalign has just written'
complete -c pa-tokenize -l cap -x -d 'Maximum number of tokens per 10 ms of pairalign'
complete -c pa-tokenize -l window -x -d 'A record for each window of S seconds'
complete -c pa-tokenize -l hop -x -d 'Seconds from one window to the next'
complete -c pa-tokenize -l renderings -x -d 'Of each recording N records, all with its key'
complete -c pa-tokenize -l no-times -d 'Leave out the field with the start of each token, in milliseconds'
complete -c pa-tokenize -l times -d 'Write that field, as is done without this option'
complete -c pa-tokenize -l channel -x -d 'Channel to listen to'
complete -c pa-tokenize -l partial -d 'Write what can be read of recordings that are damaged or cut short'
complete -c pa-tokenize -l pre -x -d 'Read the audio that COMMAND PATH writes to standard output instead of the file'
complete -c pa-tokenize -l pre-glob -x -d 'Run --pre only for files whose names match GLOB'
complete -c pa-tokenize -l format -x -a 'tsv jsonl kaldi km ctm audacity textgrid eaf' -d 'Format of the output'
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
