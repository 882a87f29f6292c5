python3 data/signals.py clips
rm clips/[^f]*.wav
pa-stats clips | cut -c 1-20 | sed 's/ *$//'
pa-stats --quick clips | sed -n '/^recordings/p; /wav/p; /^seconds/p; /^snr/p'
# What cannot be read is reported, and the rest is measured.
cp data/audio/text.wav data/audio/truncated.flac clips
pa-stats clips | head -n 4 || true
pa-stats clips >out || echo "exit $?"
pa-stats - <clips/fine-0.wav | head -n 1
cat clips/fine-0.wav | pa-stats - | head -n 1
pa-stats --format json --by folder clips/fine-0.wav | python3 -c '
import json, sys
report = json.load(sys.stdin)
print(report["audio"]["recordings"], report["audio"]["figures"]["seconds"]["median"], [g["group"] for g in report["groups"]])'
pa-stats --format svg clips/fine-0.wav | head -c 20
