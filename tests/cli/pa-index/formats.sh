# Kaldi text and JSON lines go in, every format comes out; a duration nobody gave is shown as '-'.
printf 'a 1 2 3\nb\n' | pa-index a.pai
pa-index --dump a.pai
echo '{"key":"j","seconds":1.5,"tokens":[4,5],"starts":[0,250]}' | pa-index b.pai
for format in tsv jsonl kaldi km ctm audacity textgrid eaf; do
  echo "-- $format"
  pa-index --dump --format $format b.pai
done
