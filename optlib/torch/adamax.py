import torch

from optlib.torch.optimizer import Optimizer


class Adamax(Optimizer):
    r"""Adam with the largest recent gradient for a scale; as torch.optim.Adamax.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        u_t &= \max(\beta_2 u_{t-1}, |g_t| + \varepsilon) \\
        w_t &= w_{t-1} - \frac{\eta}{1 - \beta_1^t} \, m_t / u_t

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, maximize : float
        As in :class:`optlib.numpy.Adamax`; one number each.

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
        return {"exp_avg": torch.zeros_like(w), "exp_inf": torch.zeros_like(w)}

    @staticmethod
    def update(w, g, m, u, *, t, lr, betas, eps):
        beta1, beta2 = betas
        m.lerp_(g, 1 - beta1)
        torch.maximum(u.mul_(beta2), g.abs().add_(eps), out=u)  # needs no bias correction
        w.addcdiv_(m, u, value=-lr / (1 - beta1**t))
