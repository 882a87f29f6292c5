# An archive of an archive's dump is the same archive.
{
  echo '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512'
  for i in $(seq 300); do
    printf 'talk %s.wav\t%s.%02d\t%s\t%s\n' $i $((i % 7)) $((i % 100)) "$i $((i * 7 % 512)) 0" "0 $i $((i * i))"
  done
} >in.tsv
pa-index a.pai <in.tsv
pa-index --dump a.pai | pa-index b.pai
pa-index --dump b.pai | cmp - in.tsv
diff -r a.pai b.pai
