# No inputs: an empty archive that works, and a search that finds nothing, which is status 1.
pa-tokenize </dev/null | pa-index empty.pai
pa-index --dump empty.pai | wc -l
pa-tokenize audio/query.opus | pa-search empty.pai || echo "exit $?"
