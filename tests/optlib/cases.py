"""The table that drives the tests of every optimizer: one row an algorithm.

A row names our class and the reference that it must equal step for step, and the sets of
hyper-parameters to try; together they move every hyper-parameter away from its default.
"""

from typing import NamedTuple

import torch


class Case(NamedTuple):
    name: str
    reference: type
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
]

CONFIGS = [(case, config) for case in CASES for config in case.configs]
IDS = [f"{c.name}({', '.join(f'{k}={v}' for k, v in config.items())})" for c, config in CONFIGS]
