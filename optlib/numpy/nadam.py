import numpy as np

from optlib.numpy.optimizer import Optimizer


class NAdam(Optimizer):
    r"""Adam with Nesterov's momentum, and a warm-up of the momentum.

    .. math::

        \mu_t &= \beta_1 \left(1 - \tfrac12 \, 0.96^{t\psi}\right), \qquad p_t = p_{t-1} \mu_t \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= \frac{\mu_{t+1} m_t}{1 - p_t \mu_{t+1}} + \frac{(1 - \mu_t) g_t}{1 - p_t},
        \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        w_t &= w_{t-1} - \eta \, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)

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
        ε, which keeps the root away from zero, in [0, inf), default 1e-8.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    momentum_decay : float or array
        ψ, how fast μ warms up, in [0, inf), default 0.004 (Keras: 1).
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
    Source: Dozat (2016), algorithm 2.
    """

    defaults = dict(
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        momentum_decay=4e-3,
        decoupled_weight_decay=False,
    )

    @staticmethod
    def init(w):
        return {
            "mu_product": np.ones((), w.dtype),
            "exp_avg": np.zeros_like(w),
            "exp_avg_sq": np.zeros_like(w),
        }

    @staticmethod
    def update(
        w, g, p, m, v, *, t, lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay
    ):
        if decoupled_weight_decay:
            w = w - lr * weight_decay * w
        else:
            g = g + weight_decay * w
        beta1, beta2 = betas
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        p = p * mu
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = mu_next * m / (1 - p * mu_next) + (1 - mu) * g / (1 - p)
        v_hat = v / (1 - beta2**t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
        return w, p, m, v
