#!/usr/bin/env python3
"""Runs the retrieval, consistency and compactness protocols over a folder of speech.

Every tokenizer is a row of the tables that are printed, with unit costs, with soft costs (`soft`) and
with soft costs and 16 alternatives for each token of a query (`alt`). `rerank` is the best 100
recordings of `alt` (E8: 500), ranked anew by pa-rerank. -o writes all metrics as JSON.

  E1  clips        degraded 3 s windows against all windows, global edit distance
  E2  fragments    degraded pieces cut at any offset against whole recordings, infix
  E3  terms        words and phrases against recordings of other speakers, infix: 400 queries, and
                   1,200 that are cut out of the same recordings, of which those that hold a word
                   no training pair may hold (`held`) are also given apart from the others (`seen`)
                   `E3 warped`: seven warps of each of the 400 queries, their scores fused
  E4  consistency  each degraded window against its own clean one
  E5  shift        windows against the same windows 100 ms later
  E6  compactness  rates, vocabulary and repetition of the strings of E1's archive
  E7  sentences    of a language nobody trained on, by other speakers, global edit distance
  E8  telephone    words against sentences of other callers, infix
  typed            the 400 terms of E3 said by a synthesiser
  context, timing  the string of a piece against that of the whole; token times against onsets:
                   see stability.py

dpvq is brought to the rate that pairalign has on E1's archive. Published metrics are of other data
and milder augmentations, and stand in the table for orientation. Differences come with 95 %
intervals of a paired bootstrap over terms (E1, E2: over queries); * marks those that do not hold 0.

--quick is for the checkpoints of a training: soft costs, E2, E3, E7, E8 and typed queries only, with
dpvq brought to the rate of pairalign on a part of E3's archive.

The speech folder holds, under dev/: retrieval/{archive,queries,qrels.txt},
fragments/{queries,qrels.txt}, std/{archive,queries,queries.tsv,qrels.txt,terms.tsv,terms-qrels.txt},
shift/{a,b}, sentences-ml/{archive,queries.txt,qrels.txt}, phone/{archive,queries,qrels.txt}. Keys are
matched by file stems; qrels are TREC's, where 2 is the very thing, 1 relevant and -1 leaves the
document out.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from eval_data import VOICES, Audio, Cache, Model, Strings, Tools, read_table, write_wave
from stability import StabilityAudio, stability

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# `terms`: query -> term, None where each query is a term of its own; `dtw`: measured by MFCC-DTW too.
Protocol = collections.namedtuple("Protocol", "archive queries mode qrels terms dtw", defaults=(False,))
PROTOCOLS = {
    "E1": Protocol("windows", "window-queries", "global", "retrieval/qrels.txt", None),
    "E2": Protocol("recordings", "fragment-queries", "infix", "fragments/qrels.txt", None, True),
    "E3": Protocol("recordings", "term-queries", "infix", "std/qrels.txt", "std/queries.tsv", True),
    "E3 1200": Protocol("recordings", "terms", "infix", "std/terms-qrels.txt", "std/terms.tsv", True),
    "E7": Protocol("sentences", "sentences", "global", "sentences-ml/qrels.txt", "sentences-ml"),
    "E8": Protocol("phone", "phone-queries", "infix", "phone/qrels.txt", "phone"),
    **{f"typed {voice}": Protocol("recordings", voice, "infix", "std/qrels.txt", "std/queries.tsv")
       for voice in VOICES},
}
FUSED = "typed fused"  # all voices as renderings of one query
PROTOCOLS[FUSED] = PROTOCOLS["E3"]._replace(queries="fused", dtw=False)
WARPED = "E3 warped"  # warps of each query as its renderings
PROTOCOLS[WARPED] = PROTOCOLS["E3"]._replace(queries="warped", dtw=False)
FUSING = (FUSED, WARPED)
# Of each query, for `rerank`; of E8, where a fifth of the archive is relevant, more.
CANDIDATES = collections.defaultdict(lambda: 100, E8=500)
TYPED = [*(f"typed {voice}" for voice in VOICES), FUSED]
QUICK = ("E2", "E3", WARPED, "E3 1200", "E7", "E8", *TYPED)

# Of the tables: protocol, column, path into the row's metrics, format.
E6_E1_E2 = [
    ("E6", "tok/s", ("E6", "tokens_per_second"), "{:.2f}"),
    ("E6", "bit/s", ("E6", "bits_per_second"), "{:.1f}"),
    ("E6", "at H", ("E6", "entropy_bits_per_second"), "{:.1f}"),
    ("E6", "saved", ("E6", "reduction"), "{:.1%}"),
    ("E6", "vocab", ("E6", "vocabulary_share"), "{:.1%}"),
    ("E6", "H/max", ("E6", "normalised_entropy"), "{:.3f}"),
    ("E6", "coll.", ("E6", "collapsed"), "{}"),
    ("E6", "same", ("E6", "collisions"), "{}"),
    ("E1 very window", "R@1", ("E1", "recall_1"), "{:.3f}"),
    ("E1 very window", "R@10", ("E1", "recall_10"), "{:.3f}"),
    ("E1 very window", "MRR", ("E1", "mrr"), "{:.3f}"),
    ("E1 any overlap", "R@1", ("E1 overlap", "recall_1"), "{:.3f}"),
    ("E1 any overlap", "MRR", ("E1 overlap", "mrr"), "{:.3f}"),
    ("E1 any overlap", "rank", ("E1 overlap", "mean_first_rank"), "{:.1f}"),
]
SPEAKERS = [
    ("E2", "R@1", ("E2", "recall_1"), "{:.3f}"),
    ("E2", "MRR", ("E2", "mrr"), "{:.3f}"),
    ("E3", "MAP", ("E3", "map"), "{:.3f}"),
    ("E3", "MRR", ("E3", "mrr"), "{:.3f}"),
    ("E3", "P@1", ("E3", "precision_1"), "{:.3f}"),
    (WARPED, "MAP", (WARPED, "map"), "{:.3f}"),
    ("E3 1200: MAP", "all", ("E3 1200", "map"), "{:.3f}"),
    ("E3 1200: MAP", "seen", ("E3 1200 seen", "map"), "{:.3f}"),
    ("E3 1200: MAP", "held", ("E3 1200 held", "map"), "{:.3f}"),
    ("E7", "MAP", ("E7", "map"), "{:.3f}"),
    ("E7", "P@1", ("E7", "precision_1"), "{:.3f}"),
    ("E8", "MAP", ("E8", "map"), "{:.3f}"),
    ("E8", "P@1", ("E8", "precision_1"), "{:.3f}"),
    *(("typed: MAP", name.removeprefix("typed "), (name, "map"), "{:.3f}") for name in TYPED),
]
QUICK_COLUMNS = [
    ("", "tok/s", ("tokens_per_second",), "{:.2f}"),
    *(column for column in SPEAKERS if column[1] not in ("R@1", "P@1") and column[:2] != ("E3", "MRR")),
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
        "E1": {"recall_1": 0.75, "recall_10": 0.85, "mrr": 0.78},
        "E4": {"edit_similarity": 0.609},
        "E5": {"edit_similarity": 0.536, "jaccard": 0.595, "median_edits": 36,
               "median_length_change": 7},
    },
    "published PairAlign": {
        "E6": {"tokens_per_second": 12.71, "bits_per_second": 114.4, "reduction": 0.5494,
               "vocabulary_share": 1.0, "normalised_entropy": 0.965, "collapsed": 0},
        "E1": {"recall_1": 0.71, "recall_10": 0.80, "mrr": 0.74},
        "E4": {"edit_similarity": 0.630},
        "E5": {"edit_similarity": 0.414, "jaccard": 0.479, "median_edits": 15,
               "median_length_change": 4},
    },
}

# Rows that are compared, and by what.
TOKENIZERS = ("vq", "dpvq", "pairalign")
DIFFERENCES = [*((f"pairalign{cost}", f"{name}{cost}") for cost in (" alt", " soft", "") for name in TOKENIZERS[:2]),
               *((f"pairalign {cost}", "MFCC-DTW") for cost in ("alt", "soft")),
               *(("pairalign rerank", other) for other in ("pairalign alt", "MFCC-DTW")),
               *((f"{name} alt", f"{name} soft") for name in TOKENIZERS),
               *((f"{name} soft", name) for name in TOKENIZERS)]
COMPARED = [("E1", "mrr"), ("E2", "mrr"), ("E3", "map"), (WARPED, "map"), ("E3 1200", "map"), ("E3 1200 seen", "map"),
            ("E3 1200 held", "map"), ("E7", "map"), ("E8", "map"),
            *((name, "map") for name in TYPED)]
DIFFERENCES_A_TABLE = 4
# What a row is made with: strings of queries, arguments of pa-search and, to rank anew, of pa-rerank.
System = collections.namedtuple("System", "queries search rerank", defaults=(None,))

BEFORE = "before: "  # precedes the names of the rows of --baseline-model

DEFAULT_RATE = 12.7
QUICK_SAMPLE = 8  # --quick brings dpvq to its rate on every so many recordings


class Judgements:
    """Qrels and terms of the protocols, whole and in parts."""

    def __init__(self, dev, scratch):
        self.dev, self.scratch = dev, scratch

    def __getitem__(self, name):
        """Qrels of a protocol, or of a part of it: `E3 1200 held`."""
        part = name.removeprefix("E3 1200 ")
        if part not in ("seen", "held"):
            return self.dev / PROTOCOLS[name].qrels
        path = self.scratch / f"qrels-{part}.txt"
        if not path.exists():
            rows = read_table(self.dev / PROTOCOLS["E3 1200"].terms)
            chosen = {row["query"] for row in rows if (row["held_out"] == "1") == (part == "held")}
            with open(self["E3 1200"], encoding="utf-8") as qrels:
                path.write_text("".join(line for line in qrels if line.split()[0] in chosen))
        return path

    def terms(self, name):
        """File of `query TAB term`, or None."""
        terms = PROTOCOLS[name.removesuffix(" seen").removesuffix(" held")].terms
        if terms is None or terms.endswith(".tsv"):
            return terms and self.dev / terms
        path = self.scratch / f"terms-{terms}.tsv"
        if not path.exists():
            with open(self[name], encoding="utf-8") as qrels:
                queries = {line.split()[0] for line in qrels}
            path.write_text("".join(f"{query}\t{TERM_OF[terms](query)}\n" for query in queries))
        return path


# From the names of the files: sentence-speaker-take; speaker-call-word, of which each of five words
# has two numbers.
TERM_OF = {"sentences-ml": lambda query: query.split("-")[0],
           "phone": lambda query: (int(query.split("-")[2]) - 1) % 5}


class Retrieval:
    """Searches of the rows: their runs and metrics."""

    def __init__(self, tools, judgements, scratch):
        self.tools, self.judgements, self.scratch = tools, judgements, scratch
        self.runs = {}  # (row, protocol or part of one) -> run

    def measure(self, row, protocol, run):
        """Metrics by name: those of the protocol and of its parts."""
        names = [protocol, *(f"{protocol} {part}" for part in ("seen", "held") if protocol == "E3 1200")]
        metrics = {}
        for name in names:
            self.runs[row, name] = run
            metrics[name] = self.metrics(name, run, 2 if name == "E1" else 1)
        if protocol == "E1":
            metrics["E1 overlap"] = self.metrics(name, run, 1)
        return metrics

    def metrics(self, name, run, min_relevance):
        metrics = self.tools.stats("--qrels", self.judgements[name], run,
                                   "--min-relevance", min_relevance)["retrieval"]
        metrics.pop("per_query")
        return metrics

    def search(self, row, system, archives, protocol):
        """`archives`: of the strings that hold what is searched for."""
        strings, search_arguments, rerank = system
        wanted = PROTOCOLS[protocol]
        if wanted.queries == wanted.archive:  # the queries are records of the archive
            listed = (self.judgements.dev / wanted.qrels).with_name("queries.txt")
            queries = strings.some(wanted.queries, set(listed.read_text().split()))
        elif protocol in FUSING:
            queries = strings.renderings(VOICES) if protocol == FUSED else strings.warped("term-queries")
            search_arguments = [*search_arguments, "--fuse"]
        else:
            queries = strings[wanted.queries]
        run = self.scratch / f"run-{len(self.runs)}.txt"
        search = ["pa-search", *self.tools.jobs, "-q", "--mode", wanted.mode, *search_arguments,
                  archives.archive(wanted.archive), queries]
        if rerank is None:
            self.tools.write(run, *search, "-k", 0, "--format", "trec")
        else:
            hits = run.with_suffix(".hits")
            self.tools.write(hits, *search, "-k", CANDIDATES[protocol], "--places", 1)
            whole = ["--whole"] if wanted.mode == "global" else []
            self.tools.write(run, "pa-rerank", *self.tools.jobs, *rerank, *whole, "-k", 0, "--format", "trec", hits)
        return self.measure(row, protocol, run)

    def dtw(self, row, audio, cache):
        """The yardstick: subsequence DTW on MFCCs of the same audio. No model has a part in it, so
        its runs are kept."""
        program = hashlib.sha256((self.tools.folder / "mfcc_dtw").read_bytes()).hexdigest()
        metrics = {}
        for protocol, wanted in PROTOCOLS.items():
            if not wanted.dtw or not (self.judgements.dev / wanted.qrels).exists():
                continue
            folders = audio[wanted.archive], audio[wanted.queries]
            run = cache.get("dtw", [program, *(folder.name for folder in folders)],
                            lambda path: self.tools.write(path, "mfcc_dtw", *self.tools.jobs, *folders))
            metrics.update(self.measure(row, protocol, run))
        return metrics

    def differences(self, pairs):
        """(row, row) -> protocol -> metric -> difference and its interval."""
        return {pair: {name: self.difference(pair, name) for name, _ in COMPARED
                       if all((row, name) in self.runs for row in pair)} for pair in pairs}

    def difference(self, pair, name):
        runs = [self.runs[row, name] for row in pair]
        terms = self.judgements.terms(name)
        report = self.tools.stats("--qrels", self.judgements[name], runs[0], "--against", runs[1],
                                  *(["--terms", terms] if terms else []),
                                  "--min-relevance", 2 if name == "E1" else 1)
        return report["difference"]


def compactness(tools, strings, reference):
    """`reference` holds the strings that `saved` compares with."""
    against = ["--against", reference["windows"]] if reference else []
    report = tools.stats(strings["windows"], *against)
    metrics = report["summary"]
    for name in ("lengths", "ngrams"):
        metrics.pop(name)
    metrics["vocabulary_share"] = metrics["vocabulary_used"] / metrics["vocabulary"]
    metrics["collisions"] = metrics["collisions"]["keys"]
    metrics["reduction"] = report["against"]["reduction"] if reference else None
    return metrics


class Evaluation:
    def __init__(self, options, tools, scratch):
        self.options, self.tools, self.scratch = options, tools, scratch
        self.cache = Cache(options.cache)
        self.audio = Audio(tools, options.speech, self.cache)
        self.retrieval = Retrieval(tools, Judgements(options.speech / "dev", scratch), scratch)
        self.rows = {}
        self.made = None  # audio of the measures of stability

    def evaluate(self, model, prefix=""):
        """Adds the rows of a model."""
        strings = self.tokenizers(model)
        for name, made in strings.items():
            rows = {name: System(made, [])} if not self.options.quick else {}
            if self.has_log_odds(made):
                soft = ["--cost", "soft", *model.option]
                rows[f"{name} soft"] = System(made, soft)
                rows[f"{name} alt"] = System(made.with_alternatives(), soft)
                if name == "pairalign":
                    rows[f"{name} rerank"] = rows[f"{name} alt"]._replace(rerank=model.option)
            for row, system in rows.items():
                started = time.monotonic()
                self.rows[prefix + row] = self.row(prefix + row, made, system, strings)
                note(f"{prefix}{row}: {time.monotonic() - started:.0f} s")

    def row(self, row, strings, system, all_strings):
        metrics = {}
        for protocol in self.protocols():
            if system.rerank is None or protocol not in FUSING:  # renderings of a query have no file
                metrics.update(self.retrieval.search(row, system, strings, protocol))
        if self.options.quick:
            return {**metrics, "tokens_per_second": self.tools.tokens_per_second(strings["recordings"])}
        metrics["E4"] = self.tools.pairs(strings["window-queries"], strings["windows"])
        metrics["E5"] = self.tools.pairs(strings["shift-b"], strings["shift-a"])
        vq = all_strings.get("vq", strings)
        metrics["E6"] = compactness(self.tools, strings, vq if vq is not strings else None)
        if not system.search:  # a row with arguments searches strings that have been measured
            metrics.update(self.stability(strings))
        return metrics

    def protocols(self):
        """Those that are asked for and whose data is there."""
        dev = self.options.speech / "dev"
        fuses = self.tools.has_option("pa-search", "--fuse")
        return [name for name in (QUICK if self.options.quick else PROTOCOLS)
                if (dev / PROTOCOLS[name].qrels).exists() and (fuses or name not in FUSING)]

    def stability(self, strings):
        if self.made is None:
            self.made = StabilityAudio(self.tools, self.audio["recordings"], self.scratch / "made")
        return stability(self.tools, self.made, self.scratch, strings)

    def tokenizers(self, model):
        """Name of a tokenizer -> its strings, dpvq's at pairalign's rate."""

        def strings(*arguments):
            return Strings(self.tools, self.audio, self.cache, self.scratch, model, arguments)

        names = self.options.tokenizer or [name for name in TOKENIZERS if name != "pairalign" or
                                           self.has_decoder(model)]
        made = {name: strings("--tokenizer", name) for name in names}
        if "dpvq" in made:
            rate = self.asked_rate(strings, made.get("pairalign"))
            made["dpvq"] = strings("--tokenizer", "dpvq", "--rate", rate)
        return made

    def asked_rate(self, strings, pairalign):
        """What to ask of --rate so that the audio gets pairalign's tokens/s: the model's curve was
        measured on other audio, and a comparison at one rate needs that very rate. What comes is so
        nearly in proportion to what is asked that one trial is enough."""
        stems = None
        if self.options.quick:
            stems = sorted(path.stem for path in self.audio["recordings"].iterdir())[::QUICK_SAMPLE]

        def rate_of(made):
            if stems is None:
                return self.tools.tokens_per_second(made["windows"])
            return self.tools.tokens_per_second(made.some("recordings", set(stems)))

        wanted = self.options.rate or (rate_of(pairalign) if pairalign else DEFAULT_RATE)
        trial = strings("--tokenizer", "dpvq", "--rate", wanted)
        if stems is None:
            return round(wanted * wanted / rate_of(trial), 3)
        path = self.scratch / "calibration.tsv"
        trial.tokenize(path, *(self.audio["recordings"] / f"{stem}.wav" for stem in stems))
        return round(wanted * wanted / self.tools.tokens_per_second(path), 3)

    def has_decoder(self, model):
        """Whether the model can make pairalign strings: asked with a tenth of a second of silence."""
        audio = self.scratch / "silence/silence.wav"
        write_wave(audio, bytes(3200))
        command = [self.tools.folder / "pa-tokenize", "-q", "--tokenizer", "pairalign", *model.option, audio]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def has_log_odds(self, strings):
        """Whether the model can search these strings with soft costs: asked without a query."""
        command = [self.tools.folder / "pa-search", "-q", "--cost", "soft", *strings.model.option,
                   strings.archive("recordings")]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode in (0, 1)  # 1: nothing found


def note(message):
    print(f"evaluate: {message}", file=sys.stderr)


def cell(metrics, path, form):
    for name in path:
        metrics = metrics.get(name) if metrics else None
    return "-" if metrics is None else form.format(metrics)


def table(rows, columns_shown):
    columns = [["", *rows]]
    columns += [[title, *(cell(row, path, form) for row in rows.values())]
                for _, title, path, form in columns_shown]
    return layout(columns, [""] + [group for group, *_ in columns_shown])


def difference_table(differences):
    """Rows of protocols, a few columns of differences at a time."""

    def text(found):
        if found is None:
            return "-"
        star = "*" if found["low"] > 0 or found["high"] < 0 else " "
        return "{difference:+.3f} [{low:+.3f}, {high:+.3f}]".format(**found) + star

    pairs = list(differences)
    tables = []
    for some in (pairs[i:i + DIFFERENCES_A_TABLE] for i in range(0, len(pairs), DIFFERENCES_A_TABLE)):
        protocols = [(name, metric) for name, metric in COMPARED
                     if any(name in differences[pair] for pair in some)]
        columns = [["", *(f"{name} {metric.upper()}" for name, metric in protocols)]]
        columns += [[f"- {b}", *(text(differences[a, b].get(name, {}).get(metric)) for name, metric in protocols)]
                    for a, b in some]
        tables.append(layout(columns, ["", *(a for a, _ in some)]))
    return "\n\n".join(tables)


def layout(columns, groups):
    """Lines of columns; a group's name stands over its first column and may run over the next ones."""
    widths = [max(map(len, column)) for column in columns]
    for i, group in enumerate(groups):
        if groups[i + 1:i + 2] != [group] and groups[i - 1] != group:  # alone over its column
            widths[i] = max(widths[i], len(group))
    heads = ""
    for i, group in enumerate(groups):
        if i == 0 or groups[i - 1] != group:
            heads = heads.ljust(sum(widths[:i]) + 2 * i) + group
    lines = [heads.rstrip()]
    for cells in zip(*columns):
        lines.append("  ".join([cells[0].ljust(widths[0]),
                                *(text.rjust(width) for text, width in zip(cells[1:], widths[1:]))]))
    return "\n".join(lines)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", type=pathlib.Path, default=REPOSITORY / "../shared/speech",
                        help="folder of speech (default: ../shared/speech beside the repository)")
    parser.add_argument("--bin", type=pathlib.Path, default=REPOSITORY / "build/bin",
                        help="folder of the tools (default: build/bin), with join_audio, "
                             "timing_signal and mfcc_dtw, which are built with -DPAIRALIGN_BENCH=ON")
    parser.add_argument("--model", type=pathlib.Path, default=REPOSITORY / "models/default.safetensors",
                        help="model file (default: the shipped one)")
    parser.add_argument("--baseline-model", type=pathlib.Path, metavar="FILE",
                        help="a second model, such as the one before, and the differences from it")
    parser.add_argument("--tokenizer", action="append", choices=TOKENIZERS,
                        help="row to compute; may be repeated (default: all that the model holds)")
    parser.add_argument("--rate", type=float,
                        help="tokens per second that dpvq is brought to (default: what pairalign "
                             f"has; without it {DEFAULT_RATE})")
    parser.add_argument("--quick", action="store_true", help="the short form, above")
    parser.add_argument("--dtw", action="store_true",
                        help="add the MFCC-DTW row, some minutes the first time")
    parser.add_argument("--cache", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
                        / "pairalign-eval",
                        help="where audio and strings are kept, by the audio, the model, the options and "
                             "the version of pa-tokenize: delete it after a change of the tokenizer "
                             "itself (default: %(default)s)")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="threads (default: all processors)")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="write all metrics as JSON")
    return parser.parse_args()


def evaluate_all(options, tools, scratch):
    evaluation = Evaluation(options, tools, scratch)
    evaluation.evaluate(Model(tools, options.model))
    pairs = [pair for pair in DIFFERENCES if set(pair) <= {*evaluation.rows, "MFCC-DTW"}]
    if options.baseline_model:
        rows = list(evaluation.rows)
        evaluation.evaluate(Model(tools, options.baseline_model), BEFORE)
        pairs += [(row, BEFORE + row) for row in rows if BEFORE + row in evaluation.rows]
    if options.dtw:
        evaluation.rows["MFCC-DTW"] = evaluation.retrieval.dtw("MFCC-DTW", evaluation.audio, evaluation.cache)
    pairs = [pair for pair in pairs if set(pair) <= set(evaluation.rows)]
    return evaluation.rows, evaluation.retrieval.differences(pairs)


def main():
    options = parse_options()
    if not (options.speech / "dev").is_dir():
        sys.exit(f"evaluate: {options.speech}: no folder dev in it")
    started = time.monotonic()
    options.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.cache) as scratch:
        rows, differences = evaluate_all(options, Tools(options.bin, options.jobs), pathlib.Path(scratch))
    if options.quick:
        print(table(rows, QUICK_COLUMNS))
    else:
        shown = {**rows, **PUBLISHED}
        print(table(shown, E6_E1_E2), table(rows, SPEAKERS), table(shown, STABILITY), sep="\n\n")
    if differences:
        print(f"\n{difference_table(differences)}")
    spent = os.times()
    note("{:.0f} s, {:.0f} s of processors".format(time.monotonic() - started,
                                                  spent.children_user + spent.children_system))
    if options.output:
        metrics = {"model": str(options.model), "rows": rows, "published": PUBLISHED,
                   "differences": {f"{a} - {b}": found for (a, b), found in differences.items()}}
        options.output.write_text(json.dumps(metrics, indent=2) + "\n")


if __name__ == "__main__":
    main()
