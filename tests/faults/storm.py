#!/usr/bin/env python3
"""Full disks, SIGKILL, writers and readers at once, and files that change while they are read.

Each test below ends with what must hold whatever happened: an archive that opens and holds whole
appends only, a checkpoint that leads to the same model, a message instead of a crash.
"""
import argparse
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from common import DATA, RECIPE, Fault, prepare_training, strings

LONGER_RECIPE = RECIPE.replace('"checkpoint_every": 2', '"checkpoint_every": 1').replace(
    '"steps": 6', '"steps": 120')


def require(good, what):
    if not good:
        raise Fault(what)


class Tools:
    """The tools, run in a scratch folder."""

    def __init__(self, folder, tools):
        self.path, self.tools = folder, tools
        self.environment = {k: v for k, v in os.environ.items() if k != "PAIRALIGN_MODEL"}
        self.environment.update(LC_ALL="C", TMPDIR=folder)

    def start(self, command, **streams):
        return subprocess.Popen([f"{self.tools}/{command[0]}"] + command[1:], cwd=self.path,
                                env=self.environment, **streams)

    def run(self, command, stdin=b"", **others):
        """Status, stdout and stderr; a status that no tool may end with is a fault."""
        ended = subprocess.run([f"{self.tools}/{command[0]}"] + command[1:], input=stdin, cwd=self.path,
                               env=self.environment, capture_output=True, check=False, timeout=600,
                               **others)
        require(ended.returncode in (0, 2), f"{command}: status {ended.returncode}: {ended.stderr[-500:]}")
        if ended.returncode == 2:
            require(ended.stderr.startswith(command[0].encode() + b": "), f"{command}: no message")
        return ended.returncode, ended.stdout, ended.stderr

    def need(self, command, stdin=b""):
        status, out, err = self.run(command, stdin)
        require(status == 0, f"{command}: {err[-500:]}")
        return out

    def dump(self):
        self.need(["pa-index", "a.pai", "--check"])
        return self.need(["pa-index", "a.pai", "--dump"])

    def exists(self, name):
        return os.path.exists(f"{self.path}/{name}")


def file_size_limit(size):
    """For a child: writes beyond `size` bytes of a file fail, as on a full disk."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def full_disk(tools, _):
    """Wherever the disk becomes full, the old archive and the old model stay."""
    tools.need(["pa-index", "a.pai"], strings("a", 40, 1))
    before, more = tools.dump(), strings("b", 400, 3)
    sizes = [0, 1, 100, 1000, 5000, 12000]
    for size in sizes:
        status, _, err = tools.run(["pa-index", "a.pai"], more, preexec_fn=file_size_limit(size))
        require(status == 2 and b"File too large" in err, f"a limit of {size} bytes is not told: {err}")
        require(tools.dump() == before, f"another archive behind a limit of {size} bytes")
        require(not any("." in name for name in os.listdir(tools.path + "/a.pai")), "half a file is left")
    prepare_training(tools.path)
    train = ["pa-train", "--recipe", "recipe.json", "-o", "m", "audio"]
    tools.need(train)
    with open(tools.path + "/m", "rb") as file:
        model = file.read()
    for size in sizes[:4]:
        status, _, _ = tools.run(train + ["--force"], preexec_fn=file_size_limit(size))
        require(status == 2, f"training ends well behind a limit of {size} bytes")
        with open(tools.path + "/m", "rb") as file:
            require(file.read() == model, "the old model is gone")
    return f"{len(sizes) + 4} limits"


def small_tmpfs(tools, _):
    """The same on a file system that is really full: needs the right to mount one."""
    place = tools.path + "/small"
    os.mkdir(place)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=False,
                             capture_output=True)
    if mounted.returncode != 0:
        return "not run: no right to mount a tmpfs"
    try:
        tools.need(["pa-index", "small/a.pai"], strings("a", 40, 1))
        before = tools.need(["pa-index", "small/a.pai", "--dump"])
        status, _, err = tools.run(["pa-index", "small/a.pai"], strings("b", 4000, 3))
        require(status == 2 and b"No space left on device" in err, f"a full disk is not told: {err}")
        tools.need(["pa-index", "small/a.pai", "--check"])
        require(tools.need(["pa-index", "small/a.pai", "--dump"]) == before, "another archive")
        tools.need(["pa-index", "small/a.pai"], strings("c", 4, 3))  # and there is room again
    finally:
        subprocess.run(["umount", place], check=True)
    return "64 KiB"


def model_id(tools, model):
    header = tools.need(["pa-tokenize", "--model", model, "audio/whole.flac"])
    return re.search(rb"model=(\w+)", header).group(1)


def killed_within(process, seconds):
    """Whether it was still at work when that time was over; then it is no more."""
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True


def kill_training(tools, settings):
    """Killed at any moment while it writes a checkpoint after every step, a training can be resumed,
    and the end is that of a run left alone."""
    prepare_training(tools.path, LONGER_RECIPE)
    train = ["pa-train", "-q", "-j", "1", "--recipe", "recipe.json", "-o", "m", "audio"]
    begun = time.monotonic()
    tools.need(train)
    whole = time.monotonic() - begun
    expected = model_id(tools, "m")
    dice, killed, resumed = random.Random(1), 0, 0
    os.remove(tools.path + "/m")
    while killed < settings.kills:
        resume = tools.exists("m.checkpoint")
        resumed += resume
        # A run killed at its very end leaves its model, which only --force replaces.
        trainer = tools.start(train + ["--resume" if resume else "--force"], stdout=subprocess.DEVNULL)
        if killed_within(trainer, dice.uniform(0, whole)):
            killed += 1
            continue
        # Runs that are resumed and killed again and again come to an end too.
        require(trainer.returncode == 0, f"a run left alone ends with {trainer.returncode}")
        require(model_id(tools, "m") == expected, "another model than without kills")
        os.remove(tools.path + "/m")
    tools.need(train + ["--resume" if tools.exists("m.checkpoint") else "--force"])
    require(model_id(tools, "m") == expected, "another model than without kills")
    return f"{killed} kills, {resumed} runs resumed"


def kill_index(tools, settings):
    """Killed at any moment, an append or merge has happened or has not."""
    tools.need(["pa-index", "b.pai"], strings("b", 300, 1))
    changes = {"append": (["pa-index", "a.pai"], lambda _: strings("a", 200, 5)),
               "merge": (["pa-index", "a.pai", "--merge", "b.pai"], lambda _: b""),
               "remove": (["pa-index", "a.pai", "--remove"],
                          lambda run: f"a{run % 300}.wav\nb{run % 300}.wav\n".encode())}
    dice, runs = random.Random(2), 0
    for command, given_to in changes.values():
        killed, whole = 0, 0.0
        while killed < settings.kills:
            # Now and then the archive as it was, which does not grow with the number of kills.
            if runs % 20 == 0:
                shutil.rmtree(tools.path + "/a.pai", ignore_errors=True)
                tools.need(["pa-index", "a.pai"], strings("a", 300, 1))
                tools.need(["pa-index", "a.pai", "--merge", "b.pai"])
            runs += 1
            given, before = given_to(runs), tools.dump()
            with open(tools.path + "/given", "wb") as file:
                file.write(given)
            with open(tools.path + "/given", "rb") as file:
                writer = tools.start(command, stdin=file, stderr=subprocess.DEVNULL)
                killed += killed_within(writer, dice.uniform(0, whole))
            between = tools.dump()
            # The lock is free, what is left over is in nobody's way. Records that the killed run had
            # removed already cannot be removed again, which is status 2.
            begun = time.monotonic()
            status, _, err = tools.run(command, given)
            whole = time.monotonic() - begun
            removed_before = "--remove" in command and b"no record of" in err
            require(status == 0 or removed_before, f"{command}: {err[-500:]}")
            require(between in (before, tools.dump()), "neither what was before nor what should be")
    return f"{settings.kills} kills at work of each of: {', '.join(changes)}; {runs} runs"


def writers_and_readers(tools, settings):
    """Two writers that append, ten readers: a reader sees whole appends, a writer gets its turn or a
    message that it has none."""
    tools.need(["pa-index", "a.pai"], strings("first", 10, 1))
    end, faults, counts = time.monotonic() + settings.seconds, [], {"reads": 0, "appends": 0, "refused": 0}

    def read():
        out = tools.need(["pa-index", "a.pai", "--dump"])
        records = out.decode().splitlines()[1:]
        require(len(records) % 10 == 0, f"{len(records)} records: an append is seen in part")
        counts["reads"] += 1

    def write(name):
        status, _, err = tools.run(["pa-index", "a.pai"], strings(f"{name}-{counts['appends']}-", 10, 1))
        require(status == 0 or b"lock" in err or b"writ" in err, f"a writer fails: {err}")
        counts["appends" if status == 0 else "refused"] += 1

    def repeat(action, *arguments):
        while time.monotonic() < end and not faults:
            try:
                action(*arguments)
            except Fault as fault:
                faults.append(str(fault))

    threads = [threading.Thread(target=repeat, args=(write, name)) for name in ("x", "y")]
    threads += [threading.Thread(target=repeat, args=(read,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    require(not faults, "\n".join(faults))
    lines = tools.dump().count(b"\n") - 1
    require(lines >= 10 + 10 * max(1, counts["appends"] // 2), "appends that were reported are gone")
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def changing_audio(tools, _):
    """Audio that grows, shrinks or vanishes while it is read: a record or a message."""
    with open(f"{DATA}/audio/whole.flac", "rb") as file:
        whole = file.read()
    path = tools.path + "/changing.flac"
    prepare_training(tools.path)
    tools.need(["pa-train", "-q", "--recipe", "recipe.json", "-o", "m", "audio"])
    dice, told = random.Random(3), 0
    for _ in range(20):
        with open(path, "wb") as file:
            file.write(whole)
        reader = tools.start(["pa-tokenize", "--model", "m", "changing.flac"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        while reader.poll() is None:
            os.truncate(path, dice.randrange(len(whole)))
            with open(path, "ab") as file:
                file.write(whole[:dice.randrange(len(whole))])
        out, err = reader.communicate()
        require(reader.returncode in (0, 2), f"status {reader.returncode}")
        records = out.count(b"\n") - 1
        require(records == (1 if reader.returncode == 0 else 0), f"{records} records: {err}")
        require(reader.returncode == 0 or b"pa-tokenize: changing.flac: " in err, f"no message: {err}")
        told += reader.returncode == 2
    return f"20 runs, {told} with a message"


def cut_archive(tools, _):
    """A segment cut to nothing while a search reads it: status 2 and a message, not a bare SIGBUS.

    pa-search opens the archive before it reads queries, so it is cut between the two."""
    tools.need(["pa-index", "a.pai"], strings("a", 2000, 1))
    reader = tools.start(["pa-search", "a.pai"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    segment = tools.path + "/a.pai/segment-000001"
    maps = f"/proc/{reader.pid}/maps"
    for _ in range(3000):
        with open(maps, encoding="utf-8", errors="replace") as file:
            if "segment-000001" in file.read():
                break
        time.sleep(0.01)
    time.sleep(0.2)
    os.truncate(segment, 0)
    out, err = reader.communicate(strings("q", 3, 1))
    require(reader.returncode == 2 and b"pa-search: " in err and b"truncated" in err,
            f"status {reader.returncode}: {err}")
    require(not out, "hits in a file that is gone")
    return "told"


TESTS = {"full-disk": full_disk, "small-tmpfs": small_tmpfs, "kill-training": kill_training,
         "kill-index": kill_index, "writers-and-readers": writers_and_readers,
         "changing-audio": changing_audio, "cut-archive": cut_archive}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of writers and readers")
    parser.add_argument("tests", nargs="*", choices=list(TESTS) + [[]], default=[])
    settings = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    failed = False
    for name in settings.tests or TESTS:
        with tempfile.TemporaryDirectory(dir=memory) as folder:
            try:
                print(f"{name}: {TESTS[name](Tools(folder, os.path.abspath(settings.bin)), settings)}",
                      flush=True)
            except Fault as fault:
                print(f"{name}: FAULT: {fault}", flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
