# Completion of pa-stats for fish. Made by `make manual`.

function __pa_stats_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function __pa_stats_files -a pattern
    __fish_complete_path (__pa_stats_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end

complete -c pa-stats -f
complete -c pa-stats -a '(__pa_stats_files \'\\.(wav|wave|bwf|flac|ogg|oga|opus|spx|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf|m4a|m4b|aac|3gp|3g2|3ga|amr|awb|wma|mka|ac3|wv|ape|mpc|tta|ra|dsf|webm|weba|mp4|m4v|mov|mkv|ogv|avi|flv|wmv|mpg|mpeg)\')'
complete -c pa-stats -l against -x -a '(__pa_stats_files \'\')' -d 'Count the tokens saved compared with the same recordings in FILE'
complete -c pa-stats -l pairs -x -a '(__pa_stats_files \'\')' -d 'Compare each string with that of the same recording in FILE'
complete -c pa-stats -l qrels -x -a '(__pa_stats_files \'\')' -d 'Retrieval metrics of runs, from the TREC judgements in FILE'
complete -c pa-stats -l min-relevance -x -d 'Lowest judgement in --qrels that counts as relevant'
complete -c pa-stats -l terms -x -a '(__pa_stats_files \'\')' -d 'Resample terms instead of queries'
complete -c pa-stats -l log -x -a '(__pa_stats_files \'\')' -d 'Training curves from the log that `pa-train --log` writes, also while it runs'
complete -c pa-stats -l quick -d 'Read only the headers of audio files'
complete -c pa-stats -l by -x -d 'Statistics by group, such as speaker, split or microphone'
complete -c pa-stats -l flag -d 'Check audio'
complete -c pa-stats -l limit -x -d 'Limit of an audio check, such as snr=15'
complete -c pa-stats -l manifest -x -a '(__pa_stats_files \'\')' -d 'Read the audio files listed in FILE, under the keys given there'
complete -c pa-stats -s 0 -l null -d 'Items on standard input end in NUL, not newline, and are taken literally'
complete -c pa-stats -l input-format -x -a 'auto tsv jsonl kaldi' -d 'Format of the input token strings'
complete -c pa-stats -l format -x -a 'text json svg tsv jsonl' -d 'Report format'
complete -c pa-stats -s j -l jobs -x -d 'Threads'
complete -c pa-stats -l progress -d 'Show progress on standard error even if it is not a terminal'
complete -c pa-stats -s q -l quiet -d 'Print errors only, no warnings'
complete -c pa-stats -s v -l verbose -d 'More messages'
complete -c pa-stats -s h -l help -d 'Print this help and exit'
complete -c pa-stats -l version -d 'Print the version and exit'
