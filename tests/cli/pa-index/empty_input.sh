# Without records a header makes an empty archive; without either there is none.
pa-index a.pai </dev/null
ls
echo '#pairalign 1 model=aaaaaaaaaaaaaaaa tokenizer=vq vocab=512' | pa-index a.pai
pa-index --dump a.pai
pa-index a.pai </dev/null
pa-index --info a.pai | grep -e records -e model
