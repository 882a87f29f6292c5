pa-index a.pai data/strings.tsv
pa-search data/queries.tsv || echo "exit $?"
pa-search --mode sideways a.pai || echo "exit $?"
pa-search --format xml a.pai || echo "exit $?"
pa-search --min-score 1.5 a.pai || echo "exit $?"
pa-search -k -1 a.pai || echo "exit $?"
pa-search absent.pai data/queries.tsv || echo "exit $?"
mkdir plain
pa-search plain data/queries.tsv || echo "exit $?"
