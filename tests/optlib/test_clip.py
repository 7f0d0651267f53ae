"""Clipping: NumPy = ours in PyTorch = torch.nn.utils, and what torch lets through is refused."""

import inspect
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import optlib.numpy.clip
import optlib.torch.clip
from optlib.numpy.clip import clip_grad_norm, clip_grad_value
from optlib.torch.clip import clip_grad_norm_, clip_grad_value_

NAN, INF = float("nan"), float("inf")


def gradients(scale=1.0, seed=0, dtype=float):
    rng = np.random.default_rng(seed)
    shapes = [(), (5,), None, (3, 4), (0, 2), (2, 3, 2)]
    return [None if s is None else np.array(scale * rng.normal(size=s), dtype) for s in shapes]


def parameters(grads):
    """Tensors with these gradients."""
    tensors = []
    for g in grads:
        g = None if g is None else torch.tensor(g)
        w = torch.zeros(3) if g is None else torch.zeros_like(g)
        w.requires_grad_().grad = g
        tensors.append(w)
    return tensors


def assert_all_close(actual, expected, **tolerance):
    for a, e in zip(actual, expected, strict=True):
        assert (a is None) == (e is None)
        if a is not None:
            a, e = (x.numpy() if isinstance(x, torch.Tensor) else x for x in (a, e))
            assert isinstance(a, np.ndarray)
            assert a.dtype == e.dtype
            assert a.shape == e.shape
            np.testing.assert_allclose(a, e, **tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("norm_type", [2.0, 1, 3, 0.5, INF, "inf"])
def test_norm_equals_torch(dtype, norm_type):
    for scale, max_norm in itertools.product([1e-9, 1e-4, 1, 1e3, 0], [0.0, 1e-6, 0.5, 3, INF]):
        grads = gradients(scale, dtype=dtype)
        if norm_type in (INF, "inf"):
            del grads[4]  # torch cannot take the maximum of the empty one
        clipped, norm = clip_grad_norm(grads, max_norm, norm_type)
        ours, theirs = parameters(grads), parameters(grads)
        our_norm = clip_grad_norm_(ours, max_norm, norm_type)
        their_norm = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
        rtol = 1e-13 if dtype == np.float64 else 3e-6
        assert type(norm) is float
        assert (our_norm.shape, our_norm.dtype) == ((), torch.float64)
        assert norm == pytest.approx(their_norm.item(), rel=rtol)
        assert norm == pytest.approx(our_norm.item(), rel=1e-13)
        expected = [w.grad for w in theirs]
        assert_all_close(clipped, expected, rtol=rtol, atol=1e-40)
        assert_all_close([w.grad for w in ours], expected, rtol=rtol, atol=1e-40)


def test_norm_by_hand():
    grads = [np.array([3.0]), np.array([[0.0, -4.0]])]
    for norm_type, expected in [(2, 5.0), (1, 7.0), (INF, 4.0), (0.5, (3**0.5 + 2) ** 2)]:
        clipped, norm = clip_grad_norm(grads, 1e-3, norm_type)
        assert norm == pytest.approx(expected, rel=1e-14)
        factor = 1e-3 / (expected + 1e-6)
        assert_all_close(clipped, [g * factor for g in grads], rtol=1e-14)
    assert clip_grad_norm(grads, 1.0)[1] == 5.0, "the 2-norm is the default"


@pytest.mark.parametrize("scale", [0.1, 1e4])
@pytest.mark.parametrize("clip_value", [0.0, 0.1, 1, 100.0, INF])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_value_equals_torch(scale, clip_value, dtype):
    grads = gradients(scale, dtype=dtype)
    ours, theirs = parameters(grads), parameters(grads)
    assert clip_grad_value_(ours, clip_value) is None
    torch.nn.utils.clip_grad_value_(theirs, clip_value)
    assert_all_close(clip_grad_value(grads, clip_value), [w.grad for w in theirs], rtol=0)
    assert_all_close([w.grad for w in ours], [w.grad for w in theirs], rtol=0)


finite = arrays(float, array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e6, 1e6))
lists = st.lists(st.none() | finite, max_size=4)
limits = st.floats(0, 1e7)
norm_types = st.sampled_from([1, 2, 3, INF])


def flat(grads):
    return np.concatenate([np.zeros(0), *[g.ravel() for g in grads if g is not None]])


@given(lists, limits, norm_types)
def test_the_norm_is_limited_and_the_direction_kept(grads, max_norm, norm_type):
    clipped, norm = clip_grad_norm(grads, max_norm, norm_type)
    before, after = flat(grads), flat(clipped)
    assert norm == (pytest.approx(np.linalg.norm(before, norm_type)) if before.size else 0)
    if before.size:
        assert np.linalg.norm(after, norm_type) <= max_norm * (1 + 1e-12) + 1e-300
    if norm + 1e-6 <= max_norm:
        np.testing.assert_array_equal(after, before)
    else:  # one factor, in [0, 1), for all
        factor = max_norm / (norm + 1e-6)
        np.testing.assert_allclose(after, factor * before, rtol=1e-12, atol=1e-300)


@given(lists, limits, norm_types)
def test_both_libraries_agree(grads, max_norm, norm_type):
    tensors = parameters(grads)
    norm = clip_grad_norm_(tensors, max_norm, norm_type)
    clipped, expected = clip_grad_norm(grads, max_norm, norm_type)
    assert norm.item() == pytest.approx(expected, rel=1e-12)
    assert_all_close([w.grad for w in tensors], clipped, rtol=1e-12, atol=1e-300)


@given(lists, limits)
def test_values_are_limited_and_others_left(grads, clip_value):
    clipped = clip_grad_value(grads, clip_value)
    before, after = flat(grads), flat(clipped)
    assert np.all(abs(after) <= clip_value)
    inside = abs(before) <= clip_value
    np.testing.assert_array_equal(after[inside], before[inside])
    np.testing.assert_array_equal(after[~inside], np.sign(before[~inside]) * clip_value)
    assert_all_close(clip_grad_value(clipped, clip_value), clipped, rtol=0)


def test_numpy_changes_nothing_that_it_was_given():
    for clip in (clip_grad_norm, clip_grad_value):
        for limit in (0.1, 1e9, INF):
            grads = gradients()
            result = clip(grads, limit)
            clipped = result[0] if clip is clip_grad_norm else result
            assert_all_close(grads, gradients(), rtol=0)
            for a, b in zip(grads, clipped, strict=True):
                assert a is None or not np.shares_memory(a, b), "a new array, clipped or not"


def test_in_place_on_a_view_and_without_autograd():
    w = torch.zeros(3, 4, requires_grad=True)
    base = torch.arange(12.0).reshape(4, 3)
    w.grad = base.T  # not contiguous
    clip_grad_norm_(w, 1.0)  # a tensor by itself
    assert w.grad.data_ptr() == base.data_ptr()
    assert not w.grad.requires_grad
    assert base.norm().item() == pytest.approx(1.0)
    clip_grad_value_(w, 0.1)
    assert base.max().item() == pytest.approx(0.1)
    strided = np.arange(12.0).reshape(4, 3).T[::2]
    assert np.linalg.norm(clip_grad_norm([strided], 1.0)[0][0]) == pytest.approx(1.0)


@pytest.mark.parametrize("clip", [clip_grad_norm_, clip_grad_value_])
def test_not_recorded_by_autograd(clip):
    """Also of a gradient that is part of a graph, as after ``backward(create_graph=True)``."""
    w, v = (torch.ones(2, requires_grad=True) for _ in range(2))
    w.grad = 2 * v
    made_by = w.grad.grad_fn
    clip(w, 0.5)
    assert w.grad.grad_fn is made_by
    assert torch.all(w.grad < 2)


def test_generators_and_modules():
    model = torch.nn.Linear(3, 2)
    model(torch.ones(1, 3)).sum().backward()
    norm = clip_grad_norm_(model.parameters(), 0.5)
    assert norm.item() == pytest.approx(8**0.5)
    total = torch.cat([w.grad.flatten() for w in model.parameters()]).norm()
    assert total.item() == pytest.approx(0.5, rel=1e-5)
    clip_grad_value_(model.parameters(), 1e-3)
    assert all(torch.all(w.grad == 1e-3) for w in model.parameters())


def test_no_gradients():
    assert clip_grad_norm([], 1.0) == ([], 0.0)
    assert clip_grad_norm([None], 1.0) == ([None], 0.0)
    assert clip_grad_norm([np.zeros(0)], 1.0, INF)[1] == 0.0
    assert clip_grad_value([None], 1.0) == [None]
    for tensors in ([], [torch.zeros(2)], parameters([np.zeros(0)])):
        norm = clip_grad_norm_(tensors, 1.0, INF)
        assert (norm.item(), norm.shape, norm.dtype) == (0.0, (), torch.float64)
        clip_grad_value_(tensors, 1.0)


@pytest.mark.parametrize(
    ("dtype", "size", "n"), [(np.float16, 6e4, 100), (np.float32, 3e30, 4), (np.float16, 1e-4, 9)]
)
def test_norms_that_the_dtype_cannot_hold(dtype, size, n):
    """Squares or sums beyond float16 (65504) or float32: torch's norm is inf, its gradients 0."""
    g = np.full(n, size, dtype)
    (clipped,), norm = clip_grad_norm([g], 0.1 * size)
    (w,) = parameters([g])
    our_norm = clip_grad_norm_([w], 0.1 * size)
    expected = float(g[0]) * math.sqrt(n)
    assert norm == pytest.approx(expected, rel=1e-12)
    assert our_norm.item() == pytest.approx(expected, rel=1e-12)
    eps = float(np.finfo(dtype).eps) + float(np.finfo(dtype).smallest_subnormal) / clipped[0]
    entry = 0.1 * size / (expected + 1e-6) * float(g[0])
    for result in (clipped, w.grad.numpy()):
        np.testing.assert_allclose(result, np.full(n, entry), rtol=float(eps))
        assert result.dtype == dtype


def test_a_factor_that_float16_cannot_hold():
    g = np.full(4, 6e4, np.float16)
    (clipped,), _ = clip_grad_norm(
        [
            g,
        ],
        1e-3,
    )
    (w,) = parameters([g])
    clip_grad_norm_([w], 1e-3)
    for result in (clipped, w.grad.numpy()):  # the factor is 8e-9, below the least float16
        np.testing.assert_allclose(result, np.full(4, 5e-4), rtol=1e-3)


def test_a_factor_that_float32_cannot_hold():
    (clipped,), _ = clip_grad_norm([np.full(1, 3e38, np.float32)], 1e-8)  # the factor is 3e-47
    np.testing.assert_allclose(clipped, [1e-8], rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_a_limit_that_float16_cannot_hold():
    g = np.array([6e4, -INF, NAN], np.float16)  # torch.nn.utils raises here
    (w,) = parameters([g])
    clip_grad_value_(w, 1e6)
    np.testing.assert_array_equal(clip_grad_value([g], 1e6)[0], g)
    np.testing.assert_array_equal(w.grad.numpy(), g)
    clip_grad_value_(w, 65504)
    np.testing.assert_array_equal(clip_grad_value([g], 65504)[0], [6e4, -65504, NAN])
    np.testing.assert_array_equal(w.grad.numpy(), [6e4, -65504, NAN])


def test_mixed_dtypes_keep_theirs():
    grads = [np.ones(3, np.float16), np.ones(2), np.ones((), np.float32)]
    tensors = parameters(grads)
    clipped, norm = clip_grad_norm(grads, 0.1)
    assert clip_grad_norm_(tensors, 0.1).item() == pytest.approx(norm) == pytest.approx(6**0.5)
    assert [g.dtype for g in clipped] == [np.float16, np.float64, np.float32]
    assert_all_close([w.grad for w in tensors], clipped, rtol=1e-3)
    bfloat = torch.ones(4, dtype=torch.bfloat16, requires_grad=True)
    bfloat.grad = torch.ones_like(bfloat)
    assert clip_grad_norm_(bfloat, 1.0).item() == 2.0
    assert bfloat.grad.tolist() == [0.5] * 4


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
@pytest.mark.filterwarnings("ignore:invalid value encountered in multiply")
def test_nonfinite(bad):
    grads = [np.array([1.0, bad]), np.array([2.0])]
    ours, theirs = parameters(grads), parameters(grads)
    clipped, norm = clip_grad_norm(grads, 1.0)
    our_norm = clip_grad_norm_(ours, 1.0)
    torch.nn.utils.clip_grad_norm_(theirs, 1.0)
    np.testing.assert_array_equal([norm, our_norm], abs(bad))
    assert_all_close(clipped, [w.grad for w in theirs], rtol=0)
    assert_all_close([w.grad for w in ours], [w.grad for w in theirs], rtol=0)

    tensors = parameters(grads)
    with pytest.raises(
        RuntimeError, match=r"clip_grad_norm: the norm of the gradients is (nan|inf)"
    ):
        clip_grad_norm(grads, 1.0, error_if_nonfinite=True)
    with pytest.raises(RuntimeError, match=r"clip_grad_norm_: the norm of the grad.* is (nan|inf)"):
        clip_grad_norm_(tensors, 1.0, error_if_nonfinite=True)
    assert_all_close([w.grad for w in tensors], grads, rtol=0)
    finite = [np.array([1e200])]
    assert clip_grad_norm(finite, INF, 1, error_if_nonfinite=True)[1] == 1e200
    assert clip_grad_norm_(parameters(finite), INF, 1, error_if_nonfinite=True).item() == 1e200


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        *[
            (dict(max_norm=x), ValueError, rf"max_norm must be in \[0, inf\], got {x!r}")
            for x in (-1, -1e-9, -INF, NAN)
        ],
        *[
            (dict(norm_type=x), ValueError, rf"norm_type must be in \(0, inf\], got {x!r}")
            for x in (0, -2, -INF, NAN)
        ],
        (dict(max_norm=None), TypeError, "max_norm must be a number, got None"),
        (dict(max_norm=np.ones(2)), TypeError, "max_norm must be a number, got array"),
        (dict(norm_type="fro"), TypeError, "norm_type must be a number, got 'fro'"),
        (dict(norm_type=[2]), TypeError, "norm_type must be a number, got"),
    ],
)
def test_wrong_arguments_of_norm(kwargs, error, message):
    kwargs = {"max_norm": 1.0, **kwargs}
    tensors = parameters(gradients())
    with pytest.raises(error, match="clip_grad_norm: " + message):
        clip_grad_norm(gradients(), **kwargs)
    with pytest.raises(error, match="clip_grad_norm_: " + message):
        clip_grad_norm_(tensors, **kwargs)
    assert_all_close([w.grad for w in tensors], gradients(), rtol=0)


@pytest.mark.parametrize("value", [-1, -1e-9, -INF, NAN, None, [1.0]])
def test_wrong_arguments_of_value(value):
    tensors = parameters(gradients())
    is_number = isinstance(value, int | float)
    error = ValueError if is_number else TypeError
    message = r"in \[0, inf\], got" if is_number else "a number, got"
    with pytest.raises(error, match="clip_grad_value: clip_value must be " + message):
        clip_grad_value(gradients(), value)
    with pytest.raises(error, match="clip_grad_value_: clip_value must be " + message):
        clip_grad_value_(tensors, value)
    assert_all_close([w.grad for w in tensors], gradients(), rtol=0)


def sparse():
    w = torch.zeros(3, requires_grad=True)
    w.grad = torch.zeros(3).to_sparse()
    return w


@pytest.mark.parametrize("dtype", [int, complex])
def test_wrong_gradients(dtype):
    """Each is found before anything is changed, though it comes last."""
    wrong = np.ones(2, dtype)
    for name, clip in [("norm", clip_grad_norm), ("value", clip_grad_value)]:
        with pytest.raises(TypeError, match=f"clip_grad_{name}: gradient 6 must be of floats, got"):
            clip([*gradients(), wrong], 0.1)
        with pytest.raises(TypeError, match=f"clip_grad_{name}: grads must be a list .* ndarray"):
            clip(np.ones(2), 0.1)
    tensor = torch.zeros(2, dtype=torch.complex128, requires_grad=True)
    tensor.grad = torch.ones_like(tensor)
    for name, clip in [("norm", clip_grad_norm_), ("value", clip_grad_value_)]:
        tensors = parameters(gradients())
        with pytest.raises(TypeError, match=f"clip_grad_{name}_: a gradient must be of real flo"):
            clip([*tensors, tensor], 0.1)
        with pytest.raises(TypeError, match=f"clip_grad_{name}_: sparse gradients are not supp"):
            clip([*tensors, sparse()], 0.1)
        assert_all_close([w.grad for w in tensors], gradients(), rtol=0)


@pytest.mark.parametrize("name", ["clip_grad_norm", "clip_grad_value"])
def test_signatures_mirror_each_other_and_torch(name):
    ours, mirrored, torch_own = (
        list(inspect.signature(function).parameters.values())
        for function in (
            getattr(optlib.numpy.clip, name),
            getattr(optlib.torch.clip, f"{name}_"),
            getattr(torch.nn.utils, f"{name}_"),
        )
    )
    assert ours[1:] == mirrored[1:]
    keys = [(p.name, p.default) for p in mirrored]
    assert [*keys, ("foreach", None)] == [(p.name, p.default) for p in torch_own]
