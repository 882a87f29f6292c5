#!/usr/bin/env python3
"""Codes and embeddings of frames, read by NumPy where it is installed, and by Python's library alone.
usage: frames_test.py FOLDER-OF-TOOLS MODEL"""
import ast
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
from array import array

try:
    import numpy
except ImportError:
    numpy = None

RATE = 16000
NAMES = ["plain.wav", "#hash.wav", "a\tb.wav", "cut.wav", "none.wav"]
SECONDS = {"plain.wav": 12.345, "#hash.wav": 0.5, "a\tb.wav": 1.01, "none.wav": 0}


def tool(name, *arguments, stdin=b"", status=0):
    done = subprocess.run([os.path.join(BIN, name), *arguments], input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != status:
        raise AssertionError(f"{name}: {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def write(path, seconds):
    noise = 1
    samples = []
    for i in range(round(seconds * RATE)):
        noise = noise * 69069 % 2**32
        samples.append(round(3000 * math.sin(0.05 * i * (1 + i / RATE)) + noise / 2**22))
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def unescape(text):
    return re.sub(r"\\(.)", lambda m: {"t": "\t", "n": "\n"}.get(m.group(1), m.group(1)), text)


def read_npy(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (size,) = struct.unpack("<H", data[8:10])
    assert (10 + size) % 64 == 0
    header = ast.literal_eval(data[10:10 + size].decode())
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    values = array("f", data[10 + size:])
    rows, columns = header["shape"]
    assert len(values) == rows * columns
    return [values[i * columns:(i + 1) * columns] for i in range(rows)]


def codebook():
    with open(MODEL, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        begin, end = header["codebook"]["data_offsets"]
        assert header["codebook"]["dtype"] == "F32"
        file.seek(8 + size + begin)
        values = array("f", file.read(end - begin))
    rows, columns = header["codebook"]["shape"]
    return [values[i * columns:(i + 1) * columns] for i in range(rows)]


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = cls.scratch.name
        for name, seconds in SECONDS.items():
            write(os.path.join(folder, name), seconds)
        with open(os.path.join(folder, "cut.wav"), "wb") as file:
            file.write(b"RIFF no wave")
        cls.paths = [os.path.join(folder, name) for name in NAMES]
        cls.npy = os.path.join(folder, "out.npy")
        cls.km = tool("pa-tokenize", "--model", MODEL, "--frames", "--format", "km", *cls.paths,
                      status=2).splitlines()
        cls.index = tool("pa-tokenize", "--model", MODEL, "-j", "3", "--embeddings", cls.npy, *cls.paths,
                         status=2).splitlines()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def parts(self):
        for line in self.index[1:]:
            key, seconds, first, count = line.split("\t")
            yield os.path.basename(unescape(key)), float(seconds), int(first), int(count)

    def test_a_line_of_codes_for_each_recording(self):
        self.assertEqual(len(self.km), len(NAMES))  # those that failed as well
        for name, line in zip(NAMES, self.km):
            codes = line.split()
            self.assertEqual(len(codes), math.ceil(SECONDS.get(name, 0) * 50), name)

    def test_manifest_and_km_go_together(self):
        manifest = os.path.join(self.scratch.name, "m.tsv")
        with open(manifest, "w") as file:
            print(self.scratch.name, *(f"{n}\t{int(s * RATE)}" for n, s in SECONDS.items()
                                       if "\t" not in n), sep="\n", file=file)
        km = tool("pa-tokenize", "--model", MODEL, "--frames", "--format", "km", "--manifest", manifest)
        self.assertEqual(km.splitlines(), [self.km[0], self.km[1], ""])

    def test_index(self):
        self.assertRegex(self.index[0], r"^#pairalign-embeddings 1 model=[0-9a-f]{16} dimension=\d+$")
        parts = list(self.parts())
        self.assertEqual([p[0] for p in parts], list(SECONDS))
        self.assertEqual([p[3] for p in parts], [math.ceil(s * 50) for s in SECONDS.values()])
        self.assertEqual([p[2] for p in parts], [sum(q[3] for q in parts[:i]) for i in range(len(parts))])

    def test_embeddings_are_nearest_to_their_codes(self):
        rows, codes = read_npy(self.npy), codebook()
        lines = dict(zip(NAMES, self.km))
        seen = 0
        for name, _, first, count in self.parts():
            wanted = list(map(int, lines[name].split()))
            for row, code in list(zip(rows[first:first + count], wanted))[::7]:
                self.assertAlmostEqual(sum(x * x for x in row), 1, places=4)
                cosines = [sum(map(float.__mul__, row, c)) for c in codes]
                self.assertEqual(max(range(len(codes)), key=cosines.__getitem__), code)
                seen += 1
        self.assertGreater(seen, 90)

    @unittest.skipUnless(numpy, "no numpy")
    def test_numpy(self):
        frames = numpy.load(self.npy, mmap_mode="r")
        self.assertEqual(frames.dtype, numpy.float32)
        self.assertEqual([list(row) for row in frames[:50]], [list(row) for row in read_npy(self.npy)[:50]])
        codes = numpy.array(codebook())
        first, count = next((f, c) for name, _, f, c in self.parts() if name == "plain.wav")
        nearest = (frames[first:first + count] @ codes.T).argmax(1)
        self.assertEqual(list(map(str, nearest)), self.km[0].split())

    def test_nothing_is_left_behind_by_a_failure(self):
        out = os.path.join(self.scratch.name, "gone.npy")
        tool("pa-tokenize", "--model", "none", "--embeddings", out, self.paths[0], status=2)
        self.assertFalse([n for n in os.listdir(self.scratch.name) if n.startswith("gone")])


if __name__ == "__main__":
    MODEL = sys.argv.pop()
    BIN = os.path.abspath(sys.argv.pop())
    unittest.main()
