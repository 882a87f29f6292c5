# --index none leaves the index out, also of later appends and merges, until --index pairs; searches find the same.
{
  echo '#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512'
  awk 'function random() { x = (x * 16807) % 2147483647; return x % 512 }
    BEGIN { x = 1; for (i = 0; i < 1000; ++i) {
      line = sprintf("k%03d\t3.00\t", i)
      for (j = 0; j < 40; ++j) line = line random() (j < 39 ? " " : "")
      print line } }'
} >in.tsv
sed -n '1p; 500,505p' in.tsv >queries.tsv
index_of() { pa-index --info $1 | sed -n 's/^index  *//p'; }
pa-index with.pai in.tsv
pa-search with.pai queries.tsv --min-score 0.5 >hits.txt
pa-index --index none a.pai in.tsv
echo "with: $(index_of with.pai)"
echo "without: $(index_of a.pai)"
pa-search a.pai queries.tsv --min-score 0.5 | cmp - hits.txt
sed 's/^k/l/' in.tsv | pa-index a.pai
pa-index --merge a.pai
echo "appended, merged: $(index_of a.pai)"
pa-index --info --format json a.pai | grep -E '"(index|indexed_tokens|index_bits_per_token)"'
pa-index --merge --index pairs a.pai
echo "merged with an index: $(index_of a.pai)"
grep -c '"index"' a.pai/manifest || true
pa-index --index some a.pai in.tsv || echo "exit $?"
pa-index --dump --index none a.pai || echo "exit $?"
