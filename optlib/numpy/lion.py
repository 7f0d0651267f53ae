import numpy as np

from optlib.numpy.optimizer import Optimizer


class Lion(Optimizer):
    r"""The sign of a momentum: every coordinate moves by η, and one state is enough.

    .. math::

        c_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        w_t &= w_{t-1} - \eta \, (\operatorname{sign} c_t + \lambda w_{t-1}) \\
        m_t &= \beta_2 m_{t-1} + (1 - \beta_2) g_t

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.0001.
    betas : pair of floats
        (β₁, β₂), what is kept of m in the step and in m itself, each in [0, 1), default
        (0.9, 0.99).
    weight_decay : float or array
        λ, of the parameter itself and not of the gradient, in [0, inf), default 0.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Chen et al. (2023), algorithm 2.
    """

    defaults = dict(lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0)

    @staticmethod
    def init(w):
        return {"exp_avg": np.zeros_like(w)}

    @staticmethod
    def update(w, g, m, *, lr, betas, weight_decay):
        beta1, beta2 = betas
        c = beta1 * m + (1 - beta1) * g
        w = w - lr * (np.sign(c) + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g
        return w, m
