"""The engine of optlib.torch: a torch.optim.Optimizer, minus the rule."""

from functools import partial

import torch

from optlib.algorithm import Algorithm
from optlib.torch import blocks, fused
from optlib.torch.blocks import plain


class Optimizer(Algorithm, torch.optim.Optimizer):
    """Base of the optimizers in PyTorch.

    A subclass gives ``defaults`` and two static methods:

    - ``init(w)``: what the state of a parameter starts as, a dict of tensors;
    - ``update(w, g, *state, *, t, lr, …)``: the rule, which changes ``w`` and the state in place.
      It runs without autograd and must leave ``g`` as it is.

    Groups, hooks, closures, schedulers, ``state_dict`` and the rest are torch's own. The state also
    holds ``step``, the number of steps that its parameter has taken, as torch.optim.Adam's does.

    Examples
    --------
    A rule of your own:

    >>> class Signum(Optimizer):
    ...     defaults = dict(lr=0.1, momentum=0.9)
    ...
    ...     @staticmethod
    ...     def init(w):
    ...         return {"m": torch.zeros_like(w)}
    ...
    ...     @staticmethod
    ...     def update(w, g, m, *, lr, momentum):
    ...         m.lerp_(g, 1 - momentum)
    ...         w.sub_(m.sign(), alpha=lr)
    >>> w = torch.tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = Signum([w], lr=0.5)
    >>> w.square().sum().backward()
    >>> optimizer.step()
    >>> w.detach()
    tensor([ 0.5000, -1.5000])
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

        A parameter whose gradient is ``None`` is left as it is, and so is its step count. NaN and
        infinity pass through the rule: parameters become NaN where those of optlib.numpy do.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        todo = [
            (group, [w for w in group["params"] if w.grad is not None])
            for group in self.param_groups
        ]
        for _, params in todo:  # all are looked at before any is changed
            for w in params:
                if w.grad.layout is not torch.strided:
                    raise TypeError(
                        f"{type(self).__name__}: sparse gradients are not supported; "
                        f"use torch.optim.{type(self).__name__}, or torch.optim.SparseAdam"
                    )
        kernel = fused.find(self.update)
        for group, params in todo:
            if params:
                self._step_group(kernel, group, params)
        return loss

    def _step_group(self, kernel, group, params):
        if kernel:
            hyper = {name: plain(group[name]) for name in self._keywords}
            if fused.step(kernel, params, [self.state[w] for w in params], hyper):
                return
        parts = blocks.Parts() if self._is_surely_elementwise() else None
        hyper = {name: plain(group[name]) for name in self._asked if name != "t"}
        for w in params:
            state = self.state[w]
            slots = self._state_of(w, state, group)
            if "step" not in state:
                state["step"] = torch.tensor(0.0)
            state.update({name: tensor for name, tensor in slots.items() if tensor is not None})
            state["step"] += 1
            t = int(state["step"])
            if "t" in self._asked:
                hyper = {**hyper, "t": t}
            rule = partial(self._apply, group, hyper)
            tensors = w, w.grad, *slots.values()
            if not (parts and parts.take(rule, self.update, tensors, group, t)):
                rule(*tensors)
        if parts:
            parts.run()

    def _apply(self, group, hyper, w, g, *state):
        """The rule, on a parameter and its state or on a block of them."""
        if group["maximize"]:
            g = -g
        if group.get("weight_decay") and "weight_decay" not in hyper:
            g = g.add(w, alpha=plain(group["weight_decay"]))
        self.update(w, g, *state, **hyper)

    @property
    def _keywords(self):
        return *type(self).defaults, "maximize"  # torch adds some of its own to self.defaults

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            self._check(group)
        for parameter in self.state.values():
            # A state that does not count its steps comes from torch.optim.SGD, after its first one.
            parameter.setdefault("step", torch.tensor(1.0))
