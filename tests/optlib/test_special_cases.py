"""What single algorithms do in corners that the table of cases does not reach."""

import io

import numpy as np
import pytest
import schedulefree
import torch

import optlib.numpy
import optlib.torch


@pytest.mark.parametrize("w0", [0.0, 2.0])
@pytest.mark.parametrize("g0", [0.0, 1.0])
def test_lamb_takes_a_plain_step_where_a_norm_is_zero(w0, g0):
    w, g = np.full(4, w0), np.full(4, g0)
    tensor = torch.tensor(w, requires_grad=True)
    tensor.grad = torch.tensor(g)
    optlib.numpy.LAMB([w], lr=0.1, eps=0.5, weight_decay=0.0).step([g])
    optlib.torch.LAMB([tensor], lr=0.1, eps=0.5, weight_decay=0.0).step()
    direction = g0 / (g0 + 0.5)  # u: one number, the same for all four
    ratio = w0 / direction if w0 and direction else 1.0
    np.testing.assert_allclose(w, w0 - 0.1 * ratio * direction)
    np.testing.assert_allclose(tensor.detach(), w)


def test_schedule_free_trains_and_evaluates_at_different_points():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=3), rng.normal(size=(10, 3))
    w = start.copy()
    ours, theirs = (torch.tensor(start, requires_grad=True) for _ in range(2))
    config = dict(lr=0.1, betas=(0.8, 0.9), warmup_steps=3)
    in_numpy = optlib.numpy.AdamWScheduleFree([w], **config)
    in_torch = optlib.torch.AdamWScheduleFree([ours], **config)
    reference = schedulefree.AdamWScheduleFreeReference([theirs], **config)
    for t, g in enumerate(gradients):
        reference.train()
        theirs.grad, ours.grad = torch.tensor(g), torch.tensor(g)
        reference.step()
        in_torch.step()
        in_numpy.step([g])
        if t in (0, 4, 9):
            y = w.copy()
            for optimizer in (reference, in_torch, in_numpy):
                optimizer.eval()
            np.testing.assert_allclose(ours.detach(), theirs.detach())
            np.testing.assert_allclose(w, theirs.detach())
            assert t == 0 or np.abs(w - y).max() > 1e-3, "the average is somewhere else"
            before = w.copy()
            with pytest.raises(RuntimeError, match=r"AdamWScheduleFree: call train\(\) before"):
                in_numpy.step([g])
            with pytest.raises(RuntimeError, match=r"AdamWScheduleFree: call train\(\) before"):
                in_torch.step()
            np.testing.assert_array_equal(w, before)
            in_torch.train()
            in_numpy.train()
            np.testing.assert_array_equal(w, y)  # exactly where training was
            np.testing.assert_allclose(ours.detach(), y)


def test_schedule_free_without_a_step_is_where_it_started():
    for rate in (0.0, 0.1):
        w = np.ones(2)
        tensor = torch.ones(2, dtype=torch.float64, requires_grad=True)
        in_numpy = optlib.numpy.AdamWScheduleFree([w], lr=rate)
        in_torch = optlib.torch.AdamWScheduleFree([tensor], lr=rate)
        if rate == 0:  # then no weight has been given to any iterate
            tensor.grad = torch.ones_like(tensor)
            in_numpy.step([np.ones(2)])
            in_torch.step()
        for optimizer in (in_numpy, in_torch):
            optimizer.eval()
            optimizer.train()
        np.testing.assert_array_equal(w, [1, 1])
        np.testing.assert_array_equal(tensor.detach(), [1, 1])


def test_a_sweep_is_saved_and_loaded():
    lrs, beta2 = np.array([[0.1], [0.2]]), np.array([[0.9], [0.99]])
    rows = np.ones((2, 3))
    optimizer = optlib.numpy.Adam([rows], lr=lrs, betas=(0.5, beta2))
    optimizer.step([rows])
    file = io.BytesIO()
    np.savez(file, **optimizer.state_dict())
    file.seek(0)
    copy = rows.copy()
    resumed = optlib.numpy.Adam([copy])
    resumed.load_state_dict(np.load(file, allow_pickle=False))
    np.testing.assert_array_equal(resumed.param_groups[0]["lr"], lrs)
    np.testing.assert_array_equal(resumed.param_groups[0]["betas"][1], beta2)
    for one, w in ((optimizer, rows), (resumed, copy)):
        one.step([w])
    np.testing.assert_array_equal(copy, rows)


def test_muon_takes_matrices_only():
    with pytest.raises(ValueError, match=r"Muon: a parameter must have 2 dimensions, got .*\(3,\)"):
        optlib.numpy.Muon([np.ones(3)])
    with pytest.raises(ValueError, match=r"Muon: a parameter must have 2 dimensions, got .*\(3,\)"):
        optlib.torch.Muon([torch.ones(3, requires_grad=True)])
    with pytest.raises(ValueError, match=r"Muon: adjust_lr_fn must be one of"):
        optlib.numpy.Muon([np.ones((2, 2))], adjust_lr_fn="largest")
    with pytest.raises(TypeError, match=r"Adam: betas must be 2 numbers, got 0\.9"):
        optlib.numpy.Adam([np.ones(2)], betas=0.9)
    with pytest.raises(ValueError, match=r"Adam: betas\[1\] must be in \[0, 1\), got 1.0"):
        optlib.numpy.Adam([np.ones(2)], betas=(0.9, 1.0))


def test_a_schedule_of_the_momentum_makes_no_new_state():
    class Counting(optlib.numpy.RMSprop):
        calls = 0

        @classmethod
        def init(cls, w, *, momentum, centered):
            cls.calls += 1
            return optlib.numpy.RMSprop.init(w, momentum=momentum, centered=centered)

    w = np.ones(2)
    optimizer = Counting([w], lr=0.1, momentum=0.5)
    for momentum in np.linspace(0.5, 0.9, 20):
        optimizer.param_groups[0]["momentum"] = float(momentum)
        optimizer.step([np.ones(2)])
    assert Counting.calls == 1 and len(Counting._unused) == 1


def test_schedule_free_takes_a_closure_and_remembers_the_largest_rate_exactly():
    w = torch.ones(2, requires_grad=True)  # of float32, in which 0.1 is another number
    optimizer = optlib.torch.AdamWScheduleFree([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = w.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 2
    assert optimizer.state[w]["lr_max"].item() == 0.1
    assert optimizer.state[w]["weight_sum"].item() == 0.1**2


def test_a_state_of_torch_s_sgd_comes_from_after_its_first_step():
    w = torch.ones(2, requires_grad=True)
    theirs = torch.optim.SGD([w], momentum=0.9)
    w.grad = torch.ones(2)
    theirs.step()
    ours = optlib.torch.SGD([w], momentum=0.9)
    ours.load_state_dict(theirs.state_dict())
    assert ours.state[w]["step"] == 1


def test_sgd_without_momentum_keeps_no_buffer():
    for w, package in ((np.ones(2), optlib.numpy), (torch.ones(2), optlib.torch)):
        assert package.SGD.init(w, momentum=0.0) == {"momentum_buffer": None}
