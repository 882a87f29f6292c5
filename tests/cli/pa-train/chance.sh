# Strings of chance go into a model with its training, or later without any: it stays what it is.
echo '{"encoder": {"width": 16, "blocks": 1}, "decoder": {"width": 16, "layers": 1}}' >tiny.json
pa-train --recipe tiny.json --steps 2 --stage geometric -o one.safetensors audio/talks | sed -n 's/.*\(model [0-9a-f]*\).*/\1/p' >id
grep -ao '"chance.[a-z]*"' one.safetensors | sort
pa-train --stage chance --from one.safetensors -o two.safetensors audio/query.opus >said
grep -o 'model [0-9a-f]*' said | cmp - id && echo "the same model"
sed 's/model [0-9a-f]*/model ID/; s/[0-9][0-9]* tokens/N tokens/g' said
pa-tokenize --model one.safetensors audio/query.opus >one.tsv
pa-tokenize --model two.safetensors audio/query.opus | cmp - one.tsv && echo "the same strings"
pa-train --stage chance -o three.safetensors audio || echo "exit $?"
pa-train --stage chance,geometric --from one.safetensors -o three.safetensors audio || echo "exit $?"
pa-train --stage chance --from one.safetensors --steps 3 -o three.safetensors audio || echo "exit $?"

# Another model is not replaced without being told; the one that is begun with may be.
md5sum two.safetensors >before
pa-train --stage chance --from one.safetensors -o two.safetensors audio/query.opus || echo "exit $?"
md5sum -c --quiet before
pa-train --stage chance --from one.safetensors -o ./one.safetensors audio/query.opus >said
cmp one.safetensors two.safetensors && echo "the same file"
pa-train --stage chance --from one.safetensors --force -o two.safetensors audio/talks >said
