# Noise or validation audio that is not there stops the run: it would train another model than was asked for.
echo '{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "validation_share": 0,
 "stages": ["geometric"]}' >tiny.json
mkdir empty
for option in --noise --valid; do
  for folder in absent empty; do
    pa-train --recipe tiny.json --steps 1 $option $folder -o m.safetensors audio/talks || echo "exit $?"
  done
done
ls
