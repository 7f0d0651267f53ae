import numpy as np

from optlib.numpy.optimizer import Optimizer


class Adam(Optimizer):
    r"""Momentum and a rate per coordinate, both from bias-corrected averages of the gradient.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        w_t &= w_{t-1} - \eta \, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.001.
    betas : pair of floats
        (β₁, β₂), the shares of the moments that are kept, each in [0, 1), default (0.9,
        0.999).
    eps : float or array
        ε, which keeps the root away from zero, in [0, inf), default 1e-8.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    amsgrad : bool
        Let the largest v so far take v's place in the last line, default False.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Sources: Kingma and Ba (2015), algorithm 1; AMSGrad: Reddi, Kale and Kumar (2018).
    """

    defaults = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False)

    @staticmethod
    def init(w, *, amsgrad):
        return {
            "exp_avg": np.zeros_like(w),
            "exp_avg_sq": np.zeros_like(w),
            "max_exp_avg_sq": np.zeros_like(w) if amsgrad else None,
        }

    @staticmethod
    def update(w, g, m, v, v_max, *, t, lr, betas, eps, amsgrad):
        beta1, beta2 = betas
        m = beta1 * m + (1 - beta1) * g  # first moment
        v = beta2 * v + (1 - beta2) * g**2  # second moment
        v_max = np.maximum(v_max, v) if amsgrad else v
        m_hat = m / (1 - beta1**t)  # undo the pull towards zero
        v_hat = v_max / (1 - beta2**t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
        return w, m, v, v_max
