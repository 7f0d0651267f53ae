import numpy as np

from optlib.numpy.optimizer import Optimizer


class Shampoo(Optimizer):
    r"""AdaGrad with a full matrix for each dimension of the parameter, in place of one diagonal.

    For a matrix (k = 2 dimensions):

    .. math::

        L_t &= L_{t-1} + g_t g_t^T, \qquad R_t = R_{t-1} + g_t^T g_t, \qquad
        L_0 = R_0 = \varepsilon I \\
        w_t &= w_{t-1} - \eta \, L_t^{-1/4} g_t R_t^{-1/4}

    With k dimensions there are k such matrices, each to the power -1/(2k); with none the step is
    plain gradient descent. The roots cost the cube of each dimension, at every step.

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.001.
    eps : float or array
        ε, what the matrices start with on their diagonals, in [0, inf), default 1e-6.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    maximize : bool
        Climb instead of descending.

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
        return {f"pre_cond_{i}": eps * np.eye(n, dtype=w.dtype) for i, n in enumerate(w.shape)}

    @staticmethod
    def update(w, g, *matrices, lr, eps):
        matrices = list(matrices)
        step = g
        for i in range(g.ndim):
            others = [j for j in range(g.ndim) if j != i]
            matrices[i] = matrices[i] + np.tensordot(g, g, axes=(others, others))
            root = power(matrices[i], -1 / (2 * g.ndim), eps)
            step = np.moveaxis(np.tensordot(root, step, axes=(1, i)), 0, i)
        w = w - lr * step
        return w, *matrices


def power(matrix, exponent, eps):
    """A power of a symmetric matrix whose eigenvalues are ``eps`` at least, but for rounding."""
    if not np.isfinite(matrix).all():
        return np.full_like(matrix, np.nan)  # passed on; eigh raises an error
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.maximum(values, eps) ** exponent @ vectors.T
