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
complete -c pa-stats -l against -x -a '(__pa_stats_files \'\')' -d 'Count how many tokens are saved over the strings of the same recordings in FILE'
complete -c pa-stats -l pairs -x -a '(__pa_stats_files \'\')' -d 'Compare each string with the one of the same recording in FILE'
complete -c pa-stats -l qrels -x -a '(__pa_stats_files \'\')' -d 'Retrieval metrics of runs by the TREC judgements in FILE'
complete -c pa-stats -l min-relevance -x -d 'Least judgement of --qrels that counts as relevant'
complete -c pa-stats -l terms -x -a '(__pa_stats_files \'\')' -d 'With --against a run'
complete -c pa-stats -l log -x -a '(__pa_stats_files \'\')' -d 'Curves of a training from what `pa-train --log` wrote, also while it runs'
complete -c pa-stats -l quick -d 'Of audio'
complete -c pa-stats -l by -x -d 'Figures by group'
complete -c pa-stats -l flag -d 'Of audio'
complete -c pa-stats -l limit -x -d 'Limit of a check of audio, such as snr=15'
complete -c pa-stats -l manifest -x -a '(__pa_stats_files \'\')' -d 'Read the files of a list, with its keys'
complete -c pa-stats -s 0 -l null -d 'Standard input lists things separated by NUL, not by newlines, as they are'
complete -c pa-stats -l input-format -x -a 'auto tsv jsonl kaldi' -d 'Format of the token strings that are read'
complete -c pa-stats -l format -x -a 'text json svg tsv jsonl' -d 'Format of the report'
complete -c pa-stats -s j -l jobs -x -d 'Threads'
complete -c pa-stats -l progress -d 'Show progress on standard error even when it is no terminal'
complete -c pa-stats -s q -l quiet -d 'No warnings, only failures'
complete -c pa-stats -s v -l verbose -d 'More messages'
complete -c pa-stats -s h -l help -d 'Print this help and exit'
complete -c pa-stats -l version -d 'Print the version and exit'
