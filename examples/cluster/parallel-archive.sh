#!/usr/bin/env bash
# Archives a folder of recordings on several hosts at once, with GNU parallel over ssh.
set -euo pipefail

usage() {
  cat <<'END'
usage: parallel-archive.sh [-S HOST,HOST,…] [-n SHARDS] FOLDER ARCHIVE.pai
  -S HOSTS   as GNU parallel takes them; ":" is this host, and the default
  -n SHARDS  number of shards, more than there are processors in all (16)
Every host must have the tools where this one has them (PATH is taken along), and see the same folders
under the same absolute names.
Run again, it resumes with the unfinished shards. Exit status: 0 done; 2 something failed.
END
}

hosts=:
shards=16
while getopts S:n:h option; do
  case $option in
    S) hosts=$OPTARG ;;
    n) shards=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || { usage >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd -- "$1" && pwd)
archive=$(realpath -m -- "${2%/}")
parts=$archive.parts

if [ -d "$parts" ]; then
  echo "parallel-archive: resuming with the lists in $parts; recordings added since are left out" >&2
else
  "$here/make-shards.sh" "$folder" "$shards" "$parts"
fi
# A job a processor, of one thread each: the lists are dealt evenly, and no job waits for another.
failed=0
for list in "$parts"/*.list; do echo "${list%.list}"; done |
  parallel --will-cite -S "$hosts" --joblog "$parts/jobs.log" --env PATH --env PAIRALIGN_MODEL \
    "SHARD_THREADS=1 '$here/archive-shard.sh' {}.list {}.pai 2>&1" >"$parts/messages.log" || failed=$?
cat "$parts/messages.log" >&2

# Lists that are not done stay for another call.
for list in "$parts"/*.list; do
  [ -d "${list%.list}.pai" ] || { echo "parallel-archive: not done: $list; call again" >&2; exit 2; }
done
pa-index --merge "$archive" "$parts"/*.pai
rm -r "$parts"
[ "$failed" -eq 0 ] || exit 2
