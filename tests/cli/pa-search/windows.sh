# Windows that overlap hold a place whole, cut, or several times: it is listed once, as the best has it.
windows() { # NAME, tokens: windows of 12 tokens of half a second, every 6
  awk -v name="$1" -v tokens="$2" 'BEGIN {
    n = split(tokens, t, " ")
    for (b = 0; b + 12 <= n; b += 6) {
      printf "%s#t=%.2f,%.2f\t6.00\t", name, b / 2, b / 2 + 6
      for (i = 1; i <= 12; ++i) printf "%s%d", (i > 1 ? " " : ""), t[b + i]
      printf "\t"
      for (i = 0; i < 12; ++i) printf "%s%d", (i ? " " : ""), i * 500
      print ""
    } }'
}
windows programme.wav '90 91 1 2 3 4 5 6 7 8 9 92 93 94 95 96 97 1 2 3 4 5 6 7 8 9 98 99 60 61' >programme.tsv
windows other.wav '80 81 82 83 84 85 86 87 88 1 2 3 4 5 6 7 8 9 89 79 78 77 76 75' >other.tsv
printf 'jingle.wav\t4.50\t1 2 3 4 5 6 7 8 9\n' >jingle.tsv
pa-index a.pai programme.tsv other.tsv
echo "all:"
pa-search -k 0 --min-score 0.3 a.pai jingle.tsv | cut -f 2,3
pa-search -k 0 --min-score 0.3 --exhaustive a.pai jingle.tsv | wc -l
echo "-k counts what is listed:"
for k in 1 2 3; do pa-search -k $k a.pai jingle.tsv | wc -l; done
echo "one of a recording, and in a run:"
pa-search -k 0 --min-score 0.3 --places 1 a.pai jingle.tsv | cut -f 2
pa-search -k 2 --format trec a.pai jingle.tsv | cut -d ' ' -f 3,4
echo "fused:"
pa-search -k 0 --min-score 0.3 --fuse a.pai jingle.tsv | cut -f 2
echo "pairs:"
pa-search --duplicates 0.6 --mode infix a.pai | cut -f 1-3
pa-search --duplicates 0.6 a.pai | cut -f 1-3
echo "records that are not windows are not touched:"
pa-index b.pai jingle.tsv
pa-search -k 0 b.pai a.pai jingle.tsv --min-score 1 | cut -f 2
echo "the channels of a file are recordings of their own:"
for side in 1 2; do printf 'call.wav#channel=%d\t4.50\t1 2 3 4 5 6 7 8 9\n' $side; done | pa-index c.pai
pa-search -k 0 c.pai jingle.tsv | cut -f 2
pa-search --duplicates 0.9 c.pai | cut -f 1,2
