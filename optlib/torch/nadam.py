import torch

from optlib.torch.optimizer import Optimizer


class NAdam(Optimizer):
    r"""Adam with Nesterov's momentum; as torch.optim.NAdam.

    .. math::

        \mu_t &= \beta_1 \left(1 - \tfrac12 \, 0.96^{t\psi}\right), \qquad p_t = p_{t-1} \mu_t \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= \frac{\mu_{t+1} m_t}{1 - p_t \mu_{t+1}} + \frac{(1 - \mu_t) g_t}{1 - p_t},
        \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        w_t &= w_{t-1} - \eta \, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay, maximize : float
        As in :class:`optlib.numpy.NAdam`; one number each.

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
            "mu_product": torch.ones(()),
            "exp_avg": torch.zeros_like(w),
            "exp_avg_sq": torch.zeros_like(w),
        }

    @staticmethod
    def update(
        w, g, p, m, v, *, t, lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay
    ):
        if decoupled_weight_decay:
            w.mul_(1 - lr * weight_decay)
        else:
            g = g.add(w, alpha=weight_decay)
        beta1, beta2 = betas
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        p.mul_(mu)
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        denom = (v / (1 - beta2**t)).sqrt_().add_(eps)
        w.addcdiv_(g, denom, value=-lr * (1 - mu) / (1 - float(p)))
        w.addcdiv_(m, denom, value=-lr * mu_next / (1 - float(p) * mu_next))
