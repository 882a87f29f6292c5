#!/usr/bin/env bash
# Archives a folder of recordings as a Slurm job array, one job a shard, and a job that merges the
# archives of the shards when all are done.
set -euo pipefail

usage() {
  cat <<'END'
usage: slurm-archive.sh [-n SHARDS] [-c THREADS] [-w] FOLDER ARCHIVE.pai [SBATCH OPTION…]
  -n SHARDS   jobs of the array (16)
  -c THREADS  processors of a job (1)
  -w          wait until the merging job has ended, and exit with its status
Prints the number of the merging job. The folders must be on a file system that all nodes share.
END
}

shards=16
threads=1
wait=()
while getopts n:c:wh option; do
  case $option in
    n) shards=$OPTARG ;;
    c) threads=$OPTARG ;;
    w) wait=(--wait) ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { usage >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd -- "$1" && pwd)
archive=$(realpath -m -- "${2%/}")
shift 2
parts=$archive.parts

if [ -d "$parts" ]; then
  echo "slurm-archive: resuming with the lists in $parts; recordings added since are left out" >&2
else
  "$here/make-shards.sh" "$folder" "$shards" "$parts"
fi
last=$(($(find "$parts" -name '*.list' | wc -l) - 1))
array=$(sbatch --parsable --job-name=pa-shard --array=0-$last --cpus-per-task="$threads" \
  --output="$parts/%a.log" "$@" --wrap "'$here/archive-shard.sh' '$parts/'\$SLURM_ARRAY_TASK_ID.list \
    '$parts/'\$SLURM_ARRAY_TASK_ID.pai")
# afterany, and not afterok: a recording that cannot be read fails its job, and no other recording.
sbatch --parsable "${wait[@]}" --job-name=pa-merge --dependency="afterany:${array%%;*}" \
  --output="$archive.log" "$@" --wrap "'$here/merge-shards.sh' '$parts' '$archive'"
