#!/usr/bin/env python3
"""A hundred thousand files, a day of audio, a hundred million tokens, ten thousand queries: all of it
goes through, in bounded memory.

Each line of output beginning with "load:" is a result. --scale 0.01 tries the script itself.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
import wave

CLIPS = 100  # different ones, of which the many files are hard links
RATE = 8000
TOKENS_A_RECORD = 200
QUERY_TOKENS = 38


class Fault(Exception):
    """A limit that does not hold, or a result that is not whole."""


def require(good, what):
    if not good:
        raise Fault(what)


class Tools:
    """Starts the tools of a pipeline, and waits for them."""

    def __init__(self, settings, folder):
        self.bin, self.folder = os.path.abspath(settings.bin), folder

    def pipe(self, commands, stdin=subprocess.DEVNULL, stdout=None):
        """Runs a pipeline; returns seconds and the most memory, in MB, of each of its programs."""
        begun, children = time.monotonic(), []
        for command in commands:
            last = command is commands[-1]
            child = subprocess.Popen([f"{self.bin}/{command[0]}"] + command[1:], cwd=self.folder,
                                     stdin=stdin, stdout=stdout if last else subprocess.PIPE)
            if children:
                stdin.close()
            stdin = child.stdout
            children.append(child)
        memory = []
        for command, child in zip(commands, children):
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            require(child.returncode == 0, f"{' '.join(command)}: status {child.returncode}")
            memory.append(usage.ru_maxrss / 1024)
        return time.monotonic() - begun, memory

    def count(self, archive):
        out = subprocess.run([f"{self.bin}/pa-index", archive, "--info", "--format", "json"], check=True,
                             cwd=self.folder, capture_output=True, text=True).stdout
        return int(out.split('"records":')[1].split(",")[0])


def voice(seconds, seed):
    """16-bit samples of something that changes as speech does: gliding pulses, louder and softer."""
    dice, samples, phase, pitch, loudness = random.Random(seed), bytearray(), 0.0, 120.0, 0
    for i in range(int(seconds * RATE)):
        if i % 800 == 0:
            pitch, loudness = dice.uniform(80, 300), dice.choice([0, 2000, 6000, 12000])
        phase = (phase + pitch / RATE) % 1
        samples += int(loudness * (1 - 2 * phase) + dice.uniform(-50, 50)).to_bytes(2, "little", signed=True)
    return bytes(samples)


def write_wav(path, pieces):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for piece in pieces:
            file.writeframesraw(piece)


def bounded(settings, memory, what):
    require(max(memory) <= settings.most_mb, f"{what}: {max(memory):.0f} MB")
    return f"at most {max(memory):.0f} MB"


def many_files(settings, tools):
    """find | pa-index --missing | pa-tokenize | pa-index, twice: the second time there is nothing to do."""
    count = int(100_000 * settings.scale)
    os.mkdir(tools.folder + "/clips")
    for i in range(CLIPS):
        write_wav(f"{tools.folder}/clips/{i}.wav", [voice(0.5, i)])
    paths = tools.folder + "/paths"
    with open(paths, "w", encoding="ascii") as listed:
        for i in range(count):
            folder = f"many/{i // 1000}"
            os.makedirs(f"{tools.folder}/{folder}", exist_ok=True)
            os.link(f"{tools.folder}/clips/{i % CLIPS}.wav", f"{tools.folder}/{folder}/{i}.wav")
            listed.write(f"{folder}/{i}.wav\n")
    pipeline = [["pa-index", "--missing", "many.pai"],
                ["pa-tokenize", "--tokenizer", settings.tokenizer], ["pa-index", "many.pai"]]
    with open(paths, "rb") as file:
        seconds, memory = tools.pipe(pipeline, file)
    require(tools.count("many.pai") == count, "not every file is archived")
    with open(paths, "rb") as file:
        again, memory_again = tools.pipe(pipeline, file)
    require(tools.count("many.pai") == count, "files are archived twice")
    return (f"{count} files ({settings.tokenizer}): {seconds:.0f} s, again {again:.0f} s, "
            + bounded(settings, memory + memory_again, "many files"))


def one_day(settings, tools):
    hours = 24 * settings.scale
    minute = voice(60, 1)
    write_wav(tools.folder + "/day.wav", (minute for _ in range(max(1, round(60 * hours)))))
    seconds, memory = tools.pipe([["pa-tokenize", "--tokenizer", settings.tokenizer, "day.wav"],
                                  ["pa-index", "day.pai"]])
    os.remove(tools.folder + "/day.wav")
    require(tools.count("day.pai") == 1, "the day is not archived")
    return (f"{hours:.2f} h in one file ({settings.tokenizer}): {seconds:.0f} s, "
            f"{3600 * hours / seconds:.0f} x real time, " + bounded(settings, memory, "a day"))


def strings(path, count, tokens, seed, name):
    """Records that are stretches of one random text of tokens, each of three digits."""
    dice = random.Random(seed)
    text = " ".join(str(dice.randrange(100, 512)) for _ in range(1_000_000))
    with open(path, "w", encoding="ascii") as file:
        file.write("#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n")
        for i in range(count):
            at = 4 * dice.randrange(1_000_000 - tokens)
            file.write(f"{name}{i}.wav\t{tokens / 12.5:.2f}\t{text[at:at + 4 * tokens - 1]}\n")


def large_archive(settings, tools):
    count = int(100_000_000 * settings.scale) // TOKENS_A_RECORD
    queries = int(10_000 * settings.scale)
    strings(tools.folder + "/strings", count, TOKENS_A_RECORD, 1, "r")
    strings(tools.folder + "/queries", queries, QUERY_TOKENS, 1, "q")
    appending, memory = tools.pipe([["pa-index", "large.pai", "strings"]])
    os.remove(tools.folder + "/strings")
    require(tools.count("large.pai") == count, "not every record is archived")
    checking, _ = tools.pipe([["pa-index", "large.pai", "--check"]])
    with open(tools.folder + "/hits", "wb") as hits:
        searching, search_memory = tools.pipe([["pa-search", "large.pai", "queries", "-k", "1"]],
                                              stdout=hits)
    with open(tools.folder + "/hits", encoding="ascii") as hits:
        found = len({line.split("\t")[0] for line in hits if not line.startswith("#")})
    require(found == queries, f"{found} of {queries} queries found something")
    return (f"{count * TOKENS_A_RECORD} tokens: appended in {appending:.0f} s with {memory[0]:.0f} MB, "
            f"checked in {checking:.0f} s; {queries} queries in {searching:.0f} s with "
            f"{search_memory[0]:.0f} MB, the mapped archive among them")


PARTS = {"files": many_files, "day": one_day, "archive": large_archive}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--tokenizer", default="pairalign")
    parser.add_argument("--most-mb", type=float, default=300, help="that a program of a pipeline may take")
    parser.add_argument("parts", nargs="*", help="of " + ", ".join(PARTS))
    settings = parser.parse_args()
    failed = False
    for part in settings.parts or PARTS:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            try:
                print("load:", PARTS[part](settings, Tools(settings, folder)), flush=True)
            except Fault as fault:
                print("load: FAULT:", fault, flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
