r"""Initial parameters: functions that fill a tensor in place and return it; as in torch.nn.init.

A weight has the shape (out, in, \*kernel). The formulas, with their sources and the ranges of the
arguments, stand with the namesakes in :mod:`optlib.numpy.init`; ``generator`` is a
``torch.Generator``, torch's global one by default. Given the same generator, the numbers are those
of torch.nn.init to rounding.

>>> import torch
>>> from optlib.torch import init
>>> layer = torch.nn.Linear(300, 500)
>>> generator = torch.Generator().manual_seed(0)
>>> w = init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
>>> w is layer.weight, w.requires_grad, round(w.std().item() * 300**0.5, 2)  # about √2
(True, True, 1.41)
>>> init.zeros_(layer.bias).sum().item()
0.0

Errors: ``ValueError`` for an argument outside its range (NaN is outside of all), ``TypeError`` for
an argument of the wrong type; the tensor is not changed then.
"""

import math

import torch

from optlib import checks
from optlib.numpy.init import _fan, calculate_gain, fans

__all__ = [
    "calculate_gain",
    "constant_",
    "fans",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]


@torch.no_grad()
def constant_(tensor, val):
    """All entries ``val``, in [-inf, inf]."""
    checks.number("constant_", "val", val, "[-inf, inf]", scalar=True)
    return tensor.fill_(val)


@torch.no_grad()
def zeros_(tensor):
    """All entries 0."""
    return tensor.zero_()


@torch.no_grad()
def ones_(tensor):
    """All entries 1."""
    return tensor.fill_(1.0)


@torch.no_grad()
def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Entries drawn from :math:`U(a, b)`."""
    checks.number("uniform_", "a", a, "(-inf, inf)", scalar=True)
    checks.number("uniform_", "b", b, f"[{a}, inf)", scalar=True)
    return tensor.uniform_(a, b, generator=generator)


@torch.no_grad()
def normal_(tensor, mean=0.0, std=1.0, generator=None):
    r"""Entries drawn from :math:`N(\text{mean}, \text{std}^2)`."""
    checks.number("normal_", "mean", mean, "(-inf, inf)", scalar=True)
    checks.number("normal_", "std", std, scalar=True)
    return tensor.normal_(mean, std, generator=generator)


def xavier_uniform_(tensor, gain=1.0, generator=None):
    r"""Entries from :math:`U(-b, b)`; :math:`b = γ \sqrt{6 / (n_{in} + n_{out})}`, n the fans.

    Source: Glorot and Bengio (2010), equation 16.
    """
    checks.number("xavier_uniform_", "gain", gain, scalar=True)
    fan_in, fan_out = fans(tensor.shape)
    bound = gain * math.sqrt(6 / (fan_in + fan_out))
    return uniform_(tensor, -bound, bound, generator=generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    r"""Entries from :math:`N(0, σ^2)`; :math:`σ = γ \sqrt{2 / (n_{in} + n_{out})}`, n the fans.

    Source: Glorot and Bengio (2010).
    """
    checks.number("xavier_normal_", "gain", gain, scalar=True)
    fan_in, fan_out = fans(tensor.shape)
    std = gain * math.sqrt(2 / (fan_in + fan_out))
    return normal_(tensor, 0.0, std, generator=generator)


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    r"""Entries from :math:`U(-b, b)`; :math:`b = γ \sqrt{3 / n}`, n a fan.

    Source: He, Zhang, Ren and Sun (2015).
    """
    checks.number("kaiming_uniform_", "a", a, "(-inf, inf)", scalar=True)
    fan = _fan("kaiming_uniform_", tensor.shape, mode)
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / fan)
    return uniform_(tensor, -bound, bound, generator=generator)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    r"""Entries from :math:`N(0, σ^2)`; :math:`σ = γ / \sqrt{n}`, n a fan.

    Source: He, Zhang, Ren and Sun (2015), equations 10 and 14.
    """
    checks.number("kaiming_normal_", "a", a, "(-inf, inf)", scalar=True)
    fan = _fan("kaiming_normal_", tensor.shape, mode)
    std = calculate_gain(nonlinearity, a) / math.sqrt(fan)
    return normal_(tensor, 0.0, std, generator=generator)


@torch.no_grad()
def orthogonal_(tensor, gain=1.0, generator=None):
    r"""γ times a matrix with orthonormal rows or columns, whichever are fewer; uniformly drawn.

    Of a tensor of float16 or bfloat16 too, which torch cannot decompose: in float32, then rounded.

    Source: Saxe, McClelland and Ganguli (2014); for the signs Mezzadri (2007).
    """
    checks.number("orthogonal_", "gain", gain, scalar=True)
    fans(tensor.shape)  # refuses a shape that is no matrix
    if tensor.numel() == 0:
        return tensor
    matrix = tensor.flatten(start_dim=1).to(torch.promote_types(tensor.dtype, torch.float32))
    random = torch.empty_like(matrix).normal_(generator=generator)
    rows, columns = matrix.shape
    q, r = torch.linalg.qr(random if rows >= columns else random.T)
    q = q * torch.diag(r).sign()
    return tensor.copy_(gain * (q if rows >= columns else q.T).reshape(tensor.shape))
