# The record that has no times is named, the others are written.
printf 'a\t1.00\t1\nb\t1.00\t2\t0\n' | pa-index a.pai
pa-index --dump --format ctm a.pai
