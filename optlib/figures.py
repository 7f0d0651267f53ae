"""The house style of the book's figures, and the three drawings that it needs again and again.

Lines are told apart by colour and by dash pattern or marker, the colours (Okabe and Ito's) are safe
for colour-blind readers, and the background is white, which the book's dark mode inverts.

>>> import matplotlib.pyplot as plt
>>> from optlib import figures
>>> fig, ax = plt.subplots()
>>> figures.trajectory(ax, [[1.0, 1.0], [0.0, 0.5], [0.0, 0.0]], label="three points")
>>> figures.band(ax, [0, 1], [[3, 1], [2, 1], [4, 0]], label="the median of three runs")
>>> ax.lines[-1].get_ydata()
array([3., 1.])
>>> plt.close(fig)
"""

import matplotlib as mpl
import numpy as np
from cycler import cycler

BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#007f5f", "#a0468a"
GREY, INK = "#767676", "#222222"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, INK)
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (9, 2)))
MARKERS = ("o", "s", "^", "D", "v")


def use():
    """Switch matplotlib to the house style; every chapter calls it once, at its top."""
    mpl.rcParams.update(
        {
            "figure.figsize": (6.4, 3.8),
            "figure.dpi": 100,
            "savefig.dpi": 160,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.labelsize": 11,
            "axes.labelcolor": INK,
            "text.color": INK,
            "axes.edgecolor": GREY,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#e3e3e3",
            "grid.linewidth": 0.7,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
            "lines.linewidth": 1.8,
            "legend.frameon": False,
            "legend.handlelength": 2.6,
            "legend.fontsize": 10,
            "mathtext.fontset": "stix",
        }
    )


def contours(ax, problem, *, levels=18):
    """Draw the contour lines of a two-dimensional problem over its region, and mark its minima.

    A number of ``levels`` is spread over the quantiles, so that flat parts get lines as well, and
    somewhat denser at the bottom, where the paths end; a list gives the levels themselves.
    """
    (left, right), (bottom, top) = problem.region
    x, y = np.meshgrid(np.linspace(left, right, 241), np.linspace(bottom, top, 241))
    z = problem.f(np.stack([x, y], axis=-1))
    if np.ndim(levels) == 0:
        levels = np.quantile(z, np.linspace(0, 1, levels + 1) ** 1.5)
    pale = mpl.colors.LinearSegmentedColormap.from_list("pale", ["#cfe1ef", "#ffffff"])
    ax.contourf(x, y, z, levels, cmap=pale, norm=mpl.colors.BoundaryNorm(levels, pale.N))
    ax.contour(x, y, z, levels[1:-1], colors="#9aa7b2", linewidths=0.6, linestyles="solid")
    ax.plot(*problem.minima.T, "*", color=INK, markersize=10, label="_minimum", zorder=4)
    ax.set(xlim=problem.region[0], ylim=problem.region[1], xlabel="$w_1$", ylabel="$w_2$")
    ax.grid(False)


def trajectory(ax, path, *, label, n=0, every=1):
    """Draw the points of shape (steps + 1, 2) that an optimizer visits, as the ``n``-th path.

    Every ``every``-th point gets a marker; the start is a large open circle.
    """
    path = np.asarray(path)
    ax.plot(*path.T, color=COLORS[n], linestyle="-", linewidth=1.3, marker=MARKERS[n], markersize=4,
            markevery=every, label=label, zorder=3 + n)  # fmt: skip
    ax.plot(*path[0], "o", color=INK, markerfacecolor="white", markersize=8, zorder=10)


def band(ax, x, runs, *, label, n=0, interval=(0.25, 0.75)):
    """Draw the median of ``runs``, of shape (runs, len(x)), with a band between two quantiles."""
    low, median, high = np.quantile(runs, [interval[0], 0.5, interval[1]], axis=0)
    ax.fill_between(x, low, high, color=COLORS[n], alpha=0.2, linewidth=0)
    ax.plot(x, median, color=COLORS[n], linestyle=DASHES[n], label=label)
