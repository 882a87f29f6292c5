# JSON nested so deeply that to print it would overflow the stack is refused wherever it is read.
deep=$(python3 -c 'print("[" * 300000 + "]" * 300000)')
cat >a.jsonl <<END
{"key": "a", "seconds": 1, "tokens": [$deep]}
{"key": "b", "seconds": $deep, "tokens": [1]}
{"key": "c", "seconds": 1, "tokens": [1], "alternatives": [[[$deep]]]}
{"key": "[[[[", "seconds": 1, "tokens": [1]}
END
pa-index a.pai a.jsonl || echo "exit $?"
pa-index --dump a.pai | cut -f 1
echo '{"event": "start", "stage": "geometric", "step": 0}' >log
echo "{\"event\": \"step\", \"stage\": $deep}" >>log
echo '{"event": "step", "stage": "geometric", "step": 1, "steps": 2, "loss": 1}' >>log
pa-stats --log log || echo "exit $?"
echo "{\"stages\": $deep}" >recipe.json
pa-train --recipe recipe.json -o m.safetensors audio/query.opus || echo "exit $?"
python3 - <<END
header = b'{"t": {"dtype": "F32", "data_offsets": [0, 0], "shape": $deep}}'
open("m.safetensors", "wb").write(len(header).to_bytes(8, "little") + header)
END
pa-tokenize --model m.safetensors audio/query.opus || echo "exit $?"
