#!/usr/bin/env python3
"""Lets one system call after the other fail under pa-index, pa-tokenize and pa-train.

For each scenario and each kind of call, the first call of a run is made to fail, in the next run the
second, and so on until a run meets no such call any more. However a run ends, either its work is done
or the tool says that it is not, with status 2 and a message; and what was there before is there still.
"""
import argparse
import concurrent.futures
import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from common import DATA, Fault, prepare_training, strings

ERRNO = {"write": errno.ENOSPC, "mmap": errno.ENOMEM, "malloc": errno.ENOMEM, "read": errno.EIO,
         "pread": errno.EIO, "fsync": errno.EIO, "close": errno.EIO, "rename": errno.EIO, "flock": errno.ENOLCK,
         "pthread_create": errno.EAGAIN}
CALLS = ["write", "fsync", "rename", "mmap", "open", "mkostemp", "ftruncate", "read", "pread", "close",
         "unlink", "mkdir", "fchmod", "lseek", "flock", "fstat", "pthread_create",
         "malloc"]
SHIPPED_MODEL = os.path.abspath(f"{DATA}/../../../models/default.safetensors")


class Folder:
    """A copy of what a scenario prepared, for one run."""

    def __init__(self, template, settings):
        self.path = tempfile.mkdtemp(dir=settings.scratch)
        self.settings = settings
        shutil.copytree(template, self.path, dirs_exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def run(self, command, stdin=b"", fail=None):
        """Status, stdout and stderr of a tool; with `fail`, (call, number), also whether that failed.

        Of `stdin`, bytes are there at once, and anything else is piped in part by part."""
        environment = dict(os.environ, LC_ALL="C", TMPDIR=self.path)
        environment.pop("PAIRALIGN_MODEL", None)
        report = self.path + "/.failed"
        if fail:
            environment.update(FAIL_CALL=fail[0], FAIL_AT=str(fail[1]), FAIL_REPORT=report,
                               FAIL_ERRNO=str(ERRNO.get(fail[0], errno.EIO)),
                               LD_PRELOAD=self.settings.library)
        # To a file and not through a pipe: only then are writes the tool's alone.
        with open(self.path + "/.out", "w+b") as out, open(self.path + "/.in", "w+b") as given:
            piped = not isinstance(stdin, bytes)
            given.write(b"" if piped else stdin)
            given.seek(0)
            with subprocess.Popen([self.settings.bin + "/" + command[0]] + command[1:],
                                  stdin=subprocess.PIPE if piped else given, stdout=out,
                                  stderr=subprocess.PIPE, cwd=self.path, env=environment) as tool:
                for part in stdin if piped else []:
                    try:
                        tool.stdin.write(part)
                        tool.stdin.flush()
                    except BrokenPipeError:
                        break
                err = tool.communicate(timeout=300)[1].decode()
            out.seek(0)
            return tool.returncode, out.read(), err, os.path.exists(report)

    def need(self, command, stdin=b""):
        """The output of a tool that must succeed."""
        status, out, err, _ = self.run(command, stdin)
        if status != 0:
            raise Fault(f"{' '.join(command)}: status {status}: {err.strip()}")
        return out


class Scenario:
    """`prepare` fills the template; `state` tells what of it a user can see."""
    calls = CALLS
    stdin = b""

    def prepare(self, folder):
        pass

    def input(self, folder):
        return self.stdin

    def state(self, folder):
        raise NotImplementedError

    def check(self, folder, status, out, before, after):
        state = self.state(folder)
        if status == 0 and state != after[0]:
            raise Fault("status 0, but the work is not done")
        if status != 0 and state not in (before, after[0]):
            raise Fault("neither what was before nor what should be")


class Index(Scenario):
    """An archive of three segments, one of them with removed records, is changed."""

    def __init__(self, name, options, stdin=b""):
        self.name, self.command, self.stdin = name, ["pa-index", "a.pai"] + options, stdin

    def prepare(self, folder):
        for name, count, step in (("a", 40, 1), ("b", 30, 3), ("a", 5, 7)):
            folder.need(["pa-index", "a.pai"], strings(name, count, step))
        folder.need(["pa-index", "other.pai"], strings("c", 10, 5))

    def state(self, folder):
        folder.need(["pa-index", "a.pai", "--check"])
        return folder.need(["pa-index", "a.pai", "--dump"])


class CommitEvery(Index):
    """Records come one after the other and are committed on the way. A commit that fails is tried
    again, with what has come since; each replaces a record, so it writes removed records too."""
    calls = [call for call in CALLS if call not in ("malloc", "pthread_create")]

    def __init__(self):
        super().__init__("commit on the way", ["--commit-every", "0.04"])
        self.parts = [strings("a", 1, 3), b"b0.wav\t1.00\t5 6\n", b"a0.wav\t1.00\t7\n"]
        self.between = []

    def prepare(self, folder):
        super().prepare(folder)
        shutil.copytree(folder.path + "/a.pai", folder.path + "/b.pai")
        for part in self.parts:
            folder.need(["pa-index", "b.pai"], part)
            self.between.append(folder.need(["pa-index", "b.pai", "--dump"]))
        shutil.rmtree(folder.path + "/b.pai")

    def input(self, folder):
        folder.named = {}
        for part in self.parts:
            yield part
            time.sleep(0.06)
            self.see_names(folder)

    def see_names(self, folder):
        """A number once named by a manifest is that of the same file ever after."""
        with open(folder.path + "/a.pai/manifest", encoding="ascii") as file:
            lines = [json.loads(line) for line in file]
        for entry in lines[1:-1]:
            removed = entry.pop("removed", {"file": None})
            for number, file in ((entry["segment"], entry), (removed["file"], removed)):
                if folder.named.setdefault(number, file) != file:
                    raise Fault(f"number {number} is given to two files")

    def check(self, folder, status, out, before, after):
        self.see_names(folder)
        state = self.state(folder)
        if state != after[0] if status == 0 else state not in [before] + self.between:
            raise Fault(f"status {status}, but the archive is not as it should be: {state[-300:]}")


class NewArchive(Index):
    def __init__(self):
        super().__init__("a new archive", [], strings("a", 40, 1))

    def prepare(self, folder):
        pass

    def state(self, folder):
        if not os.path.exists(folder.path + "/a.pai/manifest"):
            return b""
        return super().state(folder)


class Tokenize(Scenario):
    """Two inputs, one of them from a pipe's copy; only whole output may come with status 0. With more
    threads than inputs, each of them is worked on by several."""

    def __init__(self, threads, model=SHIPPED_MODEL):
        self.name = f"tokenise, threads: {threads}"
        self.command = ["pa-tokenize", "-j", str(threads), "--model", model, "audio/whole.flac", "-"]
        with open(f"{DATA}/audio/nan.wav", "rb") as file:
            self.stdin = file.read()

    def prepare(self, folder):
        prepare_training(folder.path)
        folder.need(["pa-train", "--recipe", "recipe.json", "-o", "model.safetensors", "audio"])

    def state(self, folder):
        return b""

    def check(self, folder, status, out, before, after):
        if status == 0 and out != after[1]:
            raise Fault("status 0, but the output is not whole")
        whole = after[1].splitlines(keepends=True)
        if any(line not in whole for line in out.splitlines(keepends=True)[:-1]):
            raise Fault("a line that a run without faults does not write")


class Train(Scenario):
    """An interrupted training is gone on with: model or checkpoint must lead to the same end."""
    name = "train"
    command = ["pa-train", "-j", "1", "--recipe", "recipe.json", "--resume", "--log", "log", "-o",
               "model.safetensors", "audio"]

    def prepare(self, folder):
        prepare_training(folder.path)
        first = [part for part in self.command if part != "--resume"]
        status, _, err, failed = folder.run(first, fail=("rename", 2))
        if status != 2 or not failed or not os.path.exists(folder.path + "/model.safetensors.checkpoint"):
            raise Fault(f"no interrupted training: {err}")

    def state(self, folder):
        if not os.path.exists(folder.path + "/model.safetensors"):
            folder.need(self.command)
        header = folder.need(["pa-tokenize", "--model", "model.safetensors", "audio/whole.flac"])
        return re.search(rb"model=(\w+)", header).group(1)


def numbers(call, settings):
    """Which calls fail: all, but of the very many mallocs ever fewer as they go on."""
    at = 1
    while True:
        yield at
        at += 1 if call != "malloc" else 1 + at // settings.malloc_step


def walk(scenario, call, template, before, after, settings):
    """Number of runs in which something failed, and the faults found."""
    faults, runs = [], 0
    for at in numbers(call, settings):
        with Folder(template, settings) as folder:
            try:
                status, out, err, failed = folder.run(scenario.command, scenario.input(folder), (call, at))
                if not failed:
                    return runs, faults
                runs += 1
                if status not in (0, 2):
                    raise Fault(f"ended with status {status}")
                if status == 2 and not re.search(rf"^{scenario.command[0]}: \S", err, re.M):
                    raise Fault("status 2 without a message")
                scenario.check(folder, status, out, before, after)
            except Fault as fault:
                faults.append(f"{scenario.name}, {call} {at}: {fault}; stderr: {err.strip()[-300:]}")


def run_scenario(scenario, settings, workers):
    template = tempfile.mkdtemp(dir=settings.scratch)
    with Folder(template, settings) as folder:
        scenario.prepare(folder)
        for name in (".out", ".in", ".failed"):
            if os.path.exists(f"{folder.path}/{name}"):
                os.remove(f"{folder.path}/{name}")
        shutil.copytree(folder.path, template, dirs_exist_ok=True)
    with Folder(template, settings) as folder:
        before = scenario.state(folder)
    with Folder(template, settings) as folder:
        out = folder.need(scenario.command, scenario.input(folder))
        after = scenario.state(folder), out
    calls = [call for call in scenario.calls if call in settings.calls]
    results = workers.map(lambda call: walk(scenario, call, template, before, after, settings), calls)
    faults, counts = [], []
    for call, (runs, found) in zip(calls, results):
        counts.append(f"{call} {runs}")
        faults += found
    print(f"{scenario.name}: {', '.join(counts)}", flush=True)
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--library", required=True, help="what makes calls fail")
    parser.add_argument("--calls", nargs="+", choices=CALLS, default=CALLS)
    parser.add_argument("--malloc-step", type=int, default=4,
                        help="of mallocs, every (number / this)-th; larger is more")
    parser.add_argument("--scenarios", default="", help="only those whose name holds this")
    settings = parser.parse_args()
    settings.bin, settings.library = os.path.abspath(settings.bin), os.path.abspath(settings.library)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    scenarios = [Index("append", [], strings("d", 10, 11)), Index("replace", [], strings("a", 20, 13)),
                 Index("remove", ["--remove"], b"a1.wav\nb3.wav\n"),
                 Index("merge", ["--merge", "other.pai"]), CommitEvery(), NewArchive(),
                 Tokenize(1, "model.safetensors"), Tokenize(2), Tokenize(3), Train()]
    faults = []
    with tempfile.TemporaryDirectory(dir=memory) as settings.scratch, \
            concurrent.futures.ThreadPoolExecutor(2) as workers:
        for scenario in scenarios:
            if settings.scenarios in scenario.name:
                faults += run_scenario(scenario, settings, workers)
    print("\n".join(faults) if faults else "every failure was told, and nothing was lost")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
