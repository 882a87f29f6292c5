"""How time and memory of pa-tokenize grow with its work: seconds of audio in one file, files, threads.

The audio is noise, which the tokenizers need as long for as for speech.
"""

import array
import os
import random
import statistics
import sys
import wave

import plots
import processes

SAMPLE_RATE = 16000
CLIP_SECONDS = 3  # of each of many files
TOKENIZERS = ("vq", "dpvq", "pairalign")


def write_noise(path, seconds):
    """Noise whose level changes every half second, as that of speech does. One of 16 stretches
    after the other, so that hours of it are soon written and never held in memory."""
    draw = random.Random(1)
    samples = SAMPLE_RATE // 2
    stretches = []
    for level in range(16):
        peak = 100 * 2 ** (level // 2)
        stretches.append(array.array("h", (draw.randrange(-peak, peak) for _ in range(samples))))
    if sys.byteorder == "big":
        for stretch in stretches:
            stretch.byteswap()
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.setnframes(seconds * SAMPLE_RATE)
        for _ in range(2 * seconds):
            out.writeframesraw(draw.choice(stretches).tobytes())


def duration(seconds):
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds} s"


def threads_up_to(most):
    """1, 2, 4, … and the most."""
    counts = [1]
    while 2 * counts[-1] < most:
        counts.append(2 * counts[-1])
    return counts + [most] * (most > 1)


def axes(plan):
    """What grows: its values, how a row names one, and the label in a plot."""
    return {
        "length": (plan.growth_seconds, lambda n: f"{duration(n)} of audio in a file",
                   "seconds of audio in one file"),
        "files": (plan.growth_files, lambda n: f"{n} files of {CLIP_SECONDS} s",
                  f"files of {CLIP_SECONDS} s"),
        # Of as many files as there were last.
        "threads": (threads_up_to(len(os.sched_getaffinity(0))),
                    lambda n: f"{n} thread" + "s" * (n > 1), "threads"),
    }


def rows(row, plan):
    """The lines of the table, of bench.Row."""
    lines = []
    for axis, (sizes, name, _) in axes(plan).items():
        for size in sizes:
            key = f"growth.{axis}.{size}"
            lines += [row(f"{key}.time", f"pa-tokenize, {name(size)}", "s", "{:.3f}"),
                      row(f"{key}.memory", "  memory", "MB", "{:.0f}")]
    for name, seconds in (("short", plan.short_seconds), ("long", plan.long_seconds)):
        lines += [row(f"memory.{name}.{kind}", f"memory, {duration(seconds)}, {kind}", "MB",
                      "{:.0f}", at_most=300 if name == "long" else None) for kind in TOKENIZERS]
    return lines


def memory(bench):
    """Of the tokenizers, on a short file and on a long one."""
    figures = {}
    path = bench.scratch / "noise.wav"
    for name, seconds in (("short", bench.plan.short_seconds), ("long", bench.plan.long_seconds)):
        write_noise(path, seconds)
        for kind in TOKENIZERS:
            _, size = processes.run_measured(bench.command(
                "pa-tokenize", *bench.jobs, *bench.model, "--tokenizer", kind, path))
            figures[f"memory.{name}.{kind}"] = [size]
    path.unlink()
    return figures


def growth(bench):
    folder = bench.scratch / "growth"
    folder.mkdir()
    figures = {}

    def measure(key, jobs, *arguments):
        command = bench.command("pa-tokenize", "-q", *jobs, *bench.model, *arguments)
        processes.run_measured(command)  # reads the audio once
        taken = [processes.run_measured(command) for _ in range(bench.plan.growth_repeats)]
        figures[f"growth.{key}.time"] = [seconds for seconds, _ in taken]
        figures[f"growth.{key}.memory"] = [size for _, size in taken]

    clip, one = folder / "clip.wav", folder / "one.wav"
    for seconds in bench.plan.growth_seconds:
        write_noise(one, seconds)
        measure(f"length.{seconds}", bench.jobs, one)
    one.unlink()
    write_noise(clip, CLIP_SECONDS)
    many = folder / "many"
    many.mkdir()
    for count in bench.plan.growth_files:
        for number in range(len(os.listdir(many)), count):
            os.link(clip, many / f"{number}.wav")
        measure(f"files.{count}", bench.jobs, many)
    for count in threads_up_to(len(os.sched_getaffinity(0))):
        measure(f"threads.{count}", ("-j", str(count)), many)
    return figures


def plot(figures, plan, folder):
    """An SVG file for each axis; returns their names."""
    names = []
    for axis, (sizes, _, label) in axes(plan).items():
        def medians(figure):
            return [statistics.median(figures[f"growth.{axis}.{size}.{figure}"]["values"])
                    for size in sizes]
        names.append(f"growth-{axis}.svg")
        plots.draw(folder / names[-1], label, sizes,
                   [plots.Curve(medians("time"), "time", "linetype 1 pointtype 7"),
                    plots.Curve(medians("memory"), "memory", "linetype 2 pointtype 5", right=True)],
                   "set border 11", "set ylabel 's'", "set y2label 'MB'", "set y2tics",
                   "set y2range [0:*]",
                   "set yrange [0:*]" if axis == "threads" else "set logscale y")
    return names
