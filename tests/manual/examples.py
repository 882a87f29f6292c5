#!/usr/bin/env python3
"""Runs the examples of a document: its ```sh blocks, in order, in one fresh folder.

The folder holds copies of examples/audio: the recordings `talks/` and `query.opus`; the tools are
on PATH. A block is run with `bash -e`, and fails with the first command that does. What it prints must
be what an ```output block says that follows it, where one does: a line that is … stands for any lines,
… within a line for any text. Blocks marked otherwise (```sh no-run, ```console, ```) are not run.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST_BLOCK_S = 120


def read_blocks(lines):
    """Yields (line number, info string, text) of each fenced block."""
    block = None
    for number, line in enumerate(lines, 1):
        fence = re.match(r"^ {0,3}```(.*)$", line)
        if block is None and fence:
            block = (number, fence.group(1).strip(), [])
        elif block is not None and fence and not fence.group(1).strip():
            yield block[0], block[1], "".join(text + "\n" for text in block[2])
            block = None
        elif block is not None:
            block[2].append(line)
    if block is not None:
        raise SystemExit(f"line {block[0]}: a block that is not closed")


def read_examples(lines):
    """Yields (line number, script, expected output or None)."""
    example = None
    for number, info, text in read_blocks(lines):
        if example and info == "output":
            yield example[0], example[1], text
            example = None
            continue
        if info == "output":
            raise SystemExit(f"line {number}: output without a command before it")
        if example:
            yield example[0], example[1], None
        example = (number, text) if info == "sh" else None
    if example:
        yield example[0], example[1], None


def matches(expected, printed):
    pattern = ""
    for line in expected.splitlines(keepends=True):
        if line.strip() in ("…", "..."):
            pattern += r"(?:.*\n)*"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("…"))
    return re.fullmatch(pattern, printed) is not None


def run_example(script, folder, environment):
    process = subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=LONGEST_BLOCK_S)
    return (process.returncode, process.stdout.decode(errors="replace"),
            process.stderr.decode(errors="replace"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("document", help="Markdown file, - for standard input")
    arguments = parser.parse_args()
    source = sys.stdin if arguments.document == "-" else open(arguments.document, encoding="utf-8")
    examples = list(read_examples(source.read().splitlines()))
    environment = dict(os.environ, PATH=os.path.abspath(arguments.bin) + ":" + os.environ["PATH"])
    for name in ("PAIRALIGN_MODEL", "NO_COLOR"):
        environment.pop(name, None)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        audio = os.path.join(ROOT, "examples", "audio")
        shutil.copytree(os.path.join(audio, "talks"), os.path.join(folder, "talks"))
        shutil.copy(os.path.join(audio, "query.opus"), folder)
        for line, script, expected in examples:
            status, printed, said = run_example(script, folder, environment)
            if status == 0 and (expected is None or matches(expected, printed)):
                continue
            failures += 1
            print(f"{arguments.document}:{line}: status {status}\n{script}--- printed\n{printed}"
                  f"--- on standard error\n{said}")
            if expected is not None:
                print(f"--- expected\n{expected}")
    print(f"{len(examples) - failures} of {len(examples)} examples as expected")
    return 1 if failures or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
