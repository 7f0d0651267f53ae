"""Initialisers: on the torch side torch.nn.init's numbers, on the NumPy side its distributions."""

import inspect
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from optlib.numpy import init
from optlib.torch import init as torch_init

NAN, INF = float("nan"), float("inf")
GAINS = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "conv1d", "conv2d", "conv3d"]
GAINS += ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

# name, arguments, the standard deviation and the kind of distribution for fans (in, out)
TABLE = [
    ("uniform", dict(), lambda i, o: 1 / math.sqrt(12)),
    ("uniform", dict(a=-0.2, b=0.7), lambda i, o: 0.9 / math.sqrt(12)),
    ("normal", dict(), lambda i, o: 1.0),
    ("normal", dict(mean=0.3, std=0.02), lambda i, o: 0.02),
    ("xavier_uniform", dict(), lambda i, o: math.sqrt(2 / (i + o))),
    ("xavier_uniform", dict(gain=5 / 3), lambda i, o: 5 / 3 * math.sqrt(2 / (i + o))),
    ("xavier_normal", dict(), lambda i, o: math.sqrt(2 / (i + o))),
    ("xavier_normal", dict(gain=0.5), lambda i, o: 0.5 * math.sqrt(2 / (i + o))),
    *[
        row
        for name in ("kaiming_uniform", "kaiming_normal")
        for row in [
            (name, dict(), lambda i, o: math.sqrt(2 / i)),
            (name, dict(mode="fan_out", nonlinearity="relu"), lambda i, o: math.sqrt(2 / o)),
            (name, dict(a=0.5), lambda i, o: math.sqrt(2 / 1.25 / i)),
            (name, dict(a=0.5, nonlinearity="tanh"), lambda i, o: 5 / 3 / math.sqrt(i)),
        ]
    ],
]
IDS = [f"{name}({', '.join(f'{k}={v}' for k, v in kwargs.items())})" for name, kwargs, _ in TABLE]
SHAPES = {(300, 500): (500, 300), (64, 32, 5, 5): (800, 1600), (200, 50, 7): (350, 1400)}


def numpy_sample(name, kwargs, shape, seed=1, **extra):
    return getattr(init, name)(shape, **kwargs, rng=np.random.default_rng(seed), **extra)


def torch_sample(module, name, kwargs, shape, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    tensor = torch.full(shape, NAN, dtype=dtype)
    return getattr(module, f"{name}_")(tensor, **kwargs, generator=generator)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("name", "kwargs", "std"), TABLE, ids=IDS)
def test_moments_and_bounds(name, kwargs, std, shape):
    expected = std(*SHAPES[shape])
    mean = {"uniform": 0.25 if kwargs else 0.5, "normal": 0.3 if kwargs else 0.0}.get(name, 0.0)
    for w in (
        numpy_sample(name, kwargs, shape),
        torch_sample(torch_init, name, kwargs, shape).numpy(),
    ):
        n = w.size
        assert w.shape == shape
        assert w.mean() == pytest.approx(mean, abs=4 * expected / math.sqrt(n))
        assert w.std() == pytest.approx(expected, rel=4 / math.sqrt(2 * n))
        if "uniform" in name:  # flat, and filled up to the bounds
            half = math.sqrt(3) * expected
            assert mean - half <= w.min() < mean - half * (1 - 1e-3)
            assert mean + half * (1 - 1e-3) < w.max() <= mean + half
            assert stats.kurtosis(w, axis=None) == pytest.approx(-1.2, abs=0.02)
        else:
            assert stats.kurtosis(w, axis=None) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("name", "kwargs", "std"), TABLE, ids=IDS)
def test_same_distribution_as_torch(name, kwargs, std):
    shape = (64, 32, 5, 5)
    theirs = torch_sample(torch.nn.init, name, kwargs, shape).numpy().ravel()
    ours = numpy_sample(name, kwargs, shape).ravel()
    assert stats.ks_2samp(ours, theirs).pvalue > 0.01
    # The test has the power to tell: 3% more is noticed.
    centred = np.mean(ours) + 1.03 * (ours - np.mean(ours))
    assert stats.ks_2samp(centred, theirs).pvalue < 0.05


@pytest.mark.parametrize("shape", [(7, 5), (5, 7), (4, 3, 2, 5), (1, 6), (0, 3)], ids=str)
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [*[row[:2] for row in TABLE], ("orthogonal", dict()), ("orthogonal", dict(gain=0.3))],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_torch_side_has_the_numbers_of_torch(name, kwargs, shape):
    for dtype, rtol in ((torch.float64, 1e-13), (torch.float32, 1e-6)):
        ours = torch_sample(torch_init, name, kwargs, shape, dtype)
        theirs = torch_sample(torch.nn.init, name, kwargs, shape, dtype)
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, theirs, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("shape", [(50, 50), (20, 60), (60, 20), (8, 3, 2, 2), (1, 4), (5, 1)])
@pytest.mark.parametrize("gain", [1.0, 0.0, 2.5])
def test_orthogonal(shape, gain):
    for w in (
        numpy_sample("orthogonal", dict(gain=gain), shape),
        torch_sample(torch_init, "orthogonal", dict(gain=gain), shape).numpy(),
    ):
        assert w.shape == shape
        m = w.reshape(shape[0], -1)
        gram = m @ m.T if m.shape[0] <= m.shape[1] else m.T @ m
        np.testing.assert_allclose(gram, gain**2 * np.eye(len(gram)), atol=1e-13)


def test_orthogonal_is_uniform():
    """Any entry of a random rotation of dimension 3 is uniform on [-1, 1] (Archimedes)."""
    for draw in (
        lambda seed: numpy_sample("orthogonal", {}, (3, 3), seed),
        lambda seed: torch_sample(torch_init, "orthogonal", {}, (3, 3), seed=seed).numpy(),
    ):
        samples = np.array([draw(seed) for seed in range(1500)])
        for entry in samples.reshape(1500, 9).T:  # without the signs, all of a row lean one way
            assert stats.kstest(entry, stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_orthogonal_in_half_precision():
    for dtype in (torch.float16, torch.bfloat16):  # torch.nn.init raises here
        w = torch_sample(torch_init, "orthogonal", {}, (4, 9), dtype)
        assert w.dtype == dtype
        torch.testing.assert_close((w @ w.T).float(), torch.eye(4), rtol=0, atol=0.02)
    assert numpy_sample("orthogonal", {}, (4, 9), dtype=np.float16).dtype == np.float16


def test_constants():
    for shape in (3, (2, 3), (), (0,)):
        np.testing.assert_array_equal(init.zeros(shape), np.zeros(shape))
        np.testing.assert_array_equal(init.ones(shape), np.ones(shape))
        np.testing.assert_array_equal(init.constant(shape, 0.3), np.full(shape, 0.3))
        assert init.constant(shape, 3).dtype == float
    w = torch.full((2, 3), NAN, requires_grad=True)
    for fill, value in [
        (torch_init.zeros_, 0.0),
        (torch_init.ones_, 1.0),
        (lambda w: torch_init.constant_(w, -0.5), -0.5),
    ]:
        assert fill(w) is w
        assert w.tolist() == [[value] * 3] * 2
    for name, args in [("zeros", ()), ("ones", ()), ("constant", (2,))]:
        assert getattr(init, name)((2, 2), *args, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize("nonlinearity", GAINS)
def test_gains_equal_torch(nonlinearity):
    for param in (None, 0.2, -0.3, 5**0.5, 0, 1):
        expected = torch.nn.init.calculate_gain(nonlinearity, param)
        for module in (init, torch_init):
            assert module.calculate_gain(nonlinearity, param) == expected


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_fans_equal_torch(shape):
    expected = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert init.fans(shape) == init.fans(tuple(shape)) == init.fans(torch.Size(shape)) == expected


def test_fans_are_those_of_layers():
    """Count them: the inputs that an output depends on, the outputs that an input acts on."""
    layer = torch.nn.Conv2d(3, 8, 5, bias=False)
    x = torch.zeros(1, 3, 20, 20, requires_grad=True)
    torch_init.ones_(layer.weight)
    layer(x)[0, 0, 8, 8].backward()
    fan_in, fan_out = init.fans(layer.weight.shape)
    assert (x.grad != 0).sum() == fan_in
    x.data[0, 0, 10, 10] = 1
    assert (layer(x) != 0).sum() == fan_out
    assert init.fans(torch.nn.Linear(50, 10).weight.shape) == (50, 10)


def test_torch_layers_start_as_documented():
    torch.manual_seed(0)
    theirs = torch.nn.Linear(400, 300).weight
    ours = numpy_sample("kaiming_uniform", dict(a=5**0.5), (300, 400))
    assert abs(ours).max() == pytest.approx(1 / 20, rel=1e-3)
    assert stats.ks_2samp(ours.ravel(), theirs.detach().numpy().ravel()).pvalue > 0.01


def forward(weights, x, activation=lambda z: z):
    for w in weights:
        x = activation(x @ w.T)
    return x


def relu(z):
    return np.maximum(z, 0)


SIZES = [256, 512, 128, 256, 512, 128, 256]
LAYERS = list(zip(SIZES[1:], SIZES[:-1], strict=True))  # (out, in)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_signals_keep_their_size_through_layers(kind):
    """The mean square after six layers, of an input of mean square 1, as a mean over 20 draws."""
    kaiming, xavier = getattr(init, f"kaiming_{kind}"), getattr(init, f"xavier_{kind}")

    def size(make, shapes=LAYERS, *args, backward=False, **kwargs):
        sizes = []
        for seed in range(20):
            rng = np.random.default_rng(seed)
            weights = [make(shape, rng=rng, **kwargs) for shape in shapes]
            if backward:
                weights = [w.T for w in reversed(weights)]
            sizes.append(np.mean(forward(weights, rng.normal(size=(50, 256)), *args) ** 2))
        return np.mean(sizes)

    about_1 = pytest.approx(1, rel=0.15)
    assert size(kaiming, LAYERS, relu, nonlinearity="relu") == about_1
    assert size(kaiming, nonlinearity="linear") == about_1
    assert size(kaiming, mode="fan_out", nonlinearity="linear", backward=True) == about_1
    assert size(xavier, [(256, 256)] * 6) == about_1
    # Each has its place: elsewhere the signal dies or grows.
    assert size(xavier, LAYERS, relu) < 0.05
    assert size(kaiming) == pytest.approx(2**6, rel=0.15)
    assert size(kaiming, [(512, 256)], mode="fan_out", nonlinearity="linear") < 0.6
    assert size(init.uniform) > 1e6


def test_orthogonal_keeps_norms_exactly():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 30))
    y = forward([init.orthogonal((30, 30), rng=rng) for _ in range(50)], x, lambda z: z)
    np.testing.assert_allclose(np.linalg.norm(y, axis=1), np.linalg.norm(x, axis=1), rtol=1e-12)


@pytest.mark.parametrize("name", sorted({row[0] for row in TABLE} | {"orthogonal"}))
def test_generators_and_dtypes(name):
    first, again = numpy_sample(name, {}, (4, 5)), numpy_sample(name, {}, (4, 5))
    np.testing.assert_array_equal(first, again)
    rng = np.random.default_rng(1)
    make = getattr(init, name)
    np.testing.assert_array_equal(make((4, 5), rng=rng), first)
    assert not np.any(make((4, 5), rng=rng) == first), "the generator goes on"
    for dtype in (np.float32, np.float16, "float32"):
        w = numpy_sample(name, {}, (4, 5), dtype=dtype)
        assert w.dtype == dtype
        np.testing.assert_array_equal(w, first.astype(dtype))
    assert first.dtype == float
    assert numpy_sample(name, {}, (0, 5)).shape == (0, 5)
    assert numpy_sample(name, {}, (0, 0)).shape == (0, 0)

    fill = getattr(torch_init, f"{name}_")
    w = torch.empty(4, 5, requires_grad=True)
    torch.manual_seed(3)
    assert fill(w) is w
    assert w.requires_grad and w.is_leaf and w.grad_fn is None
    torch.testing.assert_close(  # torch's global generator by default
        w.detach(), torch_sample(torch_init, name, {}, (4, 5), torch.float32, seed=3)
    )
    assert fill(torch.empty(0, 5)).shape == (0, 5)
    base = torch.zeros(5, 4)
    fill(base.T)
    assert torch.all(base != 0), "a view that is not contiguous"
    if name in ("uniform", "normal"):
        assert make(3, rng=rng).shape == (3,)
        assert make((), rng=rng).shape == ()


BOTH = [
    *[("uniform", dict(a=a), ValueError, r"a must be in \(-inf, inf\)") for a in (NAN, INF)],
    *[("uniform", dict(b=b), ValueError, r"b must be in \[0.0, inf\)") for b in (-0.1, NAN, INF)],
    *[("normal", dict(std=s), ValueError, r"std must be in \[0, inf\)") for s in (-1, NAN, INF)],
    ("normal", dict(mean=NAN), ValueError, r"mean must be in \(-inf, inf\), got nan"),
    ("normal", dict(std="1"), TypeError, "std must be a number, got '1'"),
    *[
        (name, {key: np.ones(3)}, TypeError, f"{key} must be a number, got array")
        for name, key in (("uniform", "a"), ("uniform", "b"), ("normal", "mean"), ("normal", "std"))
    ],
    *[
        (name, dict(gain=gain), ValueError, r"gain must be in \[0, inf\), got")
        for name in ("xavier_uniform", "xavier_normal", "orthogonal")
        for gain in (-1.0, NAN, INF)
    ],
    *[
        (name, dict(gain=np.ones(2)), TypeError, "gain must be a number, got array")
        for name in ("xavier_uniform", "xavier_normal", "orthogonal")
    ],
    *[
        (name, dict(a=np.ones(2)), TypeError, "a must be a number, got array")
        for name in ("kaiming_uniform", "kaiming_normal")
    ],
    *[
        row
        for name in ("kaiming_uniform", "kaiming_normal")
        for row in [
            (name, dict(a=NAN), ValueError, r"a must be in \(-inf, inf\), got nan"),
            (name, dict(mode="in"), ValueError, r"mode must be one of \['fan_in', 'fan_out'\], g"),
        ]
    ],
]


@pytest.mark.parametrize(("name", "kwargs", "error", "message"), BOTH)
def test_wrong_arguments(name, kwargs, error, message):
    with pytest.raises(error, match=f"{name}: {message}"):
        numpy_sample(name, kwargs, (3, 3))
    w = torch.zeros(3, 3)
    with pytest.raises(error, match=f"{name}_: {message}"):
        getattr(torch_init, f"{name}_")(w, **kwargs)
    assert torch.all(w == 0)


@pytest.mark.parametrize("name", ["xavier_uniform", "xavier_normal", "orthogonal"])
@pytest.mark.parametrize("shape", [(), (5,)])
def test_no_fans(name, shape):
    for kind in (name, "kaiming_uniform", "kaiming_normal"):
        with pytest.raises(ValueError, match=r"shape must be \(out, in, \*kernel\), got"):
            numpy_sample(kind, {}, shape)
        w = torch.zeros(shape)
        with pytest.raises(ValueError, match=r"shape must be \(out, in, \*kernel\), got"):
            getattr(torch_init, f"{kind}_")(w)
        assert torch.all(w == 0)
    with pytest.raises(ValueError, match=r"fans: shape must be .*, got 5"):
        numpy_sample(name, {}, 5)


DRAWN = ("uniform", "normal", "xavier_uniform", "xavier_normal", "kaiming_uniform",
         "kaiming_normal", "orthogonal")  # fmt: skip


def test_other_errors():
    w = torch.zeros(2)
    with pytest.raises(ValueError, match=r"calculate_gain: nonlinearity must be one .* got 'gelu'"):
        init.calculate_gain("gelu")
    with pytest.raises(ValueError, match=r"param must be in \(-inf, inf\), got nan"):
        init.calculate_gain("leaky_relu", NAN)
    for slope in (True, "0.1", np.ones(2)):
        with pytest.raises(TypeError, match="calculate_gain: param must be a number"):
            init.calculate_gain("leaky_relu", slope)
    for fill in (lambda: init.constant(2, np.ones(2)), lambda: torch_init.constant_(w, np.ones(2))):
        with pytest.raises(TypeError, match="val must be a number, got array"):
            fill()
    for rng in (0, None, np.random, np.random.RandomState(0)):
        for name in DRAWN:
            with pytest.raises(TypeError, match=rf"^{name}: rng must be a numpy.random.Generator"):
                getattr(init, name)((2, 2), rng=rng)
    with pytest.raises(TypeError, match="rng"):
        init.normal((2, 2))
    for name in DRAWN:
        with pytest.raises(TypeError, match=f"^{name}: dtype must be a float type, got int64"):
            numpy_sample(name, {}, (2, 2), dtype=np.int64)
    for name, args in [("zeros", ()), ("ones", ()), ("constant", (0.5,))]:
        with pytest.raises(TypeError, match=f"{name}: dtype must be a float type, got complex128"):
            getattr(init, name)((2, 2), *args, dtype=complex)
    with pytest.raises(ValueError, match=r"constant: val must be in \[-inf, inf\], got nan"):
        init.constant(3, NAN)
    with pytest.raises(ValueError, match=r"constant_: val must be in \[-inf, inf\], got nan"):
        torch_init.constant_(torch.zeros(3), NAN)


def test_the_two_modules_mirror_each_other_and_torch():
    names = [n for n, f in vars(init).items() if inspect.isfunction(f) and not n.startswith("_")]
    assert set(names) >= {"zeros", "ones", "constant", *[row[0] for row in TABLE], "orthogonal"}
    for name in names:
        if name in ("fans", "calculate_gain"):
            assert getattr(torch_init, name) is getattr(init, name)
            continue
        drop = {"shape", "rng", "dtype", "tensor", "generator"}
        signatures = [
            [
                (p.name, p.default)
                for p in inspect.signature(function).parameters.values()
                if p.name not in drop
            ]
            for function in (
                getattr(init, name),
                getattr(torch_init, f"{name}_"),
                getattr(torch.nn.init, f"{name}_"),
            )
        ]
        assert signatures[0] == signatures[1] == signatures[2]
    assert {f"{n}_" for n in names} - {"fans_", "calculate_gain_"} < set(torch_init.__all__)
