#!/usr/bin/env bash
# examples/nightly on a folder that grows, is written to, is damaged, and is worked on twice at once.
. "$(dirname "$0")/check.sh"
needs flac opusdec
archive_new=$examples/nightly/archive-new.sh

run() {
  status=0
  "$archive_new" -l log "$@" audio talks.pai >printed 2>&1 || status=$?
}
keys() { pa-index --dump talks.pai | grep -v '^#' | cut -f 1 | sed "s|$PWD/||" | sort; }
old() { touch -d '1 hour ago' "$@"; }

mkdir -p audio/sub
cp "$talks"/garden.opus audio/
cp "$talks"/harbour.opus 'audio/sub/a name.opus'
old audio/*.opus audio/sub/*
cp "$talks"/travel.opus audio/fresh.opus
echo 'no audio' >audio/notes.txt
run
[ "$status" -eq 0 ] && [ ! -s printed ] || fail "first run: $status, $(cat printed)"
has log "^[0-9-]* [0-9:]* $PWD/audio: 2 new or changed, 1 too recent, 0 failed before"
has log 'pa-index: talks.pai: 2 records added, 0 replaced, 2 in all'
keys | diff - <(printf '%s\n' 'audio/garden.opus' 'audio/sub/a name.opus') || fail 'wrong keys'

# Nothing to do; then one is complete, one has changed, one is damaged.
cp -r talks.pai before
run
[ "$status" -eq 0 ] || fail "nothing to do: $status"
diff -r before talks.pai || fail 'a run with nothing to do changes the archive'
old audio/fresh.opus
cp "$talks"/museum.opus audio/garden.opus
head -c 100 "$talks/kitchen.opus" >$'audio/damaged\n.opus'
old audio/*.opus
: >log
run
[ "$status" -eq 2 ] || fail "a damaged file: $status"
has printed 'damaged.*\.opus'
has log 'pa-tokenize: .*damaged'
has log '2 records added, 1 replaced, 3 in all'
[ "$(wc -l <printed)" -eq 1 ] || fail 'more is printed than the fault'

# The same fault is not reported every night, but the file is tried again when it has changed.
: >log
run
[ "$status" -eq 0 ] && [ ! -s printed ] || fail "again: $status, $(cat printed)"
has log ' 0 new or changed, 0 too recent, 1 failed before and unchanged'
run
[ "$status" -eq 0 ] && [ ! -s printed ] || fail "the night after: $status, $(cat printed)"
cp "$talks/kitchen.opus" $'audio/damaged\n.opus'
old audio/damaged*
run
[ "$status" -eq 0 ] || fail "repaired: $status"
keys >keys
has keys 'damaged'
[ ! -s talks.pai.failed ] || fail 'a repaired file is still held to have failed'

# A run while another is at work does nothing, and says so.
cp "$talks"/railway.opus audio/
old audio/railway.opus
: >log
flock talks.pai.lock "$archive_new" -l log audio talks.pai >printed 2>&1 || fail 'overlapping run'
has log 'another run is still at work, nothing done'
if keys | grep railway >/dev/null; then fail 'an overlapping run archives'; fi
for _ in 1 2 3; do "$archive_new" -l log audio talks.pai >>printed 2>&1 & done
wait
run
[ "$(keys | wc -l)" -eq 5 ] && [ "$(keys | uniq -d | wc -l)" -eq 0 ] || fail 'three at once'
pa-index --check talks.pai 2>printed || fail 'the archive is damaged'

# A folder that is reached by a link, which is what its keys say.
ln -s audio linked
"$archive_new" linked linked.pai >printed || fail "$(cat printed)"
pa-index --dump linked.pai | grep -v '^#' | cut -f 1 >keys
[ "$(grep -c "^$PWD/linked/" keys)" -eq 5 ] || fail 'not the recordings behind a link'

# Compression: the WAV file is gone, the FLAC file has its sound, and it is what is archived.
opusdec --quiet "$talks/weather.opus" audio/weather.WAV 2>decoder
cp audio/weather.WAV original.wav
old audio/weather.WAV
run -c
[ "$status" -eq 0 ] || fail "-c: $status, $(cat printed)"
[ ! -e audio/weather.WAV ] || fail 'the WAV file is still there'
flac --silent -d -o again.wav audio/weather.flac 2>decoder && cmp original.wav again.wav || fail 'not lossless'
keys >keys
has keys 'audio/weather.flac'
run -c
has log ' 0 new or changed'

# Tools that do not run are a fault of their own, not of each recording.
cp "$talks"/library.opus audio/
old audio/library.opus
status=0
PAIRALIGN_MODEL=none run
[ "$status" -eq 2 ] && [ ! -s talks.pai.failed ] || fail "no model: $status"
run
[ "$status" -eq 0 ] || fail "with a model: $status"
