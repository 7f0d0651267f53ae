"""The optimizers of the book in PyTorch: drop-in for their namesakes in torch.optim.

>>> import torch
>>> from optlib.torch import SGD
>>> w = torch.tensor([1.0, -2.0], requires_grad=True)
>>> optimizer = SGD([w], lr=0.1, momentum=0.9)
>>> for _ in range(2):
...     optimizer.zero_grad()
...     (w @ w / 2).backward()
...     optimizer.step()
>>> w.detach()
tensor([ 0.7200, -1.4400])
"""

from optlib.torch.adadelta import Adadelta
from optlib.torch.adafactor import Adafactor
from optlib.torch.adagrad import Adagrad
from optlib.torch.adam import Adam
from optlib.torch.adamax import Adamax
from optlib.torch.adamw import AdamW
from optlib.torch.amsgrad import AMSGrad
from optlib.torch.lamb import LAMB
from optlib.torch.lion import Lion
from optlib.torch.muon import Muon
from optlib.torch.nadam import NAdam
from optlib.torch.optimizer import Optimizer
from optlib.torch.radam import RAdam
from optlib.torch.rmsprop import RMSprop
from optlib.torch.schedulefree import AdamWScheduleFree
from optlib.torch.sgd import SGD
from optlib.torch.shampoo import Shampoo

__all__ = [
    "LAMB",
    "SGD",
    "AMSGrad",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "AdamWScheduleFree",
    "Adamax",
    "Lion",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Shampoo",
]
