# A second writer waits for the first as long as it is told, and says so when that was not enough.
printf 'a\t1.00\t1\n' | pa-index a.pai
flock a.pai/lock sh -c 'touch held; while [ ! -e done ]; do sleep 0.1; done' &
while [ ! -e held ]; do sleep 0.1; done
printf 'b\t1.00\t1\n' | pa-index --wait 0.2 a.pai || echo "exit $?"
{ sleep 0.5; touch done; } &
printf 'c\t1.00\t1\n' | pa-index --wait 600 a.pai
pa-index --dump a.pai
# The archive is not locked while input is waited for.
mkfifo pipe
pa-index a.pai <pipe &
exec 3>pipe
printf 'd\t1.00\t1\n' >&3
sleep 0.5
printf 'e\t1.00\t1\n' | pa-index --wait 0 a.pai
exec 3>&-
wait $!
pa-index --dump a.pai | tail -n 2
