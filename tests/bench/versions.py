#!/usr/bin/env python3
"""How fast pa-search is beside that of another version, in one run, in turn.

Each version makes its archive of the same synthetic strings (10 M tokens unless told, records of 1 to 30 s)
and answers the same queries, exhaustively and in one thread; what is compared is processor time, which
other programs on the machine disturb less than the clock. The newer version also tells every place.
"""

import argparse
import pathlib
import resource
import statistics
import subprocess
import tempfile


def user_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=False)
    if done.returncode > 1:
        raise SystemExit(f"versions: {' '.join(map(str, command))}: exit {done.returncode}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def write(path, command):
    with open(path, "wb") as out:
        subprocess.run(list(map(str, command)), stdout=out, check=True)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("old", type=pathlib.Path, help="folder with pa-index, pa-search, "
                        "synthetic_strings of the older version")
    parser.add_argument("new", type=pathlib.Path, help="folder with the tools of the newer one")
    parser.add_argument("--strings", required=True, help="token strings that both versions take")
    parser.add_argument("--models", nargs=2, metavar=("OLD", "NEW"), help="for soft costs too")
    parser.add_argument("--tokens", type=int, default=10_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        tool = options.old / "synthetic_strings"
        text = write(scratch / "strings.tsv", [tool, options.strings, "--tokens", options.tokens])
        for name, version in (("old", options.old), ("new", options.new)):
            subprocess.run([version / "pa-index", scratch / f"{name}.pai", text], check=True)
        queries = write(scratch / "queries.tsv", [tool, options.strings, "--from",
                                                  scratch / "old.pai", "--queries", options.queries])
        few = scratch / "few.tsv"
        few.write_text("".join(queries.read_text().splitlines(True)[:17]), encoding="utf-8")

        def search(version, name, asked, *arguments):
            return user_seconds([version / "pa-search", "-q", "-j", 1, "--exhaustive", "-k", 10,
                                 "--format", "trec", *arguments, scratch / f"{name}.pai", asked])

        for cost in ("unit", "soft") if options.models else ("unit",):
            asked = queries if cost == "unit" else few
            model = {"old": [], "new": []}
            if cost == "soft":
                model = {name: ["--cost", "soft", "--model", path]
                         for name, path in zip(("old", "new"), options.models)}
            speeds, places = [], []
            for _ in range(options.repeats):
                old = search(options.old, "old", asked, *model["old"])
                new = search(options.new, "new", asked, *model["new"])
                every = search(options.new, "new", asked, "--places", 0, *model["new"])
                speeds.append(old / new)
                places.append(every / new)
            print(f"{cost}: {statistics.median(speeds):.2f} times as fast; with every place "
                  f"{statistics.median(places):.2f} times the time", flush=True)


if __name__ == "__main__":
    main()
