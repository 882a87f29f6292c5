sed 's/^#pairalign.*/#pairalign 1 model=fedcba9876543210 tokenizer=vq vocab=64/' data/strings.tsv >other
pa-stats data/strings.tsv other || echo "exit $?"
cat data/strings.tsv other | pa-stats || echo "exit $?"
