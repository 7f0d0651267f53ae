"""Gradient clipping, in place, between ``backward`` and ``step``; as in torch.nn.utils.

>>> import torch
>>> from optlib.torch import clip
>>> w = torch.zeros(2, requires_grad=True)
>>> w.grad = torch.tensor([3.0, 4.0])
>>> clip.clip_grad_norm_([w], 1.0)
tensor(5., dtype=torch.float64)
>>> w.grad
tensor([0.6000, 0.8000])
>>> clip.clip_grad_value_([w], 0.7)
>>> w.grad
tensor([0.6000, 0.7000])
"""

import math

import torch

from optlib import checks


@torch.no_grad()
def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    r"""Scale all gradients by one factor so that their norm, taken together, is at most a limit.

    .. math::

        \hat g = \min\Big(1, \frac{c}{\|g\|_p + 10^{-6}}\Big)\, g, \qquad
        \|g\|_p = \Big(\sum_i |g_i|^p\Big)^{1/p} \text{ over the entries of all gradients}

    As ``torch.nn.utils.clip_grad_norm_`` to rounding, save that the norm is computed in float64 (in
    float32 on Apple's GPUs, which have no other): torch's overflows in float16 above 65504, and
    in float32 where a square does, and all gradients become 0.

    Parameters
    ----------
    parameters
        a tensor or an iterable of them; those without gradient are passed over.
    max_norm
        c, in [0, inf], in the units of the gradients; inf only measures the norm.
    norm_type
        p, in (0, inf], default 2; ``"inf"`` is inf, the largest absolute value.
    error_if_nonfinite
        Raise if the norm is NaN or infinite. Otherwise, as in torch: NaN makes every entry NaN,
        and infinity makes the finite ones 0 and the others NaN.

    Returns
    -------
    The norm before clipping, a float64 tensor of no dimensions: 0 if there are no gradients.

    Raises
    ------
    ValueError
        For a ``max_norm`` or ``norm_type`` outside its range. torch lets a negative ``max_norm``
        pass, which turns every gradient round (its issue 31367).
    TypeError
        For a gradient that is sparse or not of floats.
    RuntimeError
        See ``error_if_nonfinite``.

    No gradient is changed then.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1; ``torch.nn.utils.clip_grad_norm_``.
    """
    name = "clip_grad_norm_"
    grads = _grads(name, parameters)
    norm_type = math.inf if norm_type == "inf" else norm_type
    checks.number(name, "max_norm", max_norm, "[0, inf]", scalar=True)
    checks.number(name, "norm_type", norm_type, "(0, inf]", scalar=True)
    norms = [
        torch.linalg.vector_norm(g, norm_type, dtype=_wide(g)).to(grads[0].device)
        for g in grads
        if g.numel()
    ]
    total_norm = torch.zeros((), dtype=torch.float64)
    if norms:
        total_norm = torch.linalg.vector_norm(torch.stack(norms), norm_type)
    if error_if_nonfinite and not total_norm.isfinite():
        raise RuntimeError(f"{name}: the norm of the gradients is {total_norm}")
    factor = torch.clamp(max_norm / (total_norm + 1e-6), max=1.0)
    for g in grads:
        g.mul_(factor.to(g.device))
    return total_norm


@torch.no_grad()
def clip_grad_value_(parameters, clip_value):
    r"""Limit every entry on its own: :math:`\hat g_i = \min(\max(g_i, -c), c)`.

    That changes the direction of the gradient, towards the diagonals. NaN stays NaN. As
    ``torch.nn.utils.clip_grad_value_``.

    Parameters
    ----------
    parameters
        a tensor or an iterable of them; those without gradient are passed over.
    clip_value
        c, in [0, inf], in the units of the gradients. A limit that is too large for the
        gradient's dtype to hold, such as infinity, changes nothing.

    Raises
    ------
    ValueError
        For a ``clip_value`` outside its range.
    TypeError
        For a gradient that is sparse or not of floats.

    No gradient is changed then.

    Source: Mikolov (2012); ``torch.nn.utils.clip_grad_value_``.
    """
    grads = _grads("clip_grad_value_", parameters)
    c = checks.number("clip_grad_value_", "clip_value", clip_value, "[0, inf]", scalar=True)
    for g in grads:
        if c <= torch.finfo(g.dtype).max:
            g.clamp_(-c, c)


def _grads(name, parameters):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else parameters
    grads = [w.grad for w in parameters if w.grad is not None]
    for g in grads:
        if g.layout is not torch.strided:
            raise TypeError(f"{name}: sparse gradients are not supported; make them dense first")
        if not g.is_floating_point():
            raise TypeError(f"{name}: a gradient must be of real floats, got {g.dtype}")
    return grads


def _wide(g):
    return torch.float32 if g.device.type == "mps" else torch.float64
