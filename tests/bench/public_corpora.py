#!/usr/bin/env python3
"""Lays out the protocols E1 to E5 of evaluate.py from public corpora, for anybody to repeat them.

  public_corpora.py --librispeech test-other.tar.gz --speechocean speechocean762.tar.gz FOLDER
  make eval ARGS='--speech FOLDER'

Download the archives from OpenSLR: LibriSpeech (https://www.openslr.org/12, CC BY 4.0) and
speechocean762 (https://www.openslr.org/101). Their checksums are compared where the publisher gives
them, and always written to FOLDER/SOURCES. Nothing else is drawn from anywhere but --seed.

  clips  50 utterances by 5 readers of LibriSpeech
  std    utterances of the test speakers of speechocean762; times of words from a forced alignment
         (pocketsphinx): silver, not gold. Queries are words and phrases of at least 7 phones, .4 to
         2 s, said by at least two speakers; relevant are recordings of other speakers that hold them,
         those of the same speaker are left out (-1)
  retrieval, shift  windows of 3 s of both, every 1.5 s; shift: the same 100 ms later
  fragments         pieces of 1.2 to 2 s of std

Degraded queries have another gain, a band-pass, reverberation and noise at 5 to 20 dB: from the
recordings in --noise, such as ESC-50, else pink.

Needs sox, pocketsphinx and pocketsphinx-en-us.
"""

import argparse
import array
import collections
import csv
import hashlib
import math
import pathlib
import random
import re
import subprocess
import sys
import tarfile
import tempfile

from eval_data import SAMPLE_RATE, write_wave

# As published beside the archives (md5sum.txt of OpenSLR 12). There is none for speechocean762.
MD5 = {"test-clean.tar.gz": "32fa31d27d2e1cad72775fee3f4849a9",
       "test-other.tar.gz": "fb5a50374b501bb3bac4815ee91d3135"}

ACOUSTIC_MODEL = "/usr/share/pocketsphinx/model/en-us/en-us"
DICTIONARY = pathlib.Path("/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict")

READERS, UTTERANCES_OF_EACH = 5, 10
WINDOW_S, HOP_S, SHIFT_S = 3.0, 1.5, 0.1
WINDOWS, WINDOW_QUERIES, SHIFTED, FRAGMENTS, TERM_QUERIES, MORE_TERMS = 1572, 300, 200, 250, 400, 1200
MIN_PHONES, MIN_S, MAX_S, MAX_WORDS = 7, 0.4, 2.0, 3

Recording = collections.namedtuple("Recording", "speaker text pcm")  # pcm: array of 16-bit samples


def read_audio(data, extension):
    """Samples at 16 kHz, one channel, of the bytes of a file."""
    command = ["sox", "-t", extension, "-", "-t", "raw", "-r", str(SAMPLE_RATE), "-b", "16", "-e", "signed",
               "-c", "1", "-"]
    return samples(subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE).stdout)


def samples(data):
    pcm = array.array("h")
    pcm.frombytes(data)
    if sys.byteorder == "big":
        pcm.byteswap()
    return pcm


def write(path, pcm):
    if sys.byteorder == "big":
        pcm = array.array("h", pcm)
        pcm.byteswap()
    write_wave(path, pcm.tobytes())


def checked(path, sources):
    """The open archive, after its checksums."""
    digests = hashlib.md5(), hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            for digest in digests:
                digest.update(block)
    md5, sha256 = (digest.hexdigest() for digest in digests)
    line = f"{path.name}\tmd5 {md5}\tsha256 {sha256}"
    print(line)
    sources.write(line + "\n")
    if MD5.get(path.name, md5) != md5:
        sys.exit(f"public_corpora: {path}: MD5 is {md5}, published is {MD5[path.name]}")
    return tarfile.open(path)


def librispeech(archive, draw):
    """Stem -> recording, of some readers."""
    members = {pathlib.PurePath(member.name).stem: member for member in archive if member.name.endswith(".flac")}
    readers = sorted({stem.split("-")[0] for stem in members}, key=int)
    chosen = {}
    for reader in draw.sample(readers, READERS):
        stems = sorted(stem for stem in members if stem.split("-")[0] == reader)
        for stem in sorted(draw.sample(stems, min(UTTERANCES_OF_EACH, len(stems)))):
            data = archive.extractfile(members[stem]).read()
            chosen[stem] = Recording(reader, "", read_audio(data, "flac"))
    return chosen


def speechocean(archive):
    """Stem -> recording, of the test speakers."""
    members = {member.name: member for member in archive}

    def lines(name):
        path = next(path for path in members if path.endswith(f"/test/{name}"))
        return [line.split(maxsplit=1) for line in archive.extractfile(members[path]).read().decode().splitlines()]

    texts, speakers = dict(lines("text")), dict(lines("utt2spk"))
    paths = {pathlib.PurePath(path).stem: path for path in members if path.lower().endswith(".wav")}
    return {f"{speaker}-{stem}": Recording(speaker, texts[stem].lower(),
                                           read_audio(archive.extractfile(members[paths[stem]]).read(), "wav"))
            for stem, speaker in sorted(speakers.items())}


def pronunciations():
    """Word -> number of phones."""
    found = {}
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        found.setdefault(re.sub(r"\(\d+\)$", "", word), len(phones))
    return found


def align(recordings, known, scratch):
    """Stem -> [(word, start, end)] in s, of the recordings whose words the dictionary has."""
    stems = [stem for stem, recording in recordings.items()
             if all(word in known for word in recording.text.split())]
    for stem in stems:
        write(scratch / f"{stem}.wav", recordings[stem].pcm)
        words = recordings[stem].text.split()
        transitions = "".join(f"TRANSITION {i} {i + 1} 1.0 {word}\n" for i, word in enumerate(words))
        (scratch / f"{stem}.fsg").write_text(
            f"FSG_BEGIN {stem}\nNUM_STATES {len(words) + 1}\nSTART_STATE 0\nFINAL_STATE {len(words)}\n"
            f"{transitions}FSG_END\n")
    (scratch / "ctl").write_text("".join(f"{stem}\n" for stem in stems))
    subprocess.run(["pocketsphinx_batch", "-hmm", ACOUSTIC_MODEL, "-dict", str(DICTIONARY), "-adcin", "yes",
                    "-adchdr", "44", "-cepdir", str(scratch), "-cepext", ".wav", "-ctl", str(scratch / "ctl"),
                    "-fsgctl", str(scratch / "ctl"), "-fsgdir", str(scratch), "-fsgext", ".fsg",
                    "-bestpath", "no", "-beam", "1e-80", "-wbeam", "1e-60", "-pbeam", "1e-80",
                    "-hypseg", str(scratch / "hypseg"), "-logfn", "/dev/null"], check=True)
    times = {}
    for line in (scratch / "hypseg").read_text().splitlines():
        # stem S scale T score A score L score; of each word first frame, two scores, itself; last frame.
        stem, *fields = line.split()
        *words, last = fields[fields.index("L") + 2:]
        starts = [int(frame) / 100 for frame in words[0::4]] + [int(last) / 100]
        spans = [(re.sub(r"\(\d+\)$", "", word), start, end)
                 for word, start, end in zip(words[3::4], starts, starts[1:])]
        spans = [span for span in spans if not re.match(r"<|\[|\+\+", span[0])]
        if [word for word, *_ in spans] == recordings[stem].text.split():
            times[stem] = spans
    return times


def terms(recordings, times, known):
    """(term, stem, start, end) of all that can be asked for."""
    speakers = collections.defaultdict(set)  # term -> who says it
    places = []
    for stem, spans in times.items():
        for first in range(len(spans)):
            for last in range(first, min(first + MAX_WORDS, len(spans))):
                run = spans[first:last + 1]
                term = " ".join(word for word, *_ in run)
                speakers[term].add(recordings[stem].speaker)
                if sum(known[word] for word, *_ in run) >= MIN_PHONES and MIN_S <= run[-1][2] - run[0][1] <= MAX_S:
                    places.append((term, stem, run[0][1], run[-1][2]))
    return [place for place in places if len(speakers[place[0]]) > 1]


def holds(text, term):
    return f" {term} " in f" {text} "


def write_terms(folder, table, qrels, prefix, chosen, recordings):
    rows = []
    with open(folder / qrels, "w", encoding="utf-8") as judgements:
        for n, (term, source, start, end) in enumerate(chosen):
            query = f"{prefix}{n:04d}"
            held = any(int(hashlib.md5(word.encode()).hexdigest(), 16) % 4 == 0 for word in term.split())
            rows.append([query, term, source, f"{start:.2f}", f"{end:.2f}", int(held)])
            for stem, recording in recordings.items():
                if recording.speaker == recordings[source].speaker:
                    judgements.write(f"{query} 0 {stem} -1\n")
                elif holds(recording.text, term):
                    judgements.write(f"{query} 0 {stem} 1\n")
    with open(folder / table, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerows([["query", "term", "source", "start", "end", "held_out"], *rows])
    return rows


class Degrader:
    def __init__(self, noise, draw):
        self.draw = draw
        self.noises = [read_audio(path.read_bytes(), path.suffix[1:]) for path in sorted(noise.iterdir())] if noise \
            else [samples(subprocess.run(["sox", "-R", "-n", "-t", "raw", "-r", str(SAMPLE_RATE), "-b", "16", "-e",
                                          "signed", "-c", "1", "-", "synth", "30", "pinknoise", "gain", "-6"],
                                         check=True, stdout=subprocess.PIPE).stdout)]

    def __call__(self, pcm):
        draw = self.draw
        raw = ["-t", "raw", "-r", str(SAMPLE_RATE), "-b", "16", "-e", "signed", "-c", "1", "-"]
        effects = ["gain", f"{draw.uniform(-18, -6):.1f}", "sinc", f"{draw.uniform(50, 300):.0f}-{draw.uniform(3000, 7500):.0f}",
                   "reverb", f"{draw.uniform(10, 60):.0f}", "50", f"{draw.uniform(5, 60):.0f}"]
        data = subprocess.run(["sox", "-R", *raw, *raw, *effects, "trim", "0", f"{len(pcm)}s"],
                              input=pcm.tobytes(), check=True, stdout=subprocess.PIPE).stdout
        said, noise = samples(data), draw.choice(self.noises)
        start = draw.randrange(len(noise))
        scale = level(said) / max(level(noise), 1.0) * 10 ** (-draw.uniform(5, 20) / 20)
        return array.array("h", (max(-32768, min(32767, round(sample + scale * noise[(start + i) % len(noise)])))
                                 for i, sample in enumerate(said)))


def level(pcm):
    return math.sqrt(sum(sample * sample for sample in pcm) / max(len(pcm), 1))


def piece(recording, start, seconds):
    first = round(start * SAMPLE_RATE)
    return recording.pcm[first:first + round(seconds * SAMPLE_RATE)]


def write_windows(dev, recordings, degrade, draw):
    windows = {}  # name -> (stem, start)
    for stem, recording in recordings.items():
        count = int((len(recording.pcm) / SAMPLE_RATE - WINDOW_S - SHIFT_S) / HOP_S) + 1
        windows.update({f"{stem}-w{i:02d}": (stem, i * HOP_S) for i in range(max(count, 0))})
    windows = {name: windows[name] for name in sorted(draw.sample(sorted(windows), min(WINDOWS, len(windows))))}
    for name, (stem, start) in windows.items():
        write(dev / f"retrieval/archive/{name}.wav", piece(recordings[stem], start, WINDOW_S))
    with open(dev / "retrieval/qrels.txt", "w", encoding="utf-8") as qrels:
        for name in sorted(draw.sample(sorted(windows), min(WINDOW_QUERIES, len(windows)))):
            stem, start = windows[name]
            (dev / "retrieval/queries").mkdir(exist_ok=True)
            write(dev / f"retrieval/queries/{name}.wav", degrade(piece(recordings[stem], start, WINDOW_S)))
            for other, (other_stem, other_start) in windows.items():
                if other_stem == stem and abs(other_start - start) <= WINDOW_S / 2:
                    qrels.write(f"{name} 0 {other} {2 if other == name else 1}\n")
    for name in sorted(draw.sample(sorted(windows), min(SHIFTED, len(windows)))):
        stem, start = windows[name]
        for folder, moved in (("a", start), ("b", start + SHIFT_S)):
            write(dev / f"shift/{folder}/{name}.wav", piece(recordings[stem], moved, WINDOW_S))


def write_fragments(dev, recordings, degrade, draw):
    with open(dev / "fragments/qrels.txt", "w", encoding="utf-8") as qrels:
        long_enough = [stem for stem, recording in recordings.items() if len(recording.pcm) >= 2.5 * SAMPLE_RATE]
        for n in range(FRAGMENTS):
            stem, seconds = draw.choice(long_enough), draw.uniform(1.2, 2.0)
            start = draw.uniform(0, len(recordings[stem].pcm) / SAMPLE_RATE - seconds)
            write(dev / f"fragments/queries/f{n:03d}.wav", degrade(piece(recordings[stem], start, seconds)))
            qrels.write(f"f{n:03d} 0 {stem} 1\n")


def write_std(dev, recordings, draw):
    std = dev / "std"
    for stem, recording in recordings.items():
        write(std / f"archive/{stem}.wav", recording.pcm)
    (std / "transcripts.tsv").write_text("".join(f"{stem}\t{r.text.upper()}\n" for stem, r in recordings.items()))
    known = pronunciations()
    with tempfile.TemporaryDirectory() as scratch:
        times = align(recordings, known, pathlib.Path(scratch))
    with open(std / "words.ctm", "w", encoding="utf-8") as ctm:
        for stem, spans in times.items():
            ctm.writelines(f"{stem} 1 {start:.2f} {end - start:.2f} {word}\n" for word, start, end in spans)
    places = terms(recordings, times, known)
    if not places:
        sys.exit("public_corpora: no words of several speakers aligned")
    draw.shuffle(places)
    queries = write_terms(std, "queries.tsv", "qrels.txt", "q", places[:TERM_QUERIES], recordings)
    write_terms(std, "terms.tsv", "terms-qrels.txt", "t", places[TERM_QUERIES:][:MORE_TERMS], recordings)
    for query, _, source, start, end, _ in queries:
        write(std / f"queries/{query}.wav", piece(recordings[source], float(start), float(end) - float(start)))
    print(f"std: {len(recordings)} recordings, {len(times)} aligned, {len(places)} places to ask for")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--librispeech", type=pathlib.Path, required=True, metavar="TAR",
                        help="test-clean.tar.gz or test-other.tar.gz")
    parser.add_argument("--speechocean", type=pathlib.Path, required=True, metavar="TAR",
                        help="speechocean762.tar.gz")
    parser.add_argument("--noise", type=pathlib.Path, metavar="DIR", help="folder of recordings of noise")
    parser.add_argument("--seed", type=int, default=1, help="random seed (default: 1)")
    return parser.parse_args()


def main():
    options = parse_options()
    draw = random.Random(options.seed)
    dev = options.folder / "dev"
    for folder in ("retrieval", "fragments", "std"):
        (dev / folder).mkdir(parents=True)
    with open(options.folder / "SOURCES", "w", encoding="utf-8") as sources:
        clips = librispeech(checked(options.librispeech, sources), draw)
        recordings = speechocean(checked(options.speechocean, sources))
    degrade = Degrader(options.noise, draw)
    write_std(dev, recordings, draw)
    write_windows(dev, {**clips, **recordings}, degrade, draw)
    write_fragments(dev, recordings, degrade, draw)


if __name__ == "__main__":
    main()
