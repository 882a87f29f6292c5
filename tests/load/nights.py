#!/usr/bin/env python3
"""Years of cron: thousands of small appends, and hundreds of nights over a folder that changes.

In the first part the processor time and memory of an append, the number of segments and of files must
stay flat. In the second, each night some recordings are new, changed, moved, renamed or deleted, now
and then a run is killed; what the archive holds is compared with what it should hold. No audio: a
stand-in for pa-tokenize makes a string of the bytes of each file.
"""
import argparse
import hashlib
import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

HEADER = b"#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n"


def record(path, content):
    digest = hashlib.sha256(content).digest()
    tokens = " ".join(str(byte) for byte in digest)
    starts = " ".join(str(80 * i) for i in range(len(digest)))
    return f"{path}\t2.60\t{tokens}\t{starts}\n".encode()


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Archive:
    def __init__(self, tools, path):
        self.index, self.path = tools + "/pa-index", path

    def run(self, *options, stdin=b""):
        ended = subprocess.run([self.index, *options, self.path], input=stdin, capture_output=True,
                               check=False)
        if ended.returncode != 0 or ended.stderr:
            sys.exit(f"pa-index {options}: status {ended.returncode}: {ended.stderr.decode()}")
        return ended.stdout

    def strings(self):
        lines = self.run("--dump").splitlines()[1:]
        return {line.split(b"\t")[0].decode(): line + b"\n" for line in lines}, len(lines)

    def segments(self):
        return sum(name.startswith("segment-") for name in os.listdir(self.path))


def many_appends(tools, folder, count):
    archive = Archive(tools, folder + "/appends.pai")
    part, most = max(1, count // 10), 0
    print("appends  ms each  CPU ms  segments  files  max RSS, MB")
    begun, cpu = time.monotonic(), cpu_of_children()
    for i in range(count):
        lines = b"".join(record(f"talk-{i}-{j}.wav", b"%d %d" % (i, j)) for j in range(10))
        archive.run(stdin=HEADER + lines)
        most = max(most, archive.segments())
        if (i + 1) % part == 0:
            print(f"{i + 1:7}  {1000 * (time.monotonic() - begun) / part:7.2f}  "
                  f"{1000 * (cpu_of_children() - cpu) / part:6.2f}  {archive.segments():8}  "
                  f"{len(os.listdir(archive.path)):5}  "
                  f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:11.1f}",
                  flush=True)
            begun, cpu = time.monotonic(), cpu_of_children()
    strings, lines = archive.strings()
    archive.run("--check")
    print(f"at most {most} segments; {lines} records")
    if lines != 10 * count or len(strings) != lines:
        sys.exit("records are lost")
    if most > 8 + math.log2(count):
        sys.exit("more segments than 8 + log2 of the appends")


class Nights:
    def __init__(self, tools, folder, seed):
        self.archive, self.dice = Archive(tools, folder + "/nights.pai"), random.Random(seed)
        self.folder, self.made = folder + "/audio", 0
        self.files, self.stored = {}, {}  # contents, and those of which the archive has the string
        os.mkdir(self.folder)

    def write(self, path):
        self.made += 1
        content = b"%d " % self.made + self.dice.randbytes(self.dice.randrange(20, 200))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        self.files[path] = content

    def pick(self):
        return self.dice.choice(sorted(self.files))

    def day(self, night):
        for _ in range(self.dice.randrange(1, 5)):
            self.write(f"{self.folder}/{night // 30:03}/{self.made}.wav")
        if len(self.files) < 10:
            return
        self.write(self.pick())
        old = self.pick()
        new = os.path.dirname(old) + f"/moved-{night}.wav"
        os.rename(old, new)
        self.files[new] = self.files.pop(old)
        if self.dice.random() < 0.3:
            gone = self.pick()
            os.remove(gone)
            del self.files[gone]
        if night % 50 == 49:  # a whole folder is renamed
            old = os.path.dirname(self.pick())
            new = old + "-renamed"
            if not os.path.exists(new):
                os.rename(old, new)
                for path in [p for p in self.files if p.startswith(old + "/")]:
                    self.files[new + path[len(old):]] = self.files.pop(path)

    def tokenize(self, paths):
        return HEADER + b"".join(record(path, self.files[path]) for path in paths)

    def night(self):
        listed = "".join(path + "\n" for path in sorted(self.files)).encode()
        missing = self.archive.run("--missing", "--moved", stdin=listed).decode().splitlines()
        if self.dice.random() < 0.05:  # the machine goes down in the middle of it
            writer = subprocess.Popen([self.archive.index, self.archive.path], stdin=subprocess.PIPE)
            writer.stdin.write(self.tokenize(missing))
            writer.stdin.close()
            time.sleep(self.dice.uniform(0, 0.02))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
            missing = self.archive.run("--missing", stdin=listed).decode().splitlines()
        self.archive.run(stdin=self.tokenize(missing))
        # The string of a moved recording follows it; that of one that is gone, or was changed as well,
        # stays.
        present = set(self.files.values())
        self.stored = {path: content for path, content in self.stored.items()
                       if path in self.files or content not in present}
        self.stored.update(self.files)

    def check(self):
        strings, lines = self.archive.strings()
        wanted = {path: record(path, content) for path, content in self.files.items()}
        lost = [path for path, line in wanted.items() if strings.get(path) != line]
        if lost or lines != len(strings):
            sys.exit(f"{len(lost)} strings are lost or wrong, {lines - len(strings)} twice: {lost[:3]}")
        gone = [path for path in set(self.stored) | set(strings)
                if path not in strings or path not in self.stored
                or strings[path] != record(path, self.stored[path])]
        if gone:
            sys.exit(f"strings of deleted or moved recordings are lost or wrong: {sorted(gone)[:3]}")


def many_nights(tools, folder, count):
    nights = Nights(tools, folder, 1)
    print("nights  s each  CPU s  recordings  records  segments")
    begun, cpu = time.monotonic(), cpu_of_children()
    for night in range(count):
        nights.day(night)
        nights.night()
        if night % 30 == 29 or night == count - 1:
            nights.check()
            print(f"{night + 1:6}  {(time.monotonic() - begun) / 30:6.3f}  "
                  f"{(cpu_of_children() - cpu) / 30:5.3f}  {len(nights.files):10}  "
                  f"{nights.archive.strings()[1]:7}  {nights.archive.segments():8}", flush=True)
            begun, cpu = time.monotonic(), cpu_of_children()
    nights.archive.run("--check")
    nights.archive.run("--prune")
    strings, _ = nights.archive.strings()
    if set(strings) != set(nights.files):
        sys.exit("--prune leaves others than the recordings that are there")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--appends", type=int, default=3000)
    parser.add_argument("--nights", type=int, default=300)
    settings = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        tools = os.path.abspath(settings.bin)
        if settings.appends > 0:
            many_appends(tools, folder, settings.appends)
        if settings.nights > 0:
            many_nights(tools, folder, settings.nights)


if __name__ == "__main__":
    main()
