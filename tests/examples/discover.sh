#!/usr/bin/env bash
# examples/discover, with one step of training: pairs of places that hold the same words, a model
# that has learnt from them, and rounds that are not done again.
. "$(dirname "$0")/check.sh"
needs sox opusdec
discover=$examples/discover/discover.sh

mkdir audio
for talk in garden harbour kitchen; do
  opusdec --quiet --rate 16000 "$talks/$talk.opus" "audio/$talk.wav"
done
# Five seconds of one of them, spoken faster and higher.
sox audio/garden.wav audio/again.wav trim 2 5 speed 1.06

"$discover" -j 1 -r 0 audio found >printed || fail "$(cat printed)"
has printed '^round 1: [1-9][0-9]* pairs$'
# In recordings of which none is paired with itself; the second of `again` is that of `garden`, but
# for the two seconds and the speed.
awk -F '\t|#t=|,' '$1 == $4 { exit 1 }
  $1 == "audio/again.wav" && $4 == "audio/garden.wav" {
    ++right
    if ($5 - (1.06 * $2 + 2) > 0.3 || (1.06 * $2 + 2) - $5 > 0.3) exit 1
  }
  END { exit !right }' found/round-1/pairs.tsv || fail "$(cat found/round-1/pairs.tsv)"
[ ! -e found/round-1/model.safetensors ] || fail 'trained, though no round was asked for'

"$discover" -j 1 -r 1 -s 1 audio found >printed 2>&1 || fail "$(cat printed)"
[ -s found/round-1/log.jsonl ] || fail 'no log'
pa-tokenize --model found/round-1/model.safetensors audio/again.wav >own
pa-tokenize audio/again.wav >shipped
[ "$(head -n 1 own)" != "$(head -n 1 shipped)" ] || fail 'the model is the shipped one'
cp found/round-1/model.safetensors before
"$discover" -j 1 -r 1 -s 1 audio found >printed
cmp -s before found/round-1/model.safetensors || fail 'trained again'

mkdir alone
cp audio/garden.wav alone/
status=0
"$discover" -r 1 alone none >printed 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "one recording: $status"
has printed '^discover: nothing recurs in alone$'
status=0
"$discover" alone >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "no output: $status"
