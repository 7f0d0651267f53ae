"""Functions to minimise, each with its gradient, minima, usual start and region.

A point is an array whose last axis has the coordinates; ``f`` and ``grad`` take any number of
points at once: of shape (…, d), they give values of shape (…) and gradients of shape (…, d).

>>> problem = rosenbrock()
>>> problem.f(problem.start).round(4), problem.grad(problem.start).round(4)
(np.float64(24.2), array([-215.6,  -88. ]))
>>> problem.f(np.zeros((3, 5, 2))).shape
(3, 5)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Problem:
    """A function to minimise.

    ``minima`` has the global minima as rows, ``start`` is where the literature usually starts, and
    ``region`` is the part of the plane worth drawing, ((left, right), (bottom, top)).
    """

    name: str
    f: Callable
    grad: Callable
    minima: np.ndarray
    start: np.ndarray
    region: tuple


def _problem(name, f, grad, *, minima, start, region):
    minima, start = np.array(minima, dtype=float), np.array(start, dtype=float)
    return Problem(name, f, grad, minima, start, region)


def quadratic(eigenvalues=(1.0, 10.0), *, angle=0.0):
    r"""½ wᵀA w, with the given eigenvalues (curvatures) of A; their ratio is κ.

    In two dimensions ``angle``, in radians, turns the axes counter-clockwise.
    """
    eigenvalues = np.array(eigenvalues, dtype=float)
    if eigenvalues.ndim != 1 or len(eigenvalues) == 0 or not np.all(eigenvalues > 0):
        raise ValueError(f"quadratic: eigenvalues must be positive numbers, got {eigenvalues}")
    if angle and len(eigenvalues) != 2:
        raise ValueError(f"quadratic: angle needs 2 eigenvalues, got {len(eigenvalues)}")
    axes = np.eye(len(eigenvalues))
    if angle:
        axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    A = axes * eigenvalues @ axes.T
    return _problem(
        f"quadratic, κ = {eigenvalues.max() / eigenvalues.min():g}",
        f=lambda w: 0.5 * ((w @ A) * w).sum(axis=-1),
        grad=lambda w: w @ A,
        minima=[np.zeros(len(eigenvalues))],
        start=axes @ np.ones(len(eigenvalues)),  # each axis of the bowl contributes
        region=((-1.5, 1.5), (-1.5, 1.5)),
    )


def ravine():
    """0.1x² + 2y²: the long valley of Dive into Deep Learning's momentum chapter, κ = 20."""
    curvatures = np.array([0.2, 4.0])
    return _problem(
        "ravine",
        f=lambda w: 0.5 * (curvatures * w**2).sum(axis=-1),
        grad=lambda w: curvatures * w,
        minima=[[0, 0]],
        start=[-5, -2],
        region=((-5.5, 2.5), (-3, 3)),
    )


def plateau():
    """‖w‖²/(1 + ‖w‖²): a well in a plain whose slope dies away with the cube of the distance."""

    def f(w):
        square = (w**2).sum(axis=-1)
        return square / (1 + square)

    def grad(w):
        return 2 * w / (1 + (w**2).sum(axis=-1, keepdims=True)) ** 2

    return _problem("plateau", f, grad, minima=[[0, 0]], start=[-4, 2], region=((-5, 5), (-5, 5)))


def saddle():
    """½x² - ½y² + ¼y⁴: a saddle point at the origin between minima at (0, ±1), of value -¼."""
    return _problem(
        "saddle",
        f=lambda w: 0.5 * w[..., 0] ** 2 - 0.5 * w[..., 1] ** 2 + 0.25 * w[..., 1] ** 4,
        grad=lambda w: np.stack([w[..., 0], w[..., 1] ** 3 - w[..., 1]], axis=-1),
        minima=[[0, 1], [0, -1]],
        start=[1, 0.001],
        region=((-1.5, 1.5), (-1.5, 1.5)),
    )


def rosenbrock():
    """(1 - x)² + 100(y - x²)²: a bent ravine (Rosenbrock, 1960)."""

    def grad(w):
        x, y = w[..., 0], w[..., 1]
        return np.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=-1)

    return _problem(
        "Rosenbrock",
        f=lambda w: (1 - w[..., 0]) ** 2 + 100 * (w[..., 1] - w[..., 0] ** 2) ** 2,
        grad=grad,
        minima=[[1, 1]],
        start=[-1.2, 1],
        region=((-2, 2), (-1, 3)),
    )


def beale():
    """Σᵢ (cᵢ - x + xyⁱ)² with c = 1.5, 2.25, 2.625: flat, with steep corners (Beale, 1958)."""
    terms = ((1, 1.5), (2, 2.25), (3, 2.625))

    def f(w):
        x, y = w[..., 0], w[..., 1]
        return sum((c - x + x * y**i) ** 2 for i, c in terms)

    def grad(w):
        x, y = w[..., 0], w[..., 1]
        dx = sum(2 * (c - x + x * y**i) * (y**i - 1) for i, c in terms)
        dy = sum(2 * (c - x + x * y**i) * i * x * y ** (i - 1) for i, c in terms)
        return np.stack([dx, dy], axis=-1)

    return _problem(
        "Beale", f, grad, minima=[[3, 0.5]], start=[1, 1], region=((-4.5, 4.5), (-4.5, 4.5))
    )


def himmelblau():
    """(x² + y - 11)² + (x + y² - 7)²: four minima of equal depth (Himmelblau, 1972)."""

    def grad(w):
        x, y = w[..., 0], w[..., 1]
        a, b = x**2 + y - 11, x + y**2 - 7
        return np.stack([4 * a * x + 2 * b, 2 * a + 4 * b * y], axis=-1)

    return _problem(
        "Himmelblau",
        f=lambda w: (w[..., 0] ** 2 + w[..., 1] - 11) ** 2 + (w[..., 0] + w[..., 1] ** 2 - 7) ** 2,
        grad=grad,
        minima=[
            [3, 2],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.283185991286170],
            [3.584428340330492, -1.848126526964404],
        ],
        start=[0, 0],
        region=((-5, 5), (-5, 5)),
    )
