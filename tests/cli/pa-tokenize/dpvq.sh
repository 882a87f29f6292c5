# Fewer tokens for a higher penalty and for a lower rate; never more than vq.
count() { pa-tokenize --format km "$@" audio/talks | wc -w; }
vq=$(count --tokenizer vq)
light=$(count --tokenizer dpvq --penalty 0.05)
heavy=$(count --tokenizer dpvq --penalty 0.4)
[ "$vq" -gt "$light" ] && [ "$light" -gt "$heavy" ] && [ "$heavy" -gt 0 ] && echo "penalty: fewer and fewer"
fast=$(count --tokenizer dpvq --rate 16)
slow=$(count --tokenizer dpvq --rate 12)
[ "$vq" -gt "$fast" ] && [ "$fast" -gt "$slow" ] && echo "rate: fewer and fewer"
pa-tokenize --tokenizer dpvq audio/query.opus | grep -o 'tokenizer=[a-z]*'
