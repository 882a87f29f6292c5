#!/usr/bin/env python3
"""What pa-stats writes of audio, read with Python, and compared with what other programs measure of
the same files. usage: audio_table_test.py FOLDER-OF-TOOLS"""
import csv
import io
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import wave

try:
    import pandas
except ImportError:
    pandas = None

RATE = 16000
NAMES = ["plain.wav", "#hash.wav", "a\tb.wav", "back\\slash.wav", 'quo"te.wav', "new\nline.wav",
         "NA.wav", "ümlaut.wav"]


def tool(name, *arguments, stdin=b"", status=0):
    done = subprocess.run([os.path.join(BIN, name), *arguments], input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != status:
        raise AssertionError(f"{name}: {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def write(path, samples, channels=1, rate=RATE):
    with wave.open(path, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def unescape(text):
    return re.sub(r"\\(.)", lambda m: {"t": "\t", "n": "\n"}.get(m.group(1), m.group(1)), text)


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = cls.scratch.name
        cls.paths = []
        for i, name in enumerate(NAMES):
            path = os.path.join(cls.folder, name)
            samples = [round(1000 * (i + 1) * math.sin(0.01 * (i + 3) * n)) + 40 * i
                       for n in range(RATE + 1000 * i)]
            write(path, samples, rate=RATE if i % 2 else 2 * RATE)
            cls.paths.append(path)
        cls.tsv = tool("pa-stats", "--format", "tsv", *cls.paths)
        cls.jsonl = tool("pa-stats", "--format", "jsonl", *cls.paths)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_tsv_and_jsonl_say_the_same(self):
        rows = list(csv.DictReader(io.StringIO(self.tsv, newline="\n"), delimiter="\t",
                                   quoting=csv.QUOTE_NONE))
        objects = [json.loads(line) for line in self.jsonl.splitlines()]
        self.assertEqual([unescape(r["path"]) for r in rows], self.paths)
        self.assertEqual([o["path"] for o in objects], self.paths)
        for row, item in zip(rows, objects):
            self.assertEqual(list(row), list(item))
            for name, value in item.items():
                if name == "path":
                    continue
                if name == "flags":
                    self.assertEqual(row[name], ",".join(flag["check"] for flag in value))
                elif value is None:
                    self.assertEqual(row[name], "")
                elif isinstance(value, str):
                    self.assertEqual(row[name], value)
                else:
                    self.assertAlmostEqual(float(row[name]), value, places=9, msg=name)

    @unittest.skipUnless(pandas, "no pandas")
    def test_pandas_loses_no_key(self):
        frame = pandas.read_csv(io.StringIO(self.tsv), sep="\t", quoting=csv.QUOTE_NONE,
                                keep_default_na=False, na_values={"snr": [""], "loudness": [""]})
        self.assertEqual([unescape(p) for p in frame.path], self.paths)
        self.assertEqual(list(frame.rate), [2 * RATE, RATE] * (len(NAMES) // 2))
        self.assertAlmostEqual(frame.seconds.sum(),
                               sum(json.loads(l)["seconds"] for l in self.jsonl.splitlines()), 6)
        lines = pandas.read_json(io.StringIO(self.jsonl), lines=True)
        self.assertEqual(list(lines.path), self.paths)

    @unittest.skipUnless(shutil.which("sox"), "no sox")
    def test_beside_sox(self):
        for line in self.jsonl.splitlines():
            row = json.loads(line)
            said = subprocess.run(["sox", row["path"], "-n", "stats"], stderr=subprocess.PIPE,
                                  check=True).stderr.decode()
            value = {m[0]: float(m[1]) for m in re.findall(r"^(.*?) +(-?[\d.]+)$", said, re.M)}
            self.assertAlmostEqual(row["offset"], abs(value["DC offset"]), delta=2e-5)
            self.assertAlmostEqual(row["peak"], value["Pk lev dB"], delta=0.011)
            self.assertAlmostEqual(row["rms"], value["RMS lev dB"], delta=0.011)
            self.assertAlmostEqual(row["seconds"], value["Length s"], delta=0.001)

    @unittest.skipUnless(shutil.which("ffprobe"), "no ffprobe")
    def test_beside_ffprobe(self):
        for line in self.jsonl.splitlines():
            row = json.loads(line)
            said = json.loads(subprocess.run(
                ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json",
                 "file:" + row["path"]], stdout=subprocess.PIPE, check=True).stdout)
            stream = said["streams"][0]
            self.assertEqual(row["container"], said["format"]["format_name"])
            self.assertEqual(row["codec"] + "le", stream["codec_name"])
            self.assertEqual(row["rate"], int(stream["sample_rate"]))
            self.assertEqual(row["channels"], stream["channels"])
            self.assertEqual(row["bits"], stream["bits_per_sample"])
            self.assertEqual(row["bytes"], int(said["format"]["size"]))
            self.assertAlmostEqual(row["header_seconds"], float(stream["duration"]), delta=0.001)

    @unittest.skipUnless(shutil.which("ffmpeg"), "no ffmpeg")
    def test_loudness_beside_ffmpeg(self):
        for line in self.jsonl.splitlines():
            row = json.loads(line)
            said = subprocess.run(["ffmpeg", "-nostdin", "-i", "file:" + row["path"], "-af",
                                   "ebur128=peak=true", "-f", "null", "-"], stderr=subprocess.PIPE,
                                  check=True).stderr.decode()
            summary = said[said.rindex("Summary:"):]
            self.assertAlmostEqual(row["loudness"], float(re.search(r"I: +(\S+)", summary)[1]),
                                   delta=0.15)
            self.assertAlmostEqual(row["true_peak"], float(re.search(r"Peak: +(\S+)", summary)[1]),
                                   delta=0.3)


class Findings(unittest.TestCase):
    def test_lines_of_flag(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a\tb.wav")
            write(path, [0] * RATE)
            lines = tool("pa-stats", "--flag", path).splitlines()
            fields = [line.split("\t") for line in lines]
            self.assertTrue(all(len(f) == 4 and unescape(f[0]) == path for f in fields), fields)
            self.assertIn("silent", [f[1] for f in fields])
            for _, _, value, limit in fields:
                float(value), float(limit)


if __name__ == "__main__":
    BIN = os.path.abspath(sys.argv.pop())
    unittest.main()
