# The stages one by one, each run going on from the model of the one before; a model that is begun with
# brings its encoder, whatever the recipe says.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "validation_share": 0,
 "decoder": {"width": 16, "layers": 1, "heads": 2, "pointer_width": 8}}
END
said() { sed -E 's/model [0-9a-f]+, [0-9]+ parameters/model ID, N parameters/; s/ in [0-9:]+, loss .*/ in TIME/'; }
pa-train --recipe tiny.json --steps 2 --stage geometric -o one.safetensors audio/talks | said
pa-tokenize --model one.safetensors --tokenizer pairalign audio/query.opus 2>&1 | sed -E 's/model [0-9a-f]{16}/model ID/' || echo failed
pa-train --recipe tiny.json --steps 2 --stage fixed-teacher --from one.safetensors -o two.safetensors audio/talks | said
pa-train --steps 2 --stage ema-teacher --recipe tiny.json --from two.safetensors -o three.safetensors audio/talks | said

# From the mean of two; of different shapes there is none.
pa-train --steps 1 --stage ema-teacher --recipe tiny.json --from two.safetensors --from three.safetensors -o mean.safetensors audio/talks | said
pa-train --steps 1 --from one.safetensors --from two.safetensors -o mean.safetensors audio/talks || echo "status $?"

# Without --stage: all stages but the first.
sed 's/"width": 16, "blocks"/"width": 24, "blocks"/' tiny.json >wider.json
pa-train --recipe wider.json --from two.safetensors --steps 3 --print-recipe >whole.json
grep -E '"(blocks|steps)"' whole.json | tr -d ' ,'
grep -A 3 '"stages"' whole.json
grep -A 8 '"encoder": ' whole.json | grep width

# Verbose, it tells where it is.
pa-train -v --recipe tiny.json --from two.safetensors --steps 1 -o four.safetensors audio/talks 2>&1 >said |
    grep -o 'step . of ., stage . of ., [a-z-]*' || true
