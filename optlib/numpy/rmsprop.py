import numpy as np

from optlib.numpy.optimizer import Optimizer


class RMSprop(Optimizer):
    r"""The gradient divided by the root of an exponentially weighted average of its square.

    .. math::

        v_t &= \alpha v_{t-1} + (1 - \alpha) g_t^2 \\
        m_t &= \alpha m_{t-1} + (1 - \alpha) g_t \quad\text{if centered, otherwise } 0 \\
        b_t &= \mu b_{t-1} + \frac{g_t}{\sqrt{v_t - m_t^2} + \varepsilon} \\
        w_t &= w_{t-1} - \eta b_t

    There is no bias correction: the first step is :math:`\eta/\sqrt{1-\alpha}` long, ten times η
    at the default.

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.01.
    alpha : float or array
        α, the share of the averages that is kept, in [0, 1), default 0.99 (Keras' ρ: 0.9).
    eps : float or array
        ε, which keeps the root away from zero, in [0, inf), default 1e-8.
    weight_decay : float or array
        λ of the penalty λ/2 ‖w‖², added to the gradient as λw, in [0, inf), default 0.
    momentum : float or array
        μ, of the scaled gradients, in [0, inf), default 0.
    centered : bool
        Divide by the standard deviation rather than the root mean square, default False.
    maximize : bool
        Climb instead of descending.

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
            "square_avg": np.zeros_like(w),
            "momentum_buffer": np.zeros_like(w) if np.any(momentum) else None,
            "grad_avg": np.zeros_like(w) if centered else None,
        }

    @staticmethod
    def update(w, g, v, b, m, *, lr, alpha, eps, momentum, centered):
        v = alpha * v + (1 - alpha) * g**2
        m = alpha * m + (1 - alpha) * g if centered else 0
        step = g / (np.sqrt(v - m**2) + eps)
        b = momentum * b + step if np.any(momentum) else step
        w = w - lr * b
        return w, v, b, m
