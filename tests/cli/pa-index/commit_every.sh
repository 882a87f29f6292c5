# A long pipe that is killed has kept what came in before; one that is asked to stop keeps all.
{ printf 'a\t1.00\t1\n'; sleep 3; printf 'b\t1.00\t2\n'; sleep 60; } | pa-index --commit-every 0.5 a.pai &
for i in $(seq 200); do [ -e a.pai/segment-000001 ] && break; sleep 0.1; done
pa-index --dump a.pai
kill -9 $!
wait $! 2>/dev/null || echo "exit $?"
pa-index --dump a.pai
mkfifo pipe
pa-index b.pai <pipe &
{ printf 'a\t1.00\t1\nb\t1.00\t2\nhalf a li'; sleep 2; kill -TERM $!; sleep 5; } >pipe
wait $! || echo "exit $?"
pa-index --dump b.pai
# All or nothing.
{ printf 'a\t1.00\t1\n'; sleep 1; echo '#pairalign 2'; } | pa-index --commit-every 0 c.pai || echo "exit $?"
ls -d c.pai 2>/dev/null || true
