#!/usr/bin/env python3
"""Feeds one pa-tokenize for a long time, while other tools append to an archive, replace records in it,
merge, check and search it, round after round. Memory and open files of the one must stay as they were
after the first tenth of the time; the archive must not collect files.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time

from load import voice, write_wav

WARM = 0.1       # of the time, until caches are filled
# Of growth after that: memory, and files that happen to be open together, of which a leak would leave
# thousands.
ALLOWED_MB, ALLOWED_FILES = 16, 8


class Watched:
    """A process, its memory and its open files over time."""

    def __init__(self, name, process):
        self.name, self.process, self.samples = name, process, []

    def sample(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
        self.samples.append((resident, len(os.listdir(f"/proc/{self.process.pid}/fd"))))

    def report(self):
        """What grew, or an empty text; and the figures."""
        begin = max(1, int(WARM * len(self.samples)))
        early = [max(values) for values in zip(*self.samples[:begin])]
        late = [max(values) for values in zip(*self.samples[begin:])] or early
        figures = (f"{self.name} at most {early[0]:.0f} MB and {early[1]} files, then "
                   f"{late[0]:.0f} MB and {late[1]} files")
        grew = late[0] > early[0] + ALLOWED_MB or late[1] > early[1] + ALLOWED_FILES
        return f"{self.name} grows" if grew else "", figures


def feed(stream, end, counts):
    """One path after the other, as a program that watches a folder would."""
    try:
        while time.monotonic() < end:
            stream.write(f"{counts['fed'] % 20}.wav\n".encode())
            stream.flush()
            counts["fed"] += 1
            time.sleep(0.002)
    finally:
        stream.close()


def churn(run, end, counts):
    """Other tools, over and over, on the archive `busy.pai`."""
    while time.monotonic() < end:
        strings = run(["pa-tokenize", "--tokenizer", "vq"] + [f"{i}.wav" for i in range(5)])
        run(["pa-index", "busy.pai"], strings)
        run(["pa-search", "busy.pai"], strings)
        run(["pa-index", "busy.pai", "--check"])
        if counts["rounds"] % 10 == 9:
            run(["pa-index", "busy.pai", "--merge"])
        counts["rounds"] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--minutes", type=float, default=30)
    settings = parser.parse_args()
    tools, counts = os.path.abspath(settings.bin), {"fed": 0, "rounds": 0}
    with tempfile.TemporaryDirectory() as folder:
        for i in range(20):
            write_wav(f"{folder}/{i}.wav", [voice(0.5, i)])

        def run(command, stdin=b""):
            return subprocess.run([f"{tools}/{command[0]}"] + command[1:], input=stdin, cwd=folder,
                                  check=True, stdout=subprocess.PIPE).stdout

        end = time.monotonic() + 60 * settings.minutes
        tokenizer = subprocess.Popen([f"{tools}/pa-tokenize", "--tokenizer", "vq"], cwd=folder,
                                     stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        watched = Watched("pa-tokenize", tokenizer)
        threads = [threading.Thread(target=feed, args=(tokenizer.stdin, end, counts)),
                   threading.Thread(target=churn, args=(run, end, counts))]
        for thread in threads:
            thread.start()
        while time.monotonic() < end and tokenizer.poll() is None:
            watched.sample()
            time.sleep(min(1, 0.6 * settings.minutes))
        for thread in threads:
            thread.join()
        grew, figures = watched.report()
        status = tokenizer.wait()
        size = sum(len(files) for _, _, files in os.walk(folder + "/busy.pai"))
    fault = grew or ("" if status == 0 else f"pa-tokenize ends with {status}")
    fault = fault or ("" if size < 300 else f"{size} files in an archive of 5 records")
    print(f"soak: {fault and 'FAULT: ' + fault + '; '}{settings.minutes:g} min: {figures}; "
          f"{counts['fed']} files, {counts['rounds']} rounds of the other tools, {size} files left")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
