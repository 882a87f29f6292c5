# What is sound of a damaged archive goes into a new one, and what is lost is counted.
header='#pairalign 1 model=aaaaaaaaaaaaaaaa tokenizer=vq vocab=512'
{ echo "$header"; for i in $(seq 2000); do printf 'first/%s\t3.00\t%s\n' $i "$(seq -s ' ' 0 20)"; done; } >one.tsv
{ echo "$header"; printf 'second/1\t3.00\t1\nsecond/2\t3.00\t1\n'; } >two.tsv
pa-index a.pai one.tsv
pa-index a.pai two.tsv
pa-index --salvage sound.pai -v a.pai
pa-index --dump sound.pai | cmp - <(cat one.tsv; tail -n +2 two.tsv)
dd if=/dev/zero of=a.pai/segment-000001 bs=1 seek=30000 count=100 conv=notrunc status=none
rm a.pai/segment-000002
pa-index --check a.pai || echo "exit $?"
pa-index --salvage saved.pai a.pai || echo "exit $?"
pa-index --check saved.pai
echo "not from the original: $(pa-index --dump saved.pai | grep -vxFf one.tsv | wc -l)"
pa-index --salvage saved.pai a.pai || echo "exit $?"
echo "-- without a manifest"
rm a.pai/manifest
pa-index -q --salvage more.pai a.pai || echo "exit $?"
pa-index --info more.pai | head -n 3
pa-index --salvage none.pai no-such.pai || echo "exit $?"
ls
