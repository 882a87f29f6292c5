# A small model from the bundled talks: written, used, the log read, nothing left behind; the same
# bytes for any number of threads.
cat >tiny.json <<'END'
{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16},
 "geometric": {"steps": 6, "crops": 8, "crop_seconds": 1.5, "piece_high_seconds": 1.2}}
END
for jobs in 1 2; do
  pa-train -j $jobs --recipe tiny.json --log log.$jobs -o model.$jobs.safetensors audio/talks >said.$jobs
done
grep -c parameters said.1
pa-tokenize --model model.1.safetensors audio/talks >strings.1
pa-tokenize --model model.2.safetensors audio/talks >strings.2
cmp strings.1 strings.2
tail -n +2 strings.1 | wc -l
grep -o '"event":"[a-z]*"' log.1
ls
