r"""Initial parameters: functions of a shape and a random generator that return a new array.

A weight has torch's shape (out, in, \*kernel), as in ``x @ W.T``. With weights kept as (in, out),
for ``x @ W``, draw the transpose: ``kaiming_normal((n_out, n_in), rng=rng).T``.

>>> import numpy as np
>>> from optlib.numpy import init
>>> rng = np.random.default_rng(0)
>>> W = init.kaiming_normal((500, 300), nonlinearity="relu", rng=rng)
>>> W.shape, round(W.std() * np.sqrt(300), 2)  # about √2
((500, 300), np.float64(1.42))
>>> init.zeros(3)
array([0., 0., 0.])

Common to all: ``shape`` is a tuple or one integer, ``rng`` a ``numpy.random.Generator`` (there is
no hidden global one), ``dtype`` a float type, float64 by default. The draws are made in float64
and then rounded.

Errors: ``ValueError`` for an argument outside its range (NaN is outside of all), ``TypeError`` for
an argument of the wrong type.
"""

import math

import numpy as np

from optlib import checks

_GAINS = {
    "linear": 1.0,
    **{f"conv{kind}{d}d": 1.0 for kind in ("", "_transpose") for d in (1, 2, 3)},
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}


def fans(shape):
    r"""How many inputs an output of the weight has, and how many outputs an input: (in, out).

    For a shape (out, in, \*kernel): ``in`` and ``out``, each times the size of the kernel. At least
    1, so that a weight without entries can be scaled like others.

    Raises ``ValueError`` for fewer than two dimensions: a bias has no fans.

    >>> fans((10, 50)), fans((16, 3, 5, 5))
    ((50, 10), (75, 400))

    Source: torch.nn.init.
    """
    if np.ndim(shape) == 0 or len(shape) < 2:
        raise ValueError(f"fans: shape must be (out, in, *kernel), got {shape!r}")
    n_out, n_in, *kernel = shape
    return max(1, n_in * math.prod(kernel)), max(1, n_out * math.prod(kernel))


def calculate_gain(nonlinearity, param=None):
    r"""What weights are multiplied by so that signals keep their size through a nonlinearity.

    ============================  ==============================
    linear, conv1d, …, sigmoid    1
    tanh                          5/3
    relu                          √2
    leaky_relu                    :math:`\sqrt{2 / (1 + a^2)}`
    selu                          3/4
    ============================  ==============================

    ``param`` is a, the slope of leaky_relu below 0, in (-inf, inf), default 0.01; the others ignore
    it.

    >>> calculate_gain("relu") == 2**0.5
    True
    >>> round(calculate_gain("leaky_relu", 0.2), 4)
    1.3868

    Source: torch.nn.init.calculate_gain; for relu and leaky_relu He, Zhang, Ren and Sun (2015).
    """
    slope = 0.01 if param is None else param
    checks.number("calculate_gain", "param", slope, "(-inf, inf)", scalar=True)
    gains = {**_GAINS, "leaky_relu": math.sqrt(2 / (1 + slope**2))}
    return gains[checks.one_of("calculate_gain", "nonlinearity", nonlinearity, gains)]


def constant(shape, val, *, dtype=float):
    """All entries ``val``, in [-inf, inf].

    Units that start alike get the same gradients and stay alike; a bias may well be constant.

    >>> constant((2, 2), 0.5)
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    checks.number("constant", "val", val, "[-inf, inf]", scalar=True)
    return np.full(shape, val, dtype=_float("constant", dtype))


def zeros(shape, *, dtype=float):
    """All entries 0."""
    return np.zeros(shape, dtype=_float("zeros", dtype))


def ones(shape, *, dtype=float):
    """All entries 1."""
    return np.ones(shape, dtype=_float("ones", dtype))


def uniform(shape, a=0.0, b=1.0, *, rng, dtype=float):
    r"""Entries drawn from :math:`U(a, b)`: mean (a + b)/2, variance (b − a)²/12.

    ``a`` is in (-inf, inf), default 0; ``b`` in [a, inf), default 1.

    >>> w = uniform(1000, -0.1, 0.1, rng=np.random.default_rng(0))
    >>> bool(abs(w).max() <= 0.1)
    True
    """
    checks.number("uniform", "a", a, "(-inf, inf)", scalar=True)
    checks.number("uniform", "b", b, f"[{a}, inf)", scalar=True)
    _check("uniform", rng, dtype)
    return rng.uniform(a, b, shape).astype(dtype)


def normal(shape, mean=0.0, std=1.0, *, rng, dtype=float):
    r"""Entries drawn from :math:`N(\text{mean}, \text{std}^2)`.

    ``mean`` is in (-inf, inf), default 0; ``std`` in [0, inf), default 1.

    >>> normal((2, 3), std=0.0, rng=np.random.default_rng(0))
    array([[0., 0., 0.],
           [0., 0., 0.]])
    """
    checks.number("normal", "mean", mean, "(-inf, inf)", scalar=True)
    checks.number("normal", "std", std, scalar=True)
    _check("normal", rng, dtype)
    return rng.normal(mean, std, shape).astype(dtype)


def xavier_uniform(shape, gain=1.0, *, rng, dtype=float):
    r"""Entries from :math:`U(-b, b)`; :math:`b = γ \sqrt{6 / (n_{in} + n_{out})}`, n the fans.

    The variance :math:`2γ^2 / (n_{in} + n_{out})` is the compromise between
    signals that keep their size on the way forward and gradients that do on the way back.
    ``gain`` is γ, in [0, inf), default 1.

    >>> w = xavier_uniform((10, 50), rng=np.random.default_rng(0))
    >>> bool(abs(w).max() <= 0.1 ** 0.5)  # 6 / 60
    True

    Source: Glorot and Bengio (2010), equation 16.
    """
    checks.number("xavier_uniform", "gain", gain, scalar=True)
    fan_in, fan_out = fans(shape)
    bound = gain * math.sqrt(6 / (fan_in + fan_out))
    _check("xavier_uniform", rng, dtype)
    return uniform(shape, -bound, bound, rng=rng, dtype=dtype)


def xavier_normal(shape, gain=1.0, *, rng, dtype=float):
    r"""Entries from :math:`N(0, σ^2)`; :math:`σ = γ \sqrt{2 / (n_{in} + n_{out})}`, n the fans.

    ``gain`` is γ, in [0, inf), default 1.

    >>> w = xavier_normal((100, 100), rng=np.random.default_rng(0))
    >>> round(w.std(), 3)
    np.float64(0.1)

    Source: Glorot and Bengio (2010).
    """
    checks.number("xavier_normal", "gain", gain, scalar=True)
    fan_in, fan_out = fans(shape)
    std = gain * math.sqrt(2 / (fan_in + fan_out))
    _check("xavier_normal", rng, dtype)
    return normal(shape, 0.0, std, rng=rng, dtype=dtype)


def kaiming_uniform(shape, a=0, mode="fan_in", nonlinearity="leaky_relu", *, rng, dtype=float):
    r"""Entries from :math:`U(-b, b)`; :math:`b = γ \sqrt{3 / n}`, n a fan.

    Parameters
    ----------
    a
        The slope of leaky_relu below 0, in (-inf, inf), default 0, which is relu.
        (torch.nn.Linear draws its weight with a = √5, so that b is 1/√fan_in.)
    mode
        ``"fan_in"`` (default) keeps the size of signals on the way forward, ``"fan_out"`` that of
        gradients on the way back.
    nonlinearity
        Gives γ, by :func:`calculate_gain`; default ``"leaky_relu"``.

    Examples
    --------
    >>> w = kaiming_uniform((10, 50), a=5**0.5, rng=np.random.default_rng(0))
    >>> bool(abs(w).max() <= 1 / 50**0.5)
    True

    Source: He, Zhang, Ren and Sun (2015).
    """
    checks.number("kaiming_uniform", "a", a, "(-inf, inf)", scalar=True)
    fan = _fan("kaiming_uniform", shape, mode)
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / fan)
    _check("kaiming_uniform", rng, dtype)
    return uniform(shape, -bound, bound, rng=rng, dtype=dtype)


def kaiming_normal(shape, a=0, mode="fan_in", nonlinearity="leaky_relu", *, rng, dtype=float):
    r"""Entries from :math:`N(0, σ^2)`; :math:`σ = γ / \sqrt{n}`, n a fan.

    ``a``, ``mode`` and ``nonlinearity`` as in :func:`kaiming_uniform`.

    >>> w = kaiming_normal((200, 50), mode="fan_out", rng=np.random.default_rng(0))
    >>> round(w.std(), 3)  # √2 / √200
    np.float64(0.1)

    Source: He, Zhang, Ren and Sun (2015), equations 10 and 14.
    """
    checks.number("kaiming_normal", "a", a, "(-inf, inf)", scalar=True)
    fan = _fan("kaiming_normal", shape, mode)
    std = calculate_gain(nonlinearity, a) / math.sqrt(fan)
    _check("kaiming_normal", rng, dtype)
    return normal(shape, 0.0, std, rng=rng, dtype=dtype)


def orthogonal(shape, gain=1.0, *, rng, dtype=float):
    r"""γ times a matrix with orthonormal rows or columns, whichever are fewer; uniformly drawn.

    :math:`W W^\top = γ^2 I`, or :math:`W^\top W` if there are more rows, where the dimensions after
    the first are taken as one. Q of a QR decomposition of normal numbers, with the signs that
    make R's diagonal positive: without them not all such matrices would be equally likely.
    ``gain`` is γ, in [0, inf), default 1.

    >>> w = orthogonal((2, 5), gain=3.0, rng=np.random.default_rng(0))
    >>> abs((w @ w.T).round(12))
    array([[9., 0.],
           [0., 9.]])

    Source: Saxe, McClelland and Ganguli (2014); for the signs Mezzadri (2007).
    """
    checks.number("orthogonal", "gain", gain, scalar=True)
    _check("orthogonal", rng, dtype)
    fans(shape)  # refuses a shape that is no matrix
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(normal((max(rows, columns), min(rows, columns)), rng=rng))
    q = q * np.sign(np.diag(r))
    w = gain * (q if rows >= columns else q.T)
    return w.reshape(shape).astype(dtype)


def _fan(name, shape, mode):
    fan_in, fan_out = fans(shape)
    return (
        fan_in if checks.one_of(name, "mode", mode, ("fan_in", "fan_out")) == "fan_in" else fan_out
    )


def _float(name, dtype):
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"{name}: dtype must be a float type, got {np.dtype(dtype)}")
    return dtype


def _check(name, rng, dtype):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name}: rng must be a numpy.random.Generator, such as np.random.default_rng(0), "
            f"got {rng!r}"
        )
    _float(name, dtype)
