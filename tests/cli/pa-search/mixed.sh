# Strings of two models are never compared: neither queries with an archive nor two archives.
pa-index a.pai data/strings.tsv
sed 's/^#pairalign.*/#pairalign 1 model=fedcba9876543210 tokenizer=vq vocab=64/' data/strings.tsv >other
pa-index b.pai other
pa-search a.pai other || echo "exit $?"
pa-search a.pai b.pai data/queries.tsv || echo "exit $?"
# Queries before and after those of another model are answered.
head -n 2 data/queries.tsv >good.tsv
for fuse in '' --fuse; do
  pa-search $fuse -k 1 a.pai good.tsv other good.tsv >hits || echo "exit $?"
  cut -f 1 hits
done
