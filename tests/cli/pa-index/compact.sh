# Many small appends leave few segments, unless they are to be left.
for i in $(seq 24); do printf 'a%d.wav\t1.00\t1 2 3\n' $i | pa-index a.pai; done
[ "$(ls a.pai | grep -c segment)" -le 12 ] && echo few
pa-index --dump a.pai | wc -l
pa-index --check a.pai
for i in $(seq 12); do printf 'a%d.wav\t1.00\t1 2 3\n' $i | pa-index --no-compact b.pai; done
ls b.pai | grep -c segment
