# A damaged segment is not rewritten: in a new one nobody could tell any more.
for i in $(seq 300); do printf 'a%d.wav\t1.00\t1 2 3 4 5 6 7 8\n' $i; done | pa-index a.pai
printf 'b\t1.00\t1\n' | pa-index a.pai
size=$(stat -c %s a.pai/segment-000001)
printf '\377' | dd of=a.pai/segment-000001 bs=1 seek=$((size * 3 / 4)) conv=notrunc status=none
pa-index --merge a.pai 2>messages || echo "exit $?"
sed 's/damaged: .*;/damaged: …;/' messages
ls a.pai
