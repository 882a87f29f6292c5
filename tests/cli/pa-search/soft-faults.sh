# Soft costs need the model of the strings, with log-odds for their tokenizer.
bash data/soft-model >model
pa-index a.pai data/strings.tsv
soft() { pa-search --cost soft "$@" data/queries.tsv 2>said || echo "exit $?"; sed 's/model [0-9a-f]\{16\}/model ID/g' said; }
soft --model ./model a.pai
soft --model ./absent a.pai
head -c 300 model >cut
soft --model ./cut a.pai
grep -v '^#' data/strings.tsv | pa-index unknown.pai
soft --model ./model unknown.pai
id=$(pa-search --cost soft --model ./model a.pai 2>&1 | sed 's/.*this is model \([0-9a-f]*\),.*/\1/')
sed "s/model=[0-9a-f]* tokenizer=vq/model=$id tokenizer=dpvq/" data/strings.tsv | pa-index dpvq.pai
soft --model ./model dpvq.pai
pa-search --model ./model a.pai data/queries.tsv 2>said || echo "exit $?"
sed 's/model [0-9a-f]\{16\}/model ID/g' said
pa-search --cost cheap a.pai data/queries.tsv || echo "exit $?"
