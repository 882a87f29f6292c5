#!/usr/bin/env bash
# Which recordings of an archive to keep, and which are near-duplicates of one that is kept. Changes
# nothing: it writes lists.
set -euo pipefail
# Keys need not be UTF-8, and their order is to be the same everywhere.
export LC_ALL=C

usage() {
  cat <<'END'
usage: plan-cleaning.sh [-s SCORE] ARCHIVE.pai FOLDER
  -s SCORE  near-duplicates are those of at least this score, up to 1 (0.7)
Writes into FOLDER:
  keep.txt  the keys that stay, one a line, escaped as in records
  move.tsv  KEY, the KEY that is kept instead, their SCORE: for move-duplicates.sh
END
}

score=0.7
while getopts s:h option; do
  case $option in
    s) score=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || { usage >&2; exit 2; }
archive=$1
folder=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pa-index --dump "$archive" | { grep -av '^#' || true; } >"$work/records"
if cut -f 1 "$work/records" | grep -aE '#(t=[0-9.]*,?[0-9.]*|channel=[0-9]+)$' >/dev/null; then
  echo "plan-cleaning: $archive: holds parts of files (#t=…, #channel=…), of which none can be moved" >&2
  exit 2
fi
pa-search --duplicates "$score" "$archive" >"$work/pairs" || [ $? -eq 1 ]

# The longest recordings come first, those of equal length in the order of their keys. Each is kept
# unless it is a near-duplicate of one that is kept already: so whatever goes has a witness that stays,
# which a chain of similar recordings would not give.
mkdir -p "$folder"
sort -t $'\t' -k 2,2nr -k 1,1 "$work/records" |
  awk -F '\t' -v keep="$folder/keep.txt" -v move="$folder/move.tsv" '
    BEGIN { printf "" >keep; printf "" >move }
    pass == 1 {
      partners[$1] = partners[$1] "\t" $2
      partners[$2] = partners[$2] "\t" $1
      scores[$1, $2] = scores[$2, $1] = $4
      next
    }
    {
      best = ""
      n = split(substr(partners[$1], 2), partner, "\t")
      for (i = 1; i <= n; i++)
        if (partner[i] in kept && (best == "" || scores[$1, partner[i]] > scores[$1, best])) best = partner[i]
      if (best == "") {
        kept[$1]
        print $1 >keep
      } else {
        print $1 "\t" best "\t" scores[$1, best] >move
      }
    }' pass=1 "$work/pairs" pass=2 -

echo "$(wc -l <"$folder/keep.txt") to keep, $(wc -l <"$folder/move.tsv") to move:" \
  "see $folder/move.tsv, then move-duplicates.sh"
