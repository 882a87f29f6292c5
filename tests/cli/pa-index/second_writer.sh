# Refused while another writer holds the archive; readers are not.
printf 'a\t1.00\t1\n' | pa-index a.pai
printf 'b\t1.00\t1\n' | flock a.pai/lock pa-index --wait 0 a.pai || echo "exit $?"
flock a.pai/lock pa-index --dump a.pai
