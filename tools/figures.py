"""Draw the landing page's picture, figures/ravine.*, and the e-book's cover, figures/cover.png.

    python tools/figures.py

What its caption in index.md says is asserted here.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from optlib import figures, problems
from optlib.numpy import SGD

STEPS = 40
START = np.array([-4.0, 2.6])


def path(problem, **hyper):
    w = START.copy()
    optimizer = SGD([w], **hyper)
    points = [w.copy()]
    for _ in range(STEPS):
        optimizer.step([problem.grad(w)])
        points.append(w.copy())
    return np.array(points)


def main():
    figures.use()
    ravine = problems.quadratic((1.0, 40.0), angle=-0.35)
    x, y = np.meshgrid(np.linspace(-5.4, 3.4, 300), np.linspace(-2.2, 3.6, 300))
    z = ravine.f(np.stack([x, y], axis=-1))
    plain = path(ravine, lr=0.046)
    momentum = path(ravine, lr=0.046, momentum=0.75)
    assert np.linalg.norm(plain[-1]) > 0.5
    assert np.linalg.norm(momentum[-1]) < 0.02

    plt.rcParams["svg.hashsalt"] = "ravine"
    fig, axes = plt.subplots(1, 2, figsize=(9.6, 3.3))
    runs = [("Gradient descent", plain, figures.ORANGE), ("Momentum", momentum, figures.BLUE)]
    for ax, (title, points, color) in zip(axes, runs, strict=True):
        ax.contour(x, y, np.sqrt(z), levels=13, colors="#9db4c4", linewidths=0.7)
        ax.plot(*points.T, "-o", color=color, linewidth=1.5, markersize=3)
        ax.plot(*START, "o", color="white", markeredgecolor=figures.INK, markersize=6)
        ax.plot(0, 0, "*", color=figures.INK, markersize=11)
        ax.set_title(f"{title}, {STEPS} steps")
        ax.set_axis_off()
    for suffix, dates in (("svg", {"Date": None}), ("pdf", {"CreationDate": None})):  # page, print
        target = Path(__file__).resolve().parents[1] / "figures" / f"ravine.{suffix}"
        fig.savefig(target, transparent=True, metadata=dates)

    fig = plt.figure(figsize=(5, 7.5), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.contour(x, y, np.sqrt(z), levels=13, colors="#9db4c4", linewidths=0.9)
    for _, points, color in runs:
        ax.plot(*points.T, "-o", color=color, linewidth=2, markersize=4)
    ax.plot(0, 0, "*", color=figures.INK, markersize=16)
    ax.set(xlim=(-4.6, 1), ylim=(-2.2, 6.2))
    ax.set_axis_off()
    fig.text(0.08, 0.9, "Optimizers,\nSide by Side", va="top", fontsize=34, fontweight="bold")
    fig.savefig(target.with_name("cover.png"), dpi=160)


if __name__ == "__main__":
    main()
