pa-index a.pai data/strings.tsv
pa-search data/queries.tsv || echo "exit $?"
pa-search --mode sideways a.pai || echo "exit $?"
pa-search --format xml a.pai || echo "exit $?"
pa-search --min-score 1.5 a.pai || echo "exit $?"
pa-search -k -1 a.pai || echo "exit $?"
pa-search absent.pai data/queries.tsv || echo "exit $?"
mkdir plain
pa-search plain data/queries.tsv || echo "exit $?"
# Limits are numbers: none that bounds nothing, no decimal comma.
for limit in nan inf -1 0,5 five ''; do pa-search --min-score "$limit" a.pai || echo "exit $?"; done
pa-search --max-evalue nan a.pai || echo "exit $?"
pa-search --max-evalue -0.1 a.pai || echo "exit $?"
pa-search --duplicates nan a.pai || echo "exit $?"
pa-search --duplicates 0,9 a.pai || echo "exit $?"
# Standard input can be read once.
pa-search --between - - <data/queries.tsv || echo "exit $?"
