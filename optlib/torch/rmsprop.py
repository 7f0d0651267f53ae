import torch

from optlib.torch.optimizer import Optimizer


class RMSprop(Optimizer):
    r"""The gradient divided by the root of an average of its square; as torch.optim.RMSprop.

    .. math::

        v_t &= \alpha v_{t-1} + (1 - \alpha) g_t^2 \\
        m_t &= \alpha m_{t-1} + (1 - \alpha) g_t \quad\text{if centered, otherwise } 0 \\
        b_t &= \mu b_{t-1} + \frac{g_t}{\sqrt{v_t - m_t^2} + \varepsilon} \\
        w_t &= w_{t-1} - \eta b_t

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, alpha, eps, weight_decay, momentum, centered, maximize : float
        As in :class:`optlib.numpy.RMSprop`; one number each.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Sources: Tieleman and Hinton (2012), lecture 6.5; Graves (2013), centered.
    """

    defaults = dict(lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False)

    @staticmethod
    def init(w, *, momentum, centered):
        return {
            "square_avg": torch.zeros_like(w),
            "momentum_buffer": torch.zeros_like(w) if momentum else None,
            "grad_avg": torch.zeros_like(w) if centered else None,
        }

    @staticmethod
    def update(w, g, v, b, m, *, lr, alpha, eps, momentum, centered):
        v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
        if centered:
            m.lerp_(g, 1 - alpha)
            v = v.addcmul(m, m, value=-1)
        step = g / v.sqrt().add_(eps)
        if momentum:
            step = b.mul_(momentum).add_(step)
        w.sub_(step, alpha=lr)
