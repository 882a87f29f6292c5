{
  echo '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512'
  for i in $(seq 100); do printf 'k%03d\t3.00\t%s 511\n' $i "$(seq -s ' ' 1 39)"; done
} | pa-index a.pai
pa-index --info a.pai
pa-index --info --format json a.pai
