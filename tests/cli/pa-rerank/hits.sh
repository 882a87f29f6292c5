# The passage that the query was cut from comes first, at a place measured anew; every hit of the search is
# kept, for any number of threads.
pa-tokenize audio/talks | pa-index talks.pai
pa-tokenize --alternatives 16 audio/query.opus | pa-search --cost soft -k 30 talks.pai >hits
pa-rerank hits >ranked
cut -f 1,2 ranked | head -n 1 | sed -E 's/([0-9]+)\.[0-9]+/\1.x/g'
wc -l <ranked
awk -F '\t' 'NF != 5 || $3 < 0 || $4 > 1 || ($3 + $4 - 1)^2 > 1e-6 || $5 == ""' ranked
cut -f 4 ranked | sort -c -r -n && echo "best first"
echo "-- all of them, from standard input"
pa-rerank -k 0 <hits >all
[ "$(cut -f 5 all | sort)" = "$(cut -f 5 hits | sort)" ] && echo "the same hits"
head -n 10 all | cmp - ranked
pa-rerank -k 0 -j 1 hits | cmp - all
pa-rerank -k 0 -j 5 - <hits | cmp - all
echo "-- the order of the lines does not matter, nor do other queries"
sort -r hits | pa-rerank -k 0 | cmp - all
pa-tokenize audio/talks/garden.opus | pa-search -k 3 talks.pai >more
cat more hits | pa-rerank -k 0 | tail -n +4 | cmp - all
echo "-- limits"
pa-rerank -k 2 hits | wc -l
pa-rerank --min-score 0.8 hits | wc -l
pa-rerank --min-score 0.9999 hits || echo "exit $?"
