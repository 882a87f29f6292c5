#!/usr/bin/env python3
"""Runs the retrieval, consistency and compactness protocols over a folder of speech.

Every tokenizer is one row of the table that is printed; -o writes all figures as JSON.

  E1  clips        degraded 3 s windows against all windows, global edit distance
  E2  fragments    degraded pieces cut at any offset against whole recordings, infix
  E3  terms        words and phrases against recordings of other speakers, infix
  E4  consistency  each degraded window against its own clean one
  E5  shift        windows against the same windows 100 ms later
  E6  compactness  rates, vocabulary and repetition of the strings of E1's archive
  context, timing  the string of a piece against that of the whole; token times against onsets:
                   see stability.py

dpvq is brought to the rate that pairalign has on E1's archive. Published figures are of other data
and milder views, and stand in the table for orientation.

The speech folder holds, under dev/: retrieval/{archive,queries,qrels.txt},
fragments/{queries,qrels.txt}, std/{archive,queries,qrels.txt}, shift/{a,b}. Keys are matched by file
stems; qrels are TREC's, where 2 is the very thing, 1 relevant and -1 leaves the document out.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from stability import StabilityAudio, stability, write_wave

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# Folders of audio, by the name under which their strings are kept.
FOLDERS = {
    "windows": "retrieval/archive",
    "window-queries": "retrieval/queries",
    "fragment-queries": "fragments/queries",
    "recordings": "std/archive",
    "term-queries": "std/queries",
    "shift-a": "shift/a",
    "shift-b": "shift/b",
}

# Of the two tables: protocol, column, path into the row's figures, format.
RETRIEVAL = [
    ("E6", "tok/s", ("E6", "tokens_per_second"), "{:.2f}"),
    ("E6", "bit/s", ("E6", "bits_per_second"), "{:.1f}"),
    ("E6", "at H", ("E6", "entropy_bits_per_second"), "{:.1f}"),
    ("E6", "saved", ("E6", "reduction"), "{:.1%}"),
    ("E6", "vocab", ("E6", "vocabulary_share"), "{:.1%}"),
    ("E6", "H/max", ("E6", "normalised_entropy"), "{:.3f}"),
    ("E6", "coll.", ("E6", "collapsed"), "{}"),
    ("E6", "same", ("E6", "collisions"), "{}"),
    ("E1 very window", "R@1", ("E1", "very", "recall_1"), "{:.3f}"),
    ("E1 very window", "R@10", ("E1", "very", "recall_10"), "{:.3f}"),
    ("E1 very window", "MRR", ("E1", "very", "mrr"), "{:.3f}"),
    ("E1 any overlap", "R@1", ("E1", "overlap", "recall_1"), "{:.3f}"),
    ("E1 any overlap", "MRR", ("E1", "overlap", "mrr"), "{:.3f}"),
    ("E1 any overlap", "rank", ("E1", "overlap", "mean_first_rank"), "{:.1f}"),
    ("E2", "R@1", ("E2", "recall_1"), "{:.3f}"),
    ("E2", "MRR", ("E2", "mrr"), "{:.3f}"),
    ("E3", "MAP", ("E3", "map"), "{:.4f}"),
    ("E3", "MRR", ("E3", "mrr"), "{:.4f}"),
    ("E3", "P@1", ("E3", "precision_1"), "{:.4f}"),
]
STABILITY = [
    ("E4", "sim", ("E4", "edit_similarity"), "{:.3f}"),
    ("E4", "Jacc", ("E4", "jaccard"), "{:.3f}"),
    ("E4", "len", ("E4", "length_ratio"), "{:.3f}"),
    ("E5", "sim", ("E5", "edit_similarity"), "{:.3f}"),
    ("E5", "Jacc", ("E5", "jaccard"), "{:.3f}"),
    ("E5", "edits", ("E5", "median_edits"), "{:.0f}"),
    ("E5", "dlen", ("E5", "median_length_change"), "{:.0f}"),
    ("context: sim", "-0.5 s", ("context", "cut_0.5", "edit_similarity"), "{:.3f}"),
    ("context: sim", "-1.7 s", ("context", "cut_1.7", "edit_similarity"), "{:.3f}"),
    ("context: sim", "inside", ("context", "inside", "edit_similarity"), "{:.3f}"),
    ("onset to token, ms", "median", ("timing", "median_ms"), "{:.1f}"),
    ("onset to token, ms", "95 %", ("timing", "p95_ms"), "{:.1f}"),
    ("onset to token, ms", "chance", ("timing", "chance_median_ms"), "{:.1f}"),
]

# Banerjee and Arora, arXiv 2605.06582: TIMIT archive, LibriSpeech views.
PUBLISHED = {
    "published VQ": {
        "E6": {"tokens_per_second": 28.21, "bits_per_second": 253.9, "vocabulary_share": 1.0,
               "collapsed": "2.4-8%"},
        "E1": {"very": {"recall_1": 0.75, "recall_10": 0.85, "mrr": 0.78}},
        "E4": {"edit_similarity": 0.609},
        "E5": {"edit_similarity": 0.536, "jaccard": 0.595, "median_edits": 36,
               "median_length_change": 7},
    },
    "published PairAlign": {
        "E6": {"tokens_per_second": 12.71, "bits_per_second": 114.4, "reduction": 0.5494,
               "vocabulary_share": 1.0, "normalised_entropy": 0.965, "collapsed": 0},
        "E1": {"very": {"recall_1": 0.71, "recall_10": 0.80, "mrr": 0.74}},
        "E4": {"edit_similarity": 0.630},
        "E5": {"edit_similarity": 0.414, "jaccard": 0.479, "median_edits": 15,
               "median_length_change": 4},
    },
}

# Rows whose difference is a row of its own.
DIFFERENCES = [("pairalign", "vq"), ("pairalign", "dpvq"), ("vq soft", "vq"), ("dpvq soft", "dpvq"),
               ("pairalign soft", "pairalign")]


class Tools:
    """Calls the tools; a tool that fails ends the evaluation with its own message."""

    def __init__(self, folder, jobs):
        self.folder = folder
        self.jobs = ["-j", str(jobs)]

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

    def retrieval(self, qrels, run, min_relevance=1):
        figures = self.stats("--qrels", qrels, run, "--min-relevance", min_relevance)["retrieval"]
        figures.pop("per_query")
        return figures

    def pairs(self, strings, references):
        pairs = self.stats(strings, "--pairs", references)["pairs"]
        figures = {name: pairs[name]["mean"]
                   for name in ("edit_similarity", "jaccard", "length_ratio")}
        figures["median_edits"] = pairs["edits"]["median"]
        figures["median_length_change"] = pairs["length_change"]["median"]
        figures["pairs"] = pairs["pairs"]
        return figures

    def tokens_per_second(self, strings):
        return self.stats(strings)["summary"]["tokens_per_second"]


class Strings:
    """The token strings of one tokenizer: every folder tokenised once, archives made of two."""

    def __init__(self, tools, speech, folder, arguments):
        folder.mkdir()
        self.folder = folder
        started = time.monotonic()
        for name, source in FOLDERS.items():
            tools.write(self[name], "pa-tokenize", *tools.jobs, *arguments, speech / "dev" / source)
        self.seconds = time.monotonic() - started
        for name in ("windows", "recordings"):
            tools.run("pa-index", self.archive(name), self[name])

    def __getitem__(self, name):
        return self.folder / f"{name}.tsv"

    def archive(self, name):
        return self.folder / f"{name}.pai"


def search(tools, strings, archive, queries, arguments):
    run = strings.folder / "run.txt"
    tools.write(run, "pa-search", *tools.jobs, "-q", "-k", 0, "--format", "trec", *arguments,
                strings.archive(archive), strings[queries])
    return run


def compactness(tools, strings, reference):
    against = ["--against", reference["windows"]] if reference else []
    report = tools.stats(strings["windows"], *against)
    figures = report["summary"]
    for name in ("lengths", "ngrams"):
        figures.pop(name)
    figures["vocabulary_share"] = figures["vocabulary_used"] / figures["vocabulary"]
    figures["collisions"] = figures["collisions"]["keys"]
    figures["reduction"] = report["against"]["reduction"] if reference else None
    return figures


def evaluate(tools, speech, strings, search_arguments, reference):
    """All figures of one row. `reference` holds the strings that `saved` compares with."""
    dev = speech / "dev"
    figures = {"tokenize_seconds": strings.seconds}
    started = time.monotonic()
    run = search(tools, strings, "windows", "window-queries", ["--mode", "global", *search_arguments])
    qrels = dev / "retrieval/qrels.txt"
    figures["E1"] = {"very": tools.retrieval(qrels, run, 2), "overlap": tools.retrieval(qrels, run, 1)}
    run = search(tools, strings, "recordings", "fragment-queries", search_arguments)
    figures["E2"] = tools.retrieval(dev / "fragments/qrels.txt", run)
    run = search(tools, strings, "recordings", "term-queries", search_arguments)
    figures["E3"] = tools.retrieval(dev / "std/qrels.txt", run)
    figures["E4"] = tools.pairs(strings["window-queries"], strings["windows"])
    figures["E5"] = tools.pairs(strings["shift-b"], strings["shift-a"])
    figures["E6"] = compactness(tools, strings, reference)
    figures["measure_seconds"] = time.monotonic() - started
    return figures


def evaluate_dtw(tools, speech, scratch, kept):
    """The yardstick: subsequence DTW on MFCCs of the same audio. No model has a part in it, so the
    figures are kept in the file `kept`, for the same program and folder."""
    dev = speech / "dev"
    program = hashlib.sha256((tools.folder / "mfcc_dtw").read_bytes()).hexdigest()
    origin = {"program": program, "speech": str(speech.resolve())}
    if kept.exists():
        found = json.loads(kept.read_text())
        if found["origin"] == origin:
            return found["figures"]
    figures = {}
    for protocol, name in (("E2", "fragments"), ("E3", "std")):
        run = scratch / f"dtw-{name}.txt"
        tools.write(run, "mfcc_dtw", *tools.jobs, dev / "std/archive", dev / name / "queries")
        figures[protocol] = tools.retrieval(dev / name / "qrels.txt", run)
    kept.write_text(json.dumps({"origin": origin, "figures": figures}, indent=2) + "\n")
    return figures


def asked_rate(tools, speech, scratch, rate, model):
    """What to ask of --rate so that E1's archive gets `rate` tokens/s: the model's curve was measured
    on other audio, and a comparison at one rate needs that very rate. What comes is so nearly in
    proportion to what is asked that one trial is enough."""
    strings = scratch / "calibration.tsv"
    tools.write(strings, "pa-tokenize", *tools.jobs, "--tokenizer", "dpvq", "--rate", rate, *model,
                speech / "dev" / FOLDERS["windows"])
    return round(rate * rate / tools.tokens_per_second(strings), 3)


def difference(a, b):
    """Of the figures of two rows, where both have a number."""
    if isinstance(a, dict) and isinstance(b, dict):
        return {name: difference(a[name], b[name]) for name in a.keys() & b.keys()}
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    return a - b if numbers else None


def cell(figures, path, form):
    for name in path:
        figures = figures.get(name) if figures else None
    return "-" if figures is None else form.format(figures)


def table(rows, differences, columns_shown):
    names = ["", *rows, *differences]
    columns = [names, *([title, *(cell(row, path, form) for row in rows.values()),
                         *(cell(row, path, form.replace("{:", "{:+")) for row in differences.values())]
                        for _, title, path, form in columns_shown)]
    widths = [max(map(len, column)) for column in columns]
    groups = " " * widths[0]
    for i, (group, *_) in enumerate(columns_shown):
        # A group's name stands over its first column and may run over the next ones.
        starts = i == 0 or columns_shown[i - 1][0] != group
        position = sum(widths[:i + 1]) + 2 * (i + 1)
        if starts:
            groups = groups.ljust(position) + group
    lines = [groups]
    for n in range(len(names)):
        cells = [columns[0][n].ljust(widths[0])]
        cells += [column[n].rjust(width) for column, width in zip(columns[1:], widths[1:])]
        lines.append("  ".join(cells))
    return "\n".join(lines)


TOKENIZERS = ("vq", "dpvq", "pairalign")
DEFAULT_RATE = 12.7


class StringStore:
    """The strings of tokenizers by their options, each made when first asked for."""

    def __init__(self, tools, speech, scratch):
        self.tools, self.speech, self.scratch = tools, speech, scratch
        self.made = {}

    def __getitem__(self, arguments):
        key = tuple(map(str, arguments))
        if key not in self.made:
            folder = self.scratch / f"strings-{len(self.made)}"
            self.made[key] = Strings(self.tools, self.speech, folder, arguments)
        return self.made[key]


def has_decoder(tools, scratch, model):
    """Whether the model can make pairalign strings: asked with a tenth of a second of silence."""
    audio = scratch / "silence/silence.wav"
    write_wave(audio, bytes(3200))
    command = [tools.folder / "pa-tokenize", "-q", "--tokenizer", "pairalign", *model, audio]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def has_log_odds(tools, strings, model):
    """Whether the model can search these strings with soft costs: asked without a query."""
    command = [tools.folder / "pa-search", "-q", "--cost", "soft", *model, strings.archive("recordings")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode in (0, 1)  # 1: nothing found


def configurations(options, tools, store, scratch):
    """Name of a row -> options of pa-tokenize and of pa-search."""
    model = ["--model", options.model] if options.model else []
    names = options.tokenizer or [name for name in TOKENIZERS if name != "pairalign" or
                                  has_decoder(tools, scratch, model)]
    rows = {name: (["--tokenizer", name, *model], []) for name in names}
    if "dpvq" in rows:
        rate = options.rate or DEFAULT_RATE
        if "pairalign" in rows and not options.rate:
            rate = tools.tokens_per_second(store[rows["pairalign"][0]]["windows"])
        asked = asked_rate(tools, options.speech, scratch, rate, model)
        rows["dpvq"] = (["--tokenizer", "dpvq", "--rate", asked, *model], [])
    for name, (tokenize, _) in list(rows.items()):
        if has_log_odds(tools, store[tokenize], model):
            rows[f"{name} soft"] = (tokenize, ["--cost", "soft", *model])
    return rows


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", type=pathlib.Path, default=REPOSITORY / "../shared/speech",
                        help="folder of speech (default: ../shared/speech beside the repository)")
    parser.add_argument("--bin", type=pathlib.Path, default=REPOSITORY / "build/bin",
                        help="folder of the tools (default: build/bin), with join_audio and "
                             "timing_signal, which are built with -DPAIRALIGN_BENCH=ON")
    parser.add_argument("--model", help="model file (default: the one pa-tokenize finds)")
    parser.add_argument("--tokenizer", action="append", choices=TOKENIZERS,
                        help="row to compute; may be repeated (default: all that the model holds)")
    parser.add_argument("--rate", type=float,
                        help="tokens per second that dpvq is brought to on E1's archive (default: "
                             f"what pairalign has there; without it {DEFAULT_RATE})")
    parser.add_argument("--dtw", type=pathlib.Path, metavar="FILE",
                        help="add the MFCC-DTW row, from FILE if it is there, else computed, about "
                             "a minute, and kept in FILE; needs mfcc_dtw beside the tools")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="threads (default: all processors)")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="write all figures as JSON")
    return parser.parse_args()


def evaluate_all(options, tools, scratch):
    """Name of a row -> its figures."""
    rows = {}
    store = StringStore(tools, options.speech, scratch)
    audio = StabilityAudio(tools, options.speech / "dev" / FOLDERS["recordings"], scratch / "made")
    all_rows = configurations(options, tools, store, scratch)
    for name, (tokenize, search_arguments) in all_rows.items():
        vq = all_rows.get("vq", (tokenize,))[0]
        reference = store[vq] if vq != tokenize else None
        rows[name] = evaluate(tools, options.speech, store[tokenize], search_arguments, reference)
        if not search_arguments:  # a row with others searches strings that have been measured
            rows[name].update(stability(tools, audio, scratch, tokenize))
        seconds = rows[name]["tokenize_seconds"], rows[name]["measure_seconds"]
        print("evaluate: {}: tokenised in {:.0f} s, measured in {:.0f} s".format(name, *seconds),
              file=sys.stderr)
    if options.dtw:
        rows["MFCC-DTW"] = evaluate_dtw(tools, options.speech, scratch, options.dtw)
    return rows


def main():
    options = parse_options()
    if not (options.speech / "dev").is_dir():
        sys.exit(f"evaluate: {options.speech}: no folder dev in it")
    if not (options.bin / "join_audio").exists():
        sys.exit(f"evaluate: {options.bin}: no join_audio in it; build with -DPAIRALIGN_BENCH=ON")
    with tempfile.TemporaryDirectory() as scratch:
        rows = evaluate_all(options, Tools(options.bin, options.jobs), pathlib.Path(scratch))
    differences = {f"{a} - {b}": difference(rows[a], rows[b])
                   for a, b in DIFFERENCES if a in rows and b in rows}
    shown = {**rows, **PUBLISHED}
    print(table(shown, differences, RETRIEVAL))
    print()
    print(table(shown, differences, STABILITY))
    if options.output:
        figures = {"rows": rows, "published": PUBLISHED, "differences": differences}
        options.output.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
