# Strings of two models are never compared: neither queries with an archive nor two archives.
pa-index a.pai data/strings.tsv
sed 's/^#pairalign.*/#pairalign 1 model=fedcba9876543210 tokenizer=vq vocab=64/' data/strings.tsv >other
pa-index b.pai other
pa-search a.pai other || echo "exit $?"
pa-search a.pai b.pai data/queries.tsv || echo "exit $?"
