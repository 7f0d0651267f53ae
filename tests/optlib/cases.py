"""The table that drives the tests of every optimizer: one row an algorithm.

A row names our class and the reference that it must equal step for step, and the sets of
hyper-parameters to try; together they move every hyper-parameter away from its default.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch


class Case(NamedTuple):
    name: str
    reference: Callable
    configs: list


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
]

CONFIGS = [(case, config) for case in CASES for config in case.configs]
IDS = [f"{c.name}({', '.join(f'{k}={v}' for k, v in config.items())})" for c, config in CONFIGS]
