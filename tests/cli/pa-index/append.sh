# Appends keep the order, also of a key that is there already; several files count as one append.
printf 'a\t1.00\t1\nb\t1.00\t2\n' >one.tsv
printf 'a\t1.00\t3\n' >two.tsv
printf 'c\t1.00\t4\n' | pa-index a.pai one.tsv two.tsv -
pa-index a.pai two.tsv
pa-index --dump a.pai
pa-index --info a.pai | grep segments
