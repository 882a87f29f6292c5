# needs: ffmpeg
# What was skipped is said, lengths that headers lack are counted, and one bad name does not end a run.
python3 - <<'END'
import math, struct
def wav(name, codec, bits, data, declared=None):
    declared = len(data) if declared is None else declared
    with open(name, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                   struct.pack("<IHHIIHH", 16, codec, 1, 16000, 2000 * bits, bits // 8, bits) +
                   b"data" + struct.pack("<I", declared) + data)
tone = b"".join(struct.pack("<h", int(9000 * math.sin(i / 9))) for i in range(32000))
wav("whole.wav", 1, 16, tone)
wav("half.wav", 1, 16, tone, 32000)  # its header tells of half of the samples
for codec, name, top in (7, "mu.wav", b"\x80"), (6, "a.wav", b"\xaa"):
    wav(name, codec, 8, (top * 8 + bytes([top[0] ^ 0x80]) * 8) * 2000)
END
limits='--limit speech=off --limit snr=off --limit bandwidth=off --limit silence=off'
pa-stats --flag $limits half.wav mu.wav a.wav 2>warnings
grep -c 'half.wav' warnings
pa-stats --format jsonl half.wav 2>/dev/null | python3 -c 'import json, sys; print([(f["check"], f["limit"]) for f in json.load(sys.stdin)["flags"]][0])'
echo "-- lengths by the header"
ffmpeg -v error -i whole.wav -b:a 32k coded.mp3
ffmpeg -v error -i whole.wav -f adts stream.aac
ffmpeg -v error -i whole.wav coded.m4a
pa-stats --quick whole.wav coded.mp3 coded.m4a stream.aac | sed -n 1,3p
pa-stats --quick --format tsv coded.m4a | cut -f 7
echo "-- lists and names"
printf 'gone.wav\nwhole.wav\n' | pa-stats --quick | head -n 1
printf '' | pa-stats --flag || echo "exit $?"
echo "a list" >README
pa-stats --quick README whole.wav | head -n 1
awk 'BEGIN { printf "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n"; for (i = 0; i < 300000; ++i) printf "k"; print "\t1.00\t1 2" }' >long.tsv
pa-stats --by 'k*' long.tsv | grep -c kkk
pa-stats --qrels x --format tsv y || echo "exit $?"
