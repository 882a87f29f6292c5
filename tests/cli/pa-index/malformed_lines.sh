# Each bad line is named; the good ones are archived.
printf '%s\n' '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512' \
  $'a\t1.00\t1' 'no tabs' $'b\tlong\t1' $'c\t1.00\t512' $'d\t1.00\t1  2' $'e\t1.00\t1 2\t9 3' \
  '' $'f\\q\t1.00\t1' $'g\t1.00\t2' >in.tsv
pa-index a.pai in.tsv && echo "not reached"
pa-index --dump a.pai
exit 2
