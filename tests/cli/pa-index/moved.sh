# A folder that was moved is known by its contents: with --moved its records get the new paths. Without it, an append
# removes nothing of files that are not there: their disk may be unmounted, or relative paths be of another folder.
mkdir talks
for f in a b c; do echo "speech $f" >talks/$f.wav; done
printf '%s\t1.00\t1 2\n' talks/a.wav 'talks/b.wav#t=0.00,0.50' 'talks/b.wav#t=0.50,1.00' talks/c.wav | pa-index a.pai
cp -r a.pai b.pai
mv talks 2026
cp 2026/c.wav copy.wav
echo new >2026/new.wav
find 2026 -type f | sort | pa-index --missing a.pai
echo -- moved
find 2026 copy.wav -type f | sort | pa-index --missing --moved -v a.pai
pa-index --dump a.pai
find 2026 -type f | sort | pa-index --missing a.pai
echo -- archived again
printf '2026/a.wav\t1.00\t1 2\n2026/b.wav\t1.00\t3\n' | pa-index -v b.pai
pa-index --dump b.pai
echo -- moved to two places, of which one gets the records, wherever the archive has them
mkdir p
echo once >p/p.wav
echo other >p/o.wav
printf '%s\t1.00\t1 2\n' 'p/p.wav#t=0.00,0.50' p/o.wav 'p/p.wav#t=0.50,1.00' | pa-index c.pai
cp p/p.wav p/q.wav
mv p/p.wav p/r.wav
printf 'p/%s.wav\n' q r | pa-index --missing --moved -v c.pai
pa-index --dump c.pai | cut -f 1
echo "-- to a name that ends like a fragment"
echo whole >whole.wav
printf 'whole.wav\t1.00\t1\n' | pa-index d.pai
mv whole.wav 'n#t=5,9'
echo 'n#t=5,9' | pa-index --missing --moved d.pai
pa-index --dump d.pai
