"""Archives of growing size: how fast they are made, what they take, how long a query takes.

Strings are synthetic: chains of tokens as the model's own strings have them, in records of 1 to 30
seconds (synthetic_strings.cpp). Half of the queries are pieces of the archive of 3 s with an edit
at nearly every other token, half have nothing to do with it. Top 10 without a limit: nine hits or
ten are chance, which no index can tell from the rest, so that the time is that of a comparison with
every record. With a limit on the score the index pays.
"""

import statistics

import plots
import processes

QUERIES = 10
MIN_SCORES = (0.6, 0.7)
KINDS = {"pieces": slice(0, None, 2), "others": slice(1, None, 2)}  # as they take turns
THREADS = (1, 2)
PROCESSES = {"unit": (), "soft": ("--cost", "soft"), "0.6": ("--min-score", MIN_SCORES[0])}
PROCESS_REPEATS = 11
PROCESS_TARGET = (20_000_000, 50)  # tokens, of 100,000 recordings; ms


def millions(tokens):
    return f"{tokens / 1e6:g} M"


def rows(row, sizes):
    """The lines of the table, of bench.Row."""
    lines = []
    for tokens in sizes:
        key, last = f"scale.{tokens}", tokens == sizes[-1]
        lines += [
            row(f"{key}.build", f"{millions(tokens)} tokens: pa-index", "M tokens/s"),
            row(f"{key}.bits", "  the archive, index included", "bits/token"),
            row(f"{key}.index_bits", "    its index", "bits/token"),
            row(f"{key}.build_memory", "  memory of pa-index", "MB", "{:.0f}"),
            row(f"{key}.search_memory", "  memory of pa-search, mapped files included", "MB",
                "{:.0f}"),
        ]
        for name, arguments in PROCESSES.items():
            goal = PROCESS_TARGET[1] if tokens == PROCESS_TARGET[0] and name == "unit" else None
            title = " ".join(["  a process for one query, with E-values", *map(str, arguments)])
            lines.append(row(f"{key}.process.{name}", title, "ms", "{:.0f}", at_most=goal))
        for threads in THREADS:
            name = f"{threads} thread" + "s" * (threads > 1)
            part = f"{key}.{threads}"
            lines += [
                row(f"{part}.exhaustive", f"  top 10, {name}: exhaustive", "ms", "{:.2f}"),
                row(f"{part}.any", "    index where it pays", "ms", "{:.2f}"),
            ]
            for score in MIN_SCORES:
                lines.append(row(f"{part}.{score}", f"    index, score >= {score}", "ms", "{:.2f}"))
                for kind in KINDS:
                    target = 20 if last and kind == "pieces" else None
                    lines.append(row(f"{part}.{score}.{kind}",
                                     f"      times as fast, {kind}", "x", at_least=target))
    return lines


def build(bench, model_strings, tokens):
    """The archive, its figures; the text it is made of is not kept."""
    text, archive = bench.scratch / "scale.tsv", bench.scratch / f"scale-{tokens}.pai"
    with open(text, "wb") as out:
        bench.run("synthetic_strings", model_strings, "--tokens", tokens, stdout=out)
    seconds, memory = processes.run_measured(bench.command("pa-index", "-q", archive, text))
    text.unlink()
    info = bench.read_json("pa-index", "--info", "--format", "json", archive)
    index = sum(info["sections"].get(name, 0) for name in ("pair lists", "pairs"))
    return archive, {"build": [tokens / seconds / 1e6], "build_memory": [memory],
                     "bits": [8 * info["bytes"] / tokens], "index_bits": [8 * index / tokens]}


def ask(bench, archive, queries):
    figures = {}
    for threads in THREADS:
        for score in (0, *MIN_SCORES):
            times = bench.read_json("scale_bench", archive, queries, "-j", threads,
                                    "--min-score", score)
            slow, fast = ([1000 * seconds for seconds in times[way]]
                          for way in ("exhaustive", "indexed"))
            if score == 0:
                figures |= {f"{threads}.exhaustive": slow, f"{threads}.any": fast}
                continue
            figures[f"{threads}.{score}"] = fast
            for name, which in KINDS.items():
                figures[f"{threads}.{score}.{name}"] = [
                    statistics.median(slow[which]) / statistics.median(fast[which])]
    search = bench.command("pa-search", "-q", "-j", 1, archive, queries)
    _, memory = processes.run_measured(search, allowed=(0, 1))  # 1: nothing found
    figures["search_memory"] = [memory]
    one = bench.scratch / "scale-query.tsv"
    one.write_text("".join(queries.read_text().splitlines(keepends=True)[:2]))  # after the header
    for name, arguments in PROCESSES.items():
        search = bench.command("pa-search", "-q", *bench.model, *map(str, arguments), archive, one)
        figures[f"process.{name}"] = [1000 * processes.run_measured(search, allowed=(0, 1))[0]
                                      for _ in range(PROCESS_REPEATS)]
    return figures


def scale(bench):
    model_strings, queries = bench.scratch / "model.tsv", bench.scratch / "scale-queries.tsv"
    with open(model_strings, "wb") as out:
        bench.run("pa-tokenize", *bench.jobs, *bench.model, "--tokenizer", "pairalign",
                  bench.options.audio, stdout=out)
    figures = {}
    for tokens in bench.plan.scale_tokens:
        archive, measured = build(bench, model_strings, tokens)
        with open(queries, "wb") as out:
            bench.run("synthetic_strings", model_strings, "--from", archive, "--queries", QUERIES,
                      stdout=out)
        measured |= ask(bench, archive, queries)
        figures |= {f"scale.{tokens}.{name}": values for name, values in measured.items()}
    return figures


def plot(figures, sizes, folder):
    """Two SVG files; returns their names."""

    def curve(name, title, style):
        return plots.Curve([statistics.median(figures[f"scale.{tokens}.{name}"]["values"])
                            for tokens in sizes], title, style)

    ways = {"exhaustive": "exhaustive"}
    ways |= {score: f"index, score ≥ {score}" for score in MIN_SCORES}
    label, powers = "tokens in the archive", "set format x '10^{%T}'"
    plots.draw(folder / "scale-time.svg", label, sizes,
               [curve(f"{threads}.{way}", f"{title}, {threads} thread" + "s" * (threads > 1),
                      f"linetype {colour} dashtype {threads} pointtype {7 - 2 * (threads - 1)}")
                for colour, (way, title) in enumerate(ways.items(), 1) for threads in THREADS],
               powers, "set logscale y", "set format y '%g'",
               "set ylabel 'ms, median of the queries'")
    parts = {"bits": "archive", "index_bits": "its index"}
    plots.draw(folder / "scale-size.svg", label, sizes,
               [curve(name, title, f"linetype {colour} pointtype 7")
                for colour, (name, title) in enumerate(parts.items(), 1)],
               powers, "set yrange [0:*]", "set ylabel 'bits per token'")
    return ["scale-time.svg", "scale-size.svg"]
