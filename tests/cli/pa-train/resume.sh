# Interrupted, it stops with a checkpoint; resumed, it ends with the model of a run left alone.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "checkpoint_every": 5,
 "geometric": {"steps": 150, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2}}
END
pa-train --recipe tiny.json -o whole.safetensors audio/talks >whole
for signal in INT TERM; do
  pa-train --recipe tiny.json -o parts.safetensors audio/talks >parts 2>said &
  trainer=$!
  until [ -e parts.safetensors.checkpoint ]; do sleep 0.02; done
  kill -$signal $trainer
  wait $trainer || echo "exit $?"
  sed -E 's/step [0-9]+/step N/' said >&2
  pa-train --recipe tiny.json --resume -o parts.safetensors audio/talks >parts
  sed 's/^parts/whole/' parts | cmp - whole
  ls
  rm parts.safetensors
done
