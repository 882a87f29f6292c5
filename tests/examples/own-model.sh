#!/usr/bin/env bash
# examples/own-model, with hardly any steps: what it writes, and that it judges by what it has not heard.
. "$(dirname "$0")/check.sh"
needs sox opusdec
train=$examples/own-model/train.sh

cp -r "$talks" audio
"$train" -s 1 audio out >printed 2>&1 || fail "$(cat printed)"
has printed '^11 recordings for training, 1 held out$'
pa-tokenize --model out/model.safetensors audio/garden.opus >own
pa-tokenize audio/garden.opus >shipped
[ "$(head -n 1 own)" != "$(head -n 1 shipped)" ] || fail 'the model is the shipped one'
has out/curves.svg '</svg>'
has out/log.jsonl 'ema-teacher'
cut -c 1-20 out/comparison.txt | sed 's/ *$//' | tail -n +3 >names
same names <<'END'
bits/s
edit similarity
normalised entropy
tokens/s
vocabulary in use
END
# Two figures in a line, the shipped model's and the own one's.
awk 'NR > 2 && NF < 4 && $1 != "tokens/s" && $1 != "bits/s" { exit 1 }' out/comparison.txt ||
  fail "$(cat out/comparison.txt)"

mkdir few
cp audio/garden.opus few/
status=0
"$train" few none >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "too few recordings: $status"
has printed 'fewer than 10 recordings'
