# Bytes changed in the index of a file: --check names it, searches find what they found and say so, --salvage rebuilds it.
{
  echo '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512'
  awk 'function random() { x = (x * 16807) % 2147483647; return x % 512 }
    BEGIN { x = 1; for (i = 0; i < 5000; ++i) {
      line = sprintf("k%04d\t3.00\t", i)
      for (j = 0; j < 40; ++j) line = line random() (j < 39 ? " " : "")
      print line } }'
} >in.tsv
sed -n '1p; 3000,3005p' in.tsv >queries.tsv
pa-index a.pai in.tsv
pa-search a.pai queries.tsv --min-score 0.7 >hits.txt
wc -l <hits.txt
# Sections stand one behind the other: the last ones before the second head and the end mark are pair lists and pairs.
size() { pa-index --info --format json a.pai | sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"; }
file=segment-000001
end=$(($(stat -c %s a.pai/$file) - 8 - (56 + 24 * $(od -A n -t u4 -j 44 -N 4 a.pai/$file))))
pairs=$((end - ($(size pairs) + 7) / 8 * 8))
lists=$((pairs - ($(size 'pair lists') + 7) / 8 * 8))
damage() {
  echo "-- $2 bytes of $3"
  cp -r a.pai damaged.pai
  head -c $2 /dev/zero | dd of=damaged.pai/$file bs=64k seek=$1 oflag=seek_bytes conv=notrunc status=none
  pa-index --check damaged.pai || echo "check: exit $?"
  pa-search damaged.pai queries.tsv --min-score 0.7 | cmp - hits.txt && echo 'the same hits'
  pa-search damaged.pai queries.tsv --min-score 0.7 --exhaustive | cmp - hits.txt && echo 'exhaustive, the same hits'
  pa-index --salvage saved.pai damaged.pai && echo 'all saved'
  cmp a.pai/$file saved.pai/$file && pa-search saved.pai queries.tsv --min-score 0.7 | cmp - hits.txt
  rm -r damaged.pai saved.pai
}
damage $((pairs + 100000)) 60000 pairs
damage $((lists + 100)) 8000 'pair lists'
