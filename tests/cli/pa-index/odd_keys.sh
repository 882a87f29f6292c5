# Keys are bytes: blanks, TAB, newline, backslash, a leading '#', a name that looks like an option or JSON, no UTF-8.
printf '%s\n' $' a b .wav\t1.00\t1' $'a\\tb\\nc\\\\d.wav\t1.00\t2' $'\\#1.wav\t1.00\t3' \
  $'\xff\xfe.wav\t1.00\t4' $'-\t1.00\t5' $'{x}\t1.00\t6' >in.tsv
pa-index a.pai in.tsv
pa-index --dump a.pai | cmp - in.tsv
pa-index --dump --format jsonl a.pai | tee out.jsonl | head -n 2
pa-index b.pai out.jsonl
pa-index --dump b.pai | cmp - in.tsv
