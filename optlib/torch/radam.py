import torch

from optlib.torch.optimizer import Optimizer


class RAdam(Optimizer):
    r"""Adam with a rectified start; as torch.optim.RAdam.

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
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, decoupled_weight_decay, maximize : float
        As in :class:`optlib.numpy.RAdam`; one number each.

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
        return {"exp_avg": torch.zeros_like(w), "exp_avg_sq": torch.zeros_like(w)}

    @staticmethod
    def update(w, g, m, v, *, t, lr, betas, eps, weight_decay, decoupled_weight_decay):
        if decoupled_weight_decay:
            w.mul_(1 - lr * weight_decay)
        else:
            g = g.add(w, alpha=weight_decay)
        beta1, beta2 = betas
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        step_size = lr / (1 - beta1**t)
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)  # the length of the average so far
        if rho > 5:
            r = (rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)
            w.addcdiv_(m, v.sqrt().add_(eps), value=-step_size * (r * (1 - beta2**t)) ** 0.5)
        else:
            w.sub_(m, alpha=step_size)
