# A full disk is told by every tool; a reader that leaves early ends them quietly.
pa-tokenize audio/talks | pa-index talks.pai
pa-index --dump talks.pai >strings.tsv
pa-index --dump talks.pai >/dev/full || echo "exit $?"
pa-search talks.pai strings.tsv >/dev/full || echo "exit $?"
pa-index --dump talks.pai | head -n 1 | wc -l
pa-search -k 0 talks.pai strings.tsv | head -n 1 | wc -l
