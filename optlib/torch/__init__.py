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

from optlib.torch.optimizer import Optimizer
from optlib.torch.sgd import SGD

__all__ = ["SGD", "Optimizer"]
