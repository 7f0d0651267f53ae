import torch

from optlib.torch.optimizer import Optimizer


class SGD(Optimizer):
    r"""Gradient descent, with momentum (heavy ball) or Nesterov's; as torch.optim.SGD.

    .. math::

        v_t &= \mu v_{t-1} + (1 - \tau) g_t \qquad (v_1 = g_1) \\
        w_t &= w_{t-1} - \eta v_t \quad\text{or, with nesterov,}\quad
        w_t = w_{t-1} - \eta (g_t + \mu v_t)

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, momentum, dampening, weight_decay, nesterov, maximize : float
        As in :class:`optlib.numpy.SGD`; one number each.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Sources: Polyak (1964); Sutskever, Martens, Dahl and Hinton (2013).
    """

    defaults = dict(lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)

    @staticmethod
    def init(w, *, momentum):
        return {"momentum_buffer": torch.zeros_like(w) if momentum else None}

    @staticmethod
    def update(w, g, v, *, t, lr, momentum, dampening, nesterov):
        if momentum:
            if t == 1:
                v.copy_(g)
            else:
                v.mul_(momentum).add_(g, alpha=1 - dampening)
            g = g.add(v, alpha=momentum) if nesterov else v
        w.sub_(g, alpha=lr)
