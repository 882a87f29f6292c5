#!/usr/bin/env python3
"""Makes the odd and the broken audio files of this folder (whole.flac is one second of espeak-ng)."""
import math
import struct


def wav(name, rate, channels, code, bits, data):
    block = channels * bits // 8
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, code, channels, rate, rate * block, block, bits)
    data = b"data" + struct.pack("<I", len(data)) + data
    with open(name, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(head) + len(data)) + head + data)


def glide(samples, rate):
    """A gliding tone that swells four times a second."""
    return [
        0.15 * math.sin(2 * math.pi * (200 + 400 * i / samples) * i / rate)
        * (1 + math.sin(8 * math.pi * i / rate))
        for i in range(samples)
    ]


def pcm16(values):
    return b"".join(struct.pack("<h", round(32767 * v)) for v in values)


with open("text.wav", "w") as text:
    text.write("This is no audio.\n")
with open("empty.wav", "wb"):
    pass
wav("header-only.wav", 16000, 1, 1, 16, b"")
wav("ten-milliseconds.wav", 16000, 1, 1, 16, pcm16(glide(160, 16000)))
wav("eight-channels.wav", 8000, 8, 1, 16, pcm16(v for v in glide(2000, 8000) for _ in range(8)))
values = glide(4000, 16000)
values[100], values[2000], values[3000] = math.nan, math.inf, -math.inf
wav("nan.wav", 16000, 1, 3, 32, b"".join(struct.pack("<f", v) for v in values))
with open("whole.flac", "rb") as whole, open("truncated.flac", "wb") as truncated:
    truncated.write(whole.read()[:14000])
