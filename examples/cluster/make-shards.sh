#!/usr/bin/env bash
# Deals the recordings of a folder into lists of about the same size in bytes, so that jobs last equally
# long. usage: make-shards.sh FOLDER SHARDS OUTPUT; writes OUTPUT/0.list, OUTPUT/1.list, … OUTPUT must not
# exist, and is there only when all recordings are in its lists.
set -euo pipefail
[ $# -eq 3 ]
folder=$1
shards=$2
output=$3

[ ! -e "$output" ] || { echo "make-shards: $output already exists" >&2; exit 2; }
unfinished=$output.unfinished
trap 'rm -rf "$unfinished"' EXIT
trap 'echo "make-shards: $folder: not completely listed, so not at all" >&2; exit 2' ERR
rm -rf "$unfinished"
mkdir -p "$unfinished"
# The largest first, each to the next list, there and back again.
"$(dirname "$0")/../nightly/find-audio.sh" "$folder" -printf '%s %p\0' | sort -z -k 1,1nr -k 2 | {
  turn=0
  while IFS= read -r -d '' line; do
    at=$((turn % (2 * shards)))
    [ $at -lt "$shards" ] || at=$((2 * shards - 1 - at))
    printf '%s\0' "${line#* }" >>"$unfinished/$at.list"
    turn=$((turn + 1))
  done
}
for list in "$unfinished"/*.list; do
  [ -e "$list" ] || { echo "make-shards: $folder: no recordings" >&2; exit 2; }
done
mv -T "$unfinished" "$output"
