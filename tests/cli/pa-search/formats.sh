pa-index a.pai data/strings.tsv
pa-search --format trec a.pai data/queries.tsv
pa-search --format jsonl a.pai data/queries.tsv
