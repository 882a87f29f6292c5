# Pairs of records, each once: within an archive, of one archive against another.
cat >near.tsv <<'EOF'
a.wav	1.00	1 2 3 4 5 6 7 8 9 10
b.wav	1.00	1 2 3 4 5 6 7 8 9 11
c.wav	1.00	20 21 22 23 24 25 26 27 28 29
d.wav	1.00	1 2 3 4 5 6 7 8 9 10
short.wav	0.50	4 5 6 7
empty.wav	0.00	
EOF
pa-index near.pai near.tsv
pa-search --duplicates 0.9 near.pai
echo "infix:"
pa-search --duplicates 1 --mode infix near.pai
echo "exhaustive:"
pa-search --duplicates 0.9 --exhaustive near.pai | head -1
echo "against another:"
printf 'x.wav\t1.00\t20 21 22 23 24 25 26 27 28\n' | pa-index other.pai
pa-search --duplicates 0.9 other.pai near.pai
pa-search --duplicates 0.91 other.pai near.pai || echo "exit $?"
echo "cleaning:"
pa-search --duplicates 0.9 near.pai | cut -f 2 | sort -u | pa-index --remove near.pai
pa-search --duplicates 0.9 near.pai || echo "exit $?"
pa-search --duplicates 0 near.pai || echo "exit $?"
pa-search --duplicates 0.9 near.pai near.tsv || echo "exit $?"
pa-search --duplicates 0.9 -k 3 near.pai || echo "exit $?"
