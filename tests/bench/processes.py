"""Runs the tools that are measured, with the clock and the memory of each."""

import os
import subprocess
import sys
import time


def run(command, stdin=None, stdout=subprocess.PIPE):
    """What it writes; any status but 0 ends the benchmark."""
    done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, stdout=stdout, check=False)
    check_status(command, done.returncode)
    return done.stdout


def check_status(command, status, allowed=(0,)):
    if status not in allowed:
        sys.exit(f"bench: {' '.join(command)}: exit {status}")


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run_measured(command, allowed=(0,)):
    """Seconds, and the peak resident size in MB. That of a child is never below that of the script,
    which therefore must stay small."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    check_status(command, child.returncode, allowed)
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6
