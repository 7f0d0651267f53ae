"""The kernels that torch ships for some rules: one call steps all parameters of a group.

A fused kernel reads and writes each number once, where the rule, operation after operation, does so
many times, and one call spares the many small parameters of a network most of their time.
"""

from typing import NamedTuple

import torch


class Kernel(NamedTuple):
    """``state`` names what the kernel takes; ``flags`` says what of it only a flag brings."""

    name: str
    state: tuple
    keywords: tuple
    flags: dict


ADAM = (
    ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "step"),
    ("lr", "weight_decay", "eps", "amsgrad", "maximize"),
    {"max_exp_avg_sq": "amsgrad"},
)
KERNELS = {
    "Adam.update": Kernel("_fused_adam_", *ADAM),
    "AdamW.update": Kernel("_fused_adamw_", *ADAM),
    "Adagrad.update": Kernel(
        "_fused_adagrad_",
        ("sum", "step"),
        ("lr", "lr_decay", "weight_decay", "eps", "maximize"),
        {},
    ),
    "SGD.update": Kernel(
        "_fused_sgd_",
        ("momentum_buffer",),
        ("weight_decay", "momentum", "lr", "dampening", "nesterov", "maximize"),
        {"momentum_buffer": "momentum"},
    ),
}
_has = torch._C._dispatch_has_kernel_for_dispatch_key  # an older torch has none for the CPU
KERNELS = {rule: kernel for rule, kernel in KERNELS.items() if _has(f"aten::{kernel.name}", "CPU")}
ONE = torch.tensor(1.0)  # as a tensor at once, rather than again for each step count


def find(rule):
    """torch's kernel for a rule of this package, if it has one for the CPU."""
    if not (rule.__module__ or "").startswith("optlib.torch."):
        return None
    return KERNELS.get(rule.__qualname__)


def step(kernel, params, states, hyper):
    """Take one step of the parameters; False, and nothing done, if the kernel does not fit them.

    It goes through the memory of each tensor from start to end, so all must be laid out alike. A
    parameter without state is at its first step, which the rule takes.
    """
    dtype, grads = params[0].dtype, [w.grad for w in params]
    wanted = [k for k in kernel.state if k not in kernel.flags or hyper[kernel.flags[k]]]
    try:
        steps = [state["step"] for state in states]
        columns = [
            [state[name] for state in states] if name in wanted else [] for name in kernel.state
        ]
    except KeyError:
        return False
    for column in (params, grads, *columns):
        for a in column:
            if not (a.is_contiguous() and a.is_cpu):
                return False
    if dtype not in (torch.float32, torch.float64):  # it would round less often than the rule
        return False
    for w in params:
        if w.dtype is not dtype:
            return False
    keywords = {name: hyper[name] for name in kernel.keywords}
    if kernel.keywords == ADAM[1]:
        keywords["beta1"], keywords["beta2"] = hyper["betas"]
    if kernel.name == "_fused_sgd_":
        keywords["is_first_step"] = False
    torch._foreach_add_(steps, ONE)
    getattr(torch, kernel.name)(params, grads, *columns, **keywords)
    return True
