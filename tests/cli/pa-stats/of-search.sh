# Hits of pa-search are a run, in either of its formats.
pa-index a.pai data/strings.tsv
printf 'first 0 one 1\nsecond 0 part 1\n' >qrels
pa-search a.pai data/queries.tsv | pa-stats --qrels qrels >by-hits
pa-search --format trec a.pai data/queries.tsv | pa-stats --qrels qrels | cmp - by-hits
cat by-hits
