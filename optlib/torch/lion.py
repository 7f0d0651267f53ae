import torch

from optlib.torch.optimizer import Optimizer


class Lion(Optimizer):
    r"""The sign of a momentum.

    .. math::

        c_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        w_t &= w_{t-1} - \eta \, (\operatorname{sign} c_t + \lambda w_{t-1}) \\
        m_t &= \beta_2 m_{t-1} + (1 - \beta_2) g_t

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, weight_decay, maximize : float
        As in :class:`optlib.numpy.Lion`; one number each.

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
        return {"exp_avg": torch.zeros_like(w)}

    @staticmethod
    def update(w, g, m, *, lr, betas, weight_decay):
        beta1, beta2 = betas
        c = m.mul(beta1).add_(g, alpha=1 - beta1)
        sign = torch.where(c.isnan(), c, c.sign())  # torch's sign of NaN is 0, which would hide it
        w.mul_(1 - lr * weight_decay).sub_(sign, alpha=lr)
        m.mul_(beta2).add_(g, alpha=1 - beta2)
