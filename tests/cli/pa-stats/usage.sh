pa-stats --qrels x --pairs y || echo "exit $?"
pa-stats --min-relevance 2 data/strings.tsv || echo "exit $?"
pa-stats --format svg data/strings.tsv || echo "exit $?"
pa-stats --input-format xml data/strings.tsv || echo "exit $?"
