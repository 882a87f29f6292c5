# Another model, or no archive: nothing is changed.
{ echo '#pairalign 1 model=aaaaaaaaaaaaaaaa tokenizer=vq vocab=512'; printf 'a\t1.00\t1\n'; } | pa-index a.pai
{ echo '#pairalign 1 model=bbbbbbbbbbbbbbbb tokenizer=vq vocab=512'; printf 'b\t1.00\t1\n'; } | pa-index b.pai
pa-index --merge a.pai b.pai || echo "exit $?"
pa-index --merge a.pai none.pai || echo "exit $?"
pa-index --merge none.pai || echo "exit $?"
pa-index --merge none.pai also-none.pai || echo "exit $?"
flock a.pai/lock pa-index --wait 0 --merge a.pai || echo "exit $?"
pa-index --dump a.pai
ls
