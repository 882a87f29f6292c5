# Pairs of records, each once: within an archive, of one archive against another.
cat >near.tsv <<'EOF'
a.wav	1.00	1 2 3 4 5 6 7 8 9 10
b.wav	1.00	1 2 3 4 5 6 7 8 9 11
c.wav	1.00	20 21 22 23 24 25 26 27 28 29
d.wav	1.00	1 2 3 4 5 6 7 8 9 10
short.wav	0.90	2 3 4 5 6 7 8 9
hum.wav	3.00	5 5 5 5 6 5 5 5 5 5 5 6 5
hum-again.wav	3.00	5 5 5 5 6 5 5 5 5 5 5 6 5
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
echo "what says nothing is left out:"
pa-search -v --duplicates 0.9 --min-tokens 1 near.pai 2>&1 >pairs.tsv | grep pairs
pa-search --duplicates 0.9 --min-seconds 1.5 near.pai || echo "exit $?"
echo "places of the shorter one in a longer one, and windows:"
{
  printf 'one.wav\t8.00\t50 51 1 2 3 4 5 6 7 8 9 10 52 53 54\n'
  printf 'two.wav\t9.00\t60 1 2 3 4 5 6 7 8 9 10 61 62 63 64 1 2 3 4 5 6 7 80 9 10\n'
} | pa-index long.pai
pa-search --duplicates 0.8 --mode infix --min-tokens 8 near.pai long.pai | cut -f 1-4 | head -n 3
pa-search --duplicates 0.8 --mode infix --part 8 long.pai | cut -f 1,2
echo "cleaning:"
pa-search --duplicates 0.9 near.pai | cut -f 2 | sort -u | pa-index --remove near.pai
pa-search --duplicates 0.9 near.pai || echo "exit $?"
pa-search --duplicates 0 near.pai || echo "exit $?"
pa-search --duplicates 0.9 near.pai near.tsv || echo "exit $?"
pa-search --duplicates 0.9 -k 3 near.pai || echo "exit $?"
pa-search --duplicates 0.9 --part 8 near.pai || echo "exit $?"
pa-search --part 8 near.pai near.tsv || echo "exit $?"
