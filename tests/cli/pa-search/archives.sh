# Two archives are one list of records; the folder's name does not matter, its contents do.
grep -v '^#\|^part' data/strings.tsv | pa-index first.pai
grep '^#\|^part' data/strings.tsv | pa-index second
pa-index whole.pai data/strings.tsv
pa-search first.pai second data/queries.tsv | cut -f 1-4 >apart # E-values are estimates, from the records in their order
pa-search whole.pai data/queries.tsv | cut -f 1-4 | cmp - apart
wc -l <apart
