import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from optlib import figures, problems


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        figures.use()
        fig, ax = plt.subplots()
        yield ax
        fig.canvas.draw()
        plt.close(fig)


def test_contours_show_the_region_and_the_minima(ax):
    problem = problems.himmelblau()
    figures.contours(ax, problem)
    assert (ax.get_xlim(), ax.get_ylim()) == problem.region
    np.testing.assert_array_equal(np.array(ax.lines[0].get_data()).T, problem.minima)


def test_contours_at_given_levels(ax):
    figures.contours(ax, problems.plateau(), levels=[0.0, 0.5, 0.9, 1.0])
    np.testing.assert_array_equal(ax.collections[-1].levels, [0.5, 0.9])


def test_trajectory_draws_each_point_and_marks_the_start(ax):
    path = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    figures.trajectory(ax, path, label="SGD", n=1)
    np.testing.assert_array_equal(np.array(ax.lines[0].get_data()).T, path)
    np.testing.assert_array_equal(np.array(ax.lines[1].get_data()).ravel(), path[0])
    assert ax.get_legend_handles_labels()[1] == ["SGD"]


def test_band_is_the_median_between_quartiles(ax):
    runs = np.arange(5.0)[:, None] + np.zeros(3)
    figures.band(ax, [0, 1, 2], runs, label="runs")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2, 2, 2])
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.min() == 1 and heights.max() == 3
