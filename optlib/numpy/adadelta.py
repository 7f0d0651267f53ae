import numpy as np

from optlib.numpy.optimizer import Optimizer


class Adadelta(Optimizer):
    r"""RMSprop whose learning rate is the root mean square of its own past steps.

    .. math::

        v_t &= \rho v_{t-1} + (1 - \rho) g_t^2 \\
        \Delta_t &= \frac{\sqrt{u_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}} \, g_t \\
        u_t &= \rho u_{t-1} + (1 - \rho) \Delta_t^2 \\
        w_t &= w_{t-1} - \eta \Delta_t

    The step has the unit of the parameter, whatever the unit of the loss; the paper has no
    learning rate (η = 1).

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 1.0 (Keras: 0.001).
    rho : float or array
        ρ, the share of both averages that is kept, in [0, 1), default 0.9.
    eps : float or array
        ε, which keeps the root away from zero, in [0, inf), default 1e-6.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    maximize : bool
        Climb instead of descending.

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
        return {"square_avg": np.zeros_like(w), "acc_delta": np.zeros_like(w)}

    @staticmethod
    def update(w, g, v, u, *, lr, rho, eps):
        v = rho * v + (1 - rho) * g**2  # squared gradients
        delta = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * delta**2  # squared steps
        w = w - lr * delta
        return w, v, u
