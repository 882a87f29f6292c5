#!/usr/bin/env python3
"""How far off the SNR estimate of pa-stats is, on speech with known noise.

Mixes recordings of a folder with white, pink and babble noise (babble: six other recordings) at known
ratios and compares. The true ratio is the mean power of the frames of 32 ms of the clean recording that
lie within 30 dB of its loud ones (95th percentile), over the mean power of the noise. Recordings whose
own estimate is below 35 dB are left out: they have noise of their own.
"""
import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile
import wave

import numpy as np

RATE = 16000
FRAME = 512
RATIOS = (0, 5, 10, 15, 20, 30, 40)


def decode(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, np.int16).astype(np.float64) / 32768


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes())


def active_power(clean):
    frames = clean[: len(clean) // FRAME * FRAME].reshape(-1, FRAME)
    power = (frames**2).mean(1)
    return power[power > 1e-3 * np.quantile(power, 0.95)].mean()


def pink(random, count):
    spectrum = np.fft.rfft(random.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20))
    return np.fft.irfft(spectrum, count)


def babble(random, voices, count):
    total = np.zeros(count)
    for voice in random.choice(len(voices), 6, replace=False):
        total += np.resize(np.roll(voices[voice], random.integers(count)), count) / voices[voice].std()
    return total


def table(tool, paths):
    text = subprocess.run([tool, "--format", "tsv", *paths], stdout=subprocess.PIPE, check=True,
                          text=True).stdout
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {pathlib.Path(row["path"]).name: row for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/bin")
    parser.add_argument("-n", type=int, default=40, help="recordings")
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    tool = f"{options.bin}/pa-stats"
    random = np.random.default_rng(1)
    sources = sorted(p for p in options.folder.rglob("*") if p.suffix in (".opus", ".flac", ".wav"))
    clean = [decode(str(p)) for p in sources[: 4 * options.n]]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for i, samples in enumerate(clean):
            write(work / f"{i}.wav", samples)
        own = table(tool, sorted(map(str, work.glob("*.wav"))))
        kept = [s for i, s in enumerate(clean) if float(own[f"{i}.wav"]["snr"] or 0) >= 35]
        kept = kept[: options.n]
        print(f"{len(kept)} recordings, {sum(map(len, kept)) / RATE:.0f} s")
        print("noise     true   median error   5 % .. 95 %      within 3 dB   speech share")
        for kind in "white", "pink", "babble":
            for ratio in RATIOS:
                paths = []
                for i, samples in enumerate(kept):
                    noise = {"white": lambda: random.standard_normal(len(samples)),
                             "pink": lambda: pink(random, len(samples)),
                             "babble": lambda: babble(random, clean, len(samples))}[kind]()
                    scale = np.sqrt(active_power(samples) / (noise**2).mean() / 10 ** (ratio / 10))
                    mixed = samples + scale * noise
                    paths.append(work / f"mix-{i}.wav")
                    write(paths[-1], mixed / max(1, np.abs(mixed).max()))
                rows = table(tool, map(str, paths)).values()
                errors = np.array([float(r["snr"]) - ratio for r in rows if r["snr"]])
                share = np.mean([float(r["speech"]) for r in rows])
                low, middle, high = np.quantile(errors, (0.05, 0.5, 0.95))
                near = 100 * np.mean(np.abs(errors) <= 3)
                print(f"{kind:9} {ratio:4} {middle:10.1f} dB {low:8.1f} .. {high:<8.1f} {near:8.0f} % "
                      f"{100 * share:10.0f} %   ({len(errors)} of {len(paths)})")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
