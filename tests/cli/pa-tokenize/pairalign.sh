# The decoder's strings, with a model made here: the default where there is a decoder.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "validation_share": 0,
 "decoder": {"width": 16, "layers": 1, "heads": 2, "pointer_width": 8}}
END
pa-train -q --recipe tiny.json --steps 2 -o model.safetensors audio/talks >/dev/null
pa-train -q --recipe tiny.json --steps 2 --stage geometric -o geometric.safetensors audio/talks >/dev/null
tokenize() { pa-tokenize --model model.safetensors "$@"; }

tokenize audio/query.opus | grep -o 'tokenizer=[a-z]*'
pa-tokenize -v --model geometric.safetensors audio/query.opus 2>&1 >/dev/null | head -n 1
pa-tokenize --model geometric.safetensors audio/query.opus | grep -o 'tokenizer=[a-z]*'
pa-tokenize --model geometric.safetensors --tokenizer pairalign audio/query.opus 2>&1 |
  sed -E 's/[0-9a-f]{16}/ID/' || true

# The same for any number of threads; no token twice in a row; starts ascend.
for jobs in 1 3; do tokenize -j $jobs --times audio/talks >times.$jobs; done
cmp times.1 times.3
tail -n +2 times.1 | awk -F '\t' '{
  tokens = split($3, token, " ")
  starts = split($4, start, " ")
  if (starts != tokens || start[1] != 0) print "starts"
  for (i = 2; i <= tokens; i++) if (token[i] == token[i - 1]) print "repeats"
  for (i = 2; i <= tokens; i++) if (start[i] + 0 <= start[i - 1] + 0) print "not ascending"
}'

# Longer tokens are fewer; the cap and the penalty leave their mark.
count() { tokenize --format km "$@" audio/talks | wc -w; }
[ "$(count --penalty 0)" -gt "$(count --penalty 0.5)" ] && echo "fewer"
[ "$(count --end-quantile 0.1)" -gt "$(count --end-quantile 0.9)" ] && echo "fewer by their ends"
[ "$(count --cap 0.005)" -le "$(count)" ] && echo "capped"
[ "$(count --repetition-penalty 9)" -gt 0 ] && echo "penalised"
tokenize --window 4 --hop 2 audio/talks/railway.opus | tail -n +2 | cut -f 1,2 | head -n 2
tokenize --rate 49.9 audio/query.opus 2>&1 | sed -E 's/[0-9.]+ \.\. [0-9.]+/LOW .. HIGH/' || true
