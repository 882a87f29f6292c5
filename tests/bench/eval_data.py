"""What evaluate.py measures on: audio cut, said and decoded once, and the strings of it, kept in a
cache from run to run.

Audio is decoded by our own decoder to 16-bit WAVE, which costs more than the model when strings are
made again and again of Opus files.
"""

import collections
import concurrent.futures
import csv
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import wave

SAMPLE_RATE = 16000
WARPS = 7
ALTERNATIVES = 16
BATCH = 50  # recordings that one process decodes

# Folders of recordings under dev/.
FOLDERS = {
    "windows": "retrieval/archive",
    "window-queries": "retrieval/queries",
    "fragment-queries": "fragments/queries",
    "recordings": "std/archive",
    "term-queries": "std/queries",
    "shift-a": "shift/a",
    "shift-b": "shift/b",
    "sentences": "sentences-ml/archive",
    "phone": "phone/archive",
    "phone-queries": "phone/queries",
}

# The terms of E3 said by a synthesiser: name of the set -> command that says TEXT into FILE.
VOICES = {
    "espeak": lambda text, file: ["espeak-ng", "-v", "en", "-w", file, "--", text],
    "slt": lambda text, file: ["flite", "-voice", "slt", "-o", file, "-t", text],
}


class Tools:
    """Calls the tools; one that fails ends the evaluation with its own message."""

    def __init__(self, folder, jobs):
        self.folder = folder
        self.threads = jobs or len(os.sched_getaffinity(0))
        self.jobs = ["-j", str(self.threads)]

    def run(self, name, *arguments, stdin=None, stdout=subprocess.PIPE):
        command = [str(self.folder / name), *map(str, arguments)]
        done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, stdout=stdout, check=False)
        if done.returncode != 0:
            sys.exit(f"evaluate: {' '.join(command)}: exit {done.returncode}")
        return done.stdout

    def write(self, path, name, *arguments):
        with open(path, "wb") as out:
            self.run(name, *arguments, stdout=out)

    def stats(self, *arguments):
        return json.loads(self.run("pa-stats", "--format", "json", "-q", *arguments))

    def pairs(self, strings, references):
        pairs = self.stats(strings, "--pairs", references)["pairs"]
        metrics = {name: pairs[name]["mean"]
                   for name in ("edit_similarity", "jaccard", "length_ratio")}
        metrics["median_edits"] = pairs["edits"]["median"]
        metrics["median_length_change"] = pairs["length_change"]["median"]
        metrics["pairs"] = pairs["pairs"]
        return metrics

    def tokens_per_second(self, strings):
        return self.stats(strings)["summary"]["tokens_per_second"]

    def has_option(self, name, option):
        return option.encode() in self.run(name, "--help")


def write_wave(path, pcm, rate=SAMPLE_RATE):
    """`pcm`: bytes of 16-bit samples, one channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)


def read_wave(path, start=0.0, end=None):
    """Bytes of the samples from `start` to `end`, in seconds."""
    with wave.open(str(path), "rb") as file:
        file.setpos(min(round(start * file.getframerate()), file.getnframes()))
        frames = file.getnframes() if end is None else round((end - start) * file.getframerate())
        return file.readframes(frames)


def read_table(path):
    """Rows of a file of tab-separated columns, by the names in its first line."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Cache:
    """Files and folders by what they are made of; what is there was made in full."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, name, origin, make):
        """The path of what make(path) writes; `origin`: all that this depends on."""
        digest = hashlib.sha256(json.dumps(origin).encode()).hexdigest()[:16]
        path = self.folder / f"{name}-{digest}"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
                make(pathlib.Path(scratch) / "made")
                try:
                    os.rename(pathlib.Path(scratch) / "made", path)
                except OSError:  # another run was there first
                    if not path.exists():
                        raise
        return path


class Audio:
    """Folders of WAVE files, by name."""

    def __init__(self, tools, speech, cache):
        self.tools, self.dev, self.cache = tools, speech / "dev", cache
        self.paths = {}

    def __getitem__(self, name):
        if name not in self.paths:
            self.paths[name] = self.make(name)
        return self.paths[name]

    def make(self, name):
        if name == "terms":
            table = self.dev / "std/terms.tsv"
            origin = [table.read_text(), self["recordings"].name]
            return self.cache.get(name, origin, lambda folder: self.cut(table, folder))
        if name in VOICES:
            table = self.dev / "std/queries.tsv"
            origin = [table.read_text(), VOICES[name]("TEXT", "FILE")]
            return self.cache.get(name, origin, lambda folder: self.say(VOICES[name], table, folder))
        paths = sorted(path for path in (self.dev / FOLDERS[name]).iterdir() if path.is_file())
        origin = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        return self.cache.get(name, origin, lambda folder: self.decode(paths, folder))

    def decode(self, paths, folder):
        def decode_some(some):
            pcm = self.tools.run("join_audio", "--seconds", 0, "--counted", "--", *some)
            position = 0
            for path in some:
                start = pcm.index(b"\n", position) + 1
                position, begin = start + 2 * int(pcm[position:start]), start
                write_wave(folder / f"{path.stem}.wav", pcm[begin:position])

        batches = [paths[i:i + BATCH] for i in range(0, len(paths), BATCH)]
        with concurrent.futures.ThreadPoolExecutor(self.tools.threads) as pool:
            collections.deque(pool.map(decode_some, batches), maxlen=0)

    def cut(self, table, folder):
        for row in read_table(table):
            source = self["recordings"] / f"{row['source']}.wav"
            pcm = read_wave(source, float(row["start"]), float(row["end"]))
            write_wave(folder / f"{row['query']}.wav", pcm)

    def say(self, voice, table, folder):
        folder.mkdir()
        said = {}
        for row in read_table(table):
            path = folder / f"{row['query']}.wav"
            if row["term"] in said:
                shutil.copy(said[row["term"]], path)
                continue
            said[row["term"]] = path
            try:
                subprocess.run(voice(row["term"], str(path)), check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                sys.exit(f"evaluate: {voice('TEXT', 'FILE')[0]}: {error}")


class Strings:
    """The strings of one tokenizer, by name of the audio, and archives of them."""

    def __init__(self, tools, audio, cache, scratch, model, arguments):
        """`arguments`: of pa-tokenize, apart from the model."""
        self.tools, self.audio, self.cache, self.scratch = tools, audio, cache, scratch
        self.model, self.arguments = model, [str(argument) for argument in arguments]
        self.paths, self.archives = {}, {}

    def __getitem__(self, name):
        return self.made(name)

    def with_alternatives(self):
        """The same strings, as queries: with the tokens that may stand in place of each."""
        return Strings(self.tools, self.audio, self.cache, self.scratch, self.model,
                       [*self.arguments, "--alternatives", ALTERNATIVES])

    def warped(self, name):
        """Warps of each recording, under one key."""
        return self.made(name, "--renderings", str(WARPS))

    def made(self, name, *more):
        if (name, *more) not in self.paths:
            folder = self.audio[name]
            origin = [self.model.origin, [*self.arguments, *more], folder.name]
            self.paths[name, *more] = self.cache.get(
                f"strings-{name}", origin, lambda path: self.tokenize(path, folder, *more))
        return self.paths[name, *more]

    def tokenize(self, path, *audio_and_options):
        self.tools.write(path, "pa-tokenize", *self.tools.jobs, *self.arguments,
                         *self.model.option, *audio_and_options)

    def archive(self, name):
        if name not in self.archives:
            self.archives[name] = self.scratch / f"{self[name].name}.pai"
            if not self.archives[name].exists():
                self.tools.run("pa-index", self.archives[name], self[name])
        return self.archives[name]

    def some(self, name, stems):
        """A file of those strings whose recording is one of `stems`."""
        path = self.scratch / f"some-{name}.tsv"
        with open(self[name], "rb") as source, open(path, "wb") as target:
            for line in source:
                stem = os.path.basename(line.split(b"\t", 1)[0]).rpartition(b".")[0]
                if line.startswith(b"#") or stem.decode() in stems:
                    target.write(line)
        return path

    def renderings(self, names):
        """A file of the strings of several sets of audio, those of one file stem under one key."""
        by_stem = {}
        for name in names:
            for line in self[name].read_bytes().splitlines(keepends=True):
                if line.startswith(b"#"):
                    header = line
                    continue
                key, rest = line.split(b"\t", 1)
                stem = os.path.basename(key).rpartition(b".")[0]
                by_stem.setdefault(stem, []).append(stem + b"\t" + rest)
        path = self.scratch / "renderings.tsv"
        path.write_bytes(b"".join([header, *(line for lines in by_stem.values() for line in lines)]))
        return path


class Model:
    """A model file; its strings are kept by its content and the version of pa-tokenize."""

    def __init__(self, tools, path):
        self.option = ["--model", str(path)]
        content = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
        self.origin = [content, tools.run("pa-tokenize", "--version").decode()]
