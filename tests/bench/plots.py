"""Plots of figures over the size of the work, as SVG. By gnuplot, which knows how to draw axes and
which Debian has in a package without a graphical interface."""

import subprocess
from typing import NamedTuple


class Curve(NamedTuple):
    values: list  # one for each point of the horizontal axis
    title: str
    style: str = ""  # of gnuplot: linetype, dashtype …
    right: bool = False  # by the axis on the right


def draw(path, label, sizes, curves, *commands):
    """`sizes`, a logarithmic axis with this label, and what was measured at each of them."""
    points = "\n".join(" ".join(map(str, point))
                       for point in zip(sizes, *(curve.values for curve in curves)))
    script = "\n".join([
        "set encoding utf8", "set terminal svg size 720,480 font 'sans,13' background 'white'",
        f"set output '{path}'", "set key outside top center horizontal maxcols 2 width 4",
        "set grid", "set border 3", "set tics nomirror", "set logscale x",
        f"set xrange [{sizes[0] / 1.5}:{sizes[-1] * 1.5}]", f"set xlabel '{label}'",
        f"$data << END\n{points}\nEND", *commands,
        "plot " + ", ".join(
            f"$data using 1:{i} {'axes x1y2 ' * curve.right}with linespoints linewidth 2 pointsize 0.7 {curve.style} "
            f"title '{curve.title}'" for i, curve in enumerate(curves, 2))])
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
