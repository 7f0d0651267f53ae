import torch

from optlib.torch.optimizer import Optimizer


class Adam(Optimizer):
    r"""Momentum and a rate per coordinate, bias-corrected; as torch.optim.Adam.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        w_t &= w_{t-1} - \eta \, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, amsgrad, maximize : float
        As in :class:`optlib.numpy.Adam`; one number each.

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
            "exp_avg": torch.zeros_like(w),
            "exp_avg_sq": torch.zeros_like(w),
            "max_exp_avg_sq": torch.zeros_like(w) if amsgrad else None,
        }

    @staticmethod
    def update(w, g, m, v, v_max, *, t, lr, betas, eps, amsgrad):
        beta1, beta2 = betas
        m.lerp_(g, 1 - beta1)  # first moment
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)  # second moment
        if amsgrad:
            v = torch.maximum(v_max, v, out=v_max)
        v_hat = v / (1 - beta2**t)  # undo the pull towards zero
        w.addcdiv_(m, v_hat.sqrt_().add_(eps), value=-lr / (1 - beta1**t))
