r"""Exponentially weighted averages: the recursion, its weights, and the measures of its length.

.. math:: v_t = \beta v_{t-1} + (1 - \beta) x_t, \qquad v_0 = 0
"""

import numpy as np

from optlib import checks


def ewa(x, beta, *, bias_correction=False):
    r"""The exponentially weighted averages :math:`v_1, …, v_n` of a series.

    Parameters
    ----------
    x
        Array of shape (n, …), the series along the first axis; averaged as float64.
    beta
        The share of the old average that is kept, in [0, 1); an array that broadcasts against one
        entry of the series gives several averages at once.
    bias_correction
        Divide :math:`v_t` by :math:`1 - β^t`, the sum of its weights, which takes away the pull
        towards the start :math:`v_0 = 0`. Default False.

    Returns
    -------
    array of shape (n, …), the shape of ``x[0]`` broadcast with that of ``beta``.

    Raises
    ------
    ValueError
        If ``beta`` is outside [0, 1), or ``x`` is a scalar.

    Examples
    --------
    >>> ewa([10.0, 20.0], beta=0.9)
    array([1. , 2.9])
    >>> ewa([10.0, 20.0], beta=0.9, bias_correction=True).round(4)
    array([10.    , 15.2632])
    """
    beta = _beta("ewa", beta)
    x = np.asarray(x, dtype=float)
    if x.ndim == 0:
        raise ValueError("ewa: x must be a series, got a scalar")
    averages = np.empty((len(x), *np.broadcast_shapes(x.shape[1:], beta.shape)))
    v = 0.0
    for t, x_t in enumerate(x, start=1):
        v = beta * v + (1 - beta) * x_t
        averages[t - 1] = v / (1 - beta**t) if bias_correction else v
    return averages


def weights(beta, n, *, bias_correction=False):
    r"""The weights that :math:`v_n` gives to :math:`x_n, x_{n-1}, …, x_1`, the newest first.

    They are :math:`(1-β)β^k` for an age of k = 0, …, n-1 steps and add up to :math:`1 - β^n`; with
    ``bias_correction`` to 1. ``beta`` is one number in [0, 1), ``n`` at least 1.

    >>> weights(0.5, 3)
    array([0.5  , 0.25 , 0.125])
    """
    beta = float(_beta("weights", beta))
    if n < 1:
        raise ValueError(f"weights: n must be at least 1, got {n}")
    w = (1 - beta) * beta ** np.arange(n)
    return w / (1 - beta**n) if bias_correction else w


def moving_average(x, n):
    """The plain mean of the last ``n`` values, or of as many as there are; along the first axis.

    >>> moving_average([1.0, 2.0, 6.0], 2)
    array([1. , 1.5, 4. ])
    """
    x = np.asarray(x, dtype=float)
    if not 1 <= n <= len(x):
        raise ValueError(f"moving_average: n must be in [1, {len(x)}], got {n}")
    return np.array([x[max(0, t - n) : t].mean(axis=0) for t in range(1, len(x) + 1)])


def window(beta):
    r"""The window :math:`1/(1-β)`: the number of steps after which a weight is about 1/e.

    >>> round(float(window(0.9)), 6)
    10.0
    """
    return 1 / (1 - _beta("window", beta))


def half_life(beta):
    r"""The half-life :math:`\ln \tfrac12 / \ln β`: the steps after which a weight has halved.

    >>> round(float(half_life(0.9)), 2)
    6.58
    """
    return np.log(0.5) / np.log(_beta("half_life", beta, "(0, 1)"))


def variance_length(beta):
    r"""The length :math:`(1+β)/(1-β)` of the moving average with the same variance on white noise.

    >>> round(float(variance_length(0.9)), 6)
    19.0
    """
    beta = _beta("variance_length", beta)
    return (1 + beta) / (1 - beta)


def frequency_response(beta, omega):
    r"""What the average does to :math:`e^{iωt}`: :math:`H(ω) = (1-β)/(1-βe^{-iω})`, complex.

    ``omega`` is an angular frequency in radians a step; ``abs`` of the result is the gain,
    ``-angle/omega`` the delay in steps.

    >>> print(abs(frequency_response(0.9, 0.0)))
    1.0
    """
    beta = _beta("frequency_response", beta)
    return (1 - beta) / (1 - beta * np.exp(-1j * np.asarray(omega)))


def _beta(owner, beta, allowed="[0, 1)"):
    return np.asarray(checks.number(owner, "beta", beta, allowed), dtype=float)
