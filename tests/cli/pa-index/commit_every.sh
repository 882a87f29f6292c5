# A long pipe that is killed has kept what came in before; one that is asked to end keeps all.
mkfifo pipe
pa-index --commit-every 0.5 a.pai <pipe &
exec 3>pipe
printf 'a\t1.00\t1\n' >&3
until [ -e a.pai/segment-000001 ]; do sleep 0.1; done
{ kill -9 $! && wait $!; } 2>/dev/null || echo "exit $?" # the shell's own word on the kill comes at either
exec 3>&-
pa-index --dump a.pai
pa-index b.pai <pipe &
exec 3>pipe
printf 'a\t1.00\t1\nb\t1.00\t2\nhalf a li' >&3
until grep -q '^SigCgt:.*[4-7c-f]...$' /proc/$!/status; do sleep 0.1; done
kill -TERM $!
wait $! || echo "exit $?"
exec 3>&-
pa-index --dump b.pai
# All or nothing.
{ printf 'a\t1.00\t1\n'; sleep 1; echo '#pairalign 2'; } | pa-index --commit-every 0 c.pai || echo "exit $?"
ls
# Files never let it wait for input, and it ends all the same.
yes "$(printf 'a\t1.00\t'; seq -s ' ' 500)" | head -n 1000 >strings
timeout -k 10 60 pa-index --commit-every 0.1 d.pai $(printf 'strings %.0s' {1..50000}) 2>ended &
until [ -e d.pai/manifest ]; do sleep 0.1; done
kill -TERM $!
wait $! || echo "exit $?"
sed 's/ [0-9]* / N /' ended
pa-index --dump d.pai | cut -f 1
