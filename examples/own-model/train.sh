#!/usr/bin/env bash
# Adapts the model that ships with pairalign to one's own recordings, and shows on held-out recordings
# whether that was worth it.
set -euo pipefail

usage() {
  cat <<'END'
usage: train.sh [-r RECIPE.json] [-s STEPS] AUDIO OUTPUT
  -r RECIPE  what differs from the defaults of pa-train (recipe.json beside this script: some minutes)
  -s STEPS   steps of each stage, instead of the recipe's
Writes into the folder OUTPUT: model.safetensors, log.jsonl, curves.svg, comparison.txt
END
}

recipe=$(cd "$(dirname "$0")" && pwd)/recipe.json
steps=()
while getopts r:s:h option; do
  case $option in
    r) recipe=$OPTARG ;;
    s) steps=(--steps "$OPTARG") ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || { usage >&2; exit 2; }
audio=$(cd -- "$1" && pwd)
output=$2
every=10     # of so many recordings one is held out …
most_held=50 # … but no more than these, which are enough to compare by
mkdir -p "$output"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/train" "$work/clean" "$work/degraded"
find -L "$audio" -type f \( -iname '*.wav' -o -iname '*.flac' -o -iname '*.ogg' -o -iname '*.opus' \
  -o -iname '*.mp3' \) -print0 | sort -z >"$work/recordings"

to_wav() {
  if command -v ffmpeg >/dev/null; then
    ffmpeg -nostdin -v error -i "file:$1" -ac 1 -ar 16000 "$2"
  elif [[ $1 == *.opus ]]; then
    opusdec --quiet --rate 16000 --force-wav -- "$1" "$2" 2>"$work/decoder"
  else
    sox -G "$1" -r 16000 -c 1 "$2"
  fi
}

# As over a bad line: a narrow band, and noise 15 dB below the speech.
degrade() {
  sox "$1" "$work/band.wav" norm -6 highpass 300 lowpass 3400
  sox "$work/band.wav" "$work/noise.wav" synth pinknoise vol 0.03
  sox -m -v 1 "$work/band.wav" -v 1 "$work/noise.wav" "$2"
}

number=0
held=0
while IFS= read -r -d '' file; do
  number=$((number + 1))
  if [ $((number % every)) -eq 0 ] && [ $held -lt $most_held ] && to_wav "$file" "$work/clean/$number.wav"; then
    degrade "$work/clean/$number.wav" "$work/degraded/$number.wav"
    held=$((held + 1))
  else
    ln -s "$file" "$work/train/$number.${file##*.}"
  fi
done <"$work/recordings"
[ $held -gt 0 ] || { echo "train: $audio: fewer than $every recordings that can be read" >&2; exit 2; }
echo "$((number - held)) recordings for training, $held held out"

rm -f "$output/log.jsonl"
pa-train --from default --recipe "$recipe" "${steps[@]}" --log "$output/log.jsonl" \
  -o "$output/model.safetensors" "$work/train"
pa-stats --log "$output/log.jsonl" --format svg >"$output/curves.svg"

# figures MODEL: of the held-out recordings, a line each: NAME TAB VALUE.
figures() {
  pa-tokenize --model "$1" "$work/clean" >"$work/clean.tsv"
  pa-tokenize --model "$1" "$work/degraded" >"$work/degraded.tsv"
  pa-stats "$work/degraded.tsv" --pairs "$work/clean.tsv" |
    sed -nE -e 's/^(tokens\/s|bits\/s|vocabulary in use|normalised entropy)  +(.*)/\1\t\2/p' \
      -e 's/^edit similarity  +([0-9.]+).*/edit similarity\t\1/p'
}
figures default >"$work/shipped"
figures "$output/model.safetensors" >"$work/own"
{
  echo "$held recordings that were not trained on; edit similarity is that of degraded copies"
  join -t $'\t' <(sort "$work/shipped") <(sort "$work/own") |
    awk -F '\t' 'BEGIN { printf "%-20s  %-24s  %s\n", "", "shipped", "own" }
      { printf "%-20s  %-24s  %s\n", $1, $2, $3 }'
} | tee "$output/comparison.txt"
