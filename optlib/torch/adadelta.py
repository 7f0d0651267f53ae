import torch

from optlib.torch.optimizer import Optimizer


class Adadelta(Optimizer):
    r"""RMSprop with the size of its own past steps for a learning rate; as torch.optim.Adadelta.

    .. math::

        v_t &= \rho v_{t-1} + (1 - \rho) g_t^2 \\
        \Delta_t &= \frac{\sqrt{u_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}} \, g_t \\
        u_t &= \rho u_{t-1} + (1 - \rho) \Delta_t^2 \\
        w_t &= w_{t-1} - \eta \Delta_t

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, rho, eps, weight_decay, maximize : float
        As in :class:`optlib.numpy.Adadelta`; one number each.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Zeiler (2012), algorithm 1.
    """

    defaults = dict(lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0)

    @staticmethod
    def init(w):
        return {"square_avg": torch.zeros_like(w), "acc_delta": torch.zeros_like(w)}

    @staticmethod
    def update(w, g, v, u, *, lr, rho, eps):
        v.mul_(rho).addcmul_(g, g, value=1 - rho)  # squared gradients
        delta = u.add(eps).sqrt_().div_(v.add(eps).sqrt_()).mul_(g)
        u.mul_(rho).addcmul_(delta, delta, value=1 - rho)  # squared steps
        w.sub_(delta, alpha=lr)
