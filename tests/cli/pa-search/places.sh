# A jingle several times in one recording: every place, best first, and not one twice.
{
  printf 'jingle.wav\t1.00\t1 2 3 4 5 6 7 8\n' >jingle.tsv
  printf 'programme.wav\t10.00\t1 2 3 4 5 6 7 8 90 91 1 2 3 4 6 7 8 92 1 2 3 4 5 6 7 8 1 2 3 4 5 6 7 8 93 1 2 30 4\n'
  printf 'other.wav\t2.00\t70 71 1 2 3 4 5 6 7 8 72 73 74 75 76 77\n'
} >programmes.tsv
pa-index a.pai programmes.tsv
echo "all:"
pa-search -k 0 --min-score 0.5 a.pai jingle.tsv | cut -f 2-4
echo "the same without an index, with soft limits, and as jsonl:"
pa-search -k 0 --min-score 0.5 --exhaustive a.pai jingle.tsv | cut -f 2-4 | wc -l
pa-search -k 0 --max-distance 1 --format jsonl a.pai jingle.tsv | grep -c '"place"'
echo "-k counts places:"
pa-search -k 2 a.pai jingle.tsv | cut -f 2
echo "so many of a recording:"
pa-search -k 0 --places 1 --min-score 0.5 a.pai jingle.tsv | cut -f 2
pa-search -k 0 --places 2 --min-score 0.5 a.pai jingle.tsv | cut -f 2
echo "a run names documents:"
pa-search -k 0 --min-score 0.5 --format trec a.pai jingle.tsv | cut -d ' ' -f 3-5
pa-search --places -1 a.pai jingle.tsv || echo "exit $?"
