import torch

from optlib.torch.optimizer import Optimizer


class Shampoo(Optimizer):
    r"""AdaGrad with a full matrix for each dimension of the parameter, in place of one diagonal.

    For a matrix (k = 2 dimensions; with k, each power is -1/(2k)):

    .. math::

        L_t &= L_{t-1} + g_t g_t^T, \qquad R_t = R_{t-1} + g_t^T g_t, \qquad
        L_0 = R_0 = \varepsilon I \\
        w_t &= w_{t-1} - \eta \, L_t^{-1/4} g_t R_t^{-1/4}

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, eps, weight_decay, maximize : float
        As in :class:`optlib.numpy.Shampoo`; one number each.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Gupta, Koren and Singer (2018), algorithms 1 and 2; defaults of pytorch-optimizer.
    """

    defaults = dict(lr=1e-3, eps=1e-6, weight_decay=0.0)
    elementwise = False

    @staticmethod
    def init(w, *, eps):
        return {f"pre_cond_{i}": eps * torch.eye(n).to(w) for i, n in enumerate(w.shape)}

    @staticmethod
    def update(w, g, *matrices, lr, eps):
        step = g
        for i, matrix in enumerate(matrices):
            others = [j for j in range(g.dim()) if j != i]
            matrix.add_(torch.tensordot(g, g, dims=(others, others)))
            root = power(matrix, -1 / (2 * g.dim()), eps)
            step = torch.tensordot(root, step, dims=([1], [i])).movedim(0, i)
        w.sub_(step, alpha=lr)


def power(matrix, exponent, eps):
    """A power of a symmetric matrix whose eigenvalues are ``eps`` at least, but for rounding."""
    if not matrix.isfinite().all():
        return torch.full_like(matrix, torch.nan)  # passed on; eigh raises an error
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp_(min=eps) ** exponent @ vectors.T
