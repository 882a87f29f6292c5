# What cannot be read is named; the rest is searched.
pa-index a.pai data/strings.tsv
printf 'good\t1.00\t3 4\nbad\t1.00\t3 x\nempty\t1.00\t\nlast\t1.00\t5 6\n' >queries
pa-search -k 1 a.pai queries absent || echo "exit $?"
