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

from optlib.numpy.adadelta import Adadelta
from optlib.numpy.adafactor import Adafactor
from optlib.numpy.adagrad import Adagrad
from optlib.numpy.adam import Adam
from optlib.numpy.adamax import Adamax
from optlib.numpy.adamw import AdamW
from optlib.numpy.amsgrad import AMSGrad
from optlib.numpy.compiled import use_numba
from optlib.numpy.lamb import LAMB
from optlib.numpy.lion import Lion
from optlib.numpy.muon import Muon
from optlib.numpy.nadam import NAdam
from optlib.numpy.optimizer import Optimizer
from optlib.numpy.radam import RAdam
from optlib.numpy.rmsprop import RMSprop
from optlib.numpy.schedulefree import AdamWScheduleFree
from optlib.numpy.sgd import SGD
from optlib.numpy.shampoo import Shampoo

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
    "use_numba",
]
