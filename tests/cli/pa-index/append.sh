# Appends keep the order, several files count as one append, and of a key the last record stays.
printf 'a\t1.00\t1\nb\t1.00\t2\n' >one.tsv
printf 'a\t1.00\t3\n' >two.tsv
printf 'c\t1.00\t4\n' | pa-index a.pai one.tsv two.tsv -
pa-index --dump a.pai
echo "-- appended again"
pa-index -v a.pai two.tsv
pa-index --dump a.pai
pa-index --info a.pai | grep -e segments -e '^records'
