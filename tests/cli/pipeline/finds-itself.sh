# Every talk, searched with its own string, comes first; with the string of three seconds of it, too.
pa-tokenize audio/talks | pa-index talks.pai
pa-index --dump talks.pai | pa-search -k 1 talks.pai >whole
pa-tokenize --window 3 audio/talks | pa-search -k 1 talks.pai >parts
for hits in whole parts; do
  awk -F '\t' '{
    query = $1; sub(/#t=.*/, "", query)
    found = $2; sub(/#t=.*/, "", found)
    if (query == found) ++right
  } END { print right, "of", NR }' $hits
done
