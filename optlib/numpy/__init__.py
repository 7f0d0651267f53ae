"""The optimizers of the book in NumPy: each rule a pure function of arrays.

>>> import numpy as np
>>> from optlib.numpy import SGD
>>> w = np.array([1.0, -2.0])
>>> optimizer = SGD([w], lr=0.1, momentum=0.9)
>>> for _ in range(2):
...     optimizer.step([w])  # the gradient of f(w) = ‖w‖²/2 is w itself
>>> w
array([ 0.72, -1.44])
"""

from optlib.numpy.optimizer import Optimizer
from optlib.numpy.sgd import SGD

__all__ = ["SGD", "Optimizer"]
