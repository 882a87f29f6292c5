"""What the tools show on a terminal, and that nothing of it gets into pipes and logs.

A pseudo-terminal stands for the terminal.  usage: terminal_test.py BIN TALKS
"""

import fcntl
import os
import pty
import random
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata
import unittest

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
ALL, STDERR = (1, 2), (2,)


def environment(**changes):
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "PAIRALIGN_MODEL")}
    return {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **changes}


def on_terminal(command, columns=80, descriptors=ALL, folder=None, **changes):
    """What appears on a terminal of that width; what is not among `descriptors` goes to a pipe."""
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    where = {fd: terminal if fd in descriptors else subprocess.DEVNULL for fd in (1, 2)}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=where[1], stderr=where[2],
                               cwd=folder, env=environment(**changes))
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # what Linux says when the last program has let go of the terminal
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


def in_pipe(command, folder=None, **changes):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          cwd=folder, env=environment(**changes))


def width(text):
    """Columns, by Unicode's own tables."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return wide - sum(1 for c in text if unicodedata.combining(c))


class Hits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        records = [
            "talks/short.wav\t10.00\t1 2 3 4 5 6 7 8 9 10",
            "talks/eine/sehr/lange/Reihe/von/Ordnern/bis/zur/Ansprache-vom-Sonntag.wav\t7300.00\t"
            + "50 " * 40 + "1 2 3 4 5 6 7 8 9 11",
            "会議/二〇二六年三月の定例会議の録音その一.wav\t10.00\t1 2 3 4 5 6 7 8 21 22",
            "cafe\u0301/re\u0301union.wav\t10.00\t1 2 3 4 5 6 31 32 33 34",
        ]
        chance = random.Random(5)
        for i in range(100):  # others, by which E-values are estimated
            records.append(f"others/{i}.wav\t5.00\t" + " ".join(str(chance.randrange(100, 290)) for _ in range(50)))
        with open(cls.folder.name + "/records.tsv", "w", encoding="utf-8") as file:
            file.write("".join(record + "\n" for record in records))
        with open(cls.folder.name + "/queries.tsv", "w", encoding="utf-8") as file:
            file.write("asked.wav\t1.00\t1 2 3 4 5 6 7 8 9 10\nnone.wav\t1.00\t300\n")
        subprocess.run([BIN + "/pa-index", "a.pai", "records.tsv"], check=True, cwd=cls.folder.name)
        cls.command = [BIN + "/pa-search", "-q", "a.pai", "queries.tsv"]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def shown(self, *options, **changes):
        return on_terminal(self.command + list(options), folder=self.folder.name, **changes)

    def piped(self, *options, **changes):
        return in_pipe(self.command + list(options), folder=self.folder.name, **changes).stdout

    def test_a_line_a_hit_below_each_query(self):
        lines = ESCAPE.sub("", self.shown(columns=120)).splitlines()
        self.assertEqual(lines[0], "asked.wav")
        self.assertEqual([line.split()[0] for line in lines[1:5]], ["1", "2", "3", "4"])
        self.assertEqual(lines[5:], ["none.wav", "  nothing found"])
        self.assertRegex(lines[1], r"1\.000  E \S+ +0:00:00\.0–0:00:10\.0  talks/short\.wav$")
        self.assertRegex(lines[2], r"0\.900 .* 1:37:20\.0–1:59:14\.0  .*Sonntag\.wav$")

    def test_the_bar_is_as_long_as_the_score_says(self):
        bars = re.findall(r"[█▏▎▍▌▋▊▉]+", self.shown(columns=120, NO_COLOR="1"))
        self.assertEqual([len(bar) for bar in bars], [8, 8, 7, 5])
        self.assertEqual(bars[0], "█" * 8)
        self.assertEqual(bars[3], "████▊")

    def test_columns_are_aligned_and_lines_fit_the_terminal(self):
        for columns in 40, 60, 80, 100, 200:
            lines = ESCAPE.sub("", self.shown(columns=columns)).splitlines()[1:5]
            starts = {width(line[: re.search(r"\d:\d\d:\d\d\.\d–", line).start()]) for line in lines}
            self.assertEqual(len(starts), 1, lines)
            for line in lines:
                self.assertLessEqual(width(line), columns, line)
            # Only what would not fit is cut.
            self.assertEqual("…" in "".join(lines), columns < 120, lines)

    def test_bars_have_the_colour_of_their_evalue(self):
        with open(self.folder.name + "/records.tsv", encoding="utf-8") as file:
            tokens = file.read().splitlines()[-1].split("\t")[2]
        with open(self.folder.name + "/sure.tsv", "w", encoding="utf-8") as file:
            file.write(f"sure.wav\t5.00\t{tokens}\n")
        colours = []
        for line in self.shown("sure.tsv", "-k", "3").splitlines():
            hit = re.search(r"(\x1b\[3(\d)m)?[█▏▎▍▌▋▊▉]+ *(\x1b\[0m)? .* E (\S+) ", line)
            if hit:
                evalue = float(hit.group(4))
                wanted = "2" if evalue <= 0.01 else "3" if evalue <= 1 else None
                self.assertEqual(hit.group(2), wanted, line)
                colours.append(wanted)
        self.assertIn("2", colours)
        self.assertIn(None, colours)

    def test_colours_only_where_they_are_wanted(self):
        self.assertIn("\x1b[1m", self.shown())
        plain = self.shown(NO_COLOR="1")
        self.assertNotIn("\x1b", plain)
        self.assertEqual(plain, ESCAPE.sub("", self.shown()))
        self.assertEqual(plain, self.shown(TERM="dumb"))
        self.assertNotIn("\x1b", self.piped("--format", "table"))

    def test_ascii_where_the_locale_has_no_more(self):
        shown = self.shown(LC_ALL="C", NO_COLOR="1")
        self.assertIn("########", shown)
        self.assertNotRegex(shown, "[█–…]")

    def test_plain_lines_in_a_pipe_and_on_request(self):
        piped = self.piped()
        lines = [line.split("\t") for line in piped.splitlines()]
        # Places in records without times are marked; all of the first record was found.
        self.assertEqual([line[5:] for line in lines], [[]] + [["estimated"]] * 3)
        self.assertEqual(self.shown("--format", "tsv"), piped)
        self.assertNotIn("\t", self.piped("--format", "table"))


class Progress(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        for copy in range(2):
            for name in os.listdir(TALKS):
                os.symlink(os.path.join(TALKS, name), f"{cls.folder.name}/{copy}-{name}")
        cls.command = [BIN + "/pa-tokenize", "-j1", "--tokenizer", "vq", cls.folder.name]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_tells_how_far_the_work_has_come(self):
        shown = on_terminal(self.command, columns=100, descriptors=STDERR)
        states = [state for state in shown.split("\r") if state.strip()]
        self.assertGreater(len(states), 1)
        for state in states:
            self.assertRegex(state, r"^pa-tokenize \[#*\.*\] +\d+% \d+/24  \d+(\.\d)?/s  "
                                    r"(\d+:\d\d left  )?\d+\.\d\d h, \d+ x real time *$")
        done = [int(re.search(r" (\d+)/24", state).group(1)) for state in states]
        self.assertEqual(done, sorted(done))
        self.assertTrue(shown.endswith("\r"), "the bar stays on the terminal")

    def test_keeps_clear_of_the_records(self):
        shown = on_terminal(self.command, columns=100)
        records = [line.split("\r")[-1] for line in shown.split("\n")]
        self.assertEqual("\n".join(records), in_pipe(self.command).stdout)

    def test_is_silent_in_logs(self):
        self.assertEqual(in_pipe(self.command).stderr, "")
        self.assertIn("x real time", in_pipe(self.command + ["--progress"]).stderr)


if __name__ == "__main__":
    TALKS = os.path.abspath(sys.argv.pop())
    BIN = os.path.abspath(sys.argv.pop())
    unittest.main()
