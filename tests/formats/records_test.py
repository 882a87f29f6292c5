"""Every format of records, read with Python, holds what the record format holds, and what can be read
back gives the same records.  usage: records_test.py BIN
"""

import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import wave

HEADER = "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n"


def tool(name, *arguments, stdin=b""):
    ran = subprocess.run([f"{BIN}/{name}", *arguments], input=stdin, capture_output=True)
    if ran.returncode != 0:
        raise AssertionError(f"{name} {arguments}: {ran.returncode}, {ran.stderr.decode()}")
    return ran.stdout


def escaped(key):
    key = key.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n")
    return b"\\" + key if key.startswith(b"#") else key


def random_records(count):
    """KEY (bytes), hundredths of a second or None, tokens, starts in ms."""
    chance = random.Random(7)
    names = [b"plain.wav", b"two words.wav", b"#first.wav", b"tab\there", b"new\nline", b"back\\slash",
             "Gr\u00fc\u00dfe/\u4f1a\u8b70.wav".encode(), b"not\xffutf8\xc3.wav", b'"quoted".wav',
             b"part.wav#t=2.50,9.75"]
    for i in range(count):
        key = names[i] if i < len(names) else b"folder/%d.flac" % i
        length = 0 if i == 3 else chance.randrange(1, 200)
        starts = sorted(chance.randrange(0, 7000) for _ in range(length))
        yield key, chance.randrange(700, 2000), [chance.randrange(512) for _ in range(length)], starts


def tsv(records):
    text = HEADER.encode()
    for key, hundredths, tokens, starts in records:
        fields = [escaped(key), b"%d.%02d" % divmod(hundredths, 100), b" ".join(b"%d" % t for t in tokens)]
        if starts:
            fields.append(b" ".join(b"%d" % s for s in starts))
        text += b"\t".join(fields) + b"\n"
    return text


def blank_free(key):
    key = b"".join(b"_" if c in b" \t\n\v\f\r" else bytes([c]) for c in key)
    return b"_" + key[1:] if key.startswith(b"#") else key


def ends(hundredths, starts):
    return starts[1:] + [hundredths * 10] if starts else []


class Records(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.records = list(random_records(60))
        cls.tsv = tsv(cls.records)
        cls.archive = cls.folder.name + "/a.pai"
        tool("pa-index", cls.archive, stdin=cls.tsv)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def dump(self, archive_format):
        return tool("pa-index", "--dump", "--format", archive_format, self.archive)

    def archived_again(self, text, *options):
        with tempfile.TemporaryDirectory() as folder:
            tool("pa-index", *options, folder + "/b.pai", stdin=text)
            return tool("pa-index", "--dump", folder + "/b.pai")

    def test_tsv(self):
        self.assertEqual(self.dump("tsv"), self.tsv)

    def test_jsonl_and_back(self):
        text = self.dump("jsonl")
        header, *lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(header, {"pairalign": 1, "model": "0123456789abcdef", "tokenizer": "vq", "vocab": 512})
        self.assertEqual(len(lines), len(self.records))
        for line, (key, hundredths, tokens, starts) in zip(lines, self.records):
            self.assertEqual(bytes(line.get("key_bytes", line["key"].encode())), key)
            self.assertEqual(round(line["seconds"] * 100), hundredths)
            self.assertEqual((line["tokens"], line.get("starts", [])), (tokens, starts))
        self.assertEqual(self.archived_again(text), self.tsv)

    def test_kaldi_and_back(self):
        text = self.dump("kaldi")
        lines = text.split(b"\n")
        self.assertEqual(lines.pop(), b"")
        wanted = [blank_free(key) + b"".join(b" %d" % t for t in tokens) for key, _, tokens, _ in self.records]
        self.assertEqual(lines, wanted)
        back = self.archived_again(text, "--input-format", "kaldi").splitlines()
        fields = [line.split(b"\t") for line in back]
        self.assertEqual([f[2] for f in fields], [b" ".join(b"%d" % t for t in r[2]) for r in self.records])
        self.assertEqual({f[1] for f in fields}, {b"-"})

    def test_km(self):
        units = self.dump("km").split(b"\n")[:-1]
        self.assertEqual([[int(u) for u in line.split()] for line in units], [r[2] for r in self.records])

    def test_ctm(self):
        wanted = []
        for key, hundredths, tokens, starts in self.records:
            for token, start, end in zip(tokens, starts, ends(hundredths, starts)):
                wanted.append(b"%s 1 %d.%03d %d.%03d %d" % (blank_free(key), *divmod(start, 1000),
                                                           *divmod(end - start, 1000), token))
        self.assertEqual(self.dump("ctm").split(b"\n")[:-1], wanted)

    def test_audacity(self):  # a label track is of one recording
        for record in self.records[:10]:
            key, hundredths, tokens, starts = record
            offset = 2500 if key.endswith(b"#t=2.50,9.75") else 0
            wanted = [b"%d.%03d\t%d.%03d\t%d" % (*divmod(offset + start, 1000), *divmod(offset + end, 1000), token)
                      for token, start, end in zip(tokens, starts, ends(hundredths, starts))]
            with tempfile.TemporaryDirectory() as folder:
                tool("pa-index", folder + "/one.pai", stdin=tsv([record]))
                dumped = tool("pa-index", "--dump", "--format", "audacity", folder + "/one.pai")
            self.assertEqual(dumped.split(b"\n")[:-1], wanted)

    def test_statistics_are_the_same_from_every_format(self):
        figures = {f: json.loads(tool("pa-stats", "--format", "json", "--input-format", f, "-",
                                      stdin=self.dump(f)))["summary"] for f in ("tsv", "jsonl", "kaldi")}
        self.assertEqual(figures["tsv"], figures["jsonl"])
        for name in "records", "empty", "tokens", "entropy", "lengths":
            self.assertEqual(figures["tsv"][name], figures["kaldi"][name], name)


class Times(unittest.TestCase):
    """Labels of a recording whose sound begins and ends at known times."""

    RATE, BEGIN, END, TOTAL = 16000, 2.0, 2.6, 6.0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = cls.folder.name + "/burst.wav"
        samples = [0] * int(cls.RATE * cls.TOTAL)
        for i in range(int(cls.BEGIN * cls.RATE), int(cls.END * cls.RATE)):
            t = i / cls.RATE
            samples[i] = int(sum(3000 / k * math.sin(2 * math.pi * 140 * k * t) for k in range(1, 12)))
        with wave.open(cls.path, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(cls.RATE)
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def labels(self, *options):
        text = tool("pa-tokenize", "--format", "audacity", *options, self.path).decode()
        return [tuple(float(field) for field in line.split("\t")) for line in text.splitlines()]

    def middle_of_sound(self, labels):
        """Halfway between the silence before, the longest label there, and that behind."""
        before = max((l for l in labels if l[0] < self.BEGIN), key=lambda l: l[1] - l[0])
        behind = max((l for l in labels if l[1] > self.END), key=lambda l: l[1] - l[0])
        return (before[1] + behind[0]) / 2

    def test_labels_lie_where_the_sound_is(self):
        for tokenizer in "vq", "dpvq", "pairalign":
            middle = self.middle_of_sound(self.labels("--tokenizer", tokenizer))
            self.assertAlmostEqual(middle, (self.BEGIN + self.END) / 2, delta=0.12, msg=tokenizer)

    def test_labels_of_a_window_lie_there_too(self):
        labels = [l for l in self.labels("--window", "1.5", "--hop", "1.5")]
        self.assertEqual(labels, sorted(labels))
        self.assertGreater(labels[-1][1], self.TOTAL - 0.01)
        # The window from 1.5 to 3.0 s holds the sound.
        codes = {l[2] for l in labels if l[1] <= 1.4 or l[0] >= 3.1}
        sound = [l for l in labels if 1.5 <= l[0] and l[1] <= 3.0 and l[2] not in codes]
        self.assertTrue(sound)
        self.assertAlmostEqual((sound[0][0] + sound[-1][1]) / 2, (self.BEGIN + self.END) / 2, delta=0.2)

    def test_labels_are_the_starts_of_the_record_format(self):
        line = tool("pa-tokenize", "--times", self.path).decode().splitlines()[1]
        _, seconds, tokens, starts = line.split("\t")
        labels = self.labels()
        self.assertEqual([round(l[0] * 1000) for l in labels], [int(s) for s in starts.split()])
        self.assertEqual([int(l[2]) for l in labels], [int(t) for t in tokens.split()])
        self.assertEqual([l[1] for l in labels], [l[0] for l in labels[1:]] + [float(seconds)])


class Runs(unittest.TestCase):
    """A TREC run, judged here by the textbook and there by pa-stats."""

    def test_mean_average_precision(self):
        chance = random.Random(3)
        with tempfile.TemporaryDirectory() as folder:
            records = [(b"talks/%d.wav" % i, 1000, [chance.randrange(30) for _ in range(40)], [])
                       for i in range(40)]
            queries = [(b"q/%d.wav" % i, 300, r[2][5:15], []) for i, r in enumerate(records[:10])]
            tool("pa-index", folder + "/a.pai", stdin=tsv(records))
            run = tool("pa-search", folder + "/a.pai", "-k", "0", "--format", "trec", stdin=tsv(queries))
            relevant = {str(i): {str(i), *map(str, chance.sample(range(40), 3))} for i in range(10)}
            with open(folder + "/qrels", "w") as file:
                for query, documents in relevant.items():
                    file.writelines(f"{query} 0 {document} 1\n" for document in sorted(documents))
            told = json.loads(tool("pa-stats", "--qrels", folder + "/qrels", "--format", "json", stdin=run))
        ranked = {}
        for line in run.decode().splitlines():
            query, q0, document, rank, score, tag = line.split(" ")
            self.assertEqual((q0, tag), ("Q0", "pairalign"))
            ranked.setdefault(query, []).append((-float(score), document))
            self.assertEqual(len(ranked[query]), int(rank))
        precisions = []
        for query, documents in relevant.items():
            hits, total = 0, 0.0
            for rank, (_, document) in enumerate(sorted(ranked[query]), 1):
                if document in documents:
                    hits += 1
                    total += hits / rank
            precisions.append(total / len(documents))
        self.assertAlmostEqual(self.find(told, "map"), sum(precisions) / len(precisions), places=6)

    def find(self, told, name):
        for key, value in told.items():
            if key.lower() == name:
                return value
            if isinstance(value, dict) and name in map(str.lower, value):
                return self.find(value, name)
        self.fail(f"no {name} in {told}")


if __name__ == "__main__":
    BIN = os.path.abspath(sys.argv.pop())
    unittest.main()
