# A file that is no audio is named and left out; the model is made, the status tells.
mkdir mixed
cp audio/talks/garden.opus audio/talks/weather.opus mixed/
cp data/audio/text.wav mixed/notes.wav
echo '{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "validation_share": 0,
 "stages": ["geometric"]}' >tiny.json
pa-train --recipe tiny.json --steps 2 -o m.safetensors mixed >said 2>failed || echo "exit $?"
cut -d : -f 1-2 failed >&2
ls m.safetensors
