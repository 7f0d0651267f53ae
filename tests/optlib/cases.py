"""The table that drives the tests of every optimizer: one row an algorithm.

A row names our class and the reference that it must equal step for step, and the sets of
hyper-parameters to try; together they move every hyper-parameter away from its default.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
import pytorch_optimizer
import schedulefree
import torch

import optlib.numpy


class Case(NamedTuple):
    """``state`` names what to compare, if not all that the reference has.

    ``skips`` says whether the reference counts steps per parameter, as ours do, so that a
    parameter without a gradient can be left out; ``sweeps`` whether a hyper-parameter may be an
    array.
    """

    name: str
    reference: Callable
    configs: list
    shapes: tuple = ((), (0,), (5,), (3, 4), (2, 3, 2))
    state: tuple = ()
    skips: bool = True
    sweeps: bool = True
    rtol: float = 1e-11

    @property
    def namesake(self):
        """Whether the reference is a class of torch.optim, with the same state under our names."""
        return getattr(self.reference, "__module__", "").startswith("torch.optim")


class LAMB(torch.optim.AdamW):
    """LAMB from torch's AdamW: the same direction, rescaled to η ‖w‖."""

    @torch.no_grad()
    def step(self):
        start = {w: w.clone() for group in self.param_groups for w in group["params"]}
        lrs = [group["lr"] for group in self.param_groups]
        for group in self.param_groups:
            group["lr"] = 1.0
        super().step()
        for group, lr in zip(self.param_groups, lrs, strict=True):
            group["lr"] = lr
            for w in group["params"]:
                u = start[w] - w
                ratio = start[w].norm() / u.norm() if start[w].norm() and u.norm() else 1.0
                w.copy_(start[w] - lr * ratio * u)


class Muon(torch.optim.Muon):
    """torch's Muon, with the iteration in the parameter's own precision rather than bfloat16."""

    def step(self):
        original, torch.Tensor.bfloat16 = torch.Tensor.bfloat16, torch.Tensor.clone
        try:
            super().step()
        finally:
            torch.Tensor.bfloat16 = original


def schedule_free(params, **config):
    optimizer = schedulefree.AdamWScheduleFreeReference(params, **config)
    optimizer.train()
    return optimizer


CASES = [
    Case(
        "SGD",
        torch.optim.SGD,
        [
            dict(lr=0.1),
            dict(lr=0.1, weight_decay=0.3, maximize=True),
            dict(lr=0.1, momentum=0.9),
            dict(lr=0.1, momentum=0.9, dampening=0.4, weight_decay=0.1),
            dict(lr=0.1, momentum=0.9, nesterov=True, maximize=True),
            dict(lr=0.1, dampening=0.4),  # ignored without momentum
        ],
    ),
    Case(
        "Adagrad",
        torch.optim.Adagrad,
        [
            dict(lr=0.1),
            dict(lr=0.1, lr_decay=0.3, weight_decay=0.2, maximize=True),
            dict(lr=0.1, initial_accumulator_value=0.1, eps=1e-3),
        ],
    ),
    Case(
        "Adadelta",
        torch.optim.Adadelta,
        [dict(), dict(lr=0.3, rho=0.8, eps=1e-3, weight_decay=0.2, maximize=True)],
    ),
    Case(
        "RMSprop",
        torch.optim.RMSprop,
        [
            dict(lr=0.1),
            dict(lr=0.1, alpha=0.8, eps=1e-3, weight_decay=0.2, maximize=True),
            dict(lr=0.1, momentum=0.9),
            dict(lr=0.1, centered=True, alpha=0.9),
            dict(lr=0.1, momentum=0.5, centered=True, eps=1e-2, weight_decay=0.1),
        ],
    ),
    Case(
        "Adam",
        torch.optim.Adam,
        [
            dict(lr=0.1),
            dict(lr=0.1, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.2, maximize=True),
            dict(lr=0.1, betas=(0.8, 0.5), amsgrad=True),
        ],
    ),
    Case(
        "AMSGrad",
        partial(torch.optim.Adam, amsgrad=True),
        [
            dict(lr=0.1, betas=(0.8, 0.5)),
            dict(lr=0.1, betas=(0.6, 0.7), eps=1e-3, weight_decay=0.1),
        ],
    ),
    Case(
        "AdamW",
        torch.optim.AdamW,
        [
            dict(lr=0.1),
            dict(lr=0.1, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.2, maximize=True),
            dict(lr=0.1, betas=(0.8, 0.5), weight_decay=0.1, amsgrad=True),
        ],
    ),
    Case(
        "Adamax",
        torch.optim.Adamax,
        [dict(lr=0.1), dict(lr=0.1, betas=(0.7, 0.6), eps=1e-3, weight_decay=0.2, maximize=True)],
    ),
    Case(
        "NAdam",
        torch.optim.NAdam,
        [
            dict(lr=0.1),
            dict(lr=0.1, betas=(0.7, 0.8), eps=1e-3, weight_decay=0.2, maximize=True),
            dict(lr=0.1, momentum_decay=0.5, weight_decay=0.2, decoupled_weight_decay=True),
        ],
    ),
    Case(
        "RAdam",
        torch.optim.RAdam,
        [
            dict(lr=0.1),  # the first five steps go without the second moment
            dict(lr=0.1, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.2, maximize=True),
            dict(lr=0.1, weight_decay=0.2, decoupled_weight_decay=True),
        ],
    ),
    Case(
        "Adafactor",
        torch.optim.Adafactor,
        [
            dict(lr=0.1),
            dict(lr=0.1, eps=(20.0, 0.1)),  # most of v is below ε₁²
            dict(lr=0.5, beta2_decay=-0.5, eps=(1e-3, 0.1), d=2.0, weight_decay=0.2, maximize=True),
        ],
        shapes=((), (5,), (3, 4), (2, 3, 2)),  # torch divides by the number of entries
        sweeps=False,
    ),
    Case(
        "LAMB",
        LAMB,
        [
            dict(lr=0.1, eps=1e-6),
            dict(lr=0.1, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.2, maximize=True),
        ],
        sweeps=False,
    ),
    Case(
        "Lion",
        pytorch_optimizer.Lion,
        [
            dict(lr=0.1),
            dict(lr=0.1, betas=(0.7, 0.8), weight_decay=0.2, maximize=True),
        ],
        state=("exp_avg",),
    ),
    Case(
        "Muon",
        Muon,
        [
            dict(lr=0.1),
            dict(lr=0.1, momentum=0.8, weight_decay=0.2, nesterov=False),
            dict(lr=0.1, ns_coefficients=(2.0, -1.5, 0.5), ns_steps=3, eps=10.0),
            dict(lr=0.1, adjust_lr_fn="match_rms_adamw"),
            dict(lr=0.1, adjust_lr_fn="original"),
        ],
        shapes=((3, 4), (6, 2), (1, 1), (4, 4)),
        sweeps=False,
    ),
    Case(
        "Shampoo",
        lambda params, lr, eps, **config: pytorch_optimizer.Shampoo(
            params, lr=lr, matrix_eps=eps, **config
        ),
        [
            dict(lr=0.1, eps=1e-4),
            dict(lr=0.1, eps=1e-2, weight_decay=0.2, maximize=True),
        ],
        shapes=((), (5,), (3, 4), (2, 3, 2)),  # the reference knows no empty tensors
        state=("pre_cond_0", "pre_cond_1", "pre_cond_2"),
        sweeps=False,
        rtol=1e-6,  # the reference takes its roots from a singular value decomposition
    ),
    Case(
        "AdamWScheduleFree",
        schedule_free,
        [
            dict(lr=0.1),
            dict(lr=0.1, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.2, warmup_steps=5),
            dict(lr=0.1, warmup_steps=8, r=1.5, weight_lr_power=1.0),
        ],
        state=("z", "x", "exp_avg_sq"),
        skips=False,
        sweeps=False,
    ),
]

CONFIGS = [(case, config) for case in CASES for config in case.configs]
IDS = [f"{c.name}({', '.join(f'{k}={v}' for k, v in config.items())})" for c, config in CONFIGS]
ELEMENTWISE = [
    pytest.param(*row, id=name)
    for row, name in zip(CONFIGS, IDS, strict=True)
    if getattr(optlib.numpy, row[0].name).elementwise
]
