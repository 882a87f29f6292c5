# Queries of one key are renderings of one query: a recording is judged by all of them.
{
  printf 'word.wav\t1.00\t1 2 3 4 5 6 7 8\n'
  printf 'else.wav\t1.00\t70 71 72 73 74 75\n'
  printf 'word.wav\t1.00\t1 2 3 40 50 6 7 8\n'
} >queries.tsv
{
  printf 'like-one.wav\t2.00\t90 91 1 2 3 4 5 6 7 8 92\n'
  printf 'like-both.wav\t2.00\t93 94 1 2 3 4 50 6 7 8 95\n'
  printf 'else-said.wav\t2.00\t96 70 71 72 73 74 75 97 70 71 72 73 74 75\n'
  printf 'nothing.wav\t2.00\t20 21 22 23 24 25 26 27\n'
} >strings.tsv
pa-index a.pai strings.tsv
echo "each rendering a query of its own:"
pa-search -k 1 a.pai queries.tsv | cut -f 1-4
echo "one query, where it first stands; one place of a recording:"
pa-search -k 0 --min-score 0.4 --fuse a.pai queries.tsv | cut -f 1-4
echo "limits, and -k:"
pa-search -k 1 --fuse a.pai queries.tsv | cut -f 2
pa-search --min-score 0.95 --fuse a.pai queries.tsv | cut -f 2
pa-search --fuse --format trec -k 1 a.pai queries.tsv | cut -d ' ' -f 1-4
echo "a single rendering is scored as without:"
grep else queries.tsv | pa-search -k 1 --fuse a.pai | cut -f 1-4
echo "threads:"
pa-search -k 0 --fuse -j 1 a.pai queries.tsv >one
pa-search -k 0 --fuse -j 3 a.pai queries.tsv | cmp - one && echo same
printf 'empty.wav\t0.00\t\n' | pa-search --fuse a.pai || echo "exit $?"
pa-search --fuse --places 2 a.pai queries.tsv || echo "exit $?"
pa-search --fuse --alignment a.pai queries.tsv || echo "exit $?"
pa-search --fuse --duplicates 1 a.pai || echo "exit $?"
