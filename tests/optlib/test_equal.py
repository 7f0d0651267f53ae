"""NumPy = ours in PyTorch = the reference: parameters and state, step for step."""

import numpy as np
import pytest
import torch
from cases import CONFIGS, IDS

import optlib.numpy
import optlib.torch

STEPS = 12


@pytest.fixture(autouse=True)
def float64():
    torch.set_default_dtype(torch.float64)  # torch's own step counters follow the default dtype
    yield
    torch.set_default_dtype(torch.float32)


def shapes_and_gradients(case, rng):
    """Parameters of every kind of shape, and for each step gradients of every size.

    The sizes run from 1e-3 to 1e3, one step's gradients are all zero, and now and then a
    parameter has none.
    """
    params = [rng.normal(size=shape) for shape in case.shapes]
    steps = []
    for t in range(STEPS):
        scale = 0.0 if t == 5 else 10.0 ** rng.integers(-3, 4)
        grads = [np.asarray(scale * rng.normal(size=shape)) for shape in case.shapes]
        if case.skips and t in (0, 3):  # before its first step, and later
            grads[-2] = None
        steps.append(grads)
    return params, steps


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
def test_numpy_equals_torch_equals_reference(case, config):
    start, steps = shapes_and_gradients(case, np.random.default_rng(0))
    arrays = [np.array(w) for w in start]
    arrays[-2] = np.asfortranarray(arrays[-2])  # not contiguous in memory
    ours = [torch.tensor(w, requires_grad=True) for w in start]
    theirs = [torch.tensor(w, requires_grad=True) for w in start]
    numpy_optimizer = getattr(optlib.numpy, case.name)(arrays, **config)
    torch_optimizer = getattr(optlib.torch, case.name)(ours, **config)
    reference = case.reference(theirs, **config)

    def assert_close(actual, expected, what):
        np.testing.assert_allclose(actual, expected, rtol=case.rtol, atol=1e-13, err_msg=what)

    for grads in steps:
        for tensors in (ours, theirs):
            for w, g in zip(tensors, grads, strict=True):
                w.grad = None if g is None else torch.tensor(g)
        numpy_optimizer.step(grads)
        torch_optimizer.step()
        reference.step()
        for i, (a, b, c) in enumerate(zip(arrays, ours, theirs, strict=True)):
            assert_close(b.detach(), c.detach(), f"PyTorch, parameter {i}")
            assert_close(a, b.detach(), f"NumPy, parameter {i}")
            if b not in torch_optimizer.state:
                continue  # no gradient so far; some of torch's have an untouched state then
            expected = {k: v for k, v in reference.state[c].items() if v is not None}
            if case.namesake:
                extra = torch_optimizer.state[b].keys() - expected.keys()
                assert extra <= {"step"}, "the state has torch's names and no others"
            for name in case.state or expected:
                if name in expected:  # torch's SGD has no step
                    assert_close(torch_optimizer.state[b][name], expected[name], f"{name} of {i}")
            assert numpy_optimizer.state[i].keys() == torch_optimizer.state[b].keys()
            for name, value in numpy_optimizer.state[i].items():
                assert_close(value, torch_optimizer.state[b][name], f"NumPy, {name} of {i}")


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_pass_through_alike(case, config, bad):
    rng = np.random.default_rng(2)
    w = rng.normal(size=(3, 4))
    grads = rng.normal(size=(3, 3, 4))
    grads[1, 1, 2] = bad
    ours, theirs = (torch.tensor(w, requires_grad=True) for _ in range(2))
    numpy_optimizer = getattr(optlib.numpy, case.name)([w], **config)
    torch_optimizer = getattr(optlib.torch, case.name)([ours], **config)
    reference = case.reference([theirs], **config)
    for g in grads:
        ours.grad, theirs.grad = torch.tensor(g), torch.tensor(g)
        numpy_optimizer.step([g])
        torch_optimizer.step()
        if case.namesake:
            reference.step()
        np.testing.assert_allclose(w, ours.detach(), rtol=case.rtol)
    state = torch_optimizer.state[ours]
    for name, value in numpy_optimizer.state[0].items():
        np.testing.assert_array_equal(np.isfinite(value), state[name].isfinite().numpy(), name)
    # torch's Adafactor makes NaN of infinity one step earlier, by the formula of its lerp_
    if case.namesake and not (case.name == "Adafactor" and np.isinf(bad)):
        np.testing.assert_allclose(w, theirs.detach(), rtol=case.rtol)
    moves = case.name == "Lion" and np.isinf(bad)  # by its sign
    assert np.isfinite(w[1, 2]) == moves


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_dtype_is_kept(case, config, dtype):
    if case.name == "Shampoo" and dtype is np.float16:
        pytest.skip("there are no eigenvalues in float16")
    shape = case.shapes[-1]
    w = np.ones(shape, dtype)
    optimizer = getattr(optlib.numpy, case.name)([w], **config)
    optimizer.param_groups[0]["lr"] = np.float64(0.1)  # as a schedule would set it
    seen = []
    original = optimizer.update
    optimizer.update = lambda *args, **kw: seen.append(original(*args, **kw)) or seen[-1]
    optimizer.step([np.full(shape, 0.5, dtype)])
    assert seen[0][0].dtype == dtype, "computed in the parameter's dtype, not only stored in it"
    for name, value in optimizer.state[0].items():
        assert name in ("step", "weight_sum", "lr_max") or value.dtype == dtype
    tensor = torch.ones(shape, dtype=getattr(torch, dtype.__name__), requires_grad=True)
    optimizer = getattr(optlib.torch, case.name)([tensor], **config)
    tensor.grad = torch.full_like(tensor, 0.5)
    optimizer.step()
    assert tensor.dtype == getattr(torch, dtype.__name__)


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
def test_a_sweep_is_as_many_runs(case, config):
    """A hyper-parameter as a column: each row goes its own way, as in a run of its own."""
    if not case.sweeps:
        pytest.skip("its steps depend on the whole array")
    rng = np.random.default_rng(1)
    start, lrs = rng.normal(size=4), np.array([0.001, 0.01, 0.1])
    rows = np.tile(start, (3, 1))
    sweep = getattr(optlib.numpy, case.name)([rows], **{**config, "lr": lrs[:, None]})
    singles = [start.copy() for _ in lrs]
    runs = [
        getattr(optlib.numpy, case.name)([w], **{**config, "lr": lr})
        for w, lr in zip(singles, lrs, strict=True)
    ]
    for _ in range(STEPS):
        sweep.step([np.sin(3 * rows)])
        for w, run in zip(singles, runs, strict=True):
            run.step([np.sin(3 * w)])
    np.testing.assert_allclose(rows, singles, rtol=1e-13)
