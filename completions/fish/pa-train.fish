# Completion of pa-train for fish. Made by `make manual`.

function __pa_train_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function __pa_train_files -a pattern
    __fish_complete_path (__pa_train_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end

# Model files and the names of installed models.
function __pa_train_models
    set -l folder (path dirname (path dirname (path resolve (command -s pa-train))))
    for name in $folder/share/pairalign/*.safetensors
        path change-extension '' (path basename $name)
    end
    __pa_train_files '\.safetensors'
end

complete -c pa-train -f
complete -c pa-train -a '(__pa_train_files \'\\.(wav|wave|bwf|flac|ogg|oga|opus|spx|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf|m4a|m4b|aac|3gp|3g2|3ga|amr|awb|wma|mka|ac3|wv|ape|mpc|tta|ra|dsf|webm|weba|mp4|m4v|mov|mkv|ogv|avi|flv|wmv|mpg|mpeg)\')'
complete -c pa-train -s o -l output -x -a '(__pa_train_files \'\')' -d 'Model file to write'
complete -c pa-train -l recipe -x -a '(__pa_train_files \'\\.json\')' -d 'JSON file with the values that differ from the defaults'
complete -c pa-train -l print-recipe -d 'Print the complete recipe that results from the options, and exit'
complete -c pa-train -l stage -x -a 'geometric fixed-teacher ema-teacher chance' -d 'Run only these stages of the curriculum, separated by commas and in this order'
complete -c pa-train -l from -x -a '(__pa_train_models)' -d 'Model to start from, instead of the geometric stage'
complete -c pa-train -l resume -d 'Continue from the checkpoint of an interrupted run'
complete -c pa-train -l force -d 'Replace an existing model, and start over even if there is a checkpoint'
complete -c pa-train -l steps -x -d 'Optimiser steps of each stage'
complete -c pa-train -l seed -x -d 'Random seed, instead of the recipe\'s'
complete -c pa-train -l valid -x -a '(__pa_train_files /)' -d 'Folder to validate on, instead of a held-out share of PATH'
complete -c pa-train -l noise -x -a '(__pa_train_files /)' -d 'Folder of noises to mix in'
complete -c pa-train -l log -x -a '(__pa_train_files \'\')' -d 'Append a JSON line for each report to FILE'
complete -c pa-train -l words -x -a '(__pa_train_files \'\')' -d 'Word times as a CTM'
complete -c pa-train -l speakers -x -a '(__pa_train_files \'\')' -d 'Speaker of each recording, as Kaldi\'s utt2spk'
complete -c pa-train -l pairs -x -a '(__pa_train_files \'\')' -d 'Natural pairs as pa-search prints them'
complete -c pa-train -l precision -x -a 'auto f32 bf16' -d 'Precision of matrix products'
complete -c pa-train -s j -l jobs -x -d 'Threads'
complete -c pa-train -l progress -d 'Show progress on standard error even if it is not a terminal'
complete -c pa-train -s q -l quiet -d 'Print errors only, no warnings'
complete -c pa-train -s v -l verbose -d 'More messages'
complete -c pa-train -s h -l help -d 'Print this help and exit'
complete -c pa-train -l version -d 'Print the version and exit'
