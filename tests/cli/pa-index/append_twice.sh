# The same append twice changes nothing.
printf 'a\t1.00\t1\nb#t=0.00,3.00\t3.00\t2\nb#t=3.00,4.00\t1.00\t2\n' >in.tsv
pa-index a.pai in.tsv
pa-index -v a.pai in.tsv
pa-index --dump a.pai | cmp - in.tsv
pa-index --info a.pai | grep -e segments -e removed || true
ls a.pai
