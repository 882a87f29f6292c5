# Nothing of an input that contradicts itself is archived, not even what stood above.
{
  echo '#pairalign 1 model=aaaaaaaaaaaaaaaa tokenizer=vq vocab=512'
  printf 'a\t1.00\t1\n'
  echo '#pairalign 1 model=bbbbbbbbbbbbbbbb tokenizer=vq vocab=512'
  printf 'b\t1.00\t1\n'
} | pa-index a.pai || echo "exit $?"
ls
