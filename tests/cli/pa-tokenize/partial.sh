# A recording cut short is refused and named; with --partial what is there is written, and it is named all the same.
opusdec --quiet --rate 16000 audio/question.opus question.wav
head -c 64044 question.wav >cut.wav
flac --silent -o whole.flac question.wav
head -c 40000 whole.flac >cut.flac
head -c 6000 audio/question.opus >cut.opus
pa-tokenize --tokenizer vq cut.wav cut.flac cut.opus | tail -n +2 || true
echo "exit ${PIPESTATUS[0]}"
pa-tokenize --tokenizer vq --partial cut.wav cut.flac cut.opus gone.wav >out 2>said || echo "exit $?"
tail -n +2 out | awk -F '\t' '{ print $1, ($2 > 0.9 && $2 < 2.5 ? "in part" : $2) }'
cut -d : -f 2 said
pa-tokenize -q --tokenizer vq cut.wav >/dev/null || true
