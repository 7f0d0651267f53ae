from optlib.torch.adam import Adam


class AMSGrad(Adam):
    r"""Adam that divides by the largest second moment so far: ``amsgrad`` is on.

    .. math:: v^{\max}_t = \max(v^{\max}_{t-1}, v_t), \qquad \hat v_t = v^{\max}_t / (1 - \beta_2^t)

    The parameters are those of :class:`optlib.torch.Adam`. The maximum is taken before the bias
    correction, as torch and Keras have it.

    Source: Reddi, Kale and Kumar (2018), algorithm 2.
    """

    defaults = Adam.defaults | dict(amsgrad=True)
