# needs: opusdec
# A recording cut short is refused and named; with --partial what is there is written, and it is named all the same.
half() { head -c $(($(wc -c <"$1") / 2)) "$1"; }
opusdec --quiet --rate 16000 audio/query.opus query.wav
flac --silent -o whole.flac query.wav
half query.wav >cut.wav
half whole.flac >cut.flac
half audio/talks/garden.opus >cut.opus
pa-tokenize --tokenizer vq cut.wav cut.flac cut.opus >out 2>said || echo "exit $?"
tail -n +2 out
cut -d : -f 2 said
pa-tokenize --tokenizer vq --partial cut.wav cut.flac cut.opus gone.wav >out 2>said || echo "exit $?"
tail -n +2 out | awk -F '\t' '{ print $1, ($2 > 0.3 && $2 < 10 ? "in part" : $2) }'
cut -d : -f 2 said
pa-tokenize -q --tokenizer vq cut.wav 2>&1 >/dev/null | wc -l
