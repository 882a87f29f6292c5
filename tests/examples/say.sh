#!/usr/bin/env bash
# examples/say: what is typed is said, by several voices, and found; other synthesisers can be named.
. "$(dirname "$0")/check.sh"
needs sox opusdec espeak-ng
say_words=$examples/say/say-words.sh

cp -r "$talks" talks
pa-tokenize talks | pa-index talks.pai
# A sentence of the talks, without its last word.
IFS=$'\t' read -r file from to sentence < <(grep 'I remember' "$examples/audio/transcripts.tsv")
"$say_words" -n 1 -o cut talks.pai "${sentence% *}" >printed
has printed "^1\\. talks/$(basename "$file") from [0-9.]+ s to [0-9.]+ s, similarity [01]\.[0-9][0-9], "
read -r start end < <(sed -nE '1s/.* from ([0-9.]+) s to ([0-9.]+) s.*/\1 \2/p' printed)
awk -v a="$start" -v b="$end" -v from="$from" -v to="$to" \
  'BEGIN { exit !(a < to && b > from) }' || fail "found elsewhere: $(cat printed), said $from to $to"
[ -s cut/1.wav ] || fail 'nothing written'

# A synthesiser of one's own gets the words and the file; here one that was recorded before.
espeak-ng -w before.wav -- "${sentence% *}"
"$say_words" -w 'echo "$1" >asked; cp before.wav "$2"' -n 1 -o cut talks.pai ${sentence% *} >printed
[ "$(cat asked)" = "${sentence% *}" ] || fail "asked: $(cat asked)"
has printed "^1\\. talks/$(basename "$file") "

status=0
"$say_words" -w 'exit 3' talks.pai words >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "no recording: $status"
has printed '^say-words: no recording by: exit 3$'
status=0
"$say_words" talks.pai >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "no words: $status"
