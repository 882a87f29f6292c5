"""Measures of evaluate.py on audio that it makes: what a string owes to the audio around it, and how
near the times of its tokens are to where sounds begin.

  context  Real recordings joined to ten minutes. Every other minute of them is tokenised as a file
           of its own (`inside` compares that string with what the minute has within the ten), and
           again without its first half second (`cut_0.5`) and its first 1.7 s (`cut_1.7`; both
           compare with the minute's own tokens that start after the cut). A string that owes
           nothing to what surrounds its audio has similarity 1 but for the token at the edge.
  timing   A made signal of vowels, hisses, bursts and pauses of 60 to 250 ms: the distance from
           each onset to the nearest start of a token. Strings of more tokens come nearer without
           knowing anything, so the same is given for moments that are no onsets (`chance`).
"""

import bisect
import itertools
import statistics

from eval_data import SAMPLE_RATE, write_wave

WHOLE_SECONDS = 600
PIECE_SECONDS = 60
PIECES = {f"minute-{n}": n * PIECE_SECONDS for n in range(0, WHOLE_SECONDS // PIECE_SECONDS, 2)}
CUTS_S = (0.5, 1.7)


def read_timed(path):
    """The header of a stream with times, and its records: file stem -> [(start in s, token)]."""
    header, *lines = path.read_text().splitlines()
    records = {}
    for line in lines:
        key, _, tokens, starts = line.split("\t")
        stem = key.rpartition("/")[2].rpartition(".")[0]
        records[stem] = [(int(ms) / 1000, token) for ms, token in zip(starts.split(), tokens.split())]
    return header, records


def between(record, start, end=float("inf")):
    return [(time, token) for time, token in record if start <= time < end]


def write_strings(path, header, records):
    lines = [f"{key}\t0.00\t{' '.join(token for _, token in record)}"
             for key, record in records.items()]
    path.write_text("\n".join([header, *lines]) + "\n")


class StabilityAudio:
    """The made audio, the same for every tokenizer."""

    def __init__(self, tools, recordings, folder):
        folder.mkdir()
        self.folder = folder
        # Every seventh recording, then every seventh of the rest: many speakers in ten minutes.
        paths = sorted(path for path in recordings.iterdir() if path.is_file())
        order = itertools.chain.from_iterable(paths[first::7] for first in range(7))
        whole = tools.run("join_audio", "--seconds", WHOLE_SECONDS, "--", *order)
        write_wave(folder / "whole/whole.wav", whole)
        for name, start in PIECES.items():
            piece = cut(whole, start, start + PIECE_SECONDS)
            write_wave(folder / f"piece/{name}.wav", piece)
            for seconds in CUTS_S:
                write_wave(folder / f"cut_{seconds}/{name}.wav", cut(piece, seconds, PIECE_SECONDS))
        write_wave(folder / "signal/signal.wav", tools.run("timing_signal"))
        self.onsets = [float(line) / 1000 for line in tools.run("timing_signal", "--onsets").split()]


def cut(pcm, start, end):
    return pcm[2 * round(start * SAMPLE_RATE):2 * round(end * SAMPLE_RATE)]


def stability(tools, audio, scratch, strings):
    """The metrics of one tokenizer."""

    def tokenised(name):
        path = scratch / f"stability-{name}.tsv"
        strings.tokenize(path, audio.folder / name)
        return read_timed(path)

    def similarity(header, records, references):
        paths = scratch / "stability-strings.tsv", scratch / "stability-references.tsv"
        write_strings(paths[0], header, records)
        write_strings(paths[1], header, references)
        return tools.pairs(*paths)

    header, whole = tokenised("whole")
    _, pieces = tokenised("piece")
    within = {name: between(whole["whole"], start, start + PIECE_SECONDS)
              for name, start in PIECES.items()}
    context = {"inside": similarity(header, pieces, within)}
    for seconds in CUTS_S:
        _, pieces_cut = tokenised(f"cut_{seconds}")
        rest = {name: between(piece, seconds) for name, piece in pieces.items()}
        context[f"cut_{seconds}"] = similarity(header, pieces_cut, rest)
    _, signal = tokenised("signal")
    return {"context": context, "timing": timing(signal["signal"], audio.onsets)}


def timing(record, onsets):
    starts = [time for time, _ in record]

    def distances_ms(moments):
        return [1000 * min(abs(moment - start) for start in nearest(starts, moment))
                for moment in moments]

    found = distances_ms(onsets)
    anywhere = distances_ms(n / 1000 for n in range(int(1000 * onsets[-1])))
    return {"median_ms": statistics.median(found),
            "p95_ms": statistics.quantiles(found, n=20, method="inclusive")[-1],
            "chance_median_ms": statistics.median(anywhere),
            "onsets": len(onsets), "tokens": len(starts)}


def nearest(starts, moment):
    """The start at or after a moment and the one before it, as far as there are."""
    at = bisect.bisect_left(starts, moment)
    return starts[max(0, at - 1):at + 1]
