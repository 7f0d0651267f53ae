r"""Fair trials on the book's running task, a small network that reads handwritten digits.

The task: images of MNIST, averaged over 2 × 2 pixels to 14 × 14 = 196; a layer of 32 rectified
linear units, initialised after He et al. (2015); ten outputs and the cross-entropy. A trial takes
300 steps on mini-batches of 64, nearly five passes over the 4,000 images.

All runs of a sweep are trained at once: the network's arrays have two more axes in front, one for
the seeds and one for the settings, and the optimizer gets a learning rate for each setting.

>>> from optlib.numpy import SGD
>>> result = trial(SGD, lr=[0.01, 0.1], seeds=range(3), steps=60)
>>> result.loss.shape  # every 20 steps and at the start, on all training images
(3, 2, 4)
>>> bool((result.loss[..., 1, -1] < result.loss[..., 0, -1]).all())
True
"""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from optlib import data

SIZES = (196, 32, 10)


class Trial(NamedTuple):
    """What came out of :func:`trial`.

    ``steps`` (points,): after how many steps the loss was taken; ``loss`` (seeds, settings,
    points): the cross-entropy on all training images; ``accuracy`` (seeds, settings): on the test
    images, after the last step; ``lr`` (settings,).
    """

    steps: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    lr: np.ndarray


@cache
def digits():
    """The images of :func:`optlib.data.mnist`, averaged over squares of 2 × 2 pixels."""
    split = data.mnist()

    def pooled(x):
        return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)

    return split._replace(x_train=pooled(split.x_train), x_test=pooled(split.x_test))


def start(rng):
    """Parameters [W₁, b₁, W₂, b₂] to start from: weights of variance 2/inputs, biases zero."""
    params = []
    for fan_in, fan_out in pairwise(SIZES):
        params.append(rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
        params.append(np.zeros((1, fan_out)))
    return params


def logits(params, x):
    """The ten outputs for each image, of shape (…, images, 10)."""
    W1, b1, W2, b2 = params
    return np.maximum(x @ W1 + b1, 0) @ W2 + b2


def loss(params, x, y):
    """Mean cross-entropy on the images ``x`` with labels ``y``."""
    z = logits(params, x)
    z = z - z.max(axis=-1, keepdims=True)  # exp cannot overflow
    right = np.take_along_axis(z, np.broadcast_to(y[..., None], (*z.shape[:-1], 1)), axis=-1)
    return (np.log(np.exp(z).sum(axis=-1)) - right[..., 0]).mean(axis=-1)


def gradients(params, x, y):
    """Gradients of :func:`loss`, by the chain rule from the outputs back to the inputs."""
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1 + b1, 0)
    z = h @ W2 + b2
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    dz = (p - np.eye(SIZES[-1])[y]) / x.shape[-2]
    dh = dz @ _T(W2) * (h > 0)
    return [_T(x) @ dh, dh.sum(-2, keepdims=True), _T(h) @ dz, dz.sum(-2, keepdims=True)]


def _T(matrix):
    return np.swapaxes(matrix, -1, -2)


def trial(algorithm, lr, *, seeds, steps=300, batch_size=64, every=20, schedule=None, **hyper):
    """Train the network with each learning rate from each seed; a :class:`Trial`.

    ``algorithm`` is an elementwise one of :mod:`optlib.numpy`. ``lr``, and any hyper-parameter in
    ``hyper`` (a pair for ``betas``), is a number or an array with a value for each setting.
    ``schedule``, a function of the step from 0, multiplies the learning rates. The loss is taken
    at the start, then ``every`` so many steps, and at the end. A seed decides on
    the start and on the mini-batches, which thus are the same for all settings and algorithms:
    results of the same seed may be compared one by one. A run that diverges has a loss of inf.
    """
    split, seeds = digits(), list(seeds)
    lr = np.atleast_1d(np.asarray(lr, dtype=float))
    rngs = [np.random.default_rng(seed) for seed in seeds]
    params = []
    for arrays in zip(*map(start, rngs), strict=True):
        params.append(np.repeat(np.stack(arrays)[:, None], len(lr), axis=1))
    optimizer = algorithm(params, lr=_column(lr), **{k: _column(v) for k, v in hyper.items()})
    points = [t for t in range(steps + 1) if t % every == 0 or t == steps]
    losses = []
    with np.errstate(all="ignore"):  # some settings may diverge; that is a result as well
        for t in range(steps + 1):
            if t in points:
                losses.append(_finite(loss(params, split.x_train, split.y_train)))
            if t == steps:
                break
            if schedule is not None:
                optimizer.param_groups[0]["lr"] = _column(lr) * schedule(t)
            rows = np.stack([rng.choice(len(split.x_train), batch_size, False) for rng in rngs])
            x, y = split.x_train[rows][:, None], split.y_train[rows][:, None]
            optimizer.step(gradients(params, x, y))
        right = logits(params, split.x_test).argmax(axis=-1) == split.y_test
    return Trial(np.array(points), np.stack(losses, axis=-1), right.mean(axis=-1), lr)


def _column(value):
    """A value for each setting, shaped to stand before the two axes of a layer's weights."""
    if isinstance(value, tuple | list):
        return tuple(map(_column, value))
    return value[:, None, None] if isinstance(value, np.ndarray) else value


def _finite(loss):
    return np.where(np.isfinite(loss), loss, np.inf)


def tuned(
    algorithm, lr, *, steps=300, every=20, tuning=range(5), judging=range(100, 110), **options
):
    """Choose a setting by its median final loss on the seeds ``tuning``, judge it on fresh ones.

    Returns (setting, trial): the index of the best setting and its :class:`Trial` on the seeds
    ``judging``. If its learning rate is the smallest or largest on offer, the search stopped too
    early to be fair, and that is an error.
    """
    trials = trial(algorithm, lr, seeds=tuning, steps=steps, every=steps, **options)
    best = int(np.median(trials.loss[..., -1], axis=0).argmin())
    if not trials.lr.min() < trials.lr[best] < trials.lr.max():
        raise ValueError(
            f"tuned: the best lr of {algorithm.__name__}, {trials.lr[best]:.3g}, is at the edge of "
            f"what was tried; search beyond {trials.lr.min():.3g} … {trials.lr.max():.3g}"
        )

    def chosen(value):
        if isinstance(value, tuple | list):
            return tuple(map(chosen, value))
        return value[[best]] if isinstance(value, np.ndarray) else value

    options = {k: chosen(v) for k, v in options.items()}
    return best, trial(
        algorithm, trials.lr[[best]], seeds=judging, steps=steps, every=every, **options
    )
