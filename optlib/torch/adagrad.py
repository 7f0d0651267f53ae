import torch

from optlib.torch.optimizer import Optimizer


class Adagrad(Optimizer):
    r"""A learning rate per coordinate; as torch.optim.Adagrad.

    .. math::

        s_t &= s_{t-1} + g_t^2 \\
        w_t &= w_{t-1} - \frac{\eta}{1 + (t-1)\gamma} \, \frac{g_t}{\sqrt{s_t} + \varepsilon}

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, lr_decay, weight_decay, initial_accumulator_value, eps, maximize : float
        As in :class:`optlib.numpy.Adagrad`; one number each.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Duchi, Hazan and Singer (2011).
    """

    defaults = dict(
        lr=1e-2, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0, eps=1e-10
    )

    @staticmethod
    def init(w, *, initial_accumulator_value):
        return {"sum": torch.full_like(w, initial_accumulator_value)}

    @staticmethod
    def update(w, g, s, *, t, lr, lr_decay, eps):
        s.addcmul_(g, g)  # never forgets
        w.addcdiv_(g, s.sqrt().add_(eps), value=-lr / (1 + (t - 1) * lr_decay))
