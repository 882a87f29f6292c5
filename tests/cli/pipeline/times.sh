# Three seconds of a talk are found where they were cut, give or take half a second at either end;
# one in ten may miss, because a window's first and last tokens lack their context.
pa-tokenize audio/talks | pa-index talks.pai
pa-tokenize --window 3 --hop 1.5 audio/talks/travel.opus audio/talks/museum.opus |
  pa-search -k 1 talks.pai | cut -f 1,2 | tr '=,\t' '   ' |
  awk '{
    right += $1 == $4 && ($2 - $5) ^ 2 < 0.25 && ($3 - $6) ^ 2 < 0.25
  } END { print NR " windows, " (right >= 0.9 * NR ? "found in place" : right " found in place") }'
