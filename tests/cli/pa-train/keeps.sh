# Neither a model nor a checkpoint is replaced without being told; what a killed run left is cleared away.
echo '{"encoder": {"width": 16, "blocks": 1}, "geometric": {"crops": 2}}' >tiny.json
train() { pa-train --recipe tiny.json --stage geometric --steps 1 -j 1 "$@" audio/talks/travel.opus >said; }
train -o m.safetensors
md5sum m.safetensors >before
train -o m.safetensors || echo "exit $?"
md5sum -c --quiet before
touch m.safetensors.tmp-aB3dEf m.safetensors.backup m.safetensors.tmp-my-notes.txt m.safetensors.tmp-a_note
train --force -o m.safetensors
ls m.safetensors*
echo state >other.safetensors.checkpoint
train -o other.safetensors || echo "exit $?"
cat other.safetensors.checkpoint
train --force -o other.safetensors
ls other.safetensors*
