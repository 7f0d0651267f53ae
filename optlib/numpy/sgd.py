import numpy as np

from optlib.numpy.optimizer import Optimizer


class SGD(Optimizer):
    r"""Gradient descent, with momentum (heavy ball) or Nesterov's.

    .. math::

        v_t &= \mu v_{t-1} + (1 - \tau) g_t \qquad (v_1 = g_1) \\
        w_t &= w_{t-1} - \eta v_t \quad\text{or, with nesterov,}\quad
        w_t = w_{t-1} - \eta (g_t + \mu v_t)

    Without momentum the step is :math:`w_t = w_{t-1} - \eta g_t`. The first velocity is the whole
    first gradient, whatever the dampening: torch.optim.SGD has it so.

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.001.
    momentum : float or array
        μ, the share of the velocity that is kept, in [0, inf), default 0 (none).
    dampening : float or array
        τ, what the gradient loses on its way into the velocity, in [0, 1], default 0.
        Ignored without momentum.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    nesterov : bool
        Step along g + μv rather than v; needs momentum > 0 and dampening = 0.
    maximize : bool
        Climb instead of descending.

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
        return {"momentum_buffer": np.zeros_like(w) if np.any(momentum) else None}

    @staticmethod
    def update(w, g, v, *, t, lr, momentum, dampening, nesterov):
        if np.any(momentum):
            v = g if t == 1 else momentum * v + (1 - dampening) * g
            g = g + momentum * v if nesterov else v
        w = w - lr * g
        return w, v
