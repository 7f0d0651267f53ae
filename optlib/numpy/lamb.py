import numpy as np

from optlib.numpy.optimizer import Optimizer


class LAMB(Optimizer):
    r"""AdamW whose step is as long as the parameter, times η: the same relative change per layer.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        u_t &= \hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda w_{t-1} \\
        w_t &= w_{t-1} - \eta \, \frac{\lVert w_{t-1} \rVert}{\lVert u_t \rVert} \, u_t

    The norms are over the whole array, one for each parameter; the ratio is 1 where one of them
    is 0.

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
        ε, which keeps the root away from zero, in [0, inf), default 1e-6.
    weight_decay : float or array
        λ, of the parameter itself and not of the gradient, in [0, inf), default 0.01.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: You et al. (2020), algorithm 2, with φ the identity.
    """

    defaults = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=1e-2)
    elementwise = False

    @staticmethod
    def init(w):
        return {"exp_avg": np.zeros_like(w), "exp_avg_sq": np.zeros_like(w)}

    @staticmethod
    def update(w, g, m, v, *, t, lr, betas, eps, weight_decay):
        beta1, beta2 = betas
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        u = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps) + weight_decay * w
        w_norm, u_norm = np.sqrt(np.sum(w**2)), np.sqrt(np.sum(u**2))
        ratio = w_norm / u_norm if w_norm > 0 and u_norm > 0 else 1.0
        w = w - lr * ratio * u
        return w, m, v
