#!/usr/bin/env python3
"""The long tests, in rows: each is a name, commands, and a figure that is read from their output.

The table of results is printed and written to BUILD/test-long.txt.
"""
import argparse
import os
import re
import subprocess
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FUZZERS = ["audio", "records", "recipe", "model", "archive", "manifest", "pa-tokenize", "pa-index",
           "pa-search", "pa-rerank", "pa-stats", "pa-train"]


class Run:
    """Runs commands, shows what they print, and keeps it."""

    def __init__(self, settings):
        self.settings = settings

    def __call__(self, *command, **environment):
        text = []
        with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ, **environment), text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
            for line in child.stdout:
                sys.stdout.write(line)
                text.append(line)
        if child.returncode != 0:
            raise subprocess.CalledProcessError(child.returncode, command)
        return "".join(text)

    def build(self, name, *options, targets=()):
        folder = f"{self.settings.build}-{name}"
        self("cmake", "-S", ".", "-B", folder, *options)
        wanted = [part for target in targets for part in ("--target", target)]
        self("cmake", "--build", folder, "--parallel", str(self.settings.jobs), *wanted)
        return folder

    def ctest(self, folder, *options, **environment):
        output = self("ctest", "--test-dir", folder, "--output-on-failure", "--parallel",
                      str(self.settings.jobs), *options, CASE_SECONDS="1800", **environment)
        return re.search(r"(\d+% tests passed.*)", output).group(1)


def address(run):
    """unit, cli and corpus tests under AddressSanitizer and UndefinedBehaviorSanitizer"""
    folder = run.build("address", "-DPAIRALIGN_SANITIZE=address,undefined")
    return run.ctest(folder, "-R", r"^(unit|cli|fuzz|formats)\.", "--timeout", "3600")


def thread(run):
    """unit and cli tests under ThreadSanitizer"""
    folder = run.build("thread", "-DPAIRALIGN_SANITIZE=thread")
    options = f"suppressions={os.path.abspath(ROOT)}/tests/long/thread-sanitizer.supp"
    # Kills are spread over the time that a run takes, nearly all of which is ThreadSanitizer's own.
    return run.ctest(folder, "-R", r"^(unit|cli)\.", "-E", "archive_kill", "--timeout", "3600",
                     TSAN_OPTIONS=options)


def faults(run):
    """every call failed in turn, 200 kills each, writers and readers for a minute"""
    return run.ctest(run.settings.build, "-L", "long")


def fuzz(run):
    """libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer, from the committed corpus"""
    folder = run.build("fuzz", "-DCMAKE_CXX_COMPILER=clang++", "-DPAIRALIGN_FUZZ=ON",
                       targets=[f"fuzz_{name}" for name in FUZZERS])
    seconds, figures = run.settings.fuzz_seconds, []
    for name in FUZZERS:
        corpus = f"{folder}/corpus/{name}"
        os.makedirs(corpus, exist_ok=True)
        # What tools write to stdout and stderr is not looked at: 3.
        output = run(f"{folder}/tests/fuzz_{name}", f"-max_total_time={seconds}", "-max_len=8192",
                     "-timeout=60", "-rss_limit_mb=4096", "-print_final_stats=1",
                     f"-close_fd_mask={3 if name.startswith('pa-') else 0}",
                     # libsndfile leaks 6 kB with each damaged Ogg Vorbis header.
                     f"-detect_leaks={0 if name == 'audio' else 1}",
                     f"-artifact_prefix={folder}/{name}-", corpus,
                     os.path.abspath(f"{ROOT}/tests/fuzz/corpus/{name}"),
                     ASAN_OPTIONS="quarantine_size_mb=4")
        runs = re.search(r"number_of_executed_units: (\d+)", output).group(1)
        figures.append(f"{name} {runs}")
    return f"{seconds} s each; runs: " + ", ".join(figures)


def load(run):
    """100,000 files, 24 hours, 100 million tokens, 10,000 queries in bounded memory"""
    output = run("python3", "tests/load/load.py", "--bin", f"{run.settings.build}/bin")
    return "; ".join(re.findall(r"^load: (.*)$", output, re.M))


def soak(run):
    """all tools over and over, memory and open files flat"""
    output = run("python3", "tests/load/soak.py", "--bin", f"{run.settings.build}/bin", "--minutes",
                 str(run.settings.soak_minutes))
    return re.search(r"^soak: (.*)$", output, re.M).group(1)


def lint(run):
    """clang-tidy and cppcheck"""
    run("scripts/lint.sh", run.settings.build)
    return "clean"


ROWS = [address, thread, faults, fuzz, load, soak, lint]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build", help="where the tools have been built")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--fuzz-seconds", type=int, default=3600, help="for each harness")
    parser.add_argument("--soak-minutes", type=float, default=30)
    parser.add_argument("rows", nargs="*", help="of " + ", ".join(row.__name__ for row in ROWS))
    settings = parser.parse_args()
    settings.build = os.path.abspath(os.path.join(ROOT, settings.build))
    unknown = set(settings.rows) - {row.__name__ for row in ROWS}
    if unknown:
        parser.error("no such row: " + ", ".join(sorted(unknown)))
    lines, failed = [], False
    for row in ROWS:
        if settings.rows and row.__name__ not in settings.rows:
            continue
        begun = time.monotonic()
        try:
            result = "ok    " + row(Run(settings))
        except (subprocess.CalledProcessError, AttributeError) as fault:
            result, failed = f"FAIL  {fault}", True
        minutes = (time.monotonic() - begun) / 60
        lines.append(f"{row.__name__:8}{minutes:7.1f} min  {result}\n{'':21}{row.__doc__}")
    table = "\n".join(lines)
    print("\n" + table)
    with open(f"{settings.build}/test-long.txt", "w", encoding="utf-8") as file:
        file.write(table + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
