#!/usr/bin/env python3
"""Labels for Praat and ELAN, read by Praat where it is installed, and by Python's XML parser.
usage: labels_test.py FOLDER-OF-TOOLS"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

HEADER = "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n"
# Two parts of one recording that overlap, names that formats must quote, a recording without tokens.
RECORDS = HEADER + "".join("\t".join(line) + "\n" for line in [
    ('a "quoted" & <b>.wav', "2.00", "7 9", "500 1000"),
    ("/x/ü b.wav#t=1.00,3.00", "2.00", "5 6", "0 1500"),
    ("/x/ü b.wav#t=2.00,4.00", "2.00", "6 8", "500 700"),
    ("two.wav#channel=2", "1.00", "1", "0"),
    (r"\#hash.wav", "1.00", "")])
TIERS = ['a "quoted" & <b>.wav', "/x/ü b.wav", "/x/ü b.wav (2)", "two.wav#channel=2", "#hash.wav"]
LABELS = {(TIERS[0], 0.5, 1.0, "7"), (TIERS[0], 1.0, 2.0, "9"),
          (TIERS[1], 1.0, 2.5, "5"), (TIERS[1], 2.5, 3.0, "6"),
          (TIERS[2], 2.5, 2.7, "6"), (TIERS[2], 2.7, 4.0, "8"),
          (TIERS[3], 0.0, 1.0, "1")}
PRAAT = """form Labels
  text file
endform
Read from file: file$
tiers = Get number of tiers
for i to tiers
  name$ = Get tier name: i
  intervals = Get number of intervals: i
  for j to intervals
    begin = Get start time of interval: i, j
    finish = Get end time of interval: i, j
    label$ = Get label of interval: i, j
    appendInfoLine: name$, tab$, fixed$ (begin, 3), tab$, fixed$ (finish, 3), tab$, label$
  endfor
endfor
"""


def tool(name, *arguments, stdin=""):
    done = subprocess.run([os.path.join(BIN, name), *arguments], input=stdin.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise AssertionError(f"{name}: {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def intervals_of(text):
    """(tier, start, end, label) of all intervals of a TextGrid in its long format."""
    found = []
    for item in re.split(r"^    item \[\d+\]:\n", text, flags=re.M)[1:]:
        name = re.search(r'name = "((?:[^"]|"")*)"', item)[1].replace('""', '"')
        count = int(re.search(r"intervals: size = (\d+)", item)[1])
        rows = re.findall(r'intervals \[\d+\]:\s+xmin = (\S+)\s+xmax = (\S+)\s+text = "((?:[^"]|"")*)"',
                          item)
        assert len(rows) == count, (name, rows)
        found += [(name, float(a), float(b), label.replace('""', '"')) for a, b, label in rows]
    return found


def annotations_of(text):
    """The same of an EAF, after checks of what its schema asks for."""
    root = xml.fromstring(text)
    assert [child.tag for child in root][:2] == ["HEADER", "TIME_ORDER"]
    slots = {s.get("TIME_SLOT_ID"): int(s.get("TIME_VALUE")) for s in root.iter("TIME_SLOT")}
    assert list(slots.values()) == sorted(slots.values())
    types = {t.get("LINGUISTIC_TYPE_ID") for t in root.iter("LINGUISTIC_TYPE")}
    ids, found, tiers = set(), [], []
    for tier in root.iter("TIER"):
        assert tier.get("LINGUISTIC_TYPE_REF") in types
        tiers.append(tier.get("TIER_ID"))
        for one in tier.iter("ALIGNABLE_ANNOTATION"):
            assert one.get("ANNOTATION_ID") not in ids
            ids.add(one.get("ANNOTATION_ID"))
            found.append((tiers[-1], slots[one.get("TIME_SLOT_REF1")] / 1000,
                          slots[one.get("TIME_SLOT_REF2")] / 1000, one.find("ANNOTATION_VALUE").text))
    media = [urllib.parse.unquote(m.get("RELATIVE_MEDIA_URL") or m.get("MEDIA_URL"))
             for m in root.iter("MEDIA_DESCRIPTOR")]
    return tiers, media, found


class Labels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.archive = os.path.join(cls.scratch.name, "a.pai")
        tool("pa-index", cls.archive, stdin=RECORDS)
        cls.textgrid = tool("pa-index", "--dump", "--format", "textgrid", cls.archive)
        cls.eaf = tool("pa-index", "--dump", "--format", "eaf", cls.archive)
        cls.query = HEADER + 'what "he" said\t1.00\t6 8\t0 500\n'

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_textgrid(self):
        found = intervals_of(self.textgrid)
        self.assertEqual(sorted({f[0] for f in found}), sorted(TIERS))
        self.assertEqual({f for f in found if f[3]}, LABELS)
        for tier in TIERS:  # without gaps or overlaps, from beginning to end
            times = [f[1:3] for f in found if f[0] == tier]
            self.assertEqual(times[0][0], 0)
            self.assertEqual(times[-1][1], 4)
            self.assertTrue(all(a[1] == b[0] for a, b in zip(times, times[1:])), times)

    def praat_reads(self, text):
        path = os.path.join(self.scratch.name, "labels.TextGrid")
        script = os.path.join(self.scratch.name, "labels.praat")
        for name, content in (path, text), (script, PRAAT):
            with open(name, "w", encoding="utf-8") as file:
                file.write(content)
        said = subprocess.run(["praat", "--run", script, path], stdout=subprocess.PIPE, check=True)
        rows = [line.split("\t") for line in said.stdout.decode().splitlines()]
        return [(name, float(a), float(b), label) for name, a, b, label in rows]

    @unittest.skipUnless(shutil.which("praat"), "no praat")
    def test_praat_reads_the_same(self):
        self.assertEqual(self.praat_reads(self.textgrid), intervals_of(self.textgrid))

    def test_eaf(self):
        tiers, media, found = annotations_of(self.eaf)
        self.assertEqual(tiers, TIERS)
        self.assertEqual(media, ["./" + TIERS[0], "file://" + TIERS[1], "./two.wav", "./" + TIERS[4]])
        self.assertEqual(set(found), LABELS)
        self.assertEqual(len(found), len(LABELS))

    def test_hits(self):
        arguments = [self.archive, "--max-distance", "0", "--format"]
        hits = [line.split("\t") for line in
                tool("pa-search", *arguments, "tsv", stdin=self.query).splitlines()]
        wanted = set()
        for query, place, _, score, evalue in hits:
            path, times = place.rsplit("#t=", 1)
            start, end = map(float, times.split(","))
            wanted.add((path, start, end, f"{query} {score} {evalue}"))
        self.assertEqual([w[:3] for w in wanted], [("/x/ü b.wav", 2.5, 4.0)])
        textgrid = tool("pa-search", *arguments, "textgrid", stdin=self.query)
        self.assertEqual({f for f in intervals_of(textgrid) if f[3]}, wanted)
        _, _, found = annotations_of(tool("pa-search", *arguments, "eaf", stdin=self.query))
        self.assertEqual(set(found), wanted)
        if shutil.which("praat"):
            self.assertEqual(self.praat_reads(textgrid), intervals_of(textgrid))


if __name__ == "__main__":
    BIN = os.path.abspath(sys.argv.pop())
    unittest.main()
