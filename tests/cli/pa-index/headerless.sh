# Strings of unknown model are taken on trust, and the user is told.
printf 'a\t1.00\t1\n' | pa-index a.pai
printf '#pairalign 1 model=aaaaaaaaaaaaaaaa tokenizer=vq vocab=512\nb\t1.00\t2\n' | pa-index a.pai
printf 'c\t1.00\t3\n' | pa-index a.pai
printf 'd\t1.00\t512\n' | pa-index -q a.pai || echo "exit $?"
pa-index --dump a.pai
