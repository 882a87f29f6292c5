# A second writer waits for the first as long as it is told, and says so when that was not enough.
printf 'a\t1.00\t1\n' | pa-index a.pai
flock a.pai/lock sleep 2 &
sleep 0.3
printf 'b\t1.00\t1\n' | pa-index --wait 0.2 a.pai || echo "exit $?"
printf 'c\t1.00\t1\n' | pa-index --wait 60 a.pai
wait
pa-index --dump a.pai
# The archive is not locked while input is waited for.
{ printf 'd\t1.00\t1\n'; sleep 2; } | pa-index a.pai &
sleep 0.5
printf 'e\t1.00\t1\n' | pa-index --wait 0 a.pai
wait
pa-index --dump a.pai | tail -n 2
