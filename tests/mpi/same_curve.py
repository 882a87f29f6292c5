#!/usr/bin/env python3
"""Two processes learn what one learns from a batch of twice the size: the same losses, up to the
rounding of sums that run in another order, with natural pairs in every batch. Also that only one of them writes, and that a run of two
can be stopped and taken up again."""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

STAGES = "geometric,fixed-teacher,ema-teacher"
STEPS = 120  # of each stage: enough that mpirun passes a signal on before the last of them
PAIRS = "garden.opus#t=0.20,0.90\tweather.opus#t=1.10,1.70\n"
TOLERANCE = 2e-3  # relative; bf16 products differ in their last bits when sums do


def recipe(crops):
    small = {"crops": crops, "crop_seconds": 1.6, "piece_low_seconds": 0.4,
             "piece_high_seconds": 0.8, "pair_warmup": 0}
    return {"encoder": {"bands": 80, "width": 64, "blocks": 1, "codes": 32, "dimension": 16},
            "decoder": {"width": 32, "layers": 1, "heads": 2, "pointer_width": 16},
            "geometric": small, "fixed_teacher": small, "ema_teacher": small}


class Runs:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.pairs = folder / "pairs.tsv"
        self.pairs.write_text(PAIRS, encoding="utf-8")

    def command(self, name, crops, processes, *more):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(recipe(crops)), encoding="utf-8")
        train = [self.options.pa_train, "-q", "-j1", "--recipe", path, "--stage", STAGES, "--steps",
                 STEPS, "--precision", "f32", "--pairs", self.pairs, "--log", self.folder / f"{name}.log", "-o",
                 self.folder / f"{name}.safetensors", *more, self.options.audio]
        mpirun = [self.options.mpirun, "--allow-run-as-root", "--oversubscribe",
                  # Between the signals it passes on and SIGKILL; a checkpoint can take more than its one second.
                  "--mca", "odls_base_sigkill_timeout", 5, "-n", processes]
        return [str(word) for word in (mpirun if processes > 1 else []) + train]

    def run(self, *arguments):
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(done.args)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def losses(self, name):
        lines = (self.folder / f"{name}.log").read_text(encoding="utf-8").splitlines()
        return [(e["stage"], e["step"], e["loss"]) for e in map(json.loads, lines)
                if e["event"] == "step"]

    def stop_early(self, name, crops, processes):
        """SIGINT to mpirun once the second stage has begun."""
        process = subprocess.Popen(self.command(name, crops, processes), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        log = self.folder / f"{name}.log"
        while process.poll() is None:
            lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
            if any('"step"' in line and "fixed-teacher" in line for line in lines[1:]):
                process.send_signal(signal.SIGINT)
                break
            time.sleep(0.01)
        process.wait()


def compare(expected, found):
    assert [e[:2] for e in expected] == [f[:2] for f in found], (expected, found)
    for (stage, step, a), (_, _, b) in zip(expected, found):
        if abs(a - b) > TOLERANCE * abs(a):
            sys.exit(f"{stage}, step {step}: loss {a} of one process, {b} of two")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--mpirun", "--pa-train", "--audio"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(options, pathlib.Path(folder))
        runs.run("one", 32, 1)
        report = runs.run("two", 16, 2)
        assert report.count("parameters") == 1, report
        compare(runs.losses("one"), runs.losses("two"))
        assert len(runs.losses("one")) == 3 * STEPS // 20

        runs.stop_early("stopped", 16, 2)
        assert not (pathlib.Path(folder) / "stopped.safetensors").exists()
        runs.run("stopped", 16, 2, "--resume")
        compare(runs.losses("two")[-1:], runs.losses("stopped")[-1:])


if __name__ == "__main__":
    main()
