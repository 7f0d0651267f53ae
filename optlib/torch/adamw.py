from optlib.torch.adam import Adam


class AdamW(Adam):
    r"""Adam with decoupled weight decay; as torch.optim.AdamW.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t), \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        w_t &= (1 - \eta \lambda) \, w_{t-1} - \eta \, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, amsgrad, maximize : float
        As in :class:`optlib.numpy.AdamW`; one number each.

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
        w.mul_(1 - lr * weight_decay)  # not through the gradient
        Adam.update(w, g, m, v, v_max, t=t, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad)
