from optlib.numpy.adam import Adam


class AdamW(Adam):
    r"""Adam with decoupled weight decay: the parameter shrinks, whatever its gradient.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        w_t &= (1 - \eta \lambda) \, w_{t-1} - \eta \, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)

    η multiplies λ, as in torch; in the paper only the schedule does.

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.001.
    betas : pair of floats
        (β₁, β₂), the shares of the moments that are kept, each in [0, 1), default (0.9,
        0.999).
    eps : float or array
        ε, which keeps the root away from zero, in [0, inf), default 1e-8.
    weight_decay : float or array
        λ, of the parameter itself and not of the gradient, in [0, inf), default 0.01.
    amsgrad : bool
        Let the largest v so far take v's place in the last line, default False.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Loshchilov and Hutter (2019), algorithm 2.
    """

    defaults = Adam.defaults | dict(weight_decay=1e-2)

    @staticmethod
    def update(w, g, m, v, v_max, *, t, lr, betas, eps, weight_decay, amsgrad):
        w = w - lr * weight_decay * w  # not through the gradient
        return Adam.update(w, g, m, v, v_max, t=t, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad)
