import torch

from optlib.torch.optimizer import Optimizer


class Muon(Optimizer):
    r"""Momentum made (nearly) orthogonal; as torch.optim.Muon.

    .. math::

        b_t &= \mu b_{t-1} + (1 - \mu) g_t, \qquad
        u_t = (1 - \mu) g_t + \mu b_t \quad\text{with nesterov, otherwise } b_t \\
        X_0 &= u_t / \lVert u_t \rVert_F, \qquad
        X_{i+1} = a X_i + (b A_i + c A_i^2) X_i, \quad A_i = X_i X_i^T \\
        w_t &= (1 - \eta \lambda) w_{t-1} - \eta \sqrt{\max(1, \text{rows}/\text{columns})} \, X_n

    torch computes X in bfloat16, here it has the parameter's dtype.

    Parameters
    ----------
    params : iterable
        Matrices, named matrices or groups, as torch.optim takes them.
    lr, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps, adjust_lr_fn, maximize
    : float
        As in :class:`optlib.numpy.Muon`; one number each.

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
        return {"momentum_buffer": torch.zeros_like(w)}

    @staticmethod
    def update(
        w, g, b, *, lr, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps,
        adjust_lr_fn,
    ):  # fmt: skip
        b.lerp_(g, 1 - momentum)
        u = g.lerp(b, momentum) if nesterov else b
        x = orthogonalized(u, ns_coefficients, ns_steps, eps)
        rows, columns = w.shape
        if adjust_lr_fn == "match_rms_adamw":
            scale = 0.2 * max(rows, columns) ** 0.5
        else:
            scale = max(1, rows / columns) ** 0.5
        w.mul_(1 - lr * weight_decay).sub_(x, alpha=lr * scale)


def orthogonalized(u, coefficients, steps, eps):
    """Newton and Schulz's iteration towards the orthogonal factor of a matrix."""
    a, b, c = coefficients
    x = u.T if u.shape[0] > u.shape[1] else u  # the smaller of the two products
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        A = x @ x.T
        x = torch.addmm(x, torch.addmm(A, A, A, beta=b, alpha=c), x, beta=a)
    return x.T if u.shape[0] > u.shape[1] else x
