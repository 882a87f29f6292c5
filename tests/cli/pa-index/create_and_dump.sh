# Headers and records come back as they went in, times where there are any.
printf '%s\n' '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512' \
  $'a.wav\t1.25\t5 0 511\t0 80 1200' $'b.wav\t0.00\t' $'c.wav#t=1.00,2.50\t1.50\t7' |
  pa-index a.pai
pa-index --dump a.pai
