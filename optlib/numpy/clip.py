"""Gradient clipping: functions from a list of gradients to a new one, before ``step`` takes it.

>>> import numpy as np
>>> from optlib.numpy import clip
>>> grads = [np.array([3.0, 0.0]), None, np.array([[4.0]])]
>>> clip.clip_grad_value(grads, 1.0)
[array([1., 0.]), None, array([[1.]])]
>>> clipped, total_norm = clip.clip_grad_norm(grads, 1.0)
>>> clipped[0].round(4), clipped[2].round(4), total_norm
(array([0.6, 0. ]), array([[0.8]]), 5.0)
"""

import math

import numpy as np

from optlib import checks


def clip_grad_norm(grads, max_norm, norm_type=2.0, error_if_nonfinite=False):
    r"""Scale all gradients by one factor so that their norm, taken together, is at most a limit.

    .. math::

        \hat g = \min\Big(1, \frac{c}{\|g\|_p + 10^{-6}}\Big)\, g, \qquad
        \|g\|_p = \Big(\sum_i |g_i|^p\Big)^{1/p} \text{ over the entries of all gradients}

    Small gradients stay as they are, large ones keep their direction. The norm and the scaling are
    computed in float64: a norm that float16 could not hold (above 65504) is right none the less.

    Parameters
    ----------
    grads
        List of arrays of floats, of any shapes; ``None`` for a parameter without gradient.
    max_norm
        c, in [0, inf], in the units of the gradients; inf only measures the norm.
    norm_type
        p, in (0, inf], default 2; ``"inf"`` is inf, the largest absolute value.
    error_if_nonfinite
        Raise if the norm is NaN or infinite. Otherwise, as in torch: NaN makes every entry NaN,
        and infinity makes the finite ones 0 and the others NaN.

    Returns
    -------
    list of arrays, float
        The clipped gradients, new arrays of the same dtypes (the given ones stay as they are), and
        the norm before clipping, 0.0 if there are no gradients.

    Raises
    ------
    ValueError
        For a ``max_norm`` or ``norm_type`` outside its range. torch lets a negative ``max_norm``
        pass, which turns every gradient round (its issue 31367).
    TypeError
        If ``grads`` is not a list or holds something else than arrays of floats.
    RuntimeError
        See ``error_if_nonfinite``.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1; ``torch.nn.utils.clip_grad_norm_``.
    """
    name = "clip_grad_norm"
    grads = _arrays(name, grads)
    norm_type = math.inf if norm_type == "inf" else norm_type
    checks.number(name, "max_norm", max_norm, "[0, inf]", scalar=True)
    checks.number(name, "norm_type", norm_type, "(0, inf]", scalar=True)
    flat = [np.asarray(g, float).ravel() for g in grads if g is not None and g.size]
    norms = [np.linalg.norm(g, norm_type) for g in flat]
    total_norm = float(np.linalg.norm(norms, norm_type)) if norms else 0.0
    if error_if_nonfinite and not math.isfinite(total_norm):
        raise RuntimeError(f"{name}: the norm of the gradients is {total_norm}")
    factor = np.minimum(1.0, max_norm / (total_norm + 1e-6))  # a float64, and so the products
    scaled = [g if g is None else g * factor for g in grads]
    return _as_given(scaled, grads), total_norm


def clip_grad_value(grads, clip_value):
    r"""Limit every entry on its own: :math:`\hat g_i = \min(\max(g_i, -c), c)`.

    That changes the direction of the gradient, towards the diagonals. NaN stays NaN.

    Parameters
    ----------
    grads
        List of arrays of floats, of any shapes; ``None`` for a parameter without gradient.
    clip_value
        c, in [0, inf], in the units of the gradients. A limit that is too large for the
        gradient's dtype to hold, such as infinity, changes nothing.

    Returns
    -------
    The clipped gradients, a list of new arrays of the same dtypes; the given ones stay as they are.

    Raises
    ------
    ValueError
        For a ``clip_value`` outside its range.
    TypeError
        If ``grads`` is not a list or holds something else than arrays of floats.

    Source: Mikolov (2012); ``torch.nn.utils.clip_grad_value_``.
    """
    grads = _arrays("clip_grad_value", grads)
    c = checks.number("clip_grad_value", "clip_value", clip_value, "[0, inf]", scalar=True)
    clipped = [
        np.clip(g, -c, c) if g is not None and c <= float(np.finfo(g.dtype).max) else g
        for g in grads
    ]
    return _as_given(clipped, grads)


def _arrays(name, grads):
    if not isinstance(grads, list | tuple):
        raise TypeError(f"{name}: grads must be a list of arrays, got {type(grads).__name__}")
    arrays = [None if g is None else np.asarray(g) for g in grads]
    for i, g in enumerate(arrays):
        if g is not None and g.dtype.kind != "f":
            raise TypeError(f"{name}: gradient {i} must be of floats, got {g.dtype}")
    return arrays


def _as_given(new, grads):
    """New arrays of the dtypes that were given; also of a 0-d one, which NumPy makes a scalar."""
    return [g if g is None else np.array(n, g.dtype) for n, g in zip(new, grads, strict=True)]
