# Queries too short, or too uniform, for any hit to mean something are named once.
awk 'BEGIN { for (i = 0; i < 400; ++i) { printf "%d.wav\t3.00\t", i
  for (j = 0; j < 40; ++j) { x = (x * 7141 + 54773) % 259200; printf "%s%d", j ? " " : "", int(x / 4050) }
  print "" } }' >strings.tsv
pa-index a.pai strings.tsv
printf 'one.wav\t0.10\t7\n' | pa-search -k 1 a.pai | cut -f 1
{ printf 'long.wav\t3.00\t'; sed -n 57p strings.tsv | cut -f 3; printf 'one.wav\t0.10\t7\ntwo.wav\t0.10\t8\n'; } >queries.tsv
pa-search -k 1 a.pai queries.tsv | cut -f 1
echo "not with -q, nor where E-values are not told:"
pa-search -q -k 1 a.pai queries.tsv | wc -l
pa-search -k 1 --format trec a.pai queries.tsv | wc -l
