# Best first; times by the archived starts, else estimated; a part's times are those of its file.
pa-index a.pai data/strings.tsv
pa-search a.pai data/queries.tsv
