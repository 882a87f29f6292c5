# A further field names what may stand in place of each part of a token; the others are what they were.
pa-tokenize audio/query.opus >plain.tsv
pa-tokenize --alternatives 3 audio/query.opus >three.tsv
cut -f 1-4 three.tsv | cmp - plain.tsv && echo same
grep -v '^#' three.tsv | cut -f 5 | tr ' ' '\n' | wc -l
grep -v '^#' plain.tsv | cut -f 3 | tr ' ' '\n' | wc -l
echo "most likely first, in thousandths; the token itself may be a fourth:"
grep -v '^#' three.tsv | cut -f 5 | tr ' ;' '\n\n' |
  awk -F '[:,]' '{ sum = $2 + $4 + $6 + $8; if (NF > 8 || $2 < $4 || $4 < $6 || $6 < $8 || sum < 998 || sum > 1002) print "not", $0 }'
echo "threads, windows and renderings:"
pa-tokenize --alternatives 3 -j 3 audio/query.opus audio/talks >three-threads.tsv
pa-tokenize --alternatives 3 -j 1 audio/query.opus audio/talks | cmp - three-threads.tsv && echo same
pa-tokenize --alternatives 3 --window 1 --renderings 1 audio/query.opus | awk -F '\t' '!/^#/ { print $1, split($3, t, " ") == split($5, a, " ") }'
pa-tokenize --alternatives 3 --renderings 2 audio/query.opus | awk -F '\t' '!/^#/ { print $1, split($3, t, " ") == split($5, a, " ") }'
echo "without times, and as JSON:"
pa-tokenize --alternatives 3 --no-times audio/query.opus | awk -F '\t' '!/^#/ { print NF, length($4) }'
pa-tokenize --alternatives 1 --format jsonl audio/query.opus | grep -c '"alternatives":\[\[\[\[[0-9]*,[0-9]*\]'
echo "an archive does not keep them:"
pa-index a.pai three.tsv
pa-index --dump a.pai | cmp - plain.tsv && echo same
pa-tokenize --alternatives 65 audio/query.opus || echo "exit $?"
pa-tokenize --alternatives 3 --format ctm audio/query.opus || echo "exit $?"
pa-tokenize --alternatives 3 --embeddings x.npy audio/query.opus || echo "exit $?"
