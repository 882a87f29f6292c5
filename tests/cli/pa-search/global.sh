# The whole query against whole recordings, whose times are then whole too.
pa-index a.pai data/strings.tsv
pa-search --mode global a.pai data/queries.tsv
