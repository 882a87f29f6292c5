# needs: ffmpeg
# Recordings as phones write them are learnt from too, where there is ffmpeg.
mkdir memos
for talk in garden weather; do ffmpeg -v error -i audio/talks/$talk.opus -c:a aac memos/$talk.m4a; done
echo '{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "validation_share": 0,
 "stages": ["geometric"]}' >tiny.json
pa-train --recipe tiny.json --steps 2 -o m.safetensors memos >said 2>&1 && ls m.safetensors
PAIRALIGN_FFMPEG= pa-train --recipe tiny.json --steps 2 -o n.safetensors memos || echo "exit $?"
