import numpy as np
import pytest

from optlib import problems

PROBLEMS = [
    problems.quadratic(),
    problems.quadratic((1.0, 25.0), angle=0.7),
    problems.quadratic((0.5, 2.0, 3.0, 40.0)),
    problems.ravine(),
    problems.plateau(),
    problems.saddle(),
    problems.rosenbrock(),
    problems.beale(),
    problems.himmelblau(),
]


@pytest.fixture(params=PROBLEMS, ids=lambda problem: problem.name)
def problem(request):
    return request.param


def test_gradient_is_the_derivative(problem):
    d = len(problem.start)
    points = problem.start + np.random.default_rng(0).normal(size=(20, d))
    h = 1e-5
    for i, e in enumerate(np.eye(d)):
        slope = (problem.f(points + h * e) - problem.f(points - h * e)) / (2 * h)
        np.testing.assert_allclose(problem.grad(points)[:, i], slope, rtol=1e-6, atol=1e-6)


def test_minima_are_minima(problem):
    np.testing.assert_allclose(problem.grad(problem.minima), 0, atol=1e-10)
    values = problem.f(problem.minima)
    np.testing.assert_allclose(values, values[0], atol=1e-12)
    around = problem.minima[:, None] + 0.1 * np.random.default_rng(0).normal(
        size=(len(problem.minima), 100, len(problem.start))
    )
    assert np.all(problem.f(around) > values[0])
    everywhere = np.random.default_rng(0).uniform(*np.array(problem.region).T, size=(10000, 2))
    if len(problem.start) == 2:
        assert problem.f(everywhere).min() > values[0] - 1e-12


def test_start_and_minima_are_in_the_region(problem):
    low, high = np.array(problem.region).T
    for point in [problem.start, *problem.minima]:
        assert np.all((point[:2] >= low) & (point[:2] <= high))
    assert np.linalg.norm(problem.grad(problem.start)) > 1e-3, "a start where nothing pulls"


def test_batches_equal_points_one_by_one(problem):
    points = np.random.default_rng(0).normal(size=(3, 4, len(problem.start)))
    values, slopes = problem.f(points), problem.grad(points)
    assert values.shape == (3, 4) and slopes.shape == points.shape
    for index in np.ndindex(3, 4):
        np.testing.assert_allclose(values[index], problem.f(points[index]), rtol=1e-12)
        np.testing.assert_allclose(slopes[index], problem.grad(points[index]), rtol=1e-12)


def test_quadratic_has_the_curvatures_and_axes_asked_for():
    problem = problems.quadratic((1.0, 9.0), angle=np.pi / 6)
    flat = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    np.testing.assert_allclose(problem.grad(flat), 1.0 * flat)
    steep = np.array([-flat[1], flat[0]])
    np.testing.assert_allclose(problem.grad(steep), 9.0 * steep, atol=1e-14)
    assert problem.name == "quadratic, κ = 9"


def test_known_values():
    assert problems.ravine().f(np.array([-5.0, -2.0])) == pytest.approx(10.5)
    assert problems.rosenbrock().f(np.array([-1.2, 1.0])) == pytest.approx(24.2)
    assert problems.beale().f(np.array([1.0, 1.0])) == pytest.approx(14.203125)
    assert problems.himmelblau().f(np.zeros(2)) == pytest.approx(170)
    assert problems.plateau().f(np.array([3.0, 4.0])) == pytest.approx(25 / 26)
    np.testing.assert_array_equal(problems.saddle().grad(np.zeros(2)), 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: problems.quadratic((1.0, -1.0)), "eigenvalues must be positive"),
        (lambda: problems.quadratic(()), "eigenvalues must be positive"),
        (lambda: problems.quadratic((1.0, 2.0, 3.0), angle=0.1), "angle needs 2 eigenvalues"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
