import numpy as np

from optlib.numpy.optimizer import Optimizer


class RAdam(Optimizer):
    r"""Adam that waits with its second moment until there is enough of it to trust.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        \rho_\infty &= \frac{2}{1 - \beta_2} - 1, \qquad
        \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t} \\
        r_t^2 &= \frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}
        {(\rho_\infty - 4)(\rho_\infty - 2) \rho_t} \\
        w_t &= w_{t-1} - \eta \, r_t \, \hat m_t / \sqrt{\hat v_t} \quad\text{if } \rho_t > 5,
        \text{ otherwise } w_{t-1} - \eta \, \hat m_t

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
    decoupled_weight_decay : bool
        Shrink the parameter by ηλ instead, as AdamW does, default False.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Liu et al. (2020), algorithm 2; ε as in torch, added to √v.
    """

    defaults = dict(
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled_weight_decay=False
    )

    @staticmethod
    def init(w):
        return {"exp_avg": np.zeros_like(w), "exp_avg_sq": np.zeros_like(w)}

    @staticmethod
    def update(w, g, m, v, *, t, lr, betas, eps, weight_decay, decoupled_weight_decay):
        if decoupled_weight_decay:
            w = w - lr * weight_decay * w
        else:
            g = g + weight_decay * w
        beta1, beta2 = betas
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)  # the length of the average so far
        if rho > 5:
            r = (rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)
            m_hat = (r * (1 - beta2**t)) ** 0.5 * m_hat / (np.sqrt(v) + eps)
        w = w - lr * m_hat
        return w, m, v
