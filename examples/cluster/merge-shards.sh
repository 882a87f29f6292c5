#!/usr/bin/env bash
# Merges the archives of all shards into one and clears up; what the jobs said becomes the log of this
# one. Ends with 2 when a recording could not be read, or a shard is not done, which leaves all as it
# is. usage: merge-shards.sh PARTS ARCHIVE.pai
set -euo pipefail
[ $# -eq 2 ]
parts=$1
archive=$2

cat "$parts"/*.log
for list in "$parts"/*.list; do
  [ -d "${list%.list}.pai" ] || { echo "merge-shards: not done: $list; submit again" >&2; exit 2; }
done
complaints=$(cat "$parts"/*.log | grep -c '^pa-tokenize: ' || true)
pa-index --merge "$archive" "$parts"/*.pai
rm -r "$parts"
[ "$complaints" -eq 0 ] || exit 2
