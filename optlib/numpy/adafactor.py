import numpy as np

from optlib.numpy.optimizer import Optimizer


class Adafactor(Optimizer):
    r"""Adam's second moment from the means of its rows and columns alone: sublinear memory.

    .. math::

        \beta_t &= 1 - t^{c}, \qquad \eta_t = \max(\varepsilon_2, \operatorname{rms} w_{t-1})
        \min(\eta, 1/\sqrt t) \\
        r_t &= \beta_t r_{t-1} + (1 - \beta_t) \operatorname{mean}_\text{row} g_t^2, \qquad
        k_t = \beta_t k_{t-1} + (1 - \beta_t) \operatorname{mean}_\text{column} g_t^2 \\
        v_t &= r_t k_t / \operatorname{mean} r_t, \qquad
        u_t = g_t / \max(\sqrt{v_t}, \varepsilon_1) \\
        w_t &= (1 - \eta \lambda) w_{t-1} - \eta_t \, u_t / \max(1, \operatorname{rms}(u_t) / d)

    Rows and columns are the last two dimensions; an array with fewer has a v of its own, in full.

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        η, the largest relative step, in [0, inf), default 0.01.
    beta2_decay : float or array
        C, the exponent of β's approach to 1, in (-inf, 0], default -0.8.
    eps : pair of floats
        (ε₁, ε₂), the smallest root of v and the smallest size of a parameter, each in [0,
        inf); ε₁ may be None, for the dtype's machine epsilon. Default (None, 0.001).
    d : float or array
        The largest root mean square that a step may have before η_t, in [1, inf), default
        1.
    weight_decay : float or array
        λ, of the parameter itself and not of the gradient, in [0, inf), default 0.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Shazeer and Stern (2018), algorithms 4 and 5, as in torch.
    """

    defaults = dict(lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0)
    elementwise = False

    @staticmethod
    def init(w):
        flat = w.ndim < 2
        return {
            "row_var": None if flat else np.zeros_like(w[..., :1]),
            "col_var": None if flat else np.zeros_like(w[..., :1, :]),
            "variance": np.zeros_like(w) if flat else None,
        }

    @staticmethod
    def update(w, g, r, k, v, *, t, lr, beta2_decay, eps, d, weight_decay):
        eps1, eps2 = np.finfo(w.dtype).eps if eps[0] is None else eps[0], eps[1]
        beta2 = 1 - t**beta2_decay
        step_size = max(eps2, rms(w)) * min(lr, t**-0.5)
        w = w - lr * weight_decay * w
        if w.ndim < 2:
            v = beta2 * v + (1 - beta2) * g**2
        else:
            r = beta2 * r + (1 - beta2) * np.mean(g**2, axis=-1, keepdims=True)
            k = beta2 * k + (1 - beta2) * np.mean(g**2, axis=-2, keepdims=True)
            v = r @ k / np.maximum(np.mean(r, axis=-2, keepdims=True), eps1)
        u = g / np.sqrt(np.maximum(v, eps1**2))
        w = w - step_size / max(1.0, rms(u) / d) * u
        return w, r, k, v


def rms(a):
    """The root mean square of an array's entries; 0 if it has none."""
    return float(np.sqrt(np.sum(a**2) / max(a.size, 1)))
