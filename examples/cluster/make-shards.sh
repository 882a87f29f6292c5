#!/usr/bin/env bash
# Deals the recordings of a folder into lists of about the same size in bytes, so that jobs last equally
# long. usage: make-shards.sh FOLDER SHARDS OUTPUT; writes OUTPUT/0.list, OUTPUT/1.list, …
set -euo pipefail
[ $# -eq 3 ]
folder=$1
shards=$2
output=$3

mkdir -p "$output"
rm -f "$output"/*.list
# The largest first, each to the next list, there and back again.
find -L "$folder" -type f \( -iname '*.wav' -o -iname '*.flac' -o -iname '*.mp3' -o -iname '*.ogg' \
  -o -iname '*.opus' \) -printf '%s %p\0' | sort -z -k 1,1nr -k 2 | {
  turn=0
  while IFS= read -r -d '' line; do
    at=$((turn % (2 * shards)))
    [ $at -lt "$shards" ] || at=$((2 * shards - 1 - at))
    printf '%s\0' "${line#* }" >>"$output/$at.list"
    turn=$((turn + 1))
  done
}
for list in "$output"/*.list; do
  [ -e "$list" ] || { echo "make-shards: $folder: no recordings" >&2; exit 2; }
done
