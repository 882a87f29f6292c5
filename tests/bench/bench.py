#!/usr/bin/env python3
"""Measures the speed, size and memory of the tools and prints one table; -o writes JSON.

  tokenize  pa-tokenize on all processors, from compressed files to strings
  train     a short pa-train
  search    exhaustive infix search, on one processor beside edlib in the same process
  index     pa-index on random strings, beside gzip -6 on the same lines
  scale     archives of up to 100 M tokens: making them, their size, queries of them
  startup   pa-tokenize on one second of audio
  stats     pa-stats on audio, beside soxi, sox, ffprobe and ffmpeg
  memory    pa-tokenize on a long recording, beside a short one
  growth    time and memory of pa-tokenize by length of a file, files and threads

Each figure is the median of several repetitions, with the lowest and the highest. What is compared
takes turns within a repetition and is divided there, so that a slower spell of the machine meets
both sides. A target that is missed is shown, and is no failure.
"""

import argparse
import json
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple, Optional, Tuple

import audio_stats
import growth
import scale
from processes import run, seconds_of

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples/audio/talks"
VOCABULARY = 512
TOKENS_PER_RECORD = 38  # 3 s at 12.7 tokens/s


class Row(NamedTuple):
    """A line of the table: the key of its figure, how to show it, and its target if it has one."""
    key: str
    label: str
    unit: str
    form: str = "{:.1f}"
    at_least: Optional[float] = None
    at_most: Optional[float] = None


DOCUMENT_KINDS = (("one", "one long document"), ("many", "documents of 51 tokens"))

TABLE = [
    Row("tokenize.vq", "pa-tokenize --tokenizer vq", "x real time", "{:.0f}", at_least=300),
    Row("tokenize.dpvq", "pa-tokenize --tokenizer dpvq", "x real time", "{:.0f}", at_least=300),
    Row("tokenize.pairalign", "pa-tokenize --tokenizer pairalign", "x real time", "{:.0f}",
        at_least=300),
    Row("tokenize.pairalign.auto", "  --precision auto", "x real time", "{:.0f}"),
    *(row for precision in ("bf16", "f32") for row in (
        Row(f"model.{precision}.matmul", f"matrix products alone, {precision}", "GFLOP/s"),
        *(row for kind in ("vq", "pairalign") for row in (
            Row(f"model.{precision}.{kind}", f"  the model of {kind} alone", "x real time",
                "{:.0f}"),
            Row(f"model.{precision}.{kind}.share", "    of the products' rate", "%",
                at_least=40 if precision == "bf16" else None))))),
    Row("train.geometric.pairs", "pa-train, geometric", "pairs/s"),
    Row("train.geometric.gflops", "  its products", "GFLOP/s"),
    Row("train.geometric.share", "  of the rate of products alone", "%"),
    Row("train.torch", "  the same step in PyTorch, without making the views", "pairs/s"),
    Row("train.torch.ratio", "  pa-train, of PyTorch", "x", at_least=4),
    Row("train.ema-teacher.pairs", "pa-train, ema-teacher", "pairs/s"),
    Row("train.ema-teacher.gflops", "  its products", "GFLOP/s"),
    Row("train.ema-teacher.share", "  of the rate of products alone", "%"),
    Row("search.one.256.edlib", "one long document, vocabulary 256: edlib", "M tokens/s"),
    Row("search.one.256.single", "  pa-search, 1 query", "M tokens/s"),
    Row("search.one.256.single.ratio", "    of edlib", "x", "{:.2f}", at_least=6),
    Row("search.one.256.batch", "  pa-search, 16 queries", "M tokens/s", at_least=1000),
    Row("search.one.256.batch.ratio", "    of edlib", "x", "{:.2f}", at_least=15),
    Row("search.many.256.edlib", "documents of 51 tokens: edlib", "M tokens/s", "{:.2f}"),
    Row("search.many.256.single", "  pa-search, 1 query", "M tokens/s"),
    Row("search.many.256.single.ratio", "    of edlib", "x", "{:.2f}", at_least=60),
    Row("search.many.256.batch", "  pa-search, 16 queries", "M tokens/s"),
    Row("search.many.256.batch.ratio", "    of edlib", "x", "{:.2f}", at_least=60),
    Row("search.many.256.two.single", "  2 threads, 1 query", "M tokens/s"),
    Row("search.many.256.two.batch", "  2 threads, 16 queries", "M tokens/s"),
    *(row for vocabulary in (512, 65536) for kind, documents in DOCUMENT_KINDS for row in (
        Row(f"search.{kind}.{vocabulary}.single",
            f"{documents}, vocabulary {vocabulary}: 1 query", "M tokens/s"),
        Row(f"search.{kind}.{vocabulary}.batch", "  16 queries", "M tokens/s"))),
    *(row for kind, documents in DOCUMENT_KINDS for row in (
        Row(f"search.{kind}.512.soft.single", f"soft cost, {documents}: 1 query", "M tokens/s"),
        Row(f"search.{kind}.512.soft.batch", "  16 queries", "M tokens/s"))),
    Row("index.rate", "pa-index", "M tokens/s", "{:.2f}", at_least=20),
    Row("index.bits", "  packed tokens, of log2(vocabulary)", "x", "{:.3f}", at_most=1.05),
    Row("index.gzip.speed", "  gzip -6, its time of ours", "x", "{:.2f}"),
    Row("index.gzip.size", "  gzip -6, its size of the archive's", "x", "{:.2f}"),
    Row("startup", "pa-tokenize on 1 s of audio", "ms", at_most=60),
    Row("stats.quick", "pa-stats --quick, two threads", "files/s", "{:.0f}", at_least=10000),
    Row("stats.quick.core", "  on one core", "files/s", "{:.0f}"),
    Row("stats.quick.soxi", "  soxi", "files/s", "{:.0f}"),
    Row("stats.quick.ffprobe", "  ffprobe", "files/s", "{:.0f}"),
    Row("stats.full", "pa-stats, 16 kHz WAV, one core", "x real time", "{:.0f}", at_least=1000),
    Row("stats.full.sox", "  sox -n stats", "x real time", "{:.0f}"),
    Row("stats.full.ffmpeg", "  ffmpeg ebur128, astats", "x real time", "{:.0f}"),
    Row("stats.clips", "  clips of 1 s", "x real time", "{:.0f}"),
    Row("stats.threads", "  two threads, of one, by the clock", "x", "{:.2f}"),
    Row("stats.speech", "pa-stats, recordings of speech, one core", "x real time", "{:.0f}"),
    Row("stats.speech.ffmpeg", "  ffmpeg ebur128, astats, a process each", "x real time", "{:.0f}"),
    Row("stats.flac", "pa-stats, FLAC", "x real time", "{:.0f}"),
    Row("stats.flac.decoder", "  flac -d alone", "x real time", "{:.0f}"),
    Row("stats.opus", "pa-stats, Opus", "x real time", "{:.0f}"),
    Row("stats.opus.decoder", "  opusdec alone", "x real time", "{:.0f}"),
    Row("stats.memory", "pa-stats on a long recording", "MB", "{:.0f}", at_most=64),
]
ROW_KEYS = {row.key for row in TABLE}


class Plan(NamedTuple):
    """Sizes and repetitions."""
    tokenize_repeats: int = 3
    matmul_seconds: float = 0.5
    train_steps: int = 80
    search_repeats: int = 5
    search_tokens: int = 10_000_000
    index_repeats: int = 3
    index_tokens: int = 10_000_000
    scale_tokens: Tuple[int, ...] = (1_000_000, 10_000_000, 20_000_000, 100_000_000)
    startup_repeats: int = 21
    short_seconds: int = 120
    long_seconds: int = 2 * 3600
    growth_seconds: Tuple[int, ...] = (1, 10, 100, 1000)
    growth_files: Tuple[int, ...] = (1, 10, 100, 1000)
    growth_repeats: int = 3
    stats_files: int = 10_000
    stats_seconds: int = 3600
    stats_repeats: int = 3


QUICK = Plan(tokenize_repeats=1, matmul_seconds=0.05, train_steps=40, search_repeats=1,
             search_tokens=500_000, index_repeats=1, index_tokens=500_000,
             scale_tokens=(100_000, 1_000_000), startup_repeats=3, short_seconds=10, long_seconds=120,
             growth_seconds=(1, 10), growth_files=(1, 10), growth_repeats=1,
             stats_files=300, stats_seconds=60, stats_repeats=1)


class Bench:
    """What the sections share: the tools, the options, the scratch folder."""

    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.plan = QUICK if options.quick else Plan()
        if options.long:
            self.plan = self.plan._replace(long_seconds=24 * 3600)
        self.jobs = ["-j", str(options.jobs)]
        self.model = ["--model", options.model] if options.model else []

    def command(self, name, *arguments):
        return [str(self.options.bin / name), *map(str, arguments)]

    def run(self, name, *arguments, stdin=None, stdout=subprocess.PIPE):
        return run(self.command(name, *arguments), stdin, stdout)

    def read_json(self, name, *arguments):
        return json.loads(self.run(name, *arguments))


def ratios(ours, theirs):
    return [a / b for a, b in zip(ours, theirs)]


def model_of(bench):
    """Its identity, from the header of what it writes."""
    clip = min(EXAMPLES.iterdir())
    header = bench.run("pa-tokenize", *bench.model, "--tokenizer", "vq", clip).split(b"\n")[0]
    return dict(field.split("=") for field in header.decode().split()[2:])["model"]


def tokenize(bench):
    strings = bench.scratch / "strings.tsv"
    figures = {}

    def add(key, value):
        figures.setdefault(key, []).append(value)

    def measure(kind, *options):
        with open(strings, "wb") as out:
            return seconds_of(lambda: bench.run(
                "pa-tokenize", *bench.jobs, *bench.model, "--tokenizer", kind, *options,
                bench.options.audio, stdout=out))

    measure("vq")  # the audio is in the page cache from here on
    with open(strings, encoding="utf-8", errors="surrogateescape") as lines:
        audio = sum(float(line.split("\t")[1]) for line in lines if not line.startswith("#"))
    for _ in range(bench.plan.tokenize_repeats):
        for kind in growth.TOKENIZERS:
            add(f"tokenize.{kind}", audio / measure(kind))
        add("tokenize.pairalign.auto", audio / measure("pairalign", "--precision", "auto"))
        for precision in ("auto", "f32"):
            rates = bench.read_json("model_rate", *bench.jobs, *bench.model, "--precision",
                                    precision, "--seconds", bench.plan.matmul_seconds,
                                    bench.options.audio)
            key = f"model.{rates['precision']}"
            add(f"{key}.matmul", rates["matmul_flop_per_second"] / 1e9)
            for kind in ("vq", "pairalign"):
                add(f"{key}.{kind}", rates[kind]["times_real_time"])
                add(f"{key}.{kind}.share",
                    100 * rates[kind]["flop_per_second"] / rates["matmul_flop_per_second"])
    return figures


def train(bench):
    log = bench.scratch / "train.jsonl"
    noise = ["--noise", bench.options.noise] if bench.options.noise else []
    stages = ("geometric", "ema-teacher")
    bench.run("pa-train", "-q", *bench.jobs, "--stage", ",".join(stages), "--steps",
              bench.plan.train_steps, "--log", log, *noise, "-o",
              bench.scratch / "model.safetensors", bench.options.audio)
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    start = next(entry for entry in entries if entry["event"] == "start")
    figures = {}
    for stage in stages:
        # The first report is left out: buffers grow and products are compiled meanwhile.
        steps = [entry for entry in entries
                 if entry["event"] == "step" and entry["stage"] == stage][1:]
        figures[f"train.{stage}.pairs"] = [step["pairs_per_second"] for step in steps]
        figures[f"train.{stage}.gflops"] = [step["gflops"] for step in steps]
        figures[f"train.{stage}.share"] = [100 * step["gflops"] / start["matmul_gflops"]
                                           for step in steps]
    torch = torch_pairs(bench)
    if torch:
        pairs = statistics.median(figures["train.geometric.pairs"])
        figures["train.torch"] = torch
        figures["train.torch.ratio"] = [pairs / rate for rate in torch]
    return figures


def torch_pairs(bench):
    """Pairs per second of torch_step.py, on Debian's Python, which has Debian's PyTorch."""
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL,
                      check=False).returncode != 0:
        print("bench: no PyTorch to compare with; scripts/install-deps.sh torch", file=sys.stderr)
        return []
    recipe = bench.scratch / "recipe.json"
    recipe.write_bytes(bench.run("pa-train", "--print-recipe"))
    script = pathlib.Path(__file__).with_name("torch_step.py")
    jobs = bench.options.jobs or os.cpu_count()
    return json.loads(run([python, str(script), str(recipe), "-j", str(jobs)]))["pairs"]


def search(bench):
    report = bench.read_json("search_bench", bench.scratch, "--repeats", bench.plan.search_repeats,
                             "--tokens", bench.plan.search_tokens)
    figures = {}
    for corpus, rates in report.items():
        for name, values in rates.items():
            key = f"search.{corpus}.{name}"
            if key in ROW_KEYS:
                figures[key] = [rate / 1e6 for rate in values]
                if f"{key}.ratio" in ROW_KEYS:
                    figures[f"{key}.ratio"] = ratios(values, rates["edlib"])
    return figures


def write_strings(path, records):
    """Random tokens, all equally frequent: nothing that gzip could find a pattern in."""
    draw = random.Random(1)
    words = [str(token) for token in range(VOCABULARY)]
    with open(path, "w", encoding="ascii") as lines:
        lines.write(f"#pairalign 1 model=0123456789abcdef tokenizer=dpvq vocab={VOCABULARY}\n")
        for i in range(records):
            tokens = " ".join(draw.choices(words, k=TOKENS_PER_RECORD))
            lines.write(f"talks/{i // 1000:04}/{i % 1000:03}.flac\t3.00\t{tokens}\n")


def index(bench):
    strings = bench.scratch / "random.tsv"
    packed = bench.scratch / "random.tsv.gz"
    records = bench.plan.index_tokens // TOKENS_PER_RECORD
    tokens = records * TOKENS_PER_RECORD
    write_strings(strings, records)
    figures = {"index.rate": [], "index.gzip.speed": []}
    for i in range(bench.plan.index_repeats):
        archive = bench.scratch / f"random-{i}.pai"
        seconds = seconds_of(lambda: bench.run("pa-index", "-q", archive, strings))
        figures["index.rate"].append(tokens / seconds / 1e6)
        with open(strings, "rb") as lines, open(packed, "wb") as out:
            gzip_seconds = seconds_of(lambda: run(["gzip", "-6"], lines, out))
        figures["index.gzip.speed"].append(gzip_seconds / seconds)
    info = bench.read_json("pa-index", "--info", "--format", "json", archive)
    figures["index.bits"] = [info["bits_per_token"] / (VOCABULARY - 1).bit_length()]
    figures["index.gzip.size"] = [packed.stat().st_size / info["bytes"]]
    return figures


def startup(bench):
    path = bench.scratch / "second.wav"
    growth.write_noise(path, 1)
    command = bench.command("pa-tokenize", *bench.model, path)
    run(command)
    return {"startup": [1000 * seconds_of(lambda: run(command))
                        for _ in range(bench.plan.startup_repeats)]}


SECTIONS = {"tokenize": tokenize, "train": train, "search": search, "index": index,
            "scale": scale.scale, "startup": startup,
            "stats": audio_stats.audio_stats, "memory": growth.memory,
            "growth": growth.growth}


def summary(row, values):
    """What JSON holds of a figure."""
    figure = {"unit": row.unit, "median": statistics.median(values),
              "min": min(values), "max": max(values), "values": values}
    if row.at_least is not None:
        figure |= {"at_least": row.at_least, "met": figure["median"] >= row.at_least}
    if row.at_most is not None:
        figure |= {"at_most": row.at_most, "met": figure["median"] <= row.at_most}
    return figure


def verdict(figure):
    if "met" not in figure:
        return "", ""
    target = f">= {figure['at_least']:g}" if "at_least" in figure else f"<= {figure['at_most']:g}"
    return target, "met" if figure["met"] else "missed"


def table(figures, rows):
    lines = [("", "median", "min", "max", "unit", "target", "")]
    for row in rows.values():
        if row.key in figures:
            figure = figures[row.key]
            spread = [row.form.format(figure[name]) for name in ("min", "max")]
            if len(figure["values"]) == 1:
                spread = ["", ""]
            lines.append((row.label, row.form.format(figure["median"]), *spread,
                          row.unit, *verdict(figure)))
    widths = [max(map(len, column)) for column in zip(*lines)]
    numbers = (1, 2, 3)
    return "\n".join("  ".join(cell.rjust(width) if i in numbers else cell.ljust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
                     for line in lines)


def machine():
    names = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").open()
             if line.startswith("model name")]
    return {"processor": names[0] if names else platform.machine(),
            "processors": len(os.sched_getaffinity(0)),
            "memory_gb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
            "system": platform.platform(), "load": os.getloadavg()[0]}


def describe(box):
    text = (f"{box['processor']}, {box['processors']} processors, {box['memory_gb']:.0f} GB, "
            f"{box['system']}")
    if box["load"] > 0.5:
        text += f"\nnot idle (load {box['load']:.1f}): figures will be low"
    return text


def choose_audio(options):
    """Fills in the folders that were not given, and says which audio is measured."""
    noise = options.speech / "noise"
    options.noise = noise if noise.is_dir() else None
    if options.audio is None:
        options.audio = options.speech / "dev/std/archive"
        if not options.audio.is_dir():
            print(f"{options.audio}: not there; the few clips of {EXAMPLES} instead")
            options.audio = EXAMPLES
    if not options.audio.is_dir():
        sys.exit(f"bench: {options.audio}: no such folder")
    options.audio = options.audio.resolve()
    print(f"audio: {options.audio}")


def check_tools(folder, sections):
    names = ("pa-tokenize", "pa-train", "pa-index", "search_bench", "model_rate", "synthetic_strings",
             "scale_bench")
    for name in ("pa-stats",) if sections == ["stats"] else names:
        if not (folder / name).is_file():
            sys.exit(f"bench: {folder / name}: not there; build with -DPAIRALIGN_BENCH=ON")


def save_plots(figures, plan, output):
    """Beside the JSON file of all figures."""
    if not output:
        return
    names = []
    if f"scale.{plan.scale_tokens[0]}.bits" in figures:
        names += scale.plot(figures, plan.scale_tokens, output.parent)
    if "growth.threads.1.time" in figures:
        names += growth.plot(figures, plan, output.parent)
    if names:
        print(f"plots in {output.parent}: {', '.join(names)}")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("section", nargs="*", metavar="SECTION",
                        help=f"what to measure (default: all): {', '.join(SECTIONS)}")
    parser.add_argument("--audio", type=pathlib.Path,
                        help="folder to tokenise and to train on (default: dev/std/archive in the "
                             "folder of speech, else examples/audio)")
    parser.add_argument("--speech", type=pathlib.Path, default=REPOSITORY / "../shared/speech",
                        help="folder of speech (default: ../shared/speech beside the repository)")
    parser.add_argument("--bin", type=pathlib.Path, default=REPOSITORY / "build/bin",
                        help="folder of the tools, built with -DPAIRALIGN_BENCH=ON (default: "
                             "build/bin)")
    parser.add_argument("--model", help="model file (default: the one pa-tokenize finds)")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="threads (default: all processors)")
    parser.add_argument("--long", action="store_true",
                        help="memory on 24 h of audio, which takes 3 GB of disk, instead of 2 h")
    parser.add_argument("--quick", action="store_true",
                        help="small sizes, one repetition: shows that all runs, not how fast")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="write all figures as JSON")
    options = parser.parse_args()
    unknown = set(options.section) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    return options


def main():
    options = parse_options()
    check_tools(options.bin, options.section)
    box = machine()
    print(describe(box))
    choose_audio(options)
    figures = {}
    with tempfile.TemporaryDirectory(prefix="pairalign-bench-") as scratch:
        bench = Bench(options, pathlib.Path(scratch))
        rows = {row.key: row for row in TABLE + scale.rows(Row, bench.plan.scale_tokens)
                + growth.rows(Row, bench.plan)}
        model = model_of(bench)
        print(f"model: {model}\n", flush=True)
        for name in options.section or SECTIONS:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            for key, values in SECTIONS[name](bench).items():
                figures[key] = summary(rows[key], values)
            if options.output:  # after each section: a later one may fail
                report = {"machine": box, "audio": str(options.audio), "model": model,
                          "figures": figures}
                options.output.write_text(json.dumps(report, indent=2) + "\n")
    print(table(figures, rows))
    save_plots(figures, bench.plan, options.output)


if __name__ == "__main__":
    main()
