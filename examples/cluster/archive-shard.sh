#!/usr/bin/env bash
# The work of one job: tokenises the recordings of a list into an archive of its own, which is there
# completely or not at all. usage: archive-shard.sh LIST ARCHIVE.pai (paths of LIST end in NUL)
set -euo pipefail
[ $# -eq 2 ]
list=$1
archive=$2
# What Slurm or GNU parallel grants this job; all processors where neither does.
threads=${SLURM_CPUS_PER_TASK:-${SHARD_THREADS:-0}}

[ ! -e "$archive" ] || exit 0 # done by an earlier run
rm -rf "$archive.unfinished"
status=(0 0)
pa-tokenize -0 -j "$threads" <"$list" | pa-index "$archive.unfinished" || status=("${PIPESTATUS[@]}")
# 2 from pa-tokenize: recordings that cannot be read, which it has named. The others are archived.
if [ "${status[0]}" -gt 2 ] || [ "${status[1]}" -ne 0 ]; then exit 1; fi
mv "$archive.unfinished" "$archive"
exit "${status[0]}"
