# Many small appends leave few segments, by default.
for i in $(seq 60); do printf 'a%d.wav\t1.00\t1 2 3\n' $i | pa-index a.pai; done
[ "$(ls a.pai | grep -c segment)" -le 16 ] && echo few
pa-index --dump a.pai | wc -l
pa-index --check a.pai
for i in $(seq 20); do printf 'a%d.wav\t1.00\t1 2 3\n' $i | pa-index --no-compact b.pai; done
ls b.pai | grep -c segment
