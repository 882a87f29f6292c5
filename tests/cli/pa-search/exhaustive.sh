# An archive with an index: the same hits with it and without, for any number of threads.
awk 'BEGIN { for (i = 0; i < 1500; ++i) { printf "%d.wav\t3.00\t", i
  for (j = 0; j < 40; ++j) { x = (x * 7141 + 54773) % 259200; printf "%s%d", j ? " " : "", int(x / 1013) }
  print "" } }' >strings.tsv
pa-index a.pai strings.tsv
pa-index --info a.pai | grep -c ' pairs '
awk -F'[\t ]' 'NR % 100 == 1 { printf "q%s\t%s\t7", $1, $2; for (i = 12; i < 36; ++i) printf " %s", $i; print "" }' \
  strings.tsv >queries.tsv
for options in '' '--min-score 0.6' '--max-distance 5 -k 0' '--mode global --min-score 0.3'; do
  pa-search a.pai queries.tsv $options --exhaustive >expected
  pa-search a.pai queries.tsv $options -j 1 | cmp - expected
  pa-search a.pai queries.tsv $options -j 3 | cmp - expected
  wc -l <expected
done
