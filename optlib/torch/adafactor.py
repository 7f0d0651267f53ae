import torch

from optlib.torch.optimizer import Optimizer


class Adafactor(Optimizer):
    r"""Adam's second moment from the means of its rows and columns; as torch.optim.Adafactor.

    .. math::

        \beta_t &= 1 - t^{c}, \qquad \eta_t = \max(\varepsilon_2, \operatorname{rms} w_{t-1})
        \min(\eta, 1/\sqrt t) \\
        r_t &= \beta_t r_{t-1} + (1 - \beta_t) \operatorname{mean}_\text{row} g_t^2, \qquad
        k_t = \beta_t k_{t-1} + (1 - \beta_t) \operatorname{mean}_\text{column} g_t^2 \\
        v_t &= r_t k_t / \operatorname{mean} r_t, \qquad
        u_t = g_t / \max(\sqrt{v_t}, \varepsilon_1) \\
        w_t &= (1 - \eta \lambda) w_{t-1} - \eta_t \, u_t / \max(1, \operatorname{rms}(u_t) / d)

    Parameters
    ----------
    params : iterable
        Parameters, named parameters or groups, as torch.optim takes them.
    lr, beta2_decay, eps, d, weight_decay, maximize : float
        As in :class:`optlib.numpy.Adafactor`; one number each.

    Raises
    ------
    TypeError, ValueError
        For a hyper-parameter, parameter or gradient that does not fit; nothing is changed
        then.

    Notes
    -----
    Source: Shazeer and Stern (2018), algorithms 4 and 5.
    """

    defaults = dict(lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0)
    elementwise = False

    @staticmethod
    def init(w):
        flat = w.dim() < 2
        return {
            "row_var": None if flat else torch.zeros_like(w[..., :1]),
            "col_var": None if flat else torch.zeros_like(w[..., :1, :]),
            "variance": torch.zeros_like(w) if flat else None,
        }

    @staticmethod
    def update(w, g, r, k, v, *, t, lr, beta2_decay, eps, d, weight_decay):
        eps1, eps2 = torch.finfo(w.dtype).eps if eps[0] is None else eps[0], eps[1]
        beta2 = 1 - t**beta2_decay
        step_size = max(eps2, rms(w)) * min(lr, t**-0.5)
        w.mul_(1 - lr * weight_decay)
        if w.dim() < 2:
            v.mul_(beta2).add_(g.square(), alpha=1 - beta2)
        else:
            r.mul_(beta2).add_(g.square().mean(dim=-1, keepdim=True), alpha=1 - beta2)
            k.mul_(beta2).add_(g.square().mean(dim=-2, keepdim=True), alpha=1 - beta2)
            v = (r @ k).div_(r.mean(dim=-2, keepdim=True).clamp_(min=eps1))
        u = v.clamp(min=eps1**2).rsqrt_().mul_(g)
        w.sub_(u, alpha=step_size / max(1.0, rms(u) / d))


def rms(a):
    """The root mean square of a tensor's entries; 0 if it has none."""
    return a.norm().item() / max(a.numel(), 1) ** 0.5
