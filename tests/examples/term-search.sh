#!/usr/bin/env bash
# examples/term-search: what is cut out is where the words are, and that is what a player is given.
. "$(dirname "$0")/check.sh"
needs sox opusdec
find_words=$examples/term-search/find-words.sh
# The tools alone, and without a player or ffmpeg: those of the machine that runs the test stay silent.
mkdir bin
for program in pa-tokenize pa-search pa-rerank bash env awk cat cp mkdir mktemp rm sox soxi opusdec; do
  ln -s "$(command -v $program)" bin/
done
stub_player() {
  cat >bin/play <<'END'
#!/usr/bin/env bash
cp "${@: -1}" "$HEARD/$(ls "$HEARD" | wc -l).wav"
END
  chmod +x bin/play
  ln -s "$(command -v ls)" "$(command -v wc)" bin/
}

cp -r "$talks" talks
mv talks/travel.opus $'talks/tra\tvel.opus'
pa-tokenize talks | pa-index talks.pai
query=$examples/audio/query.opus
# Where the sentence is of which the query is the middle.
read -r from to < <(awk -F '\t' '$4 ~ /^I remember/ { print $2, $3 }' "$examples/audio/transcripts.tsv")

# The words, cut out, and nothing else: a second query by them finds the same place, surely.
PATH=$PWD/bin "$find_words" -n 1 -c 0 -o cut talks.pai "$query" >printed
has printed '^1\. talks/tra\\tvel\.opus from [0-9.]+ s to [0-9.]+ s, similarity [01]\.[0-9][0-9], '
has printed '^   cut/1\.wav$'
seconds=$(soxi -D cut/1.wav)
awk -v s="$seconds" 'BEGIN { exit !(s > 1.2 && s < 2.2) }' || fail "cut out: $seconds s"
pa-tokenize cut/1.wav | pa-search -k 1 talks.pai >again
awk -F '\t' -v from="$from" -v to="$to" -v key='talks/tra\\tvel.opus' '
  { split($2, part, /#t=|,/) }
  part[1] != key || part[2] < from - 0.1 || part[3] > to + 0.1 || $4 < 0.5 { exit 1 }' again ||
  fail "what is cut out is found elsewhere: $(cat again)"

# With context it is longer, by twice as much.
PATH=$PWD/bin "$find_words" -n 1 -c 1 -o wide talks.pai "$query" >printed
awk -v s="$seconds" -v w="$(soxi -D wide/1.wav)" 'BEGIN { exit !(w > s + 1.9 && w < s + 2.1) }' ||
  fail 'not a second of context on either side'

# No player: the command is printed. With one, it gets each hit.
PATH=$PWD/bin "$find_words" -n 2 -s 0 talks.pai "$query" >printed
[ "$(grep -c '^   no player here; to listen: ffplay -ss [0-9.]* -t [0-9.]* ' printed)" -eq 2 ] ||
  fail "$(cat printed)"
stub_player
mkdir heard
HEARD=$PWD/heard PATH=$PWD/bin "$find_words" -n 2 -s 0 -c 0 talks.pai "$query" >printed
[ "$(find heard -type f | wc -l)" -eq 2 ] || fail 'the player was not called for each hit'
cmp heard/0.wav cut/1.wav || fail 'the first hit is not what is heard first'

status=0
PATH=$PWD/bin "$find_words" -s 10000 talks.pai "$query" >printed 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "nothing to find: $status"
has printed '^nothing found$'
status=0
PATH=$PWD/bin "$find_words" talks.pai none.wav >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "no query: $status"

# A hit on one channel of a recording, whose name is not UTF-8: that channel is cut out.
mkdir stereo
opusdec --quiet "$talks/travel.opus" right.wav 2>decoder
sox right.wav left.wav reverse vol 0.5
sox -M left.wav right.wav $'stereo/b\xf6th.wav'
pa-tokenize --channel each stereo | pa-index stereo.pai
for path in "$PWD/bin" "$PATH"; do # without ffmpeg, and with it if there is one
  LC_ALL=C.UTF-8 PATH=$path "$find_words" -n 1 -c 0 -o channel stereo.pai "$query" >printed
  has printed $'^1\\. stereo/b\xf6th\\.wav, channel 2, from [0-9.]+ s to '
  [ "$(soxi -c channel/1.wav)" -eq 1 ] || fail "$(soxi -c channel/1.wav) channels"
  pa-tokenize channel/1.wav | pa-search -k 1 talks.pai >again
  awk -F '\t' '$2 !~ /vel\.opus#/ || $4 < 0.5 { exit 1 }' again || fail "not the channel: $(cat again)"
done
