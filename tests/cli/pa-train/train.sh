# The whole curriculum, on the bundled talks: three stages, a model that every tokenizer can use, the
# log read, nothing left behind; the same bytes for any number of threads.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16},
 "decoder": {"width": 16, "layers": 1, "heads": 2, "pointer_width": 8},
 "geometric": {"steps": 6, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2},
 "fixed_teacher": {"steps": 4, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2},
 "ema_teacher": {"steps": 4, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2}}
END
mkdir aside
cp audio/talks/garden.opus aside/
for jobs in 1 2; do
  pa-train -j $jobs --recipe tiny.json --valid aside --log log.$jobs -o model.$jobs.safetensors audio/talks >said.$jobs
done
awk '{ print $1 }' said.1
for tokenizer in vq pairalign; do
  pa-tokenize --model model.1.safetensors --tokenizer $tokenizer audio/talks >strings.1
  pa-tokenize --model model.2.safetensors --tokenizer $tokenizer audio/talks >strings.2
  cmp strings.1 strings.2
  tail -n +2 strings.1 | wc -l
done
grep -o '"event":"[a-z]*"' log.1
grep '"event":"step"' log.1 | grep -o '"stage":"[a-z-]*"'
ls
