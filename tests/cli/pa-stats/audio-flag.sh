# Ten recordings with something wrong are found among others, each by its check; grep's status.
python3 data/signals.py clips
status=0
pa-stats --flag clips | cut -f 1,2,4 || status=$?
echo "exit $?"
mkdir fine
cp clips/fine-*.wav fine
pa-stats --flag fine || echo "exit $?"
pa-stats --flag --limit seconds=1 fine || echo "exit $?"
pa-stats --flag --limit long=2 --limit rate=off fine/fine-1.wav
# A list on standard input; names with NUL; what is not there is no finding but a failure.
find clips -name 'c*.wav' | sort | pa-stats --flag | cut -f 1,2
find clips -name 'c*.wav' -print0 | sort -z | pa-stats -0 --flag | cut -f 1,2
pa-stats --flag clips/absent.wav fine || echo "exit $?"
cp data/audio/text.wav data/audio/empty.wav fine
pa-stats --flag fine
# The same for any number of threads, and it composes.
pa-stats -j 1 --flag clips >one
pa-stats -j 4 --flag clips >four
cmp one four
pa-stats --flag clips | cut -f 1 | uniq | wc -l
