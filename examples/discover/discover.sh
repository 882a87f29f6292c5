#!/usr/bin/env bash
# Trains on words that recur in a folder of recordings, without a transcript or a label: archives the
# folder, searches the other recordings for every second of speech, and trains on the pairs found, as the
# same words said twice; then repeats this with the new model.
set -euo pipefail

usage() {
  cat <<'END'
usage: discover.sh [-m MODEL] [-r ROUNDS] [-s STEPS] [-e EVALUE] [-a SCORE] [-j THREADS] AUDIO OUTPUT
  -m MODEL    model to start from (default: the shipped one)
  -r ROUNDS   rounds of finding and training (2); 0: find pairs, train nothing
  -s STEPS    training steps in each round (1500)
  -e EVALUE   highest E-value of a pair, in the whole folder (3)
  -a SCORE    lowest score of a pair by pa-rerank (0.8)
  -j THREADS  threads (default: all processors)
Writes into the folder OUTPUT, for each round: round-N/pairs.tsv, log.jsonl, model.safetensors; a round
whose files exist is skipped.
END
}

model=default
rounds=2
steps=1500
evalue=3
similarity=0.8
threads=()
while getopts m:r:s:e:a:j:h option; do
  case $option in
    m) model=$OPTARG ;;
    r) rounds=$OPTARG ;;
    s) steps=$OPTARG ;;
    e) evalue=$OPTARG ;;
    a) similarity=$OPTARG ;;
    j) threads=(-j "$OPTARG") ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || { usage >&2; exit 2; }
audio=$1
output=$2
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# find_pairs MODEL PAIRS
find_pairs() {
  rm -rf "$work"/archive.pai
  pa-tokenize "${threads[@]}" --model "$1" "$audio" >"$work/strings.tsv"
  pa-index "$work/archive.pai" "$work/strings.tsv"
  awk -f "$here/windows.awk" "$work/strings.tsv" >"$work/windows.tsv"
  pa-search "${threads[@]}" --model "$1" --cost soft --max-evalue "$evalue" -k 20 "$work/archive.pai" \
    "$work/windows.tsv" >"$work/hits.tsv" || [ $? -eq 1 ]
  awk -f "$here/pairs.awk" "$work/hits.tsv" >"$work/pairs.tsv"
  pa-rerank "${threads[@]}" --model "$1" -k 0 --min-score "$similarity" "$work/pairs.tsv" >"$work/similar.tsv" ||
    [ $? -eq 1 ]
  cut -f 1,2 "$work/similar.tsv" >"$2.part"
  mv "$2.part" "$2"
}

for ((round = 1; round <= (rounds > 0 ? rounds : 1); ++round)); do
  folder=$output/round-$round
  mkdir -p "$folder"
  [ -e "$folder/pairs.tsv" ] || find_pairs "$model" "$folder/pairs.tsv"
  echo "round $round: $(wc -l <"$folder/pairs.tsv") pairs"
  [ -s "$folder/pairs.tsv" ] || { echo "discover: nothing recurs in $audio" >&2; exit 1; }
  [ "$rounds" -gt 0 ] || exit 0
  if [ ! -e "$folder/model.safetensors" ]; then
    pa-train "${threads[@]}" --from "$model" --recipe "$here/recipe.json" --steps "$steps" \
      --pairs "$folder/pairs.tsv" --log "$folder/log.jsonl" -o "$folder/model.safetensors" "$audio"
  fi
  model=$folder/model.safetensors
done
