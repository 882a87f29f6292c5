"""How fast pa-stats looks at audio, beside soxi, sox and ffprobe on the same files.

Rates are of processor time, one core's, which a busy machine changes little; where threads share the
work, of the clock.
"""

import os
import shutil
import subprocess
import time

import growth
import processes

CLIP_SECONDS = 1
COMPARED = 300  # files that soxi is given
FEW = 10        # files for programs that take a process and more for each


def processor_seconds(command, stdin=None, allowed=(0, 1)):
    """Of the program and of what it starts."""
    child = subprocess.Popen(list(map(str, command)), stdin=stdin or subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    processes.check_status(list(map(str, command)), child.returncode, allowed)
    return usage.ru_utime + usage.ru_stime


def wall_seconds(command):
    start = time.perf_counter()
    processor_seconds(command)
    return time.perf_counter() - start


def loop(command):
    """A command that takes one file, for many."""
    return ["sh", "-c", f"for f; do {command}; done 2>&1", "-"]


def speech_stats(bench, per_second):
    """On recordings as they are; processes that are started for each file are part of it."""
    listed = bench.run("pa-stats", "--format", "tsv", "--quick", bench.options.audio).decode()
    rows = [line.split("\t") for line in listed.splitlines()]
    seconds = {row[0]: float(row[rows[0].index("seconds")]) for row in rows[1:COMPARED + 1]}
    files = list(seconds)
    per_second("stats.speech", sum(seconds.values()),
               processor_seconds(bench.command("pa-stats", "-j", 1, *files)))
    if shutil.which("ffmpeg"):  # sox does not read Opus everywhere
        some = files[:FEW]
        command = 'ffmpeg -nostdin -v error -i "$f" -af ebur128=peak=true,astats -f null -'
        per_second("stats.speech.ffmpeg", sum(seconds[f] for f in some),
                   processor_seconds([*loop(command), *some]))


def audio_stats(bench):
    plan = bench.plan
    figures = {}
    folder = bench.scratch / "clips"
    folder.mkdir()
    growth.write_noise(folder / "0.wav", CLIP_SECONDS)
    clip = (folder / "0.wav").read_bytes()
    for i in range(1, plan.stats_files):
        (folder / f"{i}.wav").write_bytes(clip)
    clips = sorted(folder.iterdir())
    some = clips[:COMPARED]
    hour = bench.scratch / "hour.wav"
    growth.write_noise(hour, plan.stats_seconds)

    quick = bench.command("pa-stats", "--quick", "-j", 2, folder)
    one = bench.command("pa-stats", "-j", 1, hour)

    def per_second(name, count, seconds):
        figures.setdefault(name, []).append(count / seconds)

    wall_seconds(quick)  # so that all is warm
    speech_stats(bench, per_second)
    for _ in range(plan.stats_repeats):
        per_second("stats.quick", len(clips), wall_seconds(quick))
        per_second("stats.quick.core", len(clips),
                   processor_seconds(bench.command("pa-stats", "--quick", "-j", 1, folder)))
        per_second("stats.clips", len(clips) * CLIP_SECONDS,
                   processor_seconds(bench.command("pa-stats", "-j", 1, folder)))
        clock = [wall_seconds(bench.command("pa-stats", "-j", jobs, folder)) for jobs in (1, 2)]
        figures.setdefault("stats.threads", []).append(clock[0] / clock[1])
        per_second("stats.full", plan.stats_seconds, processor_seconds(one))
        others = {
            "soxi": ("quick.soxi", ["soxi", *some], len(some)),
            "ffprobe": ("quick.ffprobe", [*loop('ffprobe -v error "$f"'), *some[:FEW]], FEW),
            "sox": ("full.sox", ["sox", hour, "-n", "stats"], plan.stats_seconds),
            "ffmpeg": ("full.ffmpeg", ["ffmpeg", "-nostdin", "-v", "error", "-i", hour, "-af",
                                       "ebur128=peak=true,astats", "-f", "null", "-"], plan.stats_seconds)}
        for program, (name, command, count) in others.items():
            if shutil.which(program):
                per_second(f"stats.{name}", count, processor_seconds(command))
    for program, codec in ("flac", "flac"), ("opusenc", "opus"):
        if not shutil.which(program):
            continue
        coded = bench.scratch / f"hour.{codec}"
        options = ["--silent", "-f", "-o", coded, hour] if codec == "flac" else ["--quiet", hour, coded]
        processes.run(list(map(str, [program, *options])))
        decode = (["flac", "--silent", "-d", "-c", coded] if codec == "flac"
                  else ["opusdec", "--quiet", coded, os.devnull])
        for _ in range(plan.stats_repeats):
            per_second(f"stats.{codec}", plan.stats_seconds,
                       processor_seconds(bench.command("pa-stats", "-j", 1, coded)))
            per_second(f"stats.{codec}.decoder", plan.stats_seconds, processor_seconds(decode))
    long = bench.scratch / "long.wav"
    growth.write_noise(long, plan.long_seconds)
    figures["stats.memory"] = [processes.run_measured(bench.command("pa-stats", "-j", 1, long))[1]]
    return figures
