import torch

from optlib.torch.optimizer import Optimizer


class LAMB(Optimizer):
    r"""AdamW with the same relative change for each layer.

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
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, maximize : float
        As in :class:`optlib.numpy.LAMB`; one number each.

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
        return {"exp_avg": torch.zeros_like(w), "exp_avg_sq": torch.zeros_like(w)}

    @staticmethod
    def update(w, g, m, v, *, t, lr, betas, eps, weight_decay):
        beta1, beta2 = betas
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        u = (m / (1 - beta1**t)).div_((v / (1 - beta2**t)).sqrt_().add_(eps))
        u.add_(w, alpha=weight_decay)
        w_norm, u_norm = w.norm(), u.norm()
        ratio = torch.where((w_norm > 0) & (u_norm > 0), w_norm / u_norm, 1.0)
        w.sub_(u.mul_(ratio), alpha=lr)
