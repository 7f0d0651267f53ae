import torch

from optlib.torch.optimizer import Optimizer


class AdamWScheduleFree(Optimizer):
    r"""AdamW that averages its iterates; as schedulefree.AdamWScheduleFree.

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
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, betas, eps, weight_decay, warmup_steps, r, weight_lr_power, maximize : float
        As in :class:`optlib.numpy.AdamWScheduleFree`; one number each.

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
            "z": w.clone(),
            "x": w.clone(),
            "exp_avg_sq": torch.zeros_like(w),
            "weight_sum": torch.zeros((), dtype=torch.float64),
            "lr_max": torch.zeros((), dtype=torch.float64),
        }

    @staticmethod
    def update(
        w, g, z, x, v, weight_sum, lr_max, *, t, lr, betas, eps, weight_decay, warmup_steps, r,
        weight_lr_power,
    ):  # fmt: skip
        beta1, beta2 = betas
        lr = lr * min(1.0, t / warmup_steps) if warmup_steps else lr
        lr_max.clamp_(min=lr)
        weight = t**r * lr_max.item() ** weight_lr_power
        weight_sum.add_(weight)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        z.sub_(w, alpha=lr * weight_decay)
        z.addcdiv_(g, (v / (1 - beta2**t)).sqrt_().add_(eps), value=-lr)
        x.lerp_(z, weight / weight_sum.item() if weight_sum else 0.0)
        torch.lerp(z, x, beta1, out=w)

    @torch.no_grad()
    def eval(self):
        """Put the averages x into the parameters."""
        self.training = False
        for w, state in self.state.items():
            w.copy_(state["x"])

    @torch.no_grad()
    def train(self):
        """Put y, where the gradient is to be taken, into the parameters."""
        self.training = True
        for group in self.param_groups:
            for w in group["params"]:
                if w in self.state:
                    torch.lerp(self.state[w]["z"], self.state[w]["x"], group["betas"][0], out=w)

    def step(self, closure=None):
        if not self.training:
            raise RuntimeError(f"{type(self).__name__}: call train() before step(), after eval()")
        return super().step(closure)
