# No samples, ten milliseconds, eight channels at 8 kHz, samples that are no numbers.
for name in header-only ten-milliseconds eight-channels nan; do
  pa-tokenize data/audio/$name.wav | tail -n +2 |
    awk -F '\t' '{ print $1, $2, NF, ($3 ~ /^[0-9]+( [0-9]+)*$/ ? "tokens" : "no tokens") }'
done
# A damaged MIDI sample dump, of which libsndfile prints a line per packet: they are no records.
python3 -c '
import sys
head = bytes.fromhex("f07e0001000010485007403b0100000000000000f7")
sys.stdout.buffer.write(head + 600 * (b"\x55\x22\x00\x01" + bytes(122) + b"\xf7"))' >damaged.sds
pa-tokenize damaged.sds | tail -n +2 | cut -f 1,2
# What begins like MPEG audio and is none: libmpg123, asked by libsndfile, has much to say of it.
python3 -c '
import random, sys
random.seed(5)
noise = bytes(random.randrange(255) for _ in range(5000))
open("none.mp3", "wb").write(b"\xff\xf3\x48\xc4" + noise)
open("none.wav", "wb").write(b"\xff\xf3\x48\xc4" + noise[:4] + b"WAVE" + noise)'
pa-tokenize none.mp3 none.wav 2>&1 >none.txt | grep -v '^pa-tokenize: ' || echo 'no words of others'
