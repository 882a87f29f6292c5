# Renderings of a recording: lines of one key, the first of them the recording as it is.
pa-tokenize audio/query.opus >plain.tsv
pa-tokenize --renderings 4 audio/query.opus >four.tsv
grep -c -v '^#' four.tsv
grep -v '^#' four.tsv | cut -f 1,2 | sort -u | wc -l
echo "the first is the plain string, the others are not:"
head -n 2 four.tsv | cmp - plain.tsv && echo same
grep -v '^#' four.tsv | cut -f 3 | sort -u | wc -l
echo "fewer of them begin alike; threads and order:"
pa-tokenize --renderings 2 audio/query.opus | cmp - <(head -n 3 four.tsv) && echo same
pa-tokenize --renderings 3 -j 3 audio/query.opus audio/talks | cut -f 1 | uniq -c | awk '$2 != "#pairalign" { print $1 }' | sort -u
echo "they find what the recording finds:"
pa-tokenize audio/talks | pa-index talks.pai
pa-search -k 1 --fuse talks.pai four.tsv | cut -f 2 | sed 's/#.*//'
pa-tokenize --renderings 0 audio/query.opus || echo "exit $?"
pa-tokenize --renderings 99 audio/query.opus || echo "exit $?"
pa-tokenize --renderings 2 --window 1 --hop 1 audio/query.opus || echo "exit $?"
