"""The engine of optlib.torch: a torch.optim.Optimizer, minus the rule."""

import torch

from optlib.algorithm import Algorithm


class Optimizer(Algorithm, torch.optim.Optimizer):
    """Base of the optimizers in PyTorch.

    A subclass gives ``defaults`` and two static methods:

    - ``init(w)``: what the state of a parameter starts as, a dict of tensors;
    - ``update(w, g, *state, *, t, lr, …)``: the rule, which changes ``w`` and the state in place.
      It runs without autograd and must leave ``g`` as it is.

    Groups, hooks, closures, schedulers, ``state_dict`` and the rest are torch's own. The state also
    holds ``step``, the number of steps that its parameter has taken, as torch.optim.Adam's does.
    """

    def __init__(self, *args, **kwargs):
        params, hyper = self._bind(*args, **kwargs)
        self._check(hyper)
        super().__init__(params, hyper)

    def add_param_group(self, param_group):
        if isinstance(param_group, dict):  # torch's own error otherwise
            self._check({**self.defaults, **param_group})
        super().add_param_group(param_group)
        try:
            for w in self.param_groups[-1]["params"]:
                self._check_param(w)
        except Exception:
            self.param_groups.pop()
            raise

    @classmethod
    def _check_number(cls, name, value, allowed):
        if isinstance(value, torch.Tensor) and value.numel() != 1:
            raise ValueError(f"{cls.__name__}: {name} must be one number, got {value!r}")
        super()._check_number(name, value, allowed)

    def _check_param(self, w):
        if not w.is_floating_point():
            raise TypeError(
                f"{type(self).__name__}: a parameter must be of real floats, got {w.dtype}"
            )
        self._check_dimensions(w)

    @torch.no_grad()
    def step(self, closure=None):
        """Take one step; ``closure``, if given, recomputes the loss first, and it is returned.

        A parameter whose gradient is ``None`` is left as it is, and so is its step count.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        pairs = [(w, group) for group in self.param_groups for w in group["params"]]
        pairs = [(w, group) for w, group in pairs if w.grad is not None]
        for w, _ in pairs:  # all are looked at before any is changed
            if w.grad.layout is not torch.strided:
                raise TypeError(
                    f"{type(self).__name__}: sparse gradients are not supported; "
                    f"use torch.optim.{type(self).__name__}, or torch.optim.SparseAdam"
                )
        for w, group in pairs:
            self._update(w, group)
        return loss

    def _update(self, w, group):
        state = self.state[w]
        state["step"] = state.get("step", torch.tensor(0.0)) + 1
        slots = self._state_of(w, state, group)
        state.update({name: tensor for name, tensor in slots.items() if tensor is not None})
        t = int(state["step"])
        hyper = {name: t if name == "t" else _plain(group[name]) for name in self._asked}
        g = -w.grad if group["maximize"] else w.grad
        if group.get("weight_decay") and "weight_decay" not in hyper:
            g = g.add(w, alpha=group["weight_decay"])
        self.update(w, g, *slots.values(), **hyper)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            self._check(group)
        for parameter in self.state.values():
            # A state that does not count its steps comes from torch.optim.SGD, after its first one.
            parameter.setdefault("step", torch.tensor(1.0))


def _plain(value):
    """A hyper-parameter given as a tensor of one element, as torch allows, as a number."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, torch.Tensor) else value
