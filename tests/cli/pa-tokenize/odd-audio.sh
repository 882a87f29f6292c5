# No samples, ten milliseconds, eight channels at 8 kHz, samples that are no numbers.
for name in header-only ten-milliseconds eight-channels nan; do
  pa-tokenize data/audio/$name.wav | tail -n +2 |
    awk -F '\t' '{ print $1, $2, NF, ($3 ~ /^[0-9]+( [0-9]+)*$/ ? "tokens" : "no tokens") }'
done
