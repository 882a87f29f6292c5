# An input that cannot be read is named, the others are archived.
printf 'a\t1.00\t1\n' >a.tsv
mkdir folder
pa-index a.pai none.tsv folder a.tsv || echo "exit $?"
pa-index --dump a.pai
