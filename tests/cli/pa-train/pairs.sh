# Natural pairs, from times of words and as pa-search prints them: used, resumed with the same only; what fits no
# recording is counted and named.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "validation_share": 0,
 "geometric": {"pair_warmup": 0, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2}, "stages": ["geometric"]}
END
train() {
  pa-train -j 1 --recipe tiny.json --steps 3 "$@" audio/talks >said
}
cat >words.ctm <<'END'
;; recording channel start duration word
garden 1 0.50 0.40 water
audio/talks/weather.opus 1 1.00 0.50 water
weather.opus 1 2.00 0.40 rain
nobody 1 0.00 0.40 rain
garden 1 900 0.40 rain
END
printf 'garden.opus#t=0.20,0.90\tweather.opus#t=1.10,1.70\t9\t0.61\t0.003\n' >pairs.tsv

train -o none.safetensors
train -v -o words.safetensors --words words.ctm 2>messages
grep -e natural -e nobody -e outside messages >&2
train -v -o pairs.safetensors --pairs pairs.tsv 2>messages
grep natural messages >&2
for model in none words pairs; do
  pa-tokenize --model $model.safetensors --tokenizer vq audio/query.opus | tail -n 1 | md5sum
done | sort -u | wc -l

# Speakers of recordings that are not there are counted, and are no voices.
for i in 0 1 2 3 4 5 6 7; do echo "other$i s$i"; done >others
(cat others; echo garden s8) >utt2spk
train -v -o voices.safetensors --words words.ctm --speakers utt2spk 2>messages
grep -e natural -e speakers messages >&2
train -o none.safetensors --force --words words.ctm --speakers others 2>messages || echo "exit $?"
tail -n 1 messages >&2
echo 'garden one
weather one' >utt2spk
train -o same.safetensors --words words.ctm --speakers utt2spk || echo "exit $?"
echo 'garden.opus 1 0.5 early water' >bad.ctm
train -o bad.safetensors --words bad.ctm || echo "exit $?"
