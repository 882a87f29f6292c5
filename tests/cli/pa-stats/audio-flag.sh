# Nine recordings with something wrong are found among others, each by its check; status as of grep.
python3 data/signals.py clips
pa-stats --flag clips >found
cut -f 1,2,4 found
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
pa-stats -j 1 --flag clips | cmp - found
pa-stats -j 4 --flag clips | cmp - found
cut -f 1 found | uniq | wc -l
