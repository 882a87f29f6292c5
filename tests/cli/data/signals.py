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
    samples, low = [], 0.0
    for i in range(int(seconds * rate)):
        time = i / rate
        syllable = max(0.0, math.sin(8 * math.pi * time)) if time % 2 < 1.4 else 0
        low += 0.6 * (chance.gauss(0, 2 * rms) - low)
        samples.append(low * syllable + chance.gauss(0, noise))
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
