# Strings that are really alike stand out from what chance gives; --max-evalue leaves the rest out.
awk 'BEGIN { for (i = 0; i < 400; ++i) { printf "%d.wav\t3.00\t", i
  for (j = 0; j < 40; ++j) { x = (x * 7141 + 54773) % 259200; printf "%s%d", j ? " " : "", int(x / 4050) }
  print "" } }' >strings.tsv
pa-index a.pai strings.tsv
sed -n 's/^57.wav/again/p' strings.tsv >query.tsv
pa-search a.pai query.tsv -k 4 |
  awk -F'\t' '{ print $1, $2, ($5 < 0.001 ? "means something" : ($5 > 0.2 ? "chance" : $5)) }'
echo "filtered:"
pa-search a.pai query.tsv -k 0 --max-evalue 0.001 | cut -f 1-4
echo "nothing:"
pa-search a.pai data/queries.tsv --max-evalue 0 || echo "exit $?"
