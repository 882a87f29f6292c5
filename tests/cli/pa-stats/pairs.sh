cat >noisy <<'END'
#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=64
one.opus	4.00	1 2 3 4 5 6 7 8
two.opus	3.00	9 3 4 4
END
pa-stats noisy --pairs data/strings.tsv | sed 1,/^pairs/d
sed 's/model=[0-9a-f]*/model=fedcba9876543210/' noisy >other
pa-stats other --pairs data/strings.tsv || echo "exit $?"
printf 'stranger\t1.00\t1\n' >nobody
pa-stats nobody --pairs data/strings.tsv || echo "exit $?"
