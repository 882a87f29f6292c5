# Which hits are left out, and that nothing left is status 1.
pa-index a.pai data/strings.tsv
pa-search -k 1 a.pai data/queries.tsv
pa-search --max-distance 0 a.pai data/queries.tsv
pa-search --min-score 0.75 a.pai data/queries.tsv | cut -f 1,3,4
pa-index --dump a.pai | pa-search --no-self -k 1 a.pai | cut -f 1,2
printf 'q\t1.00\t50 51\n' | pa-search a.pai || echo "exit $?"
pa-search --max-distance 0 --min-score 1 --no-self a.pai data/strings.tsv || echo "exit $?"
