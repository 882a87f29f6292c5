#!/usr/bin/env bash
# Moves the recordings that plan-cleaning.sh has listed into another folder, from which they can be
# moved back, and takes their records out of the archive. Without -y it only says what it would do.
set -euo pipefail

usage() {
  cat <<'END'
usage: move-duplicates.sh [-y] ARCHIVE.pai MOVE.tsv FOLDER
  -y  do it; files keep their paths below FOLDER, and nothing there is overwritten
END
}

do_it=no
while getopts yh option; do
  case $option in
    y) do_it=yes ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 3 ] || { usage >&2; exit 2; }
archive=$1
list=$2
folder=$3

# A KEY field as the path it stands for: \t, \n, \\ and a leading \# are escapes.
path_of() { printf '%b' "${1/#'\#'/'#'}"; }

failed=no
fault() {
  failed=yes
  echo "move-duplicates: $*" >&2
}

while IFS=$'\t' read -r key kept score; do
  file=$(path_of "$key"; echo .) && file=${file%.}
  witness=$(path_of "$kept"; echo .) && witness=${witness%.}
  target=$folder/${file#/}
  if [ ! -e "$file" ]; then
    fault "$key: does not exist"
  elif [ ! -e "$witness" ]; then
    fault "$key: left in place: $kept, which should be kept instead, does not exist"
  elif [ -e "$target" ]; then
    fault "$key: left in place: $target already exists"
  elif [ $do_it = no ]; then
    echo "would move $key (like $kept, $score)"
  else
    mkdir -p "$(dirname "$target")"
    mv -n -- "$file" "$target"
    printf '%s\n' "$key" | pa-index --remove "$archive"
    echo "moved $key (like $kept, $score)"
  fi
done <"$list"
[ $failed = no ] || exit 2
