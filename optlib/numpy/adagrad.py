import numpy as np

from optlib.numpy.optimizer import Optimizer


class Adagrad(Optimizer):
    r"""A learning rate per coordinate, which falls with all the gradient there has been.

    .. math::

        s_t &= s_{t-1} + g_t^2 \\
        w_t &= w_{t-1} - \frac{\eta}{1 + (t-1)\gamma} \, \frac{g_t}{\sqrt{s_t} + \varepsilon}

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.01.
    lr_decay : float or array
        γ, a decay of the learning rate with time on top, in [0, inf), default 0.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    initial_accumulator_value : float or array
        What s starts as, in [0, inf), default 0 (Keras and Optax: 0.1).
    eps : float or array
        ε, which keeps the root away from zero, in [0, inf), default 1e-10.
    maximize : bool
        Climb instead of descending.

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
        return {"sum": np.full_like(w, initial_accumulator_value)}

    @staticmethod
    def update(w, g, s, *, t, lr, lr_decay, eps):
        s = s + g**2  # never forgets
        w = w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps)
        return w, s
