#!/usr/bin/env bash
# Searches many archives at once as a Slurm job array, one job an archive; a last job merges the hits.
set -euo pipefail

usage() {
  cat <<'END'
usage: slurm-search.sh [-k HITS] [-w] QUERIES.tsv HITS.tsv ARCHIVE.pai…
  -k HITS  hits per query (10)
  -w       wait until the hits are merged
Prints the number of the merging job. The folders must be on a file system that all nodes share.
END
}

hits=10
wait=()
while getopts k:wh option; do
  case $option in
    k) hits=$OPTARG ;;
    w) wait=(--wait) ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 3 ] || { usage >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
queries=$(realpath -- "$1")
output=$(realpath -m -- "$2")
shift 2
parts=$output.parts
mkdir "$parts"
realpath -- "$@" >"$parts/archives"

# No hit in one of them is no fault.
array=$(sbatch --parsable --job-name=pa-search --array=1-$# --output="$parts/%a.log" --wrap "
  pa-search \"\$(sed -n \${SLURM_ARRAY_TASK_ID}p '$parts/archives')\" '$queries' -k $hits -j 1 \
    >'$parts/'\$SLURM_ARRAY_TASK_ID.tsv || [ \$? -eq 1 ]")
sbatch --parsable "${wait[@]}" --job-name=pa-hits --dependency="afterok:${array%%;*}" \
  --kill-on-invalid-dep=yes --output="$output.log" --wrap "
  '$here/merge-hits.sh' $hits '$parts'/*.tsv >'$output' && rm -r '$parts'"
