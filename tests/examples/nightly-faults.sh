#!/usr/bin/env bash
# examples/nightly where a folder cannot be listed, files have all kinds of names and times, and WAV files
# are not what their headers say.
. "$(dirname "$0")/check.sh"
needs flac opusdec sox setpriv
archive_new=$examples/nightly/archive-new.sh
find_audio=$examples/nightly/find-audio.sh

run() {
  status=0
  "$@" "$archive_new" -l log "${options[@]}" audio talks.pai >printed 2>&1 || status=$?
}
keys() { pa-index --dump talks.pai | grep -v '^#' | cut -f 1,2 | sed "s|^$PWD/||" | sort; }
old() { touch -d '1 hour ago' "$@"; }
options=()

# The list of extensions is that of the tools.
sed -n '/kAudioExtensions\[\]/,/;/p' "$root/cmd/cli/inputs.cpp" | grep -o '"[a-z0-9]*"' | tr -d '"' | sort >wanted
[ "$(wc -l <wanted)" -gt 40 ] || fail 'the list of the tools is elsewhere'
sed -n "/^extensions=/,/'\$/p" "$find_audio" | sed "s/.*='//; s/'//" | xargs -n 1 | sort | diff wanted - ||
  fail 'other extensions than those of the tools'
# So are the rules of links and hidden files.
opusdec --quiet "$talks/garden.opus" garden.wav 2>decoder
sox garden.wav short.wav trim 1 0.6
mkdir -p audio/.hidden audio/sub elsewhere
for file in audio/a.M4A audio/sub/b.wave elsewhere/c.aiff audio/.d.wav audio/.hidden/e.wav audio/notes.txt; do
  cp short.wav "$file"
done
ln -s "$PWD/elsewhere" audio/linked
ln -s "$PWD/elsewhere/c.aiff" audio/link.aiff
ln -s none.wav audio/dangling.wav
{ pa-stats --quick --format tsv audio 2>said || [ $? -eq 2 ]; } | sed 1d | cut -f 1 | sort >wanted
has said 'audio/dangling.wav: cannot open'
[ "$(wc -l <wanted)" -eq 4 ] || fail "the tools read $(cat wanted)"
"$find_audio" audio -print | sort | diff wanted - || fail 'not what the tools read'

# A folder that cannot be listed (by root neither, without capabilities) is reported, and the rest is
# archived; a link that leads in a circle is no fault. A clock was wrong once.
mkdir audio/locked bin
ln -s .. audio/sub/circle
old audio/sub/b.wave elsewhere/c.aiff
touch -d 'next year' audio/a.M4A
chmod 000 audio/locked
unprivileged=()
[ "$(id -u)" -ne 0 ] || unprivileged=(setpriv --inh-caps=-all --bounding-set=-all)
printf '#!/bin/sh\necho "$*" >>calls\nexec "%s" "$@"\n' "$(command -v pa-index)" >bin/pa-index
chmod +x bin/pa-index
PATH=$PWD/bin:$PATH run "${unprivileged[@]}"
[ "$status" -eq 2 ] || fail "a folder that cannot be listed: $status, $(cat printed)"
has printed "find: .*/audio/locked.*: Permission denied"
[ "$(wc -l <printed)" -eq 1 ] || fail "reported: $(cat printed)"
keys >archived
same archived <<'END'
audio/a.M4A	0.60
audio/link.aiff	0.60
audio/linked/c.aiff	0.60
audio/sub/b.wave	0.60
END
# A batch of more than a minute is not committed in part.
has calls '^-v --wait 600 --commit-every 0 '

# Nor does a file that vanishes keep the others out.
rm -r audio
mkdir audio
printf '#!/bin/sh\n"%s" "$@"\necho "find: x: No such file or directory" >&2\nexit 1\n' \
  "$(command -v find)" >bin/find
chmod +x bin/find
cp short.wav audio/f.wav
old audio/f.wav
PATH=$PWD/bin:$PATH run
[ "$status" -eq 2 ] || fail "a file that vanishes: $status"
has printed 'find: x: No such file'
keys >archived
has archived '^audio/f.wav'
rm bin/find

# WAV files that are not what their headers say stay, are archived as they are read, and have no second
# form beside them; one that is sound is replaced.
rm -r audio talks.pai
mkdir audio
cp short.wav audio/sound.wav
cat short.wav short.wav >audio/joined.wav
head -c 15000 short.wav >audio/truncated.wav
cp short.wav audio/streamed.wav
for at in 4 40; do printf '\377\377\377\377' | dd of=audio/streamed.wav bs=1 seek=$at conv=notrunc 2>said; done
ln -s "$PWD/short.wav" audio/linked.wav
old audio/* short.wav
options=(-c)
run
[ "$status" -eq 2 ] || fail "-c: $status, $(cat printed)"
find audio -type f -printf '%f\n' | sort >files
same files <<'END'
joined.wav
sound.flac
streamed.wav
truncated.wav
END
has printed 'joined.wav: not compressed: '
has printed 'truncated.wav: cut short'
flac --silent -d -o again.wav audio/sound.flac 2>decoder && cmp short.wav again.wav || fail 'not lossless'
keys >archived
same archived <<'END'
audio/joined.wav	1.20
audio/linked.wav	0.60
audio/sound.flac	0.60
audio/streamed.wav	0.60
END

# flac says that all is well, but the tools read something else.
cp short.wav audio/other.wav
old audio/other.wav
cat >bin/flac <<'END'
#!/bin/sh
while [ "$1" != -o ]; do shift; done
sox "$4" -t flac "$2" trim 0 0.3
END
chmod +x bin/flac
PATH=$PWD/bin:$PATH run
[ "$status" -eq 2 ] || fail "a short FLAC file: $status, $(cat printed)"
has printed 'other.wav: not compressed: the FLAC file would not have the same sound'
cmp short.wav audio/other.wav && [ ! -e audio/other.flac ] && [ ! -e audio/other.flac.part ] || fail 'replaced'
