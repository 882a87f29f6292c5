#!/usr/bin/env python3
"""Runs the retrieval, consistency and compactness protocols over a folder of speech.

Every tokenizer is one row of the table that is printed; -o writes all figures as JSON.

  E1  clips        degraded 3 s windows against all windows, global edit distance
  E2  fragments    degraded pieces cut at any offset against whole recordings, infix
  E3  terms        words and phrases against recordings of other speakers, infix
  E4  consistency  each degraded window against its own clean one
  E5  shift        windows against the same windows 100 ms later
  E6  compactness  rates, vocabulary and repetition of the strings of E1's archive

The speech folder holds, under dev/: retrieval/{archive,queries,qrels.txt},
fragments/{queries,qrels.txt}, std/{archive,queries,qrels.txt}, shift/{a,b}. Keys are matched by file
stems; qrels are TREC's, where 2 is the very thing, 1 relevant and -1 leaves the document out.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

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

# Of the table: protocol, column, path into the row's figures, format.
COLUMNS = [
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
    ("E4", "sim", ("E4", "edit_similarity"), "{:.3f}"),
    ("E4", "Jacc", ("E4", "jaccard"), "{:.3f}"),
    ("E4", "len", ("E4", "length_ratio"), "{:.3f}"),
    ("E5", "sim", ("E5", "edit_similarity"), "{:.3f}"),
    ("E5", "Jacc", ("E5", "jaccard"), "{:.3f}"),
    ("E5", "edits", ("E5", "median_edits"), "{:.0f}"),
    ("E5", "dlen", ("E5", "median_length_change"), "{:.0f}"),
]


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


def pair_figures(pairs):
    figures = {name: pairs[name]["mean"] for name in ("edit_similarity", "jaccard", "length_ratio")}
    figures["median_edits"] = pairs["edits"]["median"]
    figures["median_length_change"] = pairs["length_change"]["median"]
    figures["pairs"] = pairs["pairs"]
    return figures


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
    run = search(tools, strings, "windows", "window-queries", ["--mode", "global", *search_arguments])
    qrels = dev / "retrieval/qrels.txt"
    figures["E1"] = {"very": tools.retrieval(qrels, run, 2), "overlap": tools.retrieval(qrels, run, 1)}
    run = search(tools, strings, "recordings", "fragment-queries", search_arguments)
    figures["E2"] = tools.retrieval(dev / "fragments/qrels.txt", run)
    run = search(tools, strings, "recordings", "term-queries", search_arguments)
    figures["E3"] = tools.retrieval(dev / "std/qrels.txt", run)
    pairs = tools.stats(strings["window-queries"], "--pairs", strings["windows"])["pairs"]
    figures["E4"] = pair_figures(pairs)
    pairs = tools.stats(strings["shift-b"], "--pairs", strings["shift-a"])["pairs"]
    figures["E5"] = pair_figures(pairs)
    figures["E6"] = compactness(tools, strings, reference)
    return figures


def evaluate_dtw(tools, speech, scratch):
    """The yardstick: subsequence DTW on MFCCs of the same audio."""
    dev = speech / "dev"
    figures = {}
    for protocol, name in (("E2", "fragments"), ("E3", "std")):
        run = scratch / f"dtw-{name}.txt"
        tools.write(run, "mfcc_dtw", *tools.jobs, dev / "std/archive", dev / name / "queries")
        figures[protocol] = tools.retrieval(dev / name / "qrels.txt", run)
    return figures


def asked_rate(tools, speech, scratch, rate, model):
    """What to ask of --rate so that E1's archive gets `rate` tokens/s: the model's curve was measured
    on other audio, and a comparison at one rate needs exactly that rate."""
    asked = rate
    for _ in range(2):
        strings = scratch / "calibration.tsv"
        tools.write(strings, "pa-tokenize", *tools.jobs, "--tokenizer", "dpvq", "--rate", asked, *model,
                    speech / "dev" / FOLDERS["windows"])
        asked *= rate / tools.stats(strings)["summary"]["tokens_per_second"]
    return round(asked, 3)


def cell(figures, path, form):
    for name in path:
        figures = figures.get(name) if figures else None
    return "-" if figures is None else form.format(figures)


def table(rows):
    names = ["", *rows]
    columns = [names, *([title, *(cell(row, path, form) for row in rows.values())]
                        for _, title, path, form in COLUMNS)]
    widths = [max(map(len, column)) for column in columns]
    groups = " " * widths[0]
    for i, (group, *_) in enumerate(COLUMNS):
        # A group's name stands over its first column and may run over the next ones.
        starts = i == 0 or COLUMNS[i - 1][0] != group
        position = sum(widths[:i + 1]) + 2 * (i + 1)
        if starts:
            groups = groups.ljust(position) + group
    lines = [groups]
    for n in range(len(names)):
        cells = [columns[0][n].ljust(widths[0])]
        cells += [column[n].rjust(width) for column, width in zip(columns[1:], widths[1:])]
        lines.append("  ".join(cells))
    return "\n".join(lines)


TOKENIZERS = ("vq", "dpvq")


def configurations(options, tools, scratch):
    """Name of a row -> options of pa-tokenize and of pa-search."""
    model = ["--model", options.model] if options.model else []
    rows = {}
    for name in options.tokenizer or TOKENIZERS:
        rate = []
        if name == "dpvq":
            rate = ["--rate", asked_rate(tools, options.speech, scratch, options.rate, model)]
        rows[name] = (["--tokenizer", name, *rate, *model], [])
    return rows


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", type=pathlib.Path, default=REPOSITORY / "../shared/speech",
                        help="folder of speech (default: ../shared/speech beside the repository)")
    parser.add_argument("--bin", type=pathlib.Path, default=REPOSITORY / "build/bin",
                        help="folder of the tools (default: build/bin)")
    parser.add_argument("--model", help="model file (default: the one pa-tokenize finds)")
    parser.add_argument("--tokenizer", action="append", choices=TOKENIZERS,
                        help="row to compute; may be repeated (default: all)")
    parser.add_argument("--rate", type=float, default=12.7,
                        help="tokens per second that dpvq is brought to on E1's archive (default: 12.7)")
    parser.add_argument("--dtw", action="store_true",
                        help="add the MFCC-DTW row, about a minute; needs mfcc_dtw beside the tools, "
                             "which is built with -DPAIRALIGN_BENCH=ON")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="threads (default: all processors)")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="write all figures as JSON")
    return parser.parse_args()


def main():
    options = parse_options()
    if not (options.speech / "dev").is_dir():
        sys.exit(f"evaluate: {options.speech}: no folder dev in it")
    tools = Tools(options.bin, options.jobs)
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        made = {}  # strings by the options they were made with
        for name, (tokenize, search_arguments) in configurations(options, tools, scratch).items():
            key = tuple(tokenize)
            if key not in made:
                made[key] = Strings(tools, options.speech, scratch / name, tokenize)
            reference = next((s for k, s in made.items() if "vq" in k and k != key), None)
            rows[name] = evaluate(tools, options.speech, made[key], search_arguments, reference)
        if options.dtw:
            rows["MFCC-DTW"] = evaluate_dtw(tools, options.speech, scratch)
    print(table(rows))
    if options.output:
        options.output.write_text(json.dumps({"rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
