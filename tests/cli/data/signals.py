"""Makes WAV files of known content: signals.py FOLDER. Each has a fault that its name tells, but for
fine-*.wav. 16 kHz, 16 bits, mono, unless the fault is there."""
import math
import pathlib
import random
import struct
import sys
import wave

RATE = 16000


def speech(seconds, rms=2000, seed=1, noise=2, rate=RATE):
    """Noise in bursts of four a second, with pauses, over faint noise."""
    chance = random.Random(seed)
    # A table that is gone through from changing places: fresh numbers would take ten times as long.
    draws = [chance.gauss(0, 1) for _ in range(8191)]
    samples, low, count = [], 0.0, int(seconds * rate)
    for i in range(count):
        time = i / rate
        low += 0.6 * (2 * rms * draws[(i + i // 8191 * 577) % 8191] - low)
        syllable = math.sin(8 * math.pi * time) if time % 2 < 1.4 else 0
        samples.append((low * syllable if syllable > 0 else 0) + noise * draws[(5 * i + i // 4096) % 8191])
    return samples


def write(path, *channels, rate=RATE, width=2, cut=None):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(width)
        file.setframerate(rate)
        frames = [max(-32768, min(32767, round(x))) for frame in zip(*channels) for x in frame]
        file.writeframes(struct.pack(f"<{len(frames)}h", *frames))
    if cut:
        with open(path, "r+b") as file:
            file.truncate(cut)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(3):
        write(folder / f"fine-{i}.wav", speech(3, seed=i))
    fine = speech(3, seed=7)
    write(folder / "clipped.wav", [20 * x for x in fine])
    write(folder / "cut.wav", fine, cut=44 + 40000)
    write(folder / "inverted.wav", fine, [-x for x in fine])
    write(folder / "noisy.wav", speech(3, seed=8, noise=1500))
    write(folder / "offset.wav", [x + 1000 for x in fine])
    write(folder / "quiet.wav", [x / 100 for x in fine])
    write(folder / "silent.wav", [0] * 3 * RATE)
    write(folder / "slow.wav", speech(3, rate=8000), rate=8000)
    write(folder / "tail.wav", fine + [0] * 5 * RATE)


if __name__ == "__main__":
    main()
