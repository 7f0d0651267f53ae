"""Rules recorded and done again in blocks: the same numbers to the last bit, or not recorded."""

import numpy as np
import pytest
from cases import ELEMENTWISE
from hypothesis import given, settings
from hypothesis import strategies as st

import optlib.numpy
from optlib.numpy import recorded

SIZE = 1001


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(recorded, "BLOCK", 800)  # does not divide the arrays


def arrays(count, dtype=np.float64):
    rng = np.random.default_rng(0)
    return [rng.normal(size=SIZE).astype(dtype) for _ in range(count)]


def both(rule, count, dtype=np.float64):
    """What the rule and its program make of w, g and the state, lists of arrays."""
    w, g, *state = arrays(count, dtype)
    expected = [a.copy() for a in rule(w, g, *state)]  # some may be among the inputs
    program = recorded.record(rule, w, state)
    for job in program.jobs([w, g, *state], [None] * len(state)):
        job()
    return [w, *state], expected, program


OPERATIONS = [
    lambda a, b: a + b,
    lambda a, b: a - 2 * b,
    lambda a, b: 1 - a * b,
    lambda a, b: a / (abs(b) + 1),
    lambda a, b: -a,
    lambda a, b: b**2,
    lambda a, b: np.maximum(a, 0.1 * b),
    lambda a, b: np.sqrt(np.abs(a)),
    lambda a, b: np.power(np.tanh(a), 2),
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 99), st.integers(0, 99)), max_size=12),
    st.lists(st.integers(0, 99), min_size=4, max_size=4),
)
def test_any_rule_of_ufuncs(steps, returned):
    """Whatever is read, left unread, handed back twice or in another's place."""

    def rule(*values):
        values = list(values)
        for operation, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            values.append(OPERATIONS[operation](a, b))
        return tuple(values[i % len(values)] for i in returned)

    actual, expected, _ = both(rule, 5)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_numbers_meet_arrays_as_they_do_in_numpy(dtype):
    def rule(w, g, m):
        m = 0.9 * m + (1 - 0.9) * g**2.0
        return w - 1e-3 * m / (1 - 0.9**3) / (np.sqrt(abs(m)) + 1e-8), m

    (w, m), expected, _ = both(rule, 3, dtype)
    assert w.dtype == expected[0].dtype == dtype
    np.testing.assert_array_equal((w, m), expected)


REFUSED = {
    "a sum": lambda w, g: w - g.sum(),
    "a sum by NumPy": lambda w, g: w - np.sum(g),
    "a mean": lambda w, g: w - np.mean(g),
    "a reduction": lambda w, g: w - np.maximum.reduce(g),
    "a running sum": lambda w, g: w - np.add.accumulate(g),
    "a product of vectors": lambda w, g: w - w @ g,
    "a choice by numbers": lambda w, g: np.where(g > 0, w - g, w),
    "a comparison": lambda w, g: w - (g > 0),
    "a branch": lambda w, g: w - g if g.any() else w,
    "a branch on truth": lambda w, g: w if g else w - g,
    "one number": lambda w, g: w - g[0],
    "as many numbers": lambda w, g: w - len(g),
    "a number of Python's": lambda w, g: w - float(g),
    "an array made of it": lambda w, g: w - np.asarray(g),
    "another power": lambda w, g: w - g**3,
    "a power that is an array": lambda w, g: w - abs(g) ** np.ones(1),
    "two results": lambda w, g: w - np.modf(g)[0],
    "in place": lambda w, g: w.__isub__(g),
    "a result put elsewhere": lambda w, g: np.subtract(w, g, out=w),
    "a branch by NumPy": lambda w, g: w - g if np.any(g) else w,
    "an array of its own": lambda w, g: w - np.linspace(0, 1, SIZE, dtype=np.float32),
    "an array of one": lambda w, g: w - np.ones(1, np.float32) * g,
    "another dtype": lambda w, g: w - np.float64(0.1) * g,
    "a complex number": lambda w, g: w - 1j * g,
    "its own error": lambda w, g: 1 / 0,
    "an array that is not made of it": lambda w, g: np.zeros(1, np.float32),
    "a number instead of an array": lambda w, g: 0.0,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded(name):
    w = np.ones(SIZE, np.float32)
    assert recorded.record(lambda w, g: (REFUSED[name](w, g),), w, []) is None


def test_refusals_have_the_reason_they_are_named_for():
    """Without what is refused the same lines are recorded."""
    for rule in (lambda w, g: w - g**2, lambda w, g: w - 0.1 * g, lambda w, g: w - abs(g)):
        assert recorded.record(lambda w, g, rule=rule: (rule(w, g),), np.ones(3), []) is not None


def test_scalars_of_the_state_are_computed_once():
    def rule(w, g, p, unused, m):
        p = p * 0.5
        return w - p * g, p, 0, m + p

    w, g, m = arrays(3)
    p = np.array(0.5)
    expected = w - 0.25 * g, m + 0.25
    program = recorded.record(rule, w, [p, None, m])
    new_p = p.copy()
    for job in program.jobs([w, g, p, None, m], [new_p, None, None]):
        job()
    np.testing.assert_array_equal((w, m), expected)
    assert (p, new_p) == (0.5, 0.25)


def test_only_as_much_room_as_is_needed_at_once():
    def rule(w, g, m, v):
        hyper = dict(t=3, lr=0.1, betas=(0.9, 0.99), eps=1e-8, amsgrad=False)
        return optlib.numpy.Adam.update(w, g, m, v, None, **hyper)[:3]

    with np.errstate(invalid="ignore"):  # v is not positive everywhere
        actual, expected, program = both(rule, 4)
    np.testing.assert_array_equal(actual, expected)
    assert len(program.calls) == 14, "as many as the rule has, none to copy a result"
    assert program.room == 2
    assert len(program.rooms) == 1, "the next block does with the same"
    assert program.rooms[0].nbytes == 2 * recorded.BLOCK


@pytest.mark.parametrize(("case", "config"), ELEMENTWISE)
def test_our_rules_are_recorded(case, config, monkeypatch):
    """One that is not would be run on whole arrays, and no result would tell."""
    made, record = [], recorded.record
    monkeypatch.setattr(recorded, "LARGE", 0)
    monkeypatch.setattr(recorded, "record", lambda *args: made.append(record(*args)) or made[-1])
    for dtype in (np.float32, np.float64):
        params = arrays(3, dtype)
        optimizer = getattr(optlib.numpy, case.name)(params, **config)
        for steps in range(1, 8):
            optimizer.step(arrays(3, dtype))
            assert len(made) == steps, "parameters that are alike share a program"
        assert None not in made
        made.clear()
