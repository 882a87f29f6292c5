#!/usr/bin/env python3
"""Whether E-values keep their word, on real speech, with the tools as users have them.

  calibration  queries that are in no record: of another language, of other channels, reversed; the share
               of them whose best hit has E <= x, divided by x (of E <= 1 by 1 - 1/e: one place expected
               is none in e^-1 of all cases). 1 is perfect, up to 2 and down to 1/2 is meant by "holds".
               Beside it the mean number of places with E <= x, divided by x, which is what E
               predicts: unlike the share, it does not change where records are alike.
  copies       one announcement inserted into N of the recordings: how many of the N are found with
               --max-evalue 0.01, and how many others.

The speech folder holds, under dev/: std/archive, sentences-ml/archive (KEY-SPEAKER-...: sentences by
number), phone/archive, clips. For an archive of more records than a folder has, recordings are heard
under warps of tempo and vocal tract (pa-tokenize --renderings) and cut in three.
"""

import argparse
import json
import math
import pathlib
import random
import subprocess
import tempfile

LEVELS = (0.001, 0.01, 0.1, 1)
LENGTHS = (8, 12, 16, 24, 36, 50)  # of queries, in tokens
SIZES = (3, 100, 1240, 100000)
RENDERINGS = 15
ALTERNATIVES = 16
COSTS = {"unit": "unit", "soft": "soft", "alt": "soft"}  # alt: with alternatives for each token of a query


class Bench:
    def __init__(self, arguments, scratch):
        self.bin, self.speech = arguments.bin, arguments.speech
        self.model = ["--model", arguments.model] if arguments.model else []
        self.jobs = ["-j", str(arguments.jobs)]
        self.scratch = scratch
        self.cache = arguments.cache
        self.header = ""

    def run(self, name, *arguments):
        command = [str(self.bin / name), "-q", *map(str, arguments)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        if done.returncode > (1 if name == "pa-search" else 0):
            raise SystemExit(f"evalues: {' '.join(command)}: exit {done.returncode}")
        return done.stdout.decode()

    def strings(self, folder, *arguments):
        """(key, tokens) of each recording; a token is followed by | and its alternatives, if any."""
        records = []
        name = "-".join(map(str, (*arguments, folder))).strip("-").replace("/", "-")
        kept = self.cache / f"{name}.tsv" if self.cache else None
        if kept and kept.exists():
            text = kept.read_text(encoding="utf-8")
        else:
            text = self.run("pa-tokenize", *self.model, *self.jobs, *arguments,
                            self.speech / "dev" / folder)
            if kept:
                kept.write_text(text, encoding="utf-8")
        for line in text.splitlines():
            if line.startswith("#"):
                self.header = line
            else:
                fields = line.split("\t")
                tokens = fields[2].split()
                if len(fields) > 4:
                    tokens = [f"{token}|{others}" for token, others in zip(tokens, fields[4].split())]
                records.append((pathlib.Path(fields[0]).stem, tokens))
        return records

    def write(self, name, records, alternatives=False):
        path = self.scratch / f"{name}.tsv"
        with open(path, "w", encoding="utf-8") as out:
            print(self.header, file=out)
            for key, tokens in records:
                plain, others = zip(*(token.partition("|")[::2] for token in tokens)) if tokens else ((), ())
                fields = [key, f"{len(tokens) / 12.4:.2f}", " ".join(plain)]
                print(*fields, *(["", " ".join(others)] if alternatives else []), sep="\t", file=out)
        return path

    def archive(self, records):
        path = self.scratch / "strings.pai"
        subprocess.run(["rm", "-rf", str(path)], check=True)
        self.run("pa-index", path, self.write("archive", records))
        return path

    def hits(self, archive, queries, cost, *arguments):
        path = self.write("queries", queries, cost == "alt")
        return [line.split("\t") for line in
                self.run("pa-search", *self.model, *self.jobs, "--cost", COSTS[cost], *arguments, archive,
                         path).splitlines()]


def pieces(records, count, backwards, draw):
    """Queries cut out of recordings, of all lengths alike."""
    long_enough = {m: [tokens for _, tokens in records if len(tokens) >= m] for m in LENGTHS}
    queries = []
    for i in range(count):
        m = LENGTHS[i % len(LENGTHS)]
        tokens = draw.choice(long_enough[m])
        begin = draw.randrange(len(tokens) - m + 1)
        piece = tokens[begin:begin + m]
        queries.append((f"q{i}", piece[::-1] if backwards else piece))
    return queries


def shares(best, count):
    expected = [1 - math.exp(-x) if x >= 1 else x for x in LEVELS]
    return [sum(e <= x for e in best) / count / y for x, y in zip(LEVELS, expected)]


def means(evalues, count):
    return [sum(e <= x for e in evalues) / count / x for x in LEVELS]


def calibrate(bench, sources, archives, size, cost, queries_each, draw):
    """Per kind of query the E-values of best hits, those of all hits, and the number of queries."""
    found = {}
    for kind, (records, backwards, archive_names) in sources.items():
        for name in archive_names:
            pool = archives[name]
            if size > len(pool):
                if name != "std":
                    continue
                pool = bench.more_of(name, size)
            # Of small archives many: one is nearer to speech in general, another one farther.
            repeats = 20 if size < 10 else 8 if size < 1000 else 1
            best, evalues, count = [], [], 0
            for _ in range(repeats):
                archive = bench.archive([(f"a{i}", t) for i, (_, t) in
                                         enumerate(draw.sample(pool, min(size, len(pool))))])
                queries = pieces(records, queries_each // repeats, backwards, draw)
                hits = bench.hits(archive, queries, cost, "-k", 0, "--max-evalue", max(LEVELS))
                evalues += [float(hit[4]) for hit in hits]
                best += {hit[0]: float(hit[4]) for hit in reversed(hits)}.values()
                count += len(queries)
            found[f"{kind} in {name}"] = (best, evalues, count)
    return found


def copies(bench, recordings, cost, counts, draw):
    """An announcement, said once and degraded with each copy: a twelfth of its tokens changed."""
    said = max((tokens for _, tokens in recordings), key=len)[:36]
    others = [(key, tokens) for key, tokens in recordings if tokens[:36] != said]
    vocabulary = sorted({token for _, tokens in others for token in tokens})
    rows = []
    for count in counts:
        records = [(f"o{i}", list(tokens)) for i, (_, tokens) in enumerate(others)]
        for i in draw.sample(range(len(records)), count):
            key, tokens = records[i]
            copy = [draw.choice(vocabulary) if draw.random() < 1 / 12 else token for token in said]
            at = draw.randrange(len(tokens) + 1)
            records[i] = ("copy" + key, tokens[:at] + copy + tokens[at:])
        hits = bench.hits(bench.archive(records), [("q", said)], cost, "-k", 0, "--places", 1,
                          "--max-evalue", 0.01)
        right = sum(hit[1].startswith("copy") for hit in hits)
        rows.append((count, right, len(hits) - right))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", type=pathlib.Path, default="build/bin")
    parser.add_argument("--speech", type=pathlib.Path, default="../shared/speech")
    parser.add_argument("--model")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-q", "--queries", type=int, default=4000, help="of each kind")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--tokenizer", default="pairalign")
    parser.add_argument("--costs", nargs="+", choices=tuple(COSTS), default=tuple(COSTS))
    parser.add_argument("--parts", nargs="+", choices=("calibration", "copies"),
                        default=("calibration", "copies"))
    parser.add_argument("--cache", type=pathlib.Path,
                        help="folder that keeps the token strings from one run to the next")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="all figures as JSON")
    arguments = parser.parse_args()
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        tokenizer = ["--tokenizer", arguments.tokenizer]
        std, other, phone = (bench.strings(f"{name}/archive", *tokenizer, "--alternatives", ALTERNATIVES)
                             for name in ("std", "sentences-ml", "phone"))
        warped = []

        def more_of(_, size):
            if not warped:
                for source in ("std/archive", "phone/archive", "clips"):
                    for key, tokens in bench.strings(source, *tokenizer, "--renderings", RENDERINGS):
                        third = (len(tokens) + 2) // 3
                        warped.extend((key, tokens[i:i + third]) for i in range(0, len(tokens), third))
            return draw.sample(warped, min(size, len(warped)))

        bench.more_of = more_of
        # Sentences that other speakers say too are on one side only.
        numbers = sorted({key.split("-")[0] for key, _ in other})
        asked = set(numbers[:len(numbers) // 2])
        other_asked = [r for r in other if r[0].split("-")[0] in asked]
        archives = {"std": std, "ml": [r for r in other if r[0].split("-")[0] not in asked]}
        sources = {
            "another language": (other_asked, False, ("std", "ml")),
            "another language, reversed": (other_asked, True, ("std", "ml")),
            "telephone": (phone, False, ("ml",)),
            "reversed": (std, True, ("std", "ml")),
            "other speakers": (std, False, ("ml",)),
        }
        figures = {"calibration": {}, "copies": {}}
        sizes = arguments.sizes if "calibration" in arguments.parts else ()
        if sizes:
            print("queries with a hit of E <= x | hits with E <= x, divided by what they should be")
            levels = "  ".join(f"{x:>6}" for x in LEVELS)
            print(f"{'records':>8}  {'cost':<5}  {levels} | {levels}  queries")
        for size in sizes:
            for cost in arguments.costs:
                found = calibrate(bench, sources, archives, size, cost, arguments.queries, draw)
                every = [e for best, _, _ in found.values() for e in best]
                places = [e for _, evalues, _ in found.values() for e in evalues]
                count = sum(n for _, _, n in found.values())
                rows = {"all": shares(every, count), "places": means(places, count)}
                figures["calibration"][f"{size} {cost}"] = {
                    **rows, **{kind: shares(best, n) for kind, (best, _, n) in found.items()}}
                print(f"{size:>8}  {cost:<5}  " + " | ".join("  ".join(f"{x:6.2f}" for x in row)
                                                            for row in rows.values()) +
                      f"  {count}", flush=True)
        costs = arguments.costs if "copies" in arguments.parts else ()
        if costs:
            print("copies of an announcement in 1,240 recordings: found with E <= 0.01, and others")
        for cost in costs:
            rows = copies(bench, std, cost, (1, 3, 5, 10, 30, 60, 100, 300), draw)
            figures["copies"][cost] = rows
            print(f"{cost:<5}  " + ", ".join(f"{right} of {count} + {wrong}"
                                             for count, right, wrong in rows), flush=True)
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
