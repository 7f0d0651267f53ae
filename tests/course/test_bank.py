"""Every known mistake, as a student would hand it in, through the sandbox and the grader."""

import bank
import numpy as np
import pytest

from assignments import versions
from assignments.checking import Unchanged, Values, checks_of, functions_of
from assignments.grader.sandbox import Limits, Session

LIMITS = Limits(call=5)


def verdicts(assignment, code, kind, seed):
    checks = checks_of(assignment)
    with Session(code, kind=kind, limits=LIMITS) as session:
        return {
            grade_id: check.run(session.call, np.random.default_rng(seed))
            for grade_id, check in checks.items()
        }


def rounds(assignment):
    """The mistakes so grouped that each submission holds at most one of each function."""
    lists = [function.mistakes for function in functions_of(assignment)]
    longest = max(map(len, lists))
    return [[m[i] for m in lists if i < len(m)] for i in range(longest)]


CASES = [
    pytest.param(name, mistakes, id=f"{name}-{i}")
    for name in versions.names()
    for i, mistakes in enumerate(rounds(name), start=1)
]


@pytest.mark.parametrize("name, mistakes", CASES)
def test_a_mistake_loses_its_points_and_is_named(name, mistakes, sandbox):
    given = verdicts(name, bank.submission(name, mistakes), sandbox, seed=1)
    checks = checks_of(name)
    for mistake in mistakes:
        mine = {i for i, check in checks.items() if check.function is mistake.of}
        lost = {i for i in mine if not given[i].passed}
        assert lost == set(mistake.loses), (mistake.function.__name__, given)
        named = {i for i in lost if isinstance(checks[i], Values)}
        for i in named:
            assert mistake.feedback in given[i].feedback, mistake.function.__name__


@pytest.mark.parametrize("name", versions.names())
def test_the_solution_gets_full_marks(name, sandbox):
    for seed in (1, 2, 3):
        for grade_id, verdict in verdicts(name, bank.submission(name), sandbox, seed).items():
            assert verdict.passed, (grade_id, verdict.feedback)


STRANGE = [
    None, True, 10**30, float("nan"), "1.0", "", (), [], {}, {"w": 1.0}, [[1.0], [1.0, 2.0]],
    ((((1.0,),),),), np.array([]), np.zeros((0, 3)), np.full((3, 3), np.nan), np.zeros((2,) * 4),
    np.array(True), np.array([1], np.int8), np.array(1e300), (None, None), ("a", "b", "c"),
    (np.zeros(3),) * 9, [np.zeros(2), None], [{}, {}], {"a": [None]},
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", versions.names())
def test_whatever_is_returned_can_be_judged(name):
    """No exception, no points, and a word on it; the checks of unchanged arrays do not look."""
    for grade_id, check in checks_of(name).items():
        if not isinstance(check, Unchanged):
            for strange in STRANGE:
                verdict = check.run(
                    lambda name, args, kwargs, strange=strange: (strange, args, kwargs),
                    np.random.default_rng(0),
                )
                assert not verdict.passed and verdict.feedback, (grade_id, strange)


@pytest.mark.parametrize("name", versions.names())
def test_every_task_has_its_mistakes(name):
    checks = checks_of(name)
    for function in functions_of(name):
        names = [mistake.function.__name__ for mistake in function.mistakes]
        assert len(set(names)) == len(names) >= 8, function.name
        for mistake in function.mistakes:
            assert mistake.loses and set(mistake.loses) <= checks.keys(), mistake.function.__name__


def test_a_falling_loss_notices_one_of_twelve_wrong_adams():
    """What the assignment on Adam begins with."""
    from assignments.tasks.adam import STEP

    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 5))
    y = x @ rng.normal(size=5) + 0.5 * rng.normal(size=200) > 0

    def loss(w):
        return np.mean(np.logaddexp(0, x @ w) - y * (x @ w))

    def after_100_steps(step):
        w, m, v = np.zeros((3, 5))
        for t in range(1, 101):
            g = x.T @ (1 / (1 + np.exp(-(x @ w))) - y) / len(y)
            w, m, v = step(w, g, m, v, t=t, lr=0.05, betas=(0.9, 0.999), eps=1e-8)
        return loss(w)

    right = after_100_steps(STEP.reference)
    wrong = [after_100_steps(mistake.function) for mistake in STEP.mistakes]
    assert len(wrong) == 12
    assert sum(value < loss(np.zeros(5)) for value in wrong) == 11
    assert sum(value < 0.95 * right for value in wrong) == 4
