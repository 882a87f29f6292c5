#!/usr/bin/env python3
"""Says transcripts with several synthetic voices, as partners of real speech for `pa-train --words`.

  say-partners.py --words TRAIN/words.ctm --speakers TRAIN/utt2spk TRAIN/transcripts.tsv FOLDER
  pa-train --words FOLDER/words.ctm --speakers FOLDER/utt2spk ... TRAIN FOLDER

The transcripts are lines of `recording TAB text`. FOLDER gets say/VOICE/RECORDING.wav, words.ctm with
the time of each word and utt2spk, where each voice is a speaker. --words and --speakers name those of
the real recordings, which go in front: the same word by a real and by a synthetic speaker is then a pair.

Voices are espeak-ng's, whose engine tells where words begin (package libespeak-ng1), and those of
flite, whose phones are matched with those of each word said alone. Held-out words (held_out.py) are said, as
they stand in the sentences, but never get a time, real or synthetic, so that no pair holds one.
"""

import argparse
import ctypes
import os
import pathlib
import random
import re
import subprocess
import sys
import wave

from held_out import held_out

ESPEAK_VOICES = [f"{accent}+{variant}"
                 for variant in ("m1", "f2", "m3", "f4", "m7", "f5", "klatt2", "Mike", "linda", "steph", "Lee", "belinda")
                 for accent in ("en-us", "en", "en-gb-scotland", "en-gb-x-rp")]
FLITE_VOICES = ["slt", "rms", "awb", "kal16"]


def spoken_word(token):
    """The word as words.ctm writes it; None of a number, which is said in words that we don't know."""
    word = re.sub(r"^[^\w]+|[^\w]+$", "", token.lower())
    return None if not word or re.search(r"\d", word) else word


class EspeakEvent(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user_data", ctypes.c_void_p), ("id", ctypes.c_char * 8)]


class Espeak:
    """espeak-ng as a library: its program does not print when words begin."""

    SYNCHRONOUS, POSITION_CHARACTER, CHARACTERS_UTF8 = 2, 1, 1
    RATE, PITCH, RANGE = 1, 3, 4
    LIST_END, WORD = 0, 1

    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.sample_rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 0, None, 0)
        if self.sample_rate <= 0:
            sys.exit("say-partners: espeak-ng does not start")
        take = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(EspeakEvent))
        self.callback = take(self.take)
        self.library.espeak_SetSynthCallback(self.callback)

    def take(self, samples, count, events):
        if samples:
            self.pcm += ctypes.string_at(samples, 2 * count)
        i = 0
        while events[i].type != self.LIST_END:
            if events[i].type == self.WORD:
                self.starts.append((events[i].text_position - 1, events[i].audio_position / 1000))
            i += 1
        return 0

    def say(self, voice, text, draw):
        """PCM, its rate, and (start, end) of each token of the text, None where it is not told."""
        self.pcm, self.starts = bytearray(), []
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            sys.exit(f"say-partners: espeak-ng has no voice {voice}")
        for parameter, low, high in ((self.RATE, 120, 190), (self.PITCH, 30, 70), (self.RANGE, 30, 70)):
            self.library.espeak_SetParameter(parameter, draw.randint(low, high), 0)
        data = text.encode()
        self.library.espeak_Synth(data, len(data) + 1, 0, self.POSITION_CHARACTER, 0, self.CHARACTERS_UTF8,
                                  None, None)
        moments = sorted({start for _, start in self.starts} | {len(self.pcm) / 2 / self.sample_rate})
        times = []
        for match in re.finditer(r"\S+", text):
            starts = [start for at, start in self.starts if match.start() <= at < match.end()]
            ends = [moment for moment in moments if starts and moment > max(starts)]
            times.append((min(starts), ends[0]) if ends else None)
        return bytes(self.pcm), self.sample_rate, times


class Flite:
    def __init__(self):
        self.phones = {}

    def run(self, *arguments):
        return subprocess.run(["flite", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout

    def phones_of(self, word):
        if word not in self.phones:
            said = self.run("-voice", "kal16", "-ps", "-t", word, "-o", "none").split()
            self.phones[word] = [phone for phone in said if phone != "pau"]
        return self.phones[word]

    def say(self, voice, text, draw, path):
        tempo = f"duration_stretch={draw.uniform(0.85, 1.25):.2f}"
        said = self.run("-voice", voice, "--setf", tempo, "-psdur", "-t", text, "-o", str(path)).split()
        names, ends = zip(*(phone.rsplit(":", 1) for phone in said))
        starts = [0.0, *map(float, ends[:-1])]
        spans = [(name, start, float(end)) for name, start, end in zip(names, starts, ends) if name != "pau"]
        tokens = [(i, phone) for i, word in enumerate(text.split()) for phone in self.phones_of(word)]
        met = {}
        for said_at, token_at in matches([name for name, *_ in spans], [phone for _, phone in tokens]):
            met.setdefault(tokens[token_at][0], []).append(spans[said_at])
        return [(met[i][0][1], met[i][-1][2]) if i in met and len(met[i]) == len(self.phones_of(word)) else None
                for i, word in enumerate(text.split())]


def matches(a, b):
    """Pairs of positions that an alignment of least edit distance puts together."""
    cost = [[i + j if i == 0 or j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost[i][j] = min(cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]), cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    pairs, i, j = [], len(a), len(b)
    while i > 0 and j > 0:
        if cost[i][j] == cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return reversed(pairs)


def write_wave(path, pcm, rate):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("transcripts", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--words", type=argparse.FileType(), metavar="CTM", help="times of words of real recordings")
    parser.add_argument("--speakers", type=argparse.FileType(), metavar="UTT2SPK", help="and their speakers")
    parser.add_argument("--share", type=float, default=1, help="share of the sentences to synthesise (default: 1)")
    parser.add_argument("--only", default="", metavar="PREFIX", help="only recordings of this folder")
    parser.add_argument("--espeak", type=int, default=2, metavar="N", help="espeak-ng voices a sentence (default: 2)")
    parser.add_argument("--flite", type=int, default=1, metavar="N", help="flite voices a sentence (default: 1)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = parse_options()
    espeak, flite = Espeak(), Flite()
    os.makedirs(options.folder, exist_ok=True)
    draw = random.Random(options.seed)
    with open(options.transcripts, encoding="utf-8") as lines, \
            open(options.folder / "words.ctm", "w", encoding="utf-8") as ctm, \
            open(options.folder / "utt2spk", "w", encoding="utf-8") as speakers:
        for line in options.words or []:
            if not held_out(line.split()[4].lower()):
                ctm.write(line)
        speakers.writelines(options.speakers or [])
        for line in lines:
            recording, text = line.rstrip("\n").split("\t")
            if not recording.startswith(options.only) or draw.random() >= options.share:
                continue
            text = " ".join(text.lower().split())
            voices = [("espeak", voice) for voice in draw.sample(ESPEAK_VOICES, options.espeak)]
            voices += [("flite", voice) for voice in draw.sample(FLITE_VOICES, options.flite)]
            for engine, voice in voices:
                name = f"say/{engine}-{voice}/{recording.replace('/', '-')}"
                path = options.folder / f"{name}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                if engine == "espeak":
                    pcm, rate, times = espeak.say(voice, text, draw)
                    write_wave(path, pcm, rate)
                else:
                    times = flite.say(voice, text, draw, path)
                print(f"{name} {engine}-{voice}", file=speakers)
                for token, time in zip(text.split(), times):
                    word = spoken_word(token)
                    if word and time and not held_out(word):
                        print(f"{name} 1 {time[0]:.2f} {time[1] - time[0]:.2f} {word}", file=ctm)


if __name__ == "__main__":
    main()
