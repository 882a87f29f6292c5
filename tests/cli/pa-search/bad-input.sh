# What cannot be read is named; the rest is searched.
pa-index a.pai data/strings.tsv
printf 'good\t1.00\t3 4\nbad\t1.00\t3 x\nempty\t1.00\t\nlast\t1.00\t5 6\n' >queries
pa-search -k 1 a.pai queries absent || echo "exit $?"
# So is a token that the archive's model does not have.
printf 'foreign\t1.00\t3 900\n' | pa-search a.pai || echo "exit $?"
# A recording whose duration is not known has no labels, and is named once, whatever the number of its hits.
printf 'untimed 1 2 3 4 5 1 2 3 4 5\n' | pa-index --input-format kaldi untimed.pai
printf '%s\t1.00\t1 2 3 4\n' first second | pa-search -k 0 --format textgrid untimed.pai >labels || echo "exit $?"
