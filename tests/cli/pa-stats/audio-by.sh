python3 data/signals.py clips/ann
mkdir clips/bob
mv clips/ann/[a-e]*.wav clips/bob
pa-stats --quick --by folder clips | sed -n '/^group/,$p' | awk '{ print $1, $2 }'
pa-stats --quick --by 'clips/([a-z])' clips | sed -n '/^group/,$p' | awk '{ print $1, $2 }'
printf '%s\n' 'fine-0 one' 'fine-1 one' 'fine-2 two' >utt2group
pa-stats --quick --by utt2group --format tsv clips | awk -F '\t' '{ print $1, $2 }'
# Token strings, too.
pa-stats --by folder:-1 data/strings.tsv | sed -n '/^by group/,$p' | awk '{ print $1, $2, $4 }'
pa-stats --by folder --format json data/strings.tsv | grep -o '"groups":.*' | cut -c 1-60
# A misspelt file is a regular expression, which nothing matches.
pa-stats --quick --by utt2groups clips >group.txt
pa-stats --by utt2groups data/strings.tsv >group.txt
