# Of records of one key in one append the last stays, also across inputs and in a merge.
printf 'a\t1.00\t1\nb\t1.00\t2\na\t1.00\t3\n' >dup.tsv
pa-index -v a.pai dup.tsv
pa-index --dump a.pai
printf 'b\t1.00\t4\n' >more.tsv
pa-index -v b.pai dup.tsv more.tsv
pa-index --merge m.pai b.pai
pa-index --dump m.pai
pa-index --check m.pai
