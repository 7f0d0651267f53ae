import numpy as np

from optlib.numpy.optimizer import Optimizer


class Muon(Optimizer):
    r"""Momentum made (nearly) orthogonal: all singular values of a step of a matrix are about 1.

    .. math::

        b_t &= \mu b_{t-1} + (1 - \mu) g_t, \qquad
        u_t = (1 - \mu) g_t + \mu b_t \quad\text{with nesterov, otherwise } b_t \\
        X_0 &= u_t / \lVert u_t \rVert_F, \qquad
        X_{i+1} = a X_i + (b A_i + c A_i^2) X_i, \quad A_i = X_i X_i^T \\
        w_t &= (1 - \eta \lambda) w_{t-1} - \eta \sqrt{\max(1, \text{rows}/\text{columns})} \, X_n

    For the hidden matrices of a network; use AdamW for the rest. torch computes X in bfloat16, here
    it has the parameter's dtype.

    Parameters
    ----------
    params : list
        List of matrices of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. A step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.001.
    weight_decay : float or array
        λ, of the parameter itself and not of the gradient, in [0, inf), default 0.1.
    momentum : float or array
        μ, the share of the average gradient that is kept, in [0, inf), default 0.95.
    nesterov : bool
        Look ahead by one more step of the average, default True.
    ns_coefficients : three floats
        (a, b, c) of Newton and Schulz's iteration, default (3.4445, -4.775, 2.0315).
    eps : float or array
        The smallest norm that X is divided by, in [0, inf), default 1e-7.
    ns_steps : int
        N, the number of iterations, in [1, 100), default 5.
    adjust_lr_fn : str, optional
        None or "original" for the factor of η above; "match_rms_adamw" for 0.2 √max(rows,
        columns), with which AdamW's learning rates fit.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Sources: Jordan et al. (2024); adjust_lr_fn: Liu et al. (2025).
    """

    defaults = dict(
        lr=1e-3,
        weight_decay=0.1,
        momentum=0.95,
        nesterov=True,
        ns_coefficients=(3.4445, -4.775, 2.0315),
        eps=1e-7,
        ns_steps=5,
        adjust_lr_fn=None,
    )
    dimensions = 2
    elementwise = False

    @staticmethod
    def init(w):
        return {"momentum_buffer": np.zeros_like(w)}

    @staticmethod
    def update(
        w, g, b, *, lr, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps,
        adjust_lr_fn,
    ):  # fmt: skip
        b = momentum * b + (1 - momentum) * g
        u = (1 - momentum) * g + momentum * b if nesterov else b
        x = orthogonalized(u, ns_coefficients, ns_steps, eps)
        rows, columns = w.shape
        if adjust_lr_fn == "match_rms_adamw":
            scale = 0.2 * max(rows, columns) ** 0.5
        else:
            scale = max(1, rows / columns) ** 0.5
        w = w - lr * weight_decay * w - lr * scale * x
        return w, b


def orthogonalized(u, coefficients, steps, eps):
    """Newton and Schulz's iteration towards the orthogonal factor of a matrix."""
    a, b, c = coefficients
    x = u.T if u.shape[0] > u.shape[1] else u  # the smaller of the two products
    x = x / max(float(np.linalg.norm(x)), eps)
    for _ in range(steps):
        A = x @ x.T
        x = a * x + (b * A + c * A @ A) @ x
    return x.T if u.shape[0] > u.shape[1] else x
