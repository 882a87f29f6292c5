# The same archive, byte for byte, for any number of threads.
{
  echo '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512'
  awk 'function random() { x = (x * 16807) % 2147483647; return x % 512 }
    BEGIN { x = 1; for (i = 0; i < 2000; ++i) {
      line = sprintf("k%04d\t3.00\t", i)
      for (j = 0; j < 40; ++j) line = line random() (j < 39 ? " " : "")
      print line } }'
} >in.tsv
for pack in fixed entropy; do
  for threads in 1 2 5; do
    pa-index -j $threads --pack $pack $pack-$threads.pai in.tsv
    pa-index -j $threads --merge merged-$pack-$threads.pai $pack-$threads.pai
  done
  for threads in 2 5; do
    diff -r $pack-1.pai $pack-$threads.pai
    diff -r merged-$pack-1.pai merged-$pack-$threads.pai
  done
done
pa-index --info fixed-5.pai | grep -E '^(records|index)'
