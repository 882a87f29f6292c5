#!/usr/bin/env bash
# The tools on the clips of examples/audio: archive twelve talks, ask by voice and by typing, show where
# the words were said. usage: scripts/demo.sh [FOLDER OF THE TOOLS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
PATH=$(cd "${1:-$root/build/bin}" && pwd):$PATH
cd "$root/examples/audio"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
archive=$work/talks.pai

# Explains a command, shows it as one would type it, and runs it; its output is kept in $work/output.
step() {
  printf '\n# %s\n' "$1"
  printf '$ %s\n' "${2//$work\//}"
  eval "$2" | sed "s|$work/||" | tee "$work/output"
}

step 'The decoder writes a recording as one line of text: its name, its seconds, its tokens.' \
  "pa-tokenize talks/harbour.opus | cut -c 1-76"
step 'Twelve talks go into an archive, with the time of each token.' \
  "pa-tokenize talks/ | pa-index $archive"
step 'What it holds.' \
  "pa-index --info $archive"
step 'A query by voice: 1.6 s cut out of one talk, band-limited, in noise. Where was it said?' \
  "pa-tokenize query.opus | pa-search -k 3 $archive"

step 'The same, ranked by how tokens are confused, with 16 alternatives for each token: the score is in bits.' \
  "pa-tokenize --alternatives 16 query.opus | pa-search -k 3 --cost soft $archive"

printf '\n# What was said there (from transcripts.tsv; the tools never saw a word of text):\n'
cut -f 2,4 "$work/output" | sed -E 's/#t=([0-9.]+),([0-9.]+)/\t\1\t\2/' |
  while IFS=$'\t' read -r file start end score; do
    sentence=$(awk -F '\t' -v file="$file" -v middle="$(awk "BEGIN { print ($start + $end) / 2 }")" \
      '$1 == file && $2 <= middle && middle < $3 { print $4 }' transcripts.tsv)
    printf '%s from %s s to %s s, score %s: %s\n' "$file" "$start" "$end" "$score" "$sentence"
  done

step 'Typed: a synthesiser, another speaker than that of the talk, says the words; the best of the hits, by their audio.' \
  "espeak-ng -v en+f3 -w $work/typed.wav 'the night train to Vienna' && pa-tokenize --alternatives 16 $work/typed.wav | pa-search -k 100 --cost soft $archive | pa-rerank -k 1"
