import numpy as np

from optlib.numpy.optimizer import Optimizer


class AdamWScheduleFree(Optimizer):
    r"""AdamW that averages its iterates instead of lowering its learning rate.

    .. math::

        \eta_t &= \eta \min(1, t / T_\text{warmup}), \qquad
        c_t = \frac{t^r (\max_{s \le t} \eta_s)^p}{\sum_{i \le t} i^r (\max_{s \le i} \eta_s)^p} \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2, \qquad \hat v_t = v_t / (1 - \beta_2^t) \\
        z_t &= z_{t-1} - \eta_t \, g_t / (\sqrt{\hat v_t} + \varepsilon) - \eta_t \lambda y_{t-1} \\
        x_t &= (1 - c_t) x_{t-1} + c_t z_t, \qquad y_t = \beta_1 x_t + (1 - \beta_1) z_t

    While training, the parameters are y, where the gradient is taken; the result is x. ``eval()``
    puts x into the parameters, ``train()`` puts y back; a step needs y.

    Parameters
    ----------
    params : list
        List of arrays of floats, or of dicts with ``"params"`` and hyper-parameters of
        their own. Arrays of any shape; a step changes them in place.
    lr : float or array
        Learning rate η, in [0, inf), default 0.0025.
    betas : pair of floats
        (β₁, β₂), the share of x in y, and what is kept of v, each in [0, 1), default (0.9,
        0.999).
    eps : float or array
        ε, which keeps the root away from zero, in [0, inf), default 1e-8.
    weight_decay : float or array
        λ, of y, in [0, inf), default 0.
    warmup_steps : float or array
        T, steps over which the learning rate rises, in [0, inf), default 0.
    r : float or array
        The power of t in the weights of the average, in [0, inf), default 0.
    weight_lr_power : float or array
        P, the power of the learning rate in them, in [0, inf), default 2.
    maximize : bool
        Climb instead of descending.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        For a hyper-parameter, parameter or gradient that does not fit, or a step between
        ``eval()`` and ``train()``; nothing is changed then.

    Notes
    -----
    Source: Defazio et al. (2024), algorithm 1, with the defaults of their package schedulefree.
    """

    defaults = dict(
        lr=2.5e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        warmup_steps=0,
        r=0.0,
        weight_lr_power=2.0,
    )
    training = True

    @staticmethod
    def init(w):
        return {
            "z": w.copy(),
            "x": w.copy(),
            "exp_avg_sq": np.zeros_like(w),
            "weight_sum": np.zeros(()),
            "lr_max": np.zeros(()),
        }

    @staticmethod
    def update(
        w, g, z, x, v, weight_sum, lr_max, *, t, lr, betas, eps, weight_decay, warmup_steps, r,
        weight_lr_power,
    ):  # fmt: skip
        beta1, beta2 = betas
        lr = lr * min(1.0, t / warmup_steps) if warmup_steps else lr
        lr_max = max(float(lr_max), lr)
        weight = t**r * lr_max**weight_lr_power
        weight_sum = float(weight_sum) + weight
        v = beta2 * v + (1 - beta2) * g**2
        z = z - lr * (g / (np.sqrt(v / (1 - beta2**t)) + eps) + weight_decay * w)
        x = x + (weight / weight_sum if weight_sum else 0.0) * (z - x)
        w = beta1 * x + (1 - beta1) * z
        return w, z, x, v, weight_sum, lr_max

    def eval(self):
        """Put the averages x into the parameters."""
        self.training = False
        for i, w in enumerate(self._params):
            if i in self.state:
                w[...] = self.state[i]["x"]

    def train(self):
        """Put y, where the gradient is to be taken, into the parameters."""
        self.training = True
        for i, (w, group) in enumerate(self._params_with_groups):
            if i in self.state:
                beta1 = group["betas"][0]
                w[...] = beta1 * self.state[i]["x"] + (1 - beta1) * self.state[i]["z"]

    def step(self, grads):
        if not self.training:
            raise RuntimeError(f"{self._name}: call train() before step(), after eval()")
        super().step(grads)
