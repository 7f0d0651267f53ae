import numpy as np

from optlib.numpy.optimizer import Optimizer


class Adamax(Optimizer):
    r"""Adam with the largest recent gradient in place of the root mean square.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        u_t &= \max(\beta_2 u_{t-1}, |g_t| + \varepsilon) \\
        w_t &= w_{t-1} - \frac{\eta}{1 - \beta_1^t} \, m_t / u_t

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.002.
    betas : pair of floats
        (β₁, β₂), the shares of the moments that are kept, each in [0, 1), default (0.9,
        0.999).
    eps : float or array
        ε, added to every gradient's size, in [0, inf), default 1e-8.
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
    Source: Kingma and Ba (2015), algorithm 2; ε as in torch.
    """

    defaults = dict(lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)

    @staticmethod
    def init(w):
        return {"exp_avg": np.zeros_like(w), "exp_inf": np.zeros_like(w)}

    @staticmethod
    def update(w, g, m, u, *, t, lr, betas, eps):
        beta1, beta2 = betas
        m = beta1 * m + (1 - beta1) * g
        u = np.maximum(beta2 * u, np.abs(g) + eps)  # needs no bias correction
        w = w - lr / (1 - beta1**t) * m / u
        return w, m, u
