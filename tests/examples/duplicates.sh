#!/usr/bin/env bash
# examples/duplicates with planted duplicates: copies, a re-encoded and shortened one, and a chain.
. "$(dirname "$0")/check.sh"
needs sox opusdec opusenc
plan=$examples/duplicates/plan-cleaning.sh
move=$examples/duplicates/move-duplicates.sh

mkdir -p audio/copies
cp "$talks"/*.opus audio/
cp audio/garden.opus audio/copies/garden-again.opus
cp audio/garden.opus $'audio/copies/garden\tonce \\more.opus'
opusdec --quiet audio/museum.opus museum.wav 2>decoder
sox museum.wav shorter.wav trim 0.25 -0.3
opusenc --quiet --bitrate 32 shorter.wav audio/copies/museum-shorter.opus
pa-tokenize audio | pa-index talks.pai
find audio -type f | sort >before

"$plan" talks.pai lists >printed
has printed '^12 to keep, 3 to move'
find audio -type f | sort | diff before - || fail 'the plan moves files'
cut -f 1,2 lists/move.tsv | sort >moved
same moved <<'END'
audio/copies/garden\tonce \\more.opus	audio/copies/garden-again.opus
audio/copies/museum-shorter.opus	audio/museum.opus
audio/garden.opus	audio/copies/garden-again.opus
END
cut -f 3 lists/move.tsv | awk '$1 < 0.7 || $1 > 1 { exit 1 }' || fail 'wrong scores'
[ "$(cat lists/keep.txt <(cut -f 1 lists/move.tsv) | sort -u | wc -l)" -eq 15 ] || fail 'a key is lost'

# Nothing moves without -y; then the files are elsewhere, and neither found nor archived any more.
"$move" talks.pai lists/move.tsv aside >printed
[ "$(grep -c '^would move ' printed)" -eq 3 ] || fail "$(cat printed)"
find audio -type f | sort | diff before - || fail 'files are moved without -y'
"$move" -y talks.pai lists/move.tsv aside >printed
[ -s $'aside/audio/copies/garden\tonce \\more.opus' ] || fail 'not moved where its path says'
[ "$(find audio -type f | wc -l)" -eq 12 ] || fail 'not the kept files are left'
[ "$(find aside -type f | wc -l)" -eq 3 ] || fail 'a file is lost'
pa-index --dump talks.pai | grep -v '^#' | cut -f 1 | sort | diff - <(sort lists/keep.txt) ||
  fail 'the archive holds something else than what is kept'
"$plan" talks.pai again >printed
has printed '^12 to keep, 0 to move'

# What stands for a recording must be there, and a list is not worked on twice in silence.
status=0
"$move" -y talks.pai lists/move.tsv aside >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "a second time: $status"
has printed 'audio/garden.opus: does not exist'
printf 'audio/garden.opus\taudio/none.opus\t1\n' >lost.tsv
cp "$talks/garden.opus" audio/
! "$move" -y talks.pai lost.tsv aside 2>printed || fail 'moved without a witness'
has printed 'audio/garden.opus: left in place'
[ -s audio/garden.opus ] || fail 'moved without a witness'

# A chain a ~ b ~ c, where a and c are not alike: b, the longest, stands for both.
printf '%s\n' $'a\t1.00\t1 2 3 4 5 6 7 8 9 10' $'b\t2.00\t1 2 3 4 5 6 7 8 19 20' \
  $'c\t1.00\t11 12 3 4 5 6 7 8 19 20' | pa-index chain.pai
"$plan" -s 0.8 chain.pai chain >printed
cut -f 1,2 chain/move.tsv >moved
same moved <<'END'
a	b
c	b
END
# With b the shortest, a and c both stay.
printf '%s\n' $'b\t0.50\t1 2 3 4 5 6 7 8 19 20' | pa-index -q chain.pai
"$plan" -s 0.8 chain.pai chain >printed
same chain/keep.txt <<'END'
a
c
END
printf 'x.wav#t=0.00,1.00\t1.00\t1 2\n' | pa-index parts.pai
! "$plan" parts.pai parts 2>printed || fail 'parts of files are planned to be moved'
has printed 'parts.pai: holds parts of files'
printf 'x.wav#channel=2\t1.00\t1 2\n' | pa-index channels.pai
! "$plan" channels.pai channels 2>printed || fail 'channels of files are planned to be moved'

# A key that is not UTF-8, where the locale is.
printf 'b\xe9.wav\t1.00\t1 2 3 4\nz.wav\t1.00\t5 6 7 8\n' | pa-index latin.pai
LC_ALL=C.UTF-8 "$plan" latin.pai latin >printed 2>&1 || fail "$(cat printed)"
has printed '^2 to keep, 0 to move'
