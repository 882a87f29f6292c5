# What resembles the query ranks before what does not; scores and distances are bits; limits are, too.
bash data/soft-model >model
pa-index foreign.pai data/strings.tsv
id=$(pa-search --cost soft --model ./model foreign.pai 2>&1 | sed 's/.*this is model \([0-9a-f]*\),.*/\1/')
mark() { sed "s/model=[0-9a-f]*/model=$id/" "$@"; }
mark data/strings.tsv | pa-index -q a.pai
printf 'near.wav\t1.00\t3 4 4 6\nfar.wav\t1.00\t3 4 40 6\n' | pa-index -q a.pai
mark data/queries.tsv >queries
soft() { pa-search --cost soft --model ./model "$@"; }
soft a.pai queries
echo "unit:"
pa-search a.pai queries | cut -f 1,2,4
echo "limits:"
soft -k 1 a.pai queries | cut -f 1,2
soft --min-score 17 a.pai queries | cut -f 1,2,4
soft --max-distance 3 a.pai queries | cut -f 1,2,3
soft --mode global a.pai queries | cut -f 1,2,4
pa-index --dump a.pai | soft --no-self -k 1 a.pai | cut -f 1,2
soft --min-score 1000 a.pai queries || echo "exit $?"
soft --format jsonl -k 1 a.pai queries | grep -o '"distance.*'
cp model named.safetensors
PAIRALIGN_MODEL=./named.safetensors pa-search --cost soft a.pai queries | wc -l
