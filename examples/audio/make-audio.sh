#!/usr/bin/env bash
# Makes the clips of this folder: twelve short talks by synthetic voices, which share some phrases; a
# spoken query, cut out of one of the talks and degraded; and transcripts.tsv, which says when each
# sentence is spoken. The files it makes are committed, so only a change of this script asks for a
# new run (scripts/install-deps.sh audio installs what it needs).
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p talks

# Sentence $3 of talk $1, spoken by voice $2 ("VOICE SPEED PITCH") into a 16 kHz WAV file.
speak() {
  local voice speed pitch
  read -r voice speed pitch <<<"$2"
  espeak-ng -v "$voice" -s "$speed" -p "$pitch" -w "$work/raw.wav" "$3"
  # Synthetic speech is cleaner than any recording; a faint hiss keeps the silences natural.
  sox -R "$work/raw.wav" -r 16000 -c 1 "$1" norm -6 pad 0 0.35
}

add() { awk "BEGIN { printf \"%.3f\", $1 + $2 }"; }

# Opus at a bit rate where speech is still clear.
encode() {
  opusenc --quiet --serial 1 --bitrate 20 --discard-comments "$1" "$2"
}

# talk NAME "VOICE SPEED PITCH" SENTENCE...
talk() {
  local name=$1 voice=$2 start=0 end sentence parts=()
  shift 2
  for sentence; do
    local part=$work/$name.${#parts[@]}.wav
    speak "$part" "$voice" "$sentence"
    parts+=("$part")
    end=$(add "$start" "$(soxi -D "$part")")
    printf 'talks/%s.opus\t%.2f\t%.2f\t%s\n' "$name" "$start" "$end" "$sentence" >>transcripts.tsv
    start=$end
  done
  sox "${parts[@]}" "$work/$name.wav"
  encode "$work/$name.wav" "talks/$name.opus"
}

printf '#file\tstart\tend\tsentence\n' >transcripts.tsv

talk harbour 'en-gb+m3 155 40' \
  'The old harbour lies below the town.' \
  'Every morning at seven the fishing boats come in.' \
  'By noon the market is closed and the nets are drying in the sun.'
talk railway 'en-us+f2 165 55' \
  'The night train to Vienna leaves from platform nine.' \
  'Sleeping cars are at the front of the train.' \
  'Please keep your luggage with you at all times.'
talk kitchen 'en-gb+f4 150 60' \
  'Put a spoon of butter into the pan and let it melt.' \
  'Add the onions, and stir until they are golden.' \
  'A cup of black coffee goes well with it.'
talk weather 'en-us+m7 175 35' \
  'Here is the weather for the weekend.' \
  'Heavy rain will reach the coast on Saturday afternoon.' \
  'Every morning at seven we bring you a new forecast.'
talk garden 'en-gb-scotland+f3 150 50' \
  'The roses need water in the evening, never at noon.' \
  'Cut them back before the first frost.' \
  'The old garden wall keeps the wind away.'
talk travel 'en-gb+m1 160 45' \
  'We had a compartment of our own and a window to the east.' \
  'I remember the night train to Vienna, and snow on the mountains.' \
  'At the border a man sold us a cup of black coffee.'
talk museum 'en-us+f5 158 65' \
  'The museum opens at ten and closes at six.' \
  'On the first floor you will find maps of the old harbour.' \
  'Photographs are allowed, but without a flash.'
talk library 'en-gb+f1 162 48' \
  'Books may be borrowed for four weeks.' \
  'The reading room is quiet, and the lamps are green.' \
  'Please keep your voice down at all times.'
talk football 'en-gb+m5 185 50' \
  'The home team scored twice in the second half.' \
  'Heavy rain had made the grass slippery.' \
  'The next match is on Saturday afternoon.'
talk computer 'en-us+m2 168 42' \
  'A program reads its input one line at a time.' \
  'It writes what it found, and nothing else.' \
  'Small tools that work together outlive the large ones.'
talk morning 'en-us+f4 170 58' \
  'I get up early, and I open the window.' \
  'Then I drink a cup of black coffee and read the paper.' \
  'Here is the weather, says the radio.'
talk bahnhof 'de+m3 150 45' \
  'Der Nachtzug nach Wien fährt heute von Gleis neun.' \
  'Bitte halten Sie Ihre Fahrkarten bereit.' \
  'Wir wünschen Ihnen eine gute Reise.'

# The query: the middle of a sentence of `travel`, through a narrow band, quieter, in noise.
start=$(awk -F '\t' '$4 ~ /^I remember/ { print $2 }' transcripts.tsv)
sox "$work/travel.wav" "$work/cut.wav" trim "$(add "$start" 0.75)" 1.60
sox -R "$work/cut.wav" "$work/noise.wav" synth pinknoise vol 0.03
sox -R -m -v 0.6 "$work/cut.wav" "$work/noise.wav" "$work/query.wav" highpass 250 lowpass 3600
encode "$work/query.wav" query.opus
