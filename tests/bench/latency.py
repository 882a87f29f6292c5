#!/usr/bin/env python3
"""How long after it was said a token of a live feed is written: pa-tokenize - on a pipe.

Samples go in by blocks of 20 ms, each when the one before is read and worked through, so what is
told is the wait that comes of looking ahead, whatever else the machine does; the time of the work
itself is that of the processor. A token is said when its end, the start of the next, has gone in.
The lines are compared with those of the same recording as a file.
"""
import argparse
import array
import fcntl
import os
import resource
import statistics
import struct
import subprocess
import tempfile
import termios
import time

RATE = 16000
BLOCK = RATE // 50


def is_idle(process, pipe):
    unread = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, unread)
    if unread[0] > 0:
        return False
    with open(f"/proc/{process.pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] == "S"


def wait_until_idle(process, pipe):
    idle = 0
    while idle < 2 and process.poll() is None:
        idle = idle + 1 if is_idle(process, pipe) else 0
        time.sleep(0.0005)


def wav_header():
    fmt = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    return (b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt +
            b"data" + struct.pack("<I", 0xFFFFFFFF))


def feed(tool, tokenizer, samples):
    command = [tool, "-q", "-j", "1", "--tokenizer", tokenizer, "--format", "ctm", "-"]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out)
        pipe = process.stdin.fileno()
        os.write(pipe, wav_header())
        arrived, seen = [], 0  # seconds that had gone in when each line was there
        for at in range(0, len(samples), 2 * BLOCK):
            os.write(pipe, samples[at:at + 2 * BLOCK])
            wait_until_idle(process, pipe)
            lines = os.pread(out.fileno(), 1 << 26, 0).count(b"\n")
            gone_in = min(len(samples), at + 2 * BLOCK) / 2 / RATE
            arrived += [gone_in] * (lines - seen)
            seen = lines
        process.stdin.close()
        process.wait()
        out.seek(0)
        return out.read(), arrived


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--tokenizers", nargs="+", default=["vq", "dpvq", "pairalign"])
    parser.add_argument("audio", nargs="+", help="recordings, one after the other")
    settings = parser.parse_args()
    samples = b"".join(subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"],
        stdout=subprocess.PIPE, check=True).stdout for path in settings.audio)
    samples = samples[:2 * int(settings.seconds * RATE)]
    tool = os.path.join(settings.bin, "pa-tokenize")
    print(f"{len(samples) / 2 / RATE:.1f} s; seconds after the end of a token")
    print("tokenizer  tokens  median   95 %    max  lines that a file gives otherwise  CPU s")
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        wav.write(wav_header() + samples)
        wav.flush()
        for tokenizer in settings.tokenizers:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            text, arrived = feed(tool, tokenizer, samples)
            now = resource.getrusage(resource.RUSAGE_CHILDREN)
            whole = subprocess.run(
                [tool, "-q", "-j", "1", "--tokenizer", tokenizer, "--format", "ctm", "-"],
                stdin=open(wav.name, "rb"), stdout=subprocess.PIPE, check=True).stdout
            lines = [line.split() for line in text.decode().splitlines()]
            waits = [then - (float(line[2]) + float(line[3]))
                     for line, then in zip(lines, arrived) if line[0] == "-"]
            others = set(text.splitlines()) ^ set(whole.splitlines())
            waits.sort()
            print(f"{tokenizer:9}  {len(waits):6}  {statistics.median(waits):6.2f} "
                  f"{waits[int(0.95 * len(waits))]:6.2f} {waits[-1]:6.2f}  {len(others):33}  "
                  f"{now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime:5.1f}", flush=True)


if __name__ == "__main__":
    main()
