#!/usr/bin/env bash
# What is in a folder of recordings: one HTML page with figures, pictures, and what deserves a look.
set -euo pipefail

usage() {
  cat <<'END'
usage: report.sh FOLDER OUTPUT
Writes into the folder OUTPUT:
  index.html     the report
  figures.svg    its pictures
  strings.tsv    the token strings
  failures.txt   recordings that could not be read
END
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  -*) usage >&2; exit 2 ;;
esac
[ $# -eq 2 ] || { usage >&2; exit 2; }
folder=$1
output=$2
shown=10 # lines of each list

mkdir -p "$output"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=no
pa-tokenize "$folder" >"$output/strings.tsv" 2>"$output/failures.txt" || failed=yes
grep -v '^#' "$output/strings.tsv" >"$work/records" || {
  echo "report: $folder: no recording could be read, see $output/failures.txt" >&2
  exit 2
}
pa-stats "$output/strings.tsv" >"$work/figures.txt"
pa-stats --format svg "$output/strings.tsv" >"$output/figures.svg"
pa-index "$work/strings.pai" "$output/strings.tsv"
pa-search --duplicates 0.7 "$work/strings.pai" >"$work/pairs" || [ $? -eq 1 ]
sort -t $'\t' -k 4,4nr "$work/pairs" >"$work/duplicates"

# KEY, SECONDS, tokens per second: sorted by what the lists are about.
awk -F '\t' -v OFS='\t' '$2 > 0 { print $1, $2, sprintf("%.1f", split($3, token, " ") / $2) }' \
  "$work/records" >"$work/rates"
sort -t $'\t' -k 2,2n "$work/rates" >"$work/short"
sort -t $'\t' -k 2,2nr "$work/rates" >"$work/long"
# Speech has a steady rate; silence, music and noise have another.
sort -t $'\t' -k 3,3n "$work/rates" >"$work/slow"
awk -F '\t' -v OFS='\t' '{ name = $1; sub(/.*\//, "", name); n = split(name, part, ".")
    kind = n > 1 ? tolower(part[n]) : "-"; files[kind]++; seconds[kind] += $2 }
  END { for (kind in files) print kind, files[kind], sprintf("%.2f", seconds[kind] / 3600) }' \
  "$work/records" | sort >"$work/kinds"

escaped() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }

# table TITLE FILE HEADING...: the first lines of a file of TAB-separated fields.
table() {
  local title=$1 file=$2
  shift 2
  [ -s "$file" ] || return 0
  echo "<h2>$title</h2><table><tr>$(printf '<th>%s</th>' "$@")</tr>"
  head -n "$shown" "$file" | escaped | sed 's|\t|</td><td>|g; s|^|<tr><td>|; s|$|</td></tr>|'
  echo '</table>'
  [ "$(wc -l <"$file")" -le "$shown" ] || echo "<p>and $(($(wc -l <"$file") - shown)) more</p>"
}

{
  cat <<END
<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>$(escaped <<<"$folder")</title>
<style>
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; color: #222 }
img { max-width: 100% } pre { background: #f4f4f4; padding: 1em; overflow-x: auto }
table { border-collapse: collapse } td, th { padding: .15em 1.5em .15em 0; text-align: left }
td { border-top: 1px solid #ddd; overflow-wrap: anywhere }
</style>
<h1>Recordings of $(escaped <<<"$folder")</h1>
<p>$(date '+%F %R'), $(pa-tokenize --version)</p>
<img src="figures.svg" alt="Lengths, token frequencies and rates">
END
  table 'Kinds of files' "$work/kinds" kind files hours
  table 'Could not be read' "$output/failures.txt" reason
  table 'Shortest' "$work/short" recording seconds tokens/s
  table 'Longest' "$work/long" recording seconds tokens/s
  table 'Lowest token rate: silence, noise?' "$work/slow" recording seconds tokens/s
  table 'Near-duplicates' "$work/duplicates" recording 'and recording' edits score
  echo "<h2>All figures</h2><pre>$(escaped <"$work/figures.txt")</pre></html>"
} >"$output/index.html"

echo "$output/index.html: $(wc -l <"$work/records") recordings, $(wc -l <"$output/failures.txt") not readable"
[ $failed = no ] || exit 2
