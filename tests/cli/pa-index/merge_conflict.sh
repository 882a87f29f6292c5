# Two machines that have one key with different strings: told before one is dropped; the same string is no conflict.
printf 'x.wav\t1.00\t1 2\nsame.wav\t1.00\t7\n' | pa-index a.pai
printf 'x.wav\t1.00\t3 4\nsame.wav\t1.00\t7\n' | pa-index b.pai
pa-index --merge a.pai b.pai || echo "exit $?"
pa-index --dump a.pai
cp -r a.pai c.pai
pa-index --merge --prefix host2/ c.pai b.pai
pa-index --dump c.pai
pa-index --merge --prefix host2/ c.pai b.pai
pa-index --info c.pai | grep '^records'
pa-index --merge --replace -v a.pai b.pai
pa-index --dump a.pai
