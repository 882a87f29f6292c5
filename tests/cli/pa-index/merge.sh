# One segment of several, without what was removed; of the archives joined, the last one of a key stays.
header='#pairalign 1 model=aaaaaaaaaaaaaaaa tokenizer=vq vocab=512'
{ echo "$header"; printf 'a\t1.00\t1\nb\t1.00\t1\n'; } | pa-index a.pai
printf 'c\t1.00\t1\nd\t1.00\t1\n' | pa-index -q a.pai
echo b | pa-index --remove a.pai
pa-index --merge -v a.pai
pa-index --dump a.pai
ls a.pai
{ echo "$header"; printf 'd\t1.00\t2\ne\t1.00\t2\n'; } | pa-index b.pai
{ echo "$header"; printf 'e\t1.00\t3\na\t1.00\t3\n'; } | pa-index c.pai
pa-index --merge --replace -v a.pai b.pai c.pai
pa-index --dump a.pai
pa-index --info a.pai | grep segments
echo "-- into a new one"
pa-index --merge --replace new.pai c.pai b.pai
pa-index --dump new.pai
pa-index --check new.pai
