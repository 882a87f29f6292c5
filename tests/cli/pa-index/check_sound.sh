printf 'a\t1.00\t1\n' | pa-index a.pai
pa-index --check a.pai
pa-index --check -v a.pai
