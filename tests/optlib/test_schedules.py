"""Schedules: equal to torch's schedulers step for step, for numbers and arrays of t alike."""

import io
import itertools
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from optlib import schedules
from optlib.schedules import (
    constant,
    cosine,
    cosine_restarts,
    exponential,
    inverse_sqrt,
    linear,
    multi_step,
    one_cycle,
    polynomial,
    step,
    time_decay,
    warmup,
    warmup_stable_decay,
)

NAN, INF = float("nan"), float("inf")
LR, STEPS = 0.3, 70


def rates(make, steps=STEPS, lr=LR):
    """The learning rates that one of torch's schedulers gives an optimizer, from step 0 on."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    result = [optimizer.param_groups[0]["lr"]]
    for _ in range(steps - 1):
        optimizer.step()
        scheduler.step()
        result.append(optimizer.param_groups[0]["lr"])
    return result


def by_torch(name, **kwargs):
    return lambda optimizer: getattr(lr_scheduler, name)(optimizer, **kwargs)


def joined(*makes, milestones):
    def make(optimizer):
        schedulers = [m(optimizer) for m in makes]
        return lr_scheduler.SequentialLR(optimizer, schedulers, milestones)

    return make


# Ours, torch's. Lengths are chosen so that 70 steps go past every end, and fall on no end.
TABLE = [
    (constant(LR), by_torch("ConstantLR", factor=1.0)),
    (step(LR, 7), by_torch("StepLR", step_size=7)),
    (step(LR, step_size=20, gamma=0.5), by_torch("StepLR", step_size=20, gamma=0.5)),
    (step(LR, step_size=1, gamma=1.01), by_torch("StepLR", step_size=1, gamma=1.01)),
    (multi_step(LR, [5, 30]), by_torch("MultiStepLR", milestones=[5, 30])),
    (
        multi_step(LR, milestones=[40, 0, 11, 11], gamma=0.6),
        by_torch("MultiStepLR", milestones=[40, 0, 11, 11], gamma=0.6),
    ),
    (exponential(LR, gamma=0.93), by_torch("ExponentialLR", gamma=0.93)),
    (linear(LR), by_torch("LinearLR")),
    (
        linear(LR, start_factor=0.9, end_factor=0.2, total_iters=33),
        by_torch("LinearLR", start_factor=0.9, end_factor=0.2, total_iters=33),
    ),
    (polynomial(LR), by_torch("PolynomialLR")),
    (
        polynomial(LR, total_iters=50, power=2.5),
        by_torch("PolynomialLR", total_iters=50, power=2.5),
    ),
    (cosine(LR, T_max=90), by_torch("CosineAnnealingLR", T_max=90)),
    (cosine(LR, 25, eta_min=0.01), by_torch("CosineAnnealingLR", T_max=25, eta_min=0.01)),
    (cosine_restarts(LR, 12), by_torch("CosineAnnealingWarmRestarts", T_0=12)),
    (
        cosine_restarts(LR, T_0=5, T_mult=2, eta_min=0.02),
        by_torch("CosineAnnealingWarmRestarts", T_0=5, T_mult=2, eta_min=0.02),
    ),
    (
        cosine_restarts(LR, T_0=1, T_mult=3),
        by_torch("CosineAnnealingWarmRestarts", T_0=1, T_mult=3),
    ),
    *[
        (
            one_cycle(LR, STEPS, **kwargs),
            by_torch("OneCycleLR", max_lr=LR, total_steps=STEPS, cycle_momentum=False, **kwargs),
        )
        for kwargs in [
            dict(),
            dict(pct_start=0.45, div_factor=8.0, final_div_factor=50.0),
            dict(pct_start=0.25, anneal_strategy="linear", div_factor=3.0),
            dict(pct_start=0.0),
            dict(pct_start=1.0),
        ]
    ],
]
IDS = [f"{ours.__qualname__.split('.')[0]}-{i}" for i, (ours, _) in enumerate(TABLE)]


@pytest.mark.parametrize(("ours", "theirs"), TABLE, ids=IDS)
def test_equals_torch(ours, theirs):
    expected = rates(theirs)
    np.testing.assert_allclose([ours(t) for t in range(STEPS)], expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours(np.arange(STEPS)), expected, rtol=0, atol=1e-12)


# Without a scheduler of torch's own: the formula as their sources write it.
@pytest.mark.parametrize(
    ("ours", "rule"),
    [
        (time_decay(LR, decay=0.07), lambda t: LR * (1.0 / (1.0 + 0.07 * t))),
        (inverse_sqrt(LR), lambda t: LR * (t + 1) ** -0.5),
        (inverse_sqrt(LR, timescale=16), lambda t: LR * 4 / (t + 16) ** 0.5),
    ],
)
def test_equals_its_source(ours, rule):
    np.testing.assert_allclose(
        [ours(t) for t in range(STEPS)],
        rates(lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda t: rule(t) / LR)),
        rtol=0,
        atol=1e-12,
    )


def test_the_transformer():
    d, n_warmup = 512, 40
    ours = warmup(inverse_sqrt((d * n_warmup) ** -0.5, timescale=n_warmup), steps=n_warmup - 1)
    n = np.arange(1, 401.0)
    expected = d**-0.5 * np.minimum(n**-0.5, n * n_warmup**-1.5)
    np.testing.assert_allclose(ours(np.arange(400)), expected, rtol=1e-13)


# torch warms up to the optimizer's rate, ours to the schedule's first: here they are the same.
@pytest.mark.parametrize("index", [i for i, (ours, _) in enumerate(TABLE) if ours(0) == LR])
@pytest.mark.parametrize(("steps", "start_factor"), [(10, 0.25), (9, None), (1, 0.5)])
def test_warmup_equals_torch(index, steps, start_factor):
    ours, theirs = TABLE[index]
    line = by_torch(
        "LinearLR",
        start_factor=1 / (steps + 1) if start_factor is None else start_factor,
        total_iters=steps,
    )
    expected = rates(joined(line, theirs, milestones=[steps]))
    ours = warmup(ours, steps, start_factor)
    np.testing.assert_allclose([ours(t) for t in range(STEPS)], expected, rtol=0, atol=1e-12)


def test_warmup_goes_to_where_the_schedule_starts():
    ours = warmup(one_cycle(1.0, 20, div_factor=10.0), steps=4, start_factor=0.0)
    np.testing.assert_allclose(ours(np.arange(5)), [0, 0.025, 0.05, 0.075, 0.1])
    assert ours(10) == one_cycle(1.0, 20, div_factor=10.0)(6)
    np.testing.assert_array_equal(warmup(cosine(1.0, 9), 0)(np.arange(9)), cosine(1.0, 9)(range(9)))
    by_hand = warmup(lambda t: 0.5, steps=3)  # any function will do
    np.testing.assert_allclose(by_hand(np.arange(5)), [0.125, 0.25, 0.375, 0.5, 0.5])


def test_warmup_stable_decay_equals_torch():
    ours = warmup_stable_decay(LR, total_steps=60, warmup_steps=9, decay_steps=20)
    expected = rates(
        joined(
            by_torch("LinearLR", start_factor=0.1, total_iters=9),
            by_torch("ConstantLR", factor=1.0),
            by_torch("LinearLR", start_factor=1.0, end_factor=0.0, total_iters=20),
            milestones=[9, 40],
        )
    )
    np.testing.assert_allclose(ours(np.arange(STEPS)), expected, rtol=0, atol=1e-12)


def test_warmup_stable_decay_by_hand():
    ours = warmup_stable_decay(1.0, 30, 4, 16, eta_min=0.2, decay="1-sqrt")
    assert ours(3) == pytest.approx(0.8)
    assert [ours(t) for t in (4, 10, 14)] == [1.0, 1.0, 1.0]
    # A quarter of the decay has the rate lose half of what it will lose.
    assert [ours(t) for t in (15, 18, 30, 40)] == pytest.approx([0.8, 0.6, 0.2, 0.2])
    linear_decay = warmup_stable_decay(1.0, 30, 4, 16, eta_min=0.2)
    assert linear_decay(18) == pytest.approx(0.8)
    stable = warmup_stable_decay(1.0, 10, 0, 0)
    np.testing.assert_array_equal(stable(np.arange(10)), np.ones(10))
    whole = warmup_stable_decay(1.0, 10, 2, 8)
    np.testing.assert_array_equal(whole(np.arange(2, 11)), np.linspace(1, 0, 9))


def test_one_cycle_stays_at_its_last_rate():
    ours = one_cycle(1.0, 10, div_factor=4.0, final_div_factor=5.0)
    assert ours(9) == ours(10) == ours(1000) == pytest.approx(1 / 20)
    assert one_cycle(1.0, 10, pct_start=0.1)(0) == 1.0  # where torch divides by zero
    assert one_cycle(1.0, 1)(0) == pytest.approx(1 / 25e4)


def test_many_restarts_start_where_they_should():
    """torch finds them by a logarithm when it is given the epoch: rounding must not do harm."""
    for T_0, T_mult in [(1, 2), (10, 3), (7, 10), (3, 1)]:
        ours = cosine_restarts(LR, T_0, T_mult)
        start, length = 0, T_0
        while start < 10**9 and length < 10**9 and start < 40 * T_0 * T_mult**4:
            assert ours(start) == LR
            assert length == 1 or ours(start + length - 1) < LR
            start, length = start + length, length * T_mult
    t = np.array([[0.0, 2.5], [10.0, 20.0]])
    np.testing.assert_allclose(
        cosine_restarts(1.0, 10, 2)(t), [[1, (1 + 0.5**0.5) / 2], [1, 0.5]], atol=1e-15
    )


ALL = [
    *[ours for ours, _ in TABLE],
    time_decay(LR, 0.1),
    inverse_sqrt(LR, 3),
    warmup(cosine(LR, 20), 5),
    warmup(step(LR, 3), 0),
    warmup_stable_decay(LR, 50, 5, 10, decay="1-sqrt"),
]


@pytest.mark.parametrize("schedule", ALL)
def test_arrays_are_as_many_numbers(schedule):
    t = np.arange(STEPS)
    numbers = [schedule(int(i)) for i in t]
    assert {type(lr) for lr in numbers} == {float}, "np.float64 would not load with weights_only"
    assert type(schedule(np.int64(3))) is type(schedule(torch.tensor(3))) is float
    for array in (t, t.astype(float), t.tolist(), t.reshape(7, 10), t[::-1]):
        expected = [schedule(i) for i in np.ravel(array)]
        np.testing.assert_allclose(np.ravel(schedule(array)), expected, rtol=1e-14, atol=1e-17)
        assert schedule(array).shape == np.shape(array)
    assert schedule(np.arange(0)).shape == (0,)
    np.testing.assert_array_equal(t, np.arange(STEPS))


MAKERS = {
    "constant": constant,
    "step": lambda lr: step(lr, 7),
    "multi_step": lambda lr: multi_step(lr, [3, 9]),
    "exponential": lambda lr: exponential(lr, 0.9),
    "time_decay": lambda lr: time_decay(lr, 0.1),
    "inverse_sqrt": lambda lr: inverse_sqrt(lr, 5),
    "linear": linear,
    "polynomial": lambda lr: polynomial(lr, 20, 2),
    "cosine": lambda lr: cosine(lr, 20),
    "cosine_restarts": lambda lr: cosine_restarts(lr, 4, 2),
    "one_cycle": lambda lr: one_cycle(lr, 40),
    "warmup": lambda lr: warmup(cosine(lr, 20), 6),
    "warmup_stable_decay": lambda lr: warmup_stable_decay(lr, 40, 5, 10),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_sweep_over_rates(make):
    lrs = np.array([[0.001], [0.1], [3.0]])
    for t in (0, 3, 17, 60):
        np.testing.assert_allclose(make(lrs)(t), [[make(lr)(t)] for lr in lrs[:, 0]], rtol=1e-14)


# Without a growing factor, these only ever fall (or, to be exact, do not rise).
falling = st.sampled_from(
    ["constant", "step", "multi_step", "exponential", "time_decay", "inverse_sqrt", "polynomial"]
)


@given(falling, st.floats(0, 1e3), st.lists(st.floats(0, 1e4), min_size=2, max_size=20))
def test_falling_schedules_fall_from_lr(name, lr, t):
    schedule = MAKERS[name](lr)
    values = schedule(np.sort(t))
    assert np.all(np.diff(values) <= 1e-12 * lr)
    assert np.all((values >= 0) & (values <= lr))
    assert schedule(0) == lr


@given(st.integers(1, 50), st.integers(1, 4), st.integers(0, 2000), st.floats(0, 1))
def test_cosines_stay_between_their_ends(T, T_mult, t, eta_min):
    for schedule in (
        cosine(1.0, T, eta_min=eta_min),
        cosine_restarts(1.0, T, T_mult, eta_min=eta_min),
    ):
        assert eta_min - 1e-12 <= schedule(t) <= 1 + 1e-12
    assert cosine(1.0, T)(t) == pytest.approx(cosine(1.0, T)(t + 2 * T), abs=1e-9)


@given(st.integers(1, 300), st.floats(0, 1), st.sampled_from(["cos", "linear"]))
def test_one_cycle_rises_then_falls(total_steps, pct_start, anneal_strategy):
    lr = one_cycle(1.0, total_steps, pct_start, anneal_strategy)(np.arange(total_steps + 2))
    top = np.argmax(lr)
    assert np.all(np.diff(lr[: top + 1]) >= 0)
    assert np.all(np.diff(lr[top:]) <= 0)
    assert np.all((lr > 0) & (lr <= 1 + 1e-12))


@given(st.integers(0, 50), st.integers(0, 200), st.sampled_from(sorted(MAKERS)))
def test_warmup_is_a_delay(steps, t, name):
    schedule = MAKERS[name](LR)
    assert warmup(schedule, steps)(steps + t) == schedule(t)
    line = warmup(schedule, steps)(np.arange(steps + 1))
    np.testing.assert_allclose(line, schedule(0) * np.arange(1, steps + 2) / (steps + 1))


def test_in_an_optimizer_of_either_library():
    from optlib.numpy import SGD

    schedule = warmup(cosine(0.5, 20), 5)
    w = np.array([1.0])
    optimizer = SGD([w], lr=0.1)
    tensor = torch.ones(1, dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.SGD([tensor], lr=1.0)
    scheduler = lr_scheduler.LambdaLR(theirs, schedule)
    for t in range(25):
        optimizer.param_groups[0]["lr"] = schedule(t)
        optimizer.step([w.copy()])
        tensor.grad = tensor.detach().clone()
        theirs.step()
        scheduler.step()
    np.testing.assert_allclose(w, tensor.detach(), rtol=1e-13)
    assert 0 < w[0] < 0.05
    file = io.BytesIO()
    torch.save({"optimizer": theirs.state_dict(), "scheduler": scheduler.state_dict()}, file)
    file.seek(0)
    assert torch.load(file, weights_only=True)["scheduler"]["last_epoch"] == 25


def test_import_does_not_need_torch():
    code = "import sys, optlib.schedules; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


GOOD = {
    "constant": dict(lr=0.1),
    "step": dict(lr=0.1, step_size=3, gamma=0.1),
    "multi_step": dict(lr=0.1, milestones=[3], gamma=0.1),
    "exponential": dict(lr=0.1, gamma=0.1),
    "time_decay": dict(lr=0.1, decay=0.1),
    "inverse_sqrt": dict(lr=0.1, timescale=3),
    "linear": dict(lr=0.1, start_factor=0.1, end_factor=1.0, total_iters=3),
    "polynomial": dict(lr=0.1, total_iters=3, power=1.0),
    "cosine": dict(lr=0.1, T_max=3, eta_min=0.0),
    "cosine_restarts": dict(lr=0.1, T_0=3, T_mult=1, eta_min=0.0),
    "one_cycle": dict(
        max_lr=0.1, total_steps=9, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
    ),
    "warmup": dict(schedule=constant(0.1), steps=3, start_factor=0.1),
    "warmup_stable_decay": dict(lr=0.1, total_steps=9, warmup_steps=2, decay_steps=0, eta_min=0.0),
}
# What is not [0, inf), and one value on each side that is just out.
RANGES = {
    **dict.fromkeys(["step_size", "total_iters", "T_max", "T_0", "T_mult"], ("[1, inf)", [0, -1])),
    "total_steps": ("[1, inf)", [0, -1]),
    **dict.fromkeys(
        ["timescale", "div_factor", "final_div_factor"], ("(0, inf)", [0, -1, NAN, INF])
    ),
    "pct_start": ("[0, 1]", [-0.01, 1.01, NAN]),
    "warmup_steps": ("[0, 9]", [-1, 10]),
    "decay_steps": ("[0, 7]", [-1, 8]),
    **dict.fromkeys(["milestones", "steps"], ("[0, inf)", [-1])),
}
INTEGERS = {"step_size", "total_iters", "T_max", "T_0", "T_mult", "total_steps", "steps"}
INTEGERS |= {"warmup_steps", "decay_steps", "milestones"}
SWEPT = {"lr", "max_lr", "eta_min"}  # may be arrays


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, key) for name, kwargs in GOOD.items() for key in kwargs if key != "schedule"],
)
def test_every_argument_is_checked(name, argument):
    def call(value):
        value = [3, value] if argument == "milestones" else value
        return getattr(schedules, name)(**{**GOOD[name], argument: value})

    allowed, bad = RANGES.get(argument, ("[0, inf)", [-1, -1e-9, NAN, INF, -INF]))
    for value in bad:
        with pytest.raises(ValueError) as error:
            call(value)
        assert str(error.value) == f"{name}: {argument} must be in {allowed}, got {value!r}"
    call(
        9 if argument == "total_steps" else 1
    )  # good ones pass, also those at the end of the range
    if allowed[:2] == "[0":
        call(0)
    if allowed[-1] == "]":
        call(int(allowed[-2]))

    what = "an integer" if argument in INTEGERS else "a number"
    for value in [True, 1j, *[2.0] * (argument in INTEGERS)]:
        with pytest.raises(TypeError) as error:
            call(value)
        assert str(error.value) == f"{name}: {argument} must be {what}, got {value!r}"
    if argument not in SWEPT:
        with pytest.raises(TypeError, match=f"{name}: {argument} must be"):
            call(np.array([1, 2]))


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_every_schedule_checks_t(make, request):
    name = request.node.callspec.id
    for t in (-1, NAN, INF, [3, -1]):
        with pytest.raises(ValueError, match=rf"{name}: t must be in \[0, inf\), got"):
            make(0.1)(t)
    with pytest.raises(TypeError, match=f"{name}: t must be a number, got '3'"):
        make(0.1)("3")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: one_cycle(0.1, 9, anneal_strategy="cosine"),
            ValueError,
            r"one_cycle: anneal_strategy must be one of \['cos', 'linear'\], got 'cosine'",
        ),
        (
            lambda: warmup_stable_decay(0.1, 9, 1, 1, decay="sqrt"),
            ValueError,
            r"warmup_stable_decay: decay must be one of \['linear', '1-sqrt'\], got 'sqrt'",
        ),
        (lambda: warmup(0.1, 5), TypeError, "warmup: schedule must be a function t -> lr, got 0.1"),
    ],
)
def test_other_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_table_is_complete():
    public = {n for n, f in vars(schedules).items() if callable(f) and not n.startswith("_")}
    assert public == set(MAKERS) == set(GOOD)
    documented = itertools.chain.from_iterable(GOOD.values())
    text = "".join(getattr(schedules, name).__doc__ for name in public) + schedules.__doc__
    assert all(argument in text for argument in documented)


@pytest.mark.parametrize(
    ("by_default", "spelled_out"),
    [
        (schedules.inverse_sqrt(0.3), schedules.inverse_sqrt(0.3, timescale=1)),
        (schedules.linear(0.3), schedules.linear(0.3, 1 / 3, 1.0, 5)),
        (schedules.polynomial(0.3), schedules.polynomial(0.3, 5, 1.0)),
        (schedules.step(0.3, 3), schedules.step(0.3, 3, 0.1)),
        (schedules.multi_step(0.3, [2, 5]), schedules.multi_step(0.3, [2, 5], 0.1)),
        (schedules.cosine_restarts(0.3, 4), schedules.cosine_restarts(0.3, 4, 1, 0.0)),
        (schedules.one_cycle(0.3, 9), schedules.one_cycle(0.3, 9, 0.3, "cos", 25.0, 1e4)),
    ],
)
def test_defaults(by_default, spelled_out):
    np.testing.assert_array_equal(by_default(np.arange(12)), spelled_out(np.arange(12)))
