# Interrupted, it stops with a checkpoint; resumed, it ends with the model of a run left alone, all
# stages behind it. Only the times that the report tells differ.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "checkpoint_every": 5,
 "decoder": {"width": 16, "layers": 1, "heads": 2, "pointer_width": 8},
 "geometric": {"steps": 150, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2},
 "fixed_teacher": {"steps": 3, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2},
 "ema_teacher": {"steps": 3, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2}}
END
pa-train --recipe tiny.json -o whole.safetensors audio/talks | sed -E 's/ in [0-9:]+,//' >whole
for signal in INT TERM; do
  pa-train --recipe tiny.json -o parts.safetensors audio/talks >parts 2>said &
  trainer=$!
  until [ -e parts.safetensors.checkpoint ]; do sleep 0.02; done
  kill -$signal $trainer
  wait $trainer || echo "exit $?"
  sed -E 's/step [0-9]+/step N/' said >&2
  pa-train --recipe tiny.json --resume -o parts.safetensors audio/talks >parts
  sed -E 's/^parts/whole/; s/ in [0-9:]+,//' parts | cmp - whole
  ls
  rm parts.safetensors
done
