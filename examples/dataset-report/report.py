#!/usr/bin/env python3
"""What is in a folder of recordings: one HTML page, with nothing to load from elsewhere.

Writes into the folder OUTPUT:
  index.html      the report
  audio.jsonl     a line per recording, of pa-stats
  strings.tsv     the token strings, of pa-tokenize
  duplicates.tsv  near-duplicates, of pa-search: KEY, KEY, edits, score
  failures.txt    recordings that could not be read, or not to their end

GROUPING is what pa-stats --by takes: folder:N, a file of lines KEY GROUP, or a regular expression.
"""
import argparse
import collections
import html
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

# Okabe and Ito (2008), told apart by colour-blind eyes too, without their yellow.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#5b5b5b"]
PLAIN = "#3c6e91"
SEVERAL = "#8994a0"
SHOWN = 40  # rows of a table

# name in the table of pa-stats, heading, axis, factor
DISTRIBUTIONS = [
    ("seconds", "Length", "seconds", 1),
    ("bandwidth", "Bandwidth", "kHz", 1e-3),
    ("loudness", "Loudness", "LUFS", 1),
    ("snr", "Signal-to-noise ratio", "dB", 1),
    ("speech", "Share of speech", "% of a recording", 100),
]


# ---------------------------------------------------------------------------------- the tools

def run(command, output, failures=None, stdin=None, accepted=(0,)):
    """Runs a tool; its standard output goes to the file `output`. Returns its status."""
    with open(output, "wb") as out:
        done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, stdout=out,
                              stderr=failures)
    if done.returncode not in accepted:
        sys.exit(f"report: {' '.join(map(str, command))}: status {done.returncode}")
    return done.returncode


def unescape(key):
    return re.sub(r"\\(.)", lambda m: {"t": "\t", "n": "\n"}.get(m[1], m[1]), key)


def read_recordings(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_strings(path):
    """Tokens and seconds by key, and the size of the vocabulary."""
    strings, vocabulary = {}, 0
    with open(path, encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            if line.startswith("#"):
                found = re.search(r" vocab=(\d+)", line)
                vocabulary = int(found[1]) if found else vocabulary
                continue
            key, seconds, tokens = line.rstrip("\n").split("\t")[:3]
            strings[unescape(key)] = (list(map(int, tokens.split())), float(seconds))
    return strings, vocabulary


def groups_of(folder, grouping, scratch):
    """The group of each recording, by path."""
    if not grouping:
        return {}
    table = scratch / "groups.jsonl"
    with open(os.devnull, "wb") as nowhere:
        run(["pa-stats", "--quick", "--format", "jsonl", "--by", grouping, folder], table, nowhere,
            accepted=(0, 2))
    return {row["path"]: row["group"] for row in read_recordings(table)}


# ---------------------------------------------------------------------------------- pictures

def text_of(value):
    """A number as a tick shows it."""
    if value == 0:
        return "0"
    for size, letter in (1e9, "G"), (1e6, "M"), (1e4, "k"):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):g}{letter}"
    return f"{round(value, 10):g}"


def ticks(low, high, most=6, whole=False):
    """Round numbers that span low .. high."""
    if not high > low:
        low, high = low - 0.5, high + 0.5
    power = 10 ** math.floor(math.log10((high - low) / most))
    if whole:
        power = max(power, 1)
    step = next(f * power for f in (1, 2, 5, 10, 20) if (high - low) / (f * power) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, max(last, first + 1) + 1)]


class Plot:
    """An SVG with axes; coordinates are those of the data."""

    def __init__(self, title, x_label, y_label, x_ticks, y_ticks, width=430, height=240, left=52,
                 right=16):
        self.width, self.height = width, height
        self.left, self.right, self.top, self.bottom = left, width - right, 48, height - 44
        self.x_ticks, self.y_ticks = x_ticks, y_ticks
        self.body = [f'<text class="title" x="0" y="15">{html.escape(title)}</text>',
                     f'<text class="axis" x="0" y="36">{html.escape(y_label)}</text>']
        for tick in y_ticks:
            y = self.y(tick)
            self.body.append(f'<path class="grid" d="M{self.left} {y:.1f}H{self.right}"/>'
                             f'<text class="tick" text-anchor="end" x="{self.left - 6}" '
                             f'y="{y + 4:.1f}">{text_of(tick)}</text>')
        for tick in x_ticks:
            x = self.x(tick)
            self.body.append(f'<path class="line" d="M{x:.1f} {self.bottom}v4"/>'
                             f'<text class="tick" text-anchor="middle" x="{x:.1f}" '
                             f'y="{self.bottom + 17}">{text_of(tick)}</text>')
        self.body.append(f'<path class="line" d="M{self.left} {self.bottom}H{self.right}"/>'
                         f'<text class="axis" text-anchor="end" x="{self.right}" '
                         f'y="{self.height - 8}">{html.escape(x_label)}</text>')

    def x(self, value):
        low, high = self.x_ticks[0], self.x_ticks[-1]
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value):
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)

    def add(self, element):
        self.body.append(element)

    def line(self, points, colour, more=""):
        path = "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        self.add(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" '
                 f'stroke-linejoin="round"{more}/>')

    def svg(self):
        return (f'<svg viewBox="0 0 {self.width} {self.height}" width="{self.width}" role="img">'
                + "".join(self.body) + "</svg>")


def histogram(title, x_label, series, colours):
    """Bars for one series; outlines of shares for several, which then can be compared."""
    everything = sorted(v for values in series.values() for v in values)
    if not everything:
        return ""
    # A few very long recordings would leave no room for the others.
    high = everything[-1]
    cut = everything[int(0.995 * (len(everything) - 1))]
    beyond = 0
    if high - everything[0] > 3 * (cut - everything[0]) > 0:
        beyond = sum(v > cut for v in everything)
        high = cut
    x_ticks = ticks(everything[0], high)
    step = (x_ticks[1] - x_ticks[0]) / 5
    count = round((x_ticks[-1] - x_ticks[0]) / step)
    several = len(series) > 1
    bins = {}
    for name, values in series.items():
        numbers = [0.0] * count
        for value in values:
            if value <= high:
                numbers[min(count - 1, int((value - x_ticks[0]) / step + 1e-9))] += 1
        total = max(1, len(values))
        bins[name] = [100 * n / total for n in numbers] if several else numbers
    top = max(max(numbers) for numbers in bins.values())
    plot = Plot(title, x_label + (f" ({beyond} more, up to {text_of(everything[-1])})" if beyond else ""),
                "% of recordings" if several else "recordings", x_ticks, ticks(0, top, 4, whole=not several))
    for name, numbers in bins.items():
        edges = [x_ticks[0] + i * step for i in range(count + 1)]
        if several:
            points = [(edges[0], 0)]
            for i, n in enumerate(numbers):
                points += [(edges[i], n), (edges[i + 1], n)]
            plot.line(points + [(edges[-1], 0)], colours[name])
            continue
        for i, n in enumerate(numbers):
            if n:
                left, right = plot.x(edges[i]), plot.x(edges[i + 1])
                y = min(plot.y(n), plot.bottom - 1)
                plot.add(f'<rect x="{left + .5:.1f}" y="{y:.1f}" width="{max(1, right - left - 1):.1f}" '
                         f'height="{plot.bottom - y:.1f}" fill="{colours[name]}"/>')
    return plot.svg()


def bars(title, x_label, values, colour_of, most=24):
    """A bar per name, the longest first."""
    names = sorted(values, key=lambda n: (-values[n], n))[:most]
    if not names:
        return ""
    rest = len(values) - len(names)
    row = 20
    plot = Plot(title, x_label, f"and {rest} smaller ones" if rest else "",
                ticks(0, max(values[n] for n in names), 5), [], height=92 + row * len(names), left=150, right=52)
    for i, name in enumerate(names):
        y = plot.top + row * i
        width = max(1, plot.x(values[name]) - plot.left)
        plot.add(f'<text class="tick" text-anchor="end" x="{plot.left - 8}" y="{y + 14}">'
                 f'<title>{html.escape(name)}</title>{html.escape(shortened(name, 22))}</text>'
                 f'<rect x="{plot.left}" y="{y + 3}" width="{width:.1f}" height="{row - 6}" '
                 f'fill="{colour_of(name)}"/>'
                 f'<text class="tick" x="{plot.left + width + 5:.1f}" y="{y + 14}">'
                 f'{text_of(float(f"{values[name]:.3g}"))}</text>')
    return plot.svg()


def shortened(name, most):
    return name if len(name) <= most else "…" + name[1 - most:]


def rate_plot(rates, colour_of):
    """Tokens a second of each group, in order; names where a group stands out."""
    order = sorted(rates, key=lambda n: (rates[n], n))
    values = [rates[n] for n in order]
    odd = outliers(rates)
    plot = Plot("Token rate", "tokens a second", f"{len(order)} groups, slowest at the bottom",
                ticks(min(values), max(values)), [0, len(order)],
                height=min(460, 110 + 9 * len(order)))
    plot.body = [part for part in plot.body if 'class="grid"' not in part]
    for i, name in enumerate(order):
        x, y = plot.x(rates[name]), plot.y(i + 0.5)
        plot.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour_of(name)}">'
                 f'<title>{html.escape(name)}: {rates[name]:.2f}</title></circle>')
        if name in odd or len(order) <= 12:
            right = x > (plot.left + plot.right) / 2
            plot.add(f'<text class="tick" text-anchor="{"end" if right else "start"}" '
                     f'x="{x + (-8 if right else 8):.1f}" y="{y + 4:.1f}">'
                     f'{html.escape(shortened(name, 24))}</text>')
    return plot.svg()


def vocabulary_plot(curves, vocabulary, colours):
    longest = max(curve[-1][0] for curve in curves.values())
    highest = max(curve[-1][1] for curve in curves.values())
    plot = Plot("Vocabulary", "tokens read", "different tokens so far", ticks(0, longest),
                ticks(0, max(vocabulary, highest), 5))
    if vocabulary:
        y = plot.y(vocabulary)
        plot.add(f'<path class="line" stroke-dasharray="4 3" d="M{plot.left} {y:.1f}H{plot.right}"/>'
                 f'<text class="tick" x="{plot.left + 6}" y="{y - 5:.1f}">all {vocabulary}</text>')
    for name, curve in curves.items():
        plot.line(curve, colours[name])
    return plot.svg()


def outliers(values, step=0.005):
    """Names further from the median than 3.5 standard deviations, as the median of distances gives
    them, which is at least half a `step`."""
    if len(values) < 5:
        return set()
    middle = median(values.values())
    spread = max(step / 2, 1.4826 * median(abs(v - middle) for v in values.values()))
    return {n for n, v in values.items() if abs(v - middle) > 3.5 * spread}


def median(values):
    order = sorted(values)
    half = len(order) // 2
    return order[half] if len(order) % 2 else (order[half - 1] + order[half]) / 2


def vocabulary_curve(strings):
    seen, read, curve = set(), 0, [(0, 0)]
    total = sum(len(tokens) for tokens, _ in strings)
    for tokens, _ in strings:
        read += len(tokens)
        seen.update(tokens)
        if read - curve[-1][0] > total / 200:
            curve.append((read, len(seen)))
    return curve + [(read, len(seen))]


# ---------------------------------------------------------------------------------- the page

STYLE = """
:root { color-scheme: light; --ink: #1d2530; --soft: #5d6875; --rule: #dfe4ea }
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); margin: 2.5em auto;
  max-width: 60em; padding: 0 1.2em; background: #fff }
h1 { font-size: 1.6em; margin: 0 } h2 { font-size: 1.15em; margin: 2.4em 0 .6em;
  border-bottom: 1px solid var(--rule); padding-bottom: .3em }
.soft, figcaption { color: var(--soft) } .soft { margin: .2em 0 }
.tiles { display: flex; flex-wrap: wrap; gap: .8em; margin: 1.5em 0 }
.tile { border: 1px solid var(--rule); border-radius: 6px; padding: .6em 1em; flex: 1 1 5.5em; white-space: nowrap }
.tile b { display: block; font-size: 1.5em; font-weight: 600; font-variant-numeric: tabular-nums }
.tile.bad b { color: #b3261e }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(400px, 1fr)); gap: 1.4em 2em }
svg { max-width: 100%; height: auto; font: 12px system-ui, "DejaVu Sans", sans-serif }
svg .title { font-size: 14px; font-weight: 600; fill: var(--ink) }
svg .axis { fill: var(--soft) } svg .tick { fill: #3b4551; font-size: 11.5px }
svg .grid { stroke: #e9edf1 } svg .line { stroke: #8994a0; fill: none }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th { text-align: left; font-weight: 600; color: var(--soft) }
td, th { padding: .25em 1em .25em 0; border-bottom: 1px solid var(--rule); vertical-align: top;
  overflow-wrap: anywhere }
td.n, th.n { text-align: right; white-space: nowrap } td.odd { color: #b3261e; font-weight: 600 }
details { border-bottom: 1px solid var(--rule); padding: .35em 0 } summary { cursor: pointer }
summary b { display: inline-block; min-width: 3em; text-align: right; margin-right: .8em }
.key { display: inline-block; margin-right: 1.2em } .key i { display: inline-block; width: .8em;
  height: .8em; border-radius: 2px; margin-right: .4em; vertical-align: -.05em }
"""


def table(headings, rows, shown=SHOWN):
    """Cells are text, or (text, class). Headings that begin with '>' are of numbers."""
    def cell(value, heading, tag):
        text, kind = value if isinstance(value, tuple) else (value, "")
        kind += " n" if heading.startswith(">") else ""
        return f'<{tag} class="{kind.strip()}">{html.escape(str(text))}</{tag}>'
    head = "".join(cell(h.lstrip(">"), h, "th") for h in headings)
    body = "".join("<tr>" + "".join(cell(v, h, "td") for v, h in zip(row, headings)) + "</tr>"
                   for row in rows[:shown])
    more = f'<p class="soft">and {len(rows) - shown} more</p>' if len(rows) > shown else ""
    return f"<table><tr>{head}</tr>{body}</table>{more}"


def legend(colours):
    if len(colours) < 2:
        return ""
    return "<p>" + "".join(f'<span class="key"><i style="background:{c}"></i>{html.escape(n)}</span>'
                           for n, c in colours.items()) + "</p>"


class Report:
    def __init__(self, options, recordings, strings, vocabulary, splits, pairs):
        self.options, self.recordings, self.strings = options, recordings, strings
        self.vocabulary, self.pairs = vocabulary, pairs
        self.split_of = lambda path: splits.get(path, "-") if splits else "all"
        names = sorted({self.split_of(r["path"]) for r in recordings})
        if len(names) > len(COLOURS):
            sys.exit(f"report: --split gives {len(names)} splits; at most {len(COLOURS)} can be told apart")
        self.colours = dict(zip(names, COLOURS)) if len(names) > 1 else {n: PLAIN for n in names}
        self.group_of = lambda r: {"-": "no group"}.get(r.get("group", "all"), r.get("group", "all"))
        self.total = sum(r["seconds"] or 0 for r in recordings)
        self.unit, self.unit_seconds = ("hours", 3600) if self.total >= 2 * 3600 else ("minutes", 60)
        self.leaks = [p for p in pairs if self.split_of(p[0]) != self.split_of(p[1])]

    def group_colour(self, name):
        """That of the split which all recordings of a group are in."""
        found = {self.split_of(r["path"]) for r in self.recordings if self.group_of(r) == name}
        return self.colours[found.pop()] if len(found) == 1 else SEVERAL

    def tiles(self):
        flagged = sum(bool(r["flags"]) for r in self.recordings)
        damaged = sum(bool(r["fault"]) for r in self.recordings)
        values = [(f"{len(self.recordings):,}", "recordings", False),
                  (f"{self.total / self.unit_seconds:,.1f}", self.unit, False),
                  (flagged, "flagged", flagged), (damaged, "damaged", damaged),
                  (len(self.pairs), "near-duplicates", len(self.pairs))]
        if len(self.colours) > 1:
            values.append((len(self.leaks), "across splits", len(self.leaks)))
        return '<div class="tiles">' + "".join(
            f'<div class="tile{" bad" if bad else ""}"><b>{value}</b>{name}</div>'
            for value, name, bad in values) + "</div>"

    def length(self, recordings):
        return sum(r["seconds"] or 0 for r in recordings) / self.unit_seconds

    def groups(self):
        by_group = collections.defaultdict(list)
        for recording in self.recordings:
            by_group[self.group_of(recording)].append(recording)
        kinds = collections.Counter()
        for r in self.recordings:
            kind = f'{r["codec"]} {(r["rate"] or 0) / 1000:g} kHz' if r["codec"] else "unreadable"
            kinds[kind] += (r["seconds"] or 0) / self.unit_seconds
        unit, keys = self.unit, dict(self.colours)
        parts = [bars(f"{unit.capitalize()} by kind of file", unit, kinds, lambda _: PLAIN)]
        if len(by_group) > 1:
            colour = {g: self.group_colour(g) for g in by_group}
            lengths = {g: self.length(rows) for g, rows in by_group.items()}
            parts.insert(0, bars(f"{unit.capitalize()} by group", unit, lengths, colour.get))
            if SEVERAL in colour.values():
                keys["groups in several of them"] = SEVERAL
        page = '<h2>What there is</h2>' + legend(keys) + '<div class="plots">' + "".join(
            f"<figure style='margin:0'>{p}</figure>" for p in parts) + "</div>"
        return page + self.group_table(by_group) if len(by_group) > 1 else page

    def group_table(self, by_group):
        columns = [("loudness", "{:.1f}"), ("snr", "{:.1f}"), ("bandwidth", "{:.0f}"), ("speech", "{:.2f}")]
        medians = {name: {g: median(v) for g, rows in by_group.items()
                          if (v := [r[name] for r in rows if r[name] is not None])}
                   for name, _ in columns}
        medians["tokens"] = self.token_rates(by_group)
        columns.append(("tokens", "{:.2f}"))
        odd = {name: outliers(values) for name, values in medians.items()}
        rows = []
        for group, members in sorted(by_group.items()):
            row = [group, len(members), f"{self.length(members):.2f}",
                   sum(bool(r["flags"]) for r in members)]
            for name, form in columns:
                value = medians[name].get(group)
                shown = "" if value is None else form.format(value)
                row.append((shown, "odd" if group in odd[name] else ""))
            rows.append((not any(group in odd[n] for n, _ in columns), row))
        rows.sort(key=lambda r: r[0])  # stable: the odd ones first
        return ('<p class="soft">Medians; red are values far from those of the other groups.</p>'
                + table(["group", ">recordings", ">" + self.unit, ">flagged", ">LUFS", ">SNR dB", ">bandwidth Hz",
                         ">speech", ">tokens/s"], [r for _, r in rows]))

    def token_rates(self, by_group):
        rates = {}
        for group, members in by_group.items():
            found = [self.strings[r["path"]] for r in members if r["path"] in self.strings]
            seconds = sum(s for _, s in found)
            if seconds > 0:
                rates[group] = sum(len(t) for t, _ in found) / seconds
        return rates

    def distributions(self):
        plots = []
        for name, title, unit, factor in DISTRIBUTIONS:
            series = {s: [] for s in self.colours}
            for recording in self.recordings:
                if recording[name] is not None:
                    series[self.split_of(recording["path"])].append(recording[name] * factor)
            plots.append(histogram(title, unit, {s: v for s, v in series.items() if v}, self.colours))
        rates = collections.Counter(f'{r["rate"] / 1000:g} kHz' for r in self.recordings if r["rate"])
        plots.append(bars("Sampling rate", "recordings", rates, lambda _: PLAIN))
        return ('<h2>How recordings differ</h2>' + legend(self.colours)
                + '<div class="plots">' + "".join(plots) + "</div>")

    def flags(self):
        by_check = collections.defaultdict(list)
        for recording in self.recordings:
            for flag in recording["flags"]:
                by_check[flag["check"]].append((recording, flag))
        page = "<h2>Worth a look</h2>"
        if not by_check:
            return page + "<p>No check found anything.</p>"
        page += '<p class="soft">pa-stats(1) says what each check means and why it has that limit.</p>'
        for check, found in sorted(by_check.items(), key=lambda item: (-len(item[1]), item[0])):
            limit, unit = found[0][1]["limit"], found[0][1]["unit"]
            numbers = limit is not None
            if numbers:
                below = found[0][1]["value"] < limit
                found.sort(key=lambda f: f[1]["value"], reverse=not below)
                what = f'{"below" if below else "above"} {limit:g} {unit}'
            else:
                what = "cannot be read, or not to the end"
            rows = [[r["path"], f["value"]] for r, f in found]
            page += (f"<details{' open' if len(by_check) == 1 else ''}><summary><b>{len(found)}</b>"
                     f"{html.escape(check)} <span class='soft'>{what}</span></summary>"
                     + table(["recording", f">value ({unit})" if numbers else "reason"], rows) + "</details>")
        return page

    def duplicates(self):
        page = "<h2>Near-duplicates</h2>"
        if not self.pairs:
            return page + "<p>None.</p>"
        if len(self.colours) < 2:
            rows = [[a, b, edits, score] for a, b, edits, score in self.pairs]
            return page + table(["recording", "and", ">edits", ">score"], rows)
        rows = [[a, self.split_of(a), b, self.split_of(b), (score, "odd" if leak else "")]
                for leak, (a, b, edits, score) in sorted(
                    ((p in self.leaks, p) for p in self.pairs), key=lambda x: not x[0])]
        return (page + f"<p>{len(self.leaks)} of {len(self.pairs)} pairs are in two splits: they leak "
                "from one into the other, and stand first.</p>"
                + table(["recording", "split", "and", "split", ">score"], rows))

    def tokens(self):
        if not self.strings:
            return ""
        by_group = collections.defaultdict(list)
        by_split = collections.defaultdict(list)
        for recording in self.recordings:
            by_group[self.group_of(recording)].append(recording)
            if recording["path"] in self.strings:
                by_split[self.split_of(recording["path"])].append(self.strings[recording["path"]])
        curves = {s: vocabulary_curve(by_split[s]) for s in self.colours if by_split[s]}
        plots = [vocabulary_plot(curves, self.vocabulary, self.colours)]
        rates = self.token_rates(by_group)
        if len(rates) > 1:
            plots.insert(0, rate_plot(rates, self.group_colour))
        total = sum(len(t) for t, _ in self.strings.values())
        seconds = sum(s for _, s in self.strings.values())
        return (f"<h2>Token strings</h2><p>{total:,} tokens, {total / max(seconds, 1e-9):.2f} a second."
                "</p>" + legend(self.colours) + '<div class="plots">' + "".join(plots) + "</div>")

    def page(self):
        version = subprocess.run(["pa-stats", "--version"], stdout=subprocess.PIPE, text=True,
                                 check=True).stdout.strip()
        title = html.escape(self.options.folder)
        return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
                f'<style>{STYLE}</style></head><body><h1>{title}</h1>'
                f'<p class="soft">{time.strftime("%F %R")}, {html.escape(version)}</p>'
                + self.tiles() + self.groups() + self.distributions() + self.flags()
                + self.duplicates() + self.tokens() + "</body></html>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by", metavar="GROUPING", help="groups, such as speakers: folder:-1")
    parser.add_argument("--split", metavar="GROUPING",
                        help="splits that must not share recordings, such as folder:2")
    parser.add_argument("--duplicates", metavar="SCORE", default="0.7",
                        help="what near-duplicates have at least (default: %(default)s)")
    parser.add_argument("folder")
    parser.add_argument("output")
    options = parser.parse_args()
    output = pathlib.Path(options.output)
    output.mkdir(parents=True, exist_ok=True)

    with tempfile.TemporaryDirectory() as scratch_name, \
            open(output / "failures.txt", "wb") as failures, open(os.devnull, "wb") as nowhere:
        scratch = pathlib.Path(scratch_name)
        by = ["--by", options.by] if options.by else []
        audio = output / "audio.jsonl"
        status = run(["pa-stats", "--format", "jsonl", *by, options.folder], audio, failures,
                     accepted=(0, 2))
        recordings = read_recordings(audio)
        if not any(r["seconds"] for r in recordings):
            sys.exit(f"report: {options.folder}: no recording could be read, see {output}/failures.txt")
        # What cannot be read was named by pa-stats.
        run(["pa-tokenize", options.folder], output / "strings.tsv", nowhere, accepted=(0, 2))
        run(["pa-index", scratch / "strings.pai", output / "strings.tsv"], os.devnull)
        run(["pa-search", "--duplicates", options.duplicates, scratch / "strings.pai"],
            output / "duplicates.tsv", accepted=(0, 1))
        splits = groups_of(options.folder, options.split, scratch)

    strings, vocabulary = read_strings(output / "strings.tsv")
    with open(output / "duplicates.tsv", encoding="utf-8", errors="replace") as lines:
        pairs = [(unescape(a), unescape(b), edits, score) for a, b, edits, score in
                 (line.rstrip("\n").split("\t")[:4] for line in lines)]
    pairs.sort(key=lambda p: (-float(p[3]), p[0], p[1]))
    report = Report(options, recordings, strings, vocabulary, splits, pairs)
    (output / "index.html").write_text(report.page(), encoding="utf-8")
    damaged = sum(bool(r["fault"]) for r in recordings)
    print(f"{output}/index.html: {len(recordings)} recordings, {damaged} damaged")
    sys.exit(status)


if __name__ == "__main__":
    main()
