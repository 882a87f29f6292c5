"""Archives written by pa-index, read by a second reader made after docs/archive-format.md.

usage: archive_test.py PA_INDEX
"""

import os
import random
import subprocess
import sys
import tempfile
import unittest

import archive_reader as reader

HEADER = b"#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n"
TOKENS_THAT_ARE_INDEXED = 32768


def write_records(name, count, length, seed, chain=False):
    """Keys that share beginnings, odd bytes, records with and without times and durations. In a
    `chain` a token tells much of the next one, so that entropy coding looks at it."""
    draw = random.Random(seed)
    with open(name, "wb") as file:
        file.write(HEADER)
        for i in range(count):
            tokens = []
            for _ in range(draw.randrange(2 * length)):
                follows = chain and tokens
                token = 3 * tokens[-1] + draw.randrange(4) if follows else draw.expovariate(1 / 40)
                tokens.append(int(token) % 512)
            starts = sorted(draw.randrange(1 << draw.randrange(1, 33)) for _ in tokens)
            key = b"%s/%04d/\xff\\t \\\\ #%d.wav" % (name.encode(), i // 7, i)
            seconds = b"-" if i % 11 == 0 else b"%d.%02d" % (draw.randrange(100), i % 100)
            fields = [key, seconds, b" ".join(b"%d" % t for t in tokens)]
            if tokens and i % 3 == 0:
                fields.append(b" ".join(b"%d" % s for s in starts))
            file.write(b"\t".join(fields) + b"\n")


class Archive(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def index(self, *arguments, text=None):
        run = subprocess.run([PA_INDEX, "-q", *arguments], input=text, capture_output=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def assert_read_alike(self, archive):
        self.assertEqual(reader.dump(archive), self.index("--dump", archive))

    def test_fixed_width_two_segments_and_pairs(self):
        write_records("a", 1500, 60, 1)
        write_records("b", 5, 4, 2)
        self.index("a.pai", "a")
        self.index("a.pai", "b")
        self.assert_read_alike("a.pai")
        (large, records), (small, _) = reader.read_segments("a.pai")
        self.assertGreater(large.tokens, TOKENS_THAT_ARE_INDEXED)
        self.assertEqual((large.coding, large.bits), (0, 9))
        self.assertEqual(large.pair_postings(), self.expected_postings(records))
        self.assertIsNone(small.pair_postings())

    def expected_postings(self, records):
        tokens = sum(len(record.tokens) for record in records)
        bits = 8
        while bits < 15 and 64 << bits < tokens:
            bits += 1
        postings = [[] for _ in range(1 << bits)]
        at = 0
        for record in records:
            pairs = zip(record.tokens, record.tokens[1:])
            for i, (first, second) in enumerate(pairs, at):
                product = (first << 16 | second) * 0x9E3779B97F4A7C15 & (1 << 64) - 1
                bucket = postings[product >> (64 - bits)]
                if not bucket or bucket[-1] != i // reader.PAIR_BLOCK_TOKENS:
                    bucket.append(i // reader.PAIR_BLOCK_TOKENS)
            at += len(record.tokens)
        return postings

    def test_entropy_coding_of_either_order(self):
        for chain, rows in (False, 1), (True, 513):
            write_records("a", 400, 60, 3, chain)
            archive = f"{rows}.pai"
            self.index("--pack", "entropy", archive, "a")
            ((segment, _),) = reader.read_segments(archive)
            self.assertEqual(segment.coding, 1)
            self.assertEqual(len(reader.TokenTable(segment.sections["token table"]).rows), rows)
            self.assert_read_alike(archive)

    def test_removed_records(self):
        write_records("a", 100, 10, 4)
        self.index("a.pai", "a")
        keys = [line.split(b"\t")[0] for line in self.index("--dump", "a.pai").splitlines()[1:]]
        self.index("--remove", "a.pai", text=b"\n".join(keys[3:50:7]) + b"\n")
        self.assertTrue(any(name.startswith("removed-") for name in os.listdir("a.pai")))
        self.assertEqual(len(reader.dump("a.pai").splitlines()), 101 - len(keys[3:50:7]))
        self.assert_read_alike("a.pai")

    def test_sources(self):
        for name, size in ("first.wav", 700), ("second.wav", 3):
            with open(name, "wb") as file:
                file.write(bytes(size))
            os.utime(name, ns=(0, 1_600_000_000_123_456_789 + size))
        keys = b"first.wav#t=0.00,1.00", b"first.wav#t=1.00,2.00", b"gone.wav", b"second.wav"
        self.index("a.pai", text=b"".join(key + b"\t1.00\t7\n" for key in keys))
        self.assert_read_alike("a.pai")
        ((_, records),) = reader.read_segments("a.pai")
        self.assertEqual(records[0].source, records[1].source)
        self.assertIsNone(records[2].source)
        for record, name in (records[1], "first.wav"), (records[3], "second.wav"):
            status = os.stat(name)
            self.assertEqual(record.source[:2], (status.st_size, status.st_mtime_ns))
            if reader.XXH3 is not None:
                with open(name, "rb") as file:
                    self.assertEqual(record.source[2], reader.XXH3(file.read()))

    def test_empty_and_headerless(self):
        self.index("empty.pai", text=HEADER)
        self.assertEqual(reader.dump("empty.pai"), HEADER)
        self.index("bare.pai", text=b"a\t-\t\n")
        self.assertEqual(reader.dump("bare.pai"), b"a\t-\t\n")

    @unittest.skipIf(reader.XXH3 is None, "needs libxxhash")
    def test_a_changed_byte_is_noticed(self):
        write_records("a", 40, 10, 5)
        self.index("a.pai", "a")
        sound = reader.read_file("a.pai", "segment-000001")
        for at in range(0, len(sound), 13):
            damaged = bytearray(sound)
            damaged[at] ^= 1
            with self.assertRaises((reader.Damaged, IndexError, KeyError, ValueError), msg=at):
                reader.Segment(bytes(damaged)).read()


if __name__ == "__main__":
    PA_INDEX = os.path.abspath(sys.argv.pop())
    unittest.main()
