#!/usr/bin/env bash
# Command tests. A case is FOLDER/NAME.sh beside what it must print and how it must end:
#   NAME.stdout, NAME.stderr   exact text; empty when the file is missing
#   NAME.exit                  exit status; 0 when the file is missing
# A case runs with `bash -eu` in a fresh folder that holds a link `data` to tests/cli/data and a link
# `audio` to examples/audio, with the tools on PATH and nothing on stdin. Expectations hold no token
# ids, distances or model names, which change with every trained model: cases count, compare, cut.
# A case that begins with `# needs: PROGRAM...` is skipped where one of these is missing, but not under
# continuous integration (CI is set).
# CASE_SECONDS: what a case may take, 120 unless told.
set -u

usage() {
  echo "usage: tests/cli/run.sh [--update] [--bin FOLDER] [FOLDER | FOLDER/NAME]..."
  echo "  --update      rewrite the expectations from what the tools do now: read the diff before committing"
  echo "  --bin FOLDER  where the tools are (default: build/bin)"
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$root/build/bin
update=no
selection=()
while [ $# -gt 0 ]; do
  case $1 in
    --update) update=yes ;;
    --bin) bin=${2:?--bin needs a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) selection+=("${1%.sh}") ;;
  esac
  shift
done
bin=$(cd "$bin" && pwd) || exit 2

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# Runs the case file $1; leaves stdout, stderr and exit in $scratch.
run_case() {
  local folder=$scratch/work
  rm -rf "$folder"
  mkdir "$folder"
  ln -s "$here/data" "$folder/data"
  ln -s "$root/examples/audio" "$folder/audio"
  (
    cd "$folder" || exit 99
    env -u PAIRALIGN_MODEL -u NO_COLOR LC_ALL=C PATH="$bin:$PATH" DATA="$here/data" \
      timeout "${CASE_SECONDS:-120}" bash -eu "$1" </dev/null >"$scratch/stdout" 2>"$scratch/stderr"
  )
  echo $? >"$scratch/exit"
}

# Compares what stream $2 of the case $1 gave with what is expected ($3 where there is no file).
compare() {
  local expected=$1.$2 got=$scratch/$2
  [ -e "$expected" ] || printf '%s' "$3" >"$scratch/default"
  [ -e "$expected" ] || expected=$scratch/default
  diff -u --label "expected $2" --label "got $2" "$expected" "$got"
}

# Stores stream $2 of the case $1 unless it is the default $3.
store() {
  if [ "$(cat "$scratch/$2"; echo .)" = "$3." ]; then
    rm -f "$1.$2"
  else
    cp "$scratch/$2" "$1.$2"
  fi
}

selected() {
  [ ${#selection[@]} -eq 0 ] && return 0
  local wanted
  for wanted in "${selection[@]}"; do
    case $1 in "$wanted" | "$wanted"/*) return 0 ;; esac
  done
  return 1
}

# The first program that the case file $1 needs and this machine lacks.
missing_program() {
  local program
  [ -z "${CI:-}" ] || return 0
  for program in $(sed -n '1s/^# needs: //p' "$1"); do
    command -v "$program" >/dev/null || { echo "$program"; return; }
  done
}

ran=0
failed=0
skipped=0
for file in "$here"/*/*.sh; do
  case_path=${file%.sh}
  name=${case_path#"$here"/}
  selected "$name" || continue
  ran=$((ran + 1))
  missing=$(missing_program "$file")
  if [ -n "$missing" ]; then
    echo "skip $name: no $missing"
    skipped=$((skipped + 1))
    continue
  fi
  run_case "$file"
  if [ $update = yes ]; then
    store "$case_path" stdout ''
    store "$case_path" stderr ''
    store "$case_path" exit $'0\n'
    continue
  fi
  good=yes
  compare "$case_path" stdout '' || good=no
  compare "$case_path" stderr '' || good=no
  compare "$case_path" exit $'0\n' || good=no
  [ $good = yes ] && echo "ok   $name" && continue
  echo "FAIL $name"
  failed=$((failed + 1))
done

if [ $ran -eq 0 ]; then
  echo "no such case: ${selection[*]}" >&2
  exit 2
fi
if [ $update = yes ]; then
  echo "expectations of $((ran - skipped)) cases rewritten"
else
  echo "$((ran - failed - skipped)) of $ran cases as expected, $skipped skipped"
fi
[ $failed -eq 0 ]
