# Wrong calls are told apart, and each says what to do.
pa-train || echo "exit $?"
pa-train -o m.safetensors || echo "exit $?"
echo '{"geometric": {"stepz": 3}}' >recipe.json
pa-train --recipe recipe.json -o m.safetensors audio || echo "exit $?"
echo '{"geometric": {"piece_low_seconds": 9}}' >recipe.json
pa-train --recipe recipe.json -o m.safetensors audio || echo "exit $?"
echo '{"encoder": {"width": -16}}' >recipe.json
pa-train --recipe recipe.json -o m.safetensors audio || echo "exit $?"
echo '{"views": {"tempo": 2}}' >recipe.json
pa-train --recipe recipe.json -o m.safetensors audio || echo "exit $?"
pa-train --steps 0 -o m.safetensors audio || echo "exit $?"
for seed in -1 010 99999999999999999999999; do
  pa-train --seed $seed -o m.safetensors audio || echo "exit $?"
done
pa-train --resume -o m.safetensors audio || echo "exit $?"
pa-train --stage third -o m.safetensors audio || echo "exit $?"
pa-train --stage ema-teacher,geometric -o m.safetensors audio || echo "exit $?"
pa-train --stage ema-teacher -o m.safetensors audio || echo "exit $?"
pa-train --speakers utt2spk -o m.safetensors audio || echo "exit $?"
pa-train --from audio/query.opus -o m.safetensors audio || echo "exit $?"
pa-train --precision f16 -o m.safetensors audio || echo "exit $?"
pa-train -o /dev/null audio/query.opus --steps 1 || echo "exit $?"
mkdir silent
pa-train -o m.safetensors silent || echo "exit $?"
pa-train -o none/m.safetensors silent || echo "exit $?"
pa-train --log none/log -o m.safetensors silent || echo "exit $?"
ls
