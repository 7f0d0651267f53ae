"""A pass of mini-batch descent, a gradient check, a layer's way back, and the sharpness.

Parts 1 to 3 take an hour, part 4 with its training figure another half, and part 5 the rest. In
part 1 students lose the last, shorter batch, and their paths change under their hands (`w -= …`).
In part 2 the commonest slip is to nudge `w` itself and to undo it by arithmetic, which leaves it
wrong in the last digit: a test asks for it. In part 3 it is 0/0, and then a guard against 0/0 that
swallows NaN. Part 4 hands out a layer with two mistakes that the original check could not see;
many find the one (1 − z²) by reading, and the other (a mean for a sum) only with the check and
several rows.

Question 1 separates those who experimented from those who compared formulas: ask for the call.
Question 2 is answered well by whoever uses the formula instead of the picture. Question 3 may
surprise: a rate of 1.2 times the limit survives, since the sharpness moves to 2/η. All this was
tried with SEED from 1 to 12 (with 12, the wrong gradient survives a rate of 0.5); the numbers in
the model answers are those of SEED = 1.
"""

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from assignments.grader.channel import Code


def pass_reference(grad, w, order, size, lr):
    path = [w]
    for first in range(0, len(order), size):
        path.append(path[-1] - lr * grad(path[-1], order[first : first + size]))
    return np.array(path)


def numerical_reference(f, w, h):
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes[i] = (f(w + nudge) - f(w - nudge)) / (2 * h)
    return slopes


def error_reference(a, b):
    larger = np.maximum(np.abs(a), np.abs(b))
    return np.max(np.abs(a - b) / np.where(larger == 0, 1, larger))


def backward_reference(dh, x, W, b):
    dz = dh * (1 - np.tanh(x @ W + b) ** 2)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


def sharpness_reference(grad, w, v, *, h, rounds):
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature


PASS = Function("one_pass", pass_reference, "the path")
NUMERICAL = Function("numerical_gradient", numerical_reference, "the array of slopes")
ERROR = Function("relative_error", error_reference, "the relative error")
BACKWARD = Function("backward", backward_reference, ("dx", "dW", "db"))
SHARPNESS = Function("sharpness", sharpness_reference, "the curvature")


def pass_cases(rng):
    shapes = ((2,), 10, 4), ((3,), 7, 3), ((2, 2), 5, 1), ((4,), 3, 8), ((), 6, 3)
    for shape, count, size in shapes:
        examples = rng.normal(size=(count + 2, *shape))
        grad = Code("lambda w, rows: w + np.mean(a[rows], axis=0)", {"a": examples})
        order = rng.permutation(count + 2)[:count]  # two of the examples are left out
        yield case(grad, rng.normal(size=shape), order, size, rng.uniform(0.1, 0.6))


def numerical_cases(rng):
    for shape in ((5,), (3, 4), ()):
        names = {"a": rng.uniform(0.5, 2, size=shape), "c": rng.normal(size=shape)}
        f = Code("lambda w: np.sum(np.exp(a * w) + c * w) + np.sum(w) ** 3", names)
        yield case(f, rng.uniform(0.2, 1, size=shape), rng.uniform(0.05, 0.2))


def nudged_cases(rng):
    sizes = 2.0 ** np.arange(-8, 9)  # between two powers of two, all numbers round alike
    for shape in ((17,), (2, 17)):
        f = Code("lambda w: np.sum(w**2)")
        yield case(f, sizes * rng.uniform(1.1, 1.9, size=shape), rng.uniform(1e-5, 1e-4))


def error_cases(rng):
    for shape in ((4,), (3, 5), ()):
        a = rng.uniform(0.5, 2, size=shape)
        yield case(a, a * rng.uniform(0.7, 0.9, size=shape))  # a is the larger,
        yield case(a, a * rng.uniform(1.1, 1.4, size=shape))  # or b
        yield case(-a, -a * rng.uniform(0.7, 0.9, size=shape))
        yield case(a, -a * rng.uniform(1.1, 1.4, size=shape))
    a = rng.normal(size=6)
    b = a * rng.uniform(0.8, 0.95, size=6)
    a[:3], b[:3] = (0, 3e-10, 1e6), (0, 1e-10, 1.01e6)  # the smallest differ most
    yield case(a, b)
    a = rng.uniform(0.5, 2, size=5)
    yield case(a, np.append(a[:4] * 0.99, 0))  # one entry is forgotten: the error is 1
    b = np.insert(a[:4] * 0.99, 2, np.nan)  # max() of a list sees NaN in the first place only
    yield case(a, b)
    yield case(b, a)
    yield case(np.zeros(3), np.zeros(3))


def backward_cases(rng):
    for rows, inputs, units in ((6, 3, 4), (2, 5, 1), (1, 2, 3)):
        x, dh = rng.normal(size=(rows, inputs)), rng.normal(size=(rows, units))
        yield case(dh, x, rng.normal(size=(inputs, units)), rng.uniform(0.3, 0.9, size=units))


def sharpness_cases(rng):
    """Among them a place where every curvature is positive, and one where all are negative."""
    for size, rounds, shift in ((3, 1, 0), (4, 2, 50), (5, 4, 0), (4, 3, -50)):
        A = rng.normal(size=(size, size))
        names = {"A": (A + A.T) / 2 + shift * np.eye(size), "c": rng.uniform(0.3, 1, size=size)}
        grad = Code("lambda w: A @ w + c * w**3 + c * w**2", names)
        w, v = rng.normal(size=size), rng.uniform(1, 2, size=size)
        yield case(grad, w, v, h=rng.uniform(0.1, 0.3), rounds=rounds)


CHECKS = [
    Values("descent-pass-values", PASS, pass_cases),
    Unchanged("descent-pass-unchanged", PASS, pass_cases),
    Values("descent-numerical-values", NUMERICAL, numerical_cases, rtol=1e-8, atol=1e-8),
    Unchanged("descent-numerical-unchanged", NUMERICAL, nudged_cases),
    Values("descent-error-values", ERROR, error_cases),
    Values("descent-backward-values", BACKWARD, backward_cases),
    Unchanged("descent-backward-unchanged", BACKWARD, backward_cases),
    Values("descent-sharpness-values", SHARPNESS, sharpness_cases, rtol=1e-7),
]


@PASS.mistake("descent-pass-values")
def last_batch_dropped(grad, w, order, size, lr):
    """The last batch is missing where it has fewer than `size` examples: it makes a step too."""
    path = [w]
    for first in range(0, len(order) - size + 1, size):
        path.append(path[-1] - lr * grad(path[-1], order[first : first + size]))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def gradient_at_the_start(grad, w, order, size, lr):
    """All gradients are taken at the start of the pass; each belongs where its step begins."""
    path = [w]
    for first in range(0, len(order), size):
        path.append(path[-1] - lr * grad(w, order[first : first + size]))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def order_ignored(grad, w, order, size, lr):
    """The rows are taken as 0, 1, 2, …: what to take, and in which order, stands in `order`."""
    path = [w]
    for first in range(0, len(order), size):
        rows = np.arange(first, min(first + size, len(order)))
        path.append(path[-1] - lr * grad(path[-1], rows))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def start_missing(grad, w, order, size, lr):
    """The start is missing: it is the first row of the path."""
    path = []
    for first in range(0, len(order), size):
        w = w - lr * grad(w, order[first : first + size])
        path.append(w)
    return np.array(path)


@PASS.mistake("descent-pass-values")
def end_missing(grad, w, order, size, lr):
    """The last point is missing: a point is stored after each step, the last one included."""
    path = []
    for first in range(0, len(order), size):
        path.append(w)
        w = w - lr * grad(w, order[first : first + size])
    return np.array(path)


@PASS.mistake("descent-pass-values")
def only_the_end(grad, w, order, size, lr):
    """You return the last point alone: the whole path is asked for."""
    for first in range(0, len(order), size):
        w = w - lr * grad(w, order[first : first + size])
    return w


@PASS.mistake("descent-pass-values")
def climbing(grad, w, order, size, lr):
    """You climb: the step goes against the gradient."""
    path = [w]
    for first in range(0, len(order), size):
        path.append(path[-1] + lr * grad(path[-1], order[first : first + size]))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def sum_of_the_batch(grad, w, order, size, lr):
    """Your steps grow with the batch: `grad` gives a mean, and lr multiplies it as it is."""
    path = [w]
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        path.append(path[-1] - lr * len(rows) * grad(path[-1], rows))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def last_step_shortened(grad, w, order, size, lr):
    """The last, smaller batch makes a shorter step in yours: its mean counts like any other."""
    path = [w]
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        path.append(path[-1] - lr * len(rows) / size * grad(path[-1], rows))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def overlapping_batches(grad, w, order, size, lr):
    """Your batches overlap: the next one begins `size` places later, not one."""
    path = [w]
    for first in range(len(order)):
        path.append(path[-1] - lr * grad(path[-1], order[first : first + size]))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def one_row_of_each_batch(grad, w, order, size, lr):
    """Only the first example of each batch enters its gradient."""
    path = [w]
    for first in range(0, len(order), size):
        path.append(path[-1] - lr * grad(path[-1], order[first : first + 1]))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def equal_batches(grad, w, order, size, lr):
    """Your batches are made equally large; all have `size` examples, and the last what is left."""
    path = [w]
    for rows in np.array_split(order, -(-len(order) // size)):
        path.append(path[-1] - lr * grad(path[-1], rows))
    return np.array(path)


@PASS.mistake("descent-pass-values")
def points_glued(grad, w, order, size, lr):
    """The points are glued together where w is no vector: np.array(path) gives the path an axis of
    its own, whatever the shape of w."""
    path = [w]
    for first in range(0, len(order), size):
        path.append(path[-1] - lr * grad(path[-1], order[first : first + size]))
    return np.vstack(path)


@PASS.mistake("descent-pass-unchanged")
def in_place(grad, w, order, size, lr):
    """`w -= …` works in place, on the caller's array."""
    path = [w.copy()]
    for first in range(0, len(order), size):
        w -= lr * grad(w, order[first : first + size])
        path.append(w.copy())
    return np.array(path)


@PASS.mistake("descent-pass-values", "descent-pass-unchanged")
def one_array_many_times(grad, w, order, size, lr):
    """All rows of your path are the last point: it holds one array many times, which `w -= …`
    has changed in place."""
    path = [w]
    for first in range(0, len(order), size):
        w -= lr * grad(w, order[first : first + size])
        path.append(w)
    return np.array(path)


@NUMERICAL.mistake("descent-numerical-values")
def forward_difference(f, w, h):
    """This is the forward difference, whose error is much larger: nudge down as well as up."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes[i] = (f(w + nudge) - f(w)) / h
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def backward_difference(f, w, h):
    """This is the backward difference, whose error is much larger: nudge up as well as down."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes[i] = (f(w) - f(w - nudge)) / h
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def divided_by_h(f, w, h):
    """Your slopes are twice too large: the two points are 2h apart."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes[i] = (f(w + nudge) - f(w - nudge)) / h
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def half_of_the_step(f, w, h):
    """The two points are h apart in your version: they lie at w + h and at w − h."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h / 2
        slopes[i] = (f(w + nudge) - f(w - nudge)) / h
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def all_at_once(f, w, h):
    """All entries are nudged at once, which measures the sum of all slopes: one at a time."""
    return np.full(w.shape, (f(w + h) - f(w - h)) / (2 * h))


@NUMERICAL.mistake("descent-numerical-values")
def nudges_pile_up(f, w, h):
    """The nudge of an entry is still there when the next entry has its turn: take it back."""
    slopes, nudge = np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge[i] = h
        slopes[i] = (f(w + nudge) - f(w - nudge)) / (2 * h)
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def down_minus_up(f, w, h):
    """The sign is wrong: the value at w + h comes first, the one at w − h is subtracted."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes[i] = (f(w - nudge) - f(w + nudge)) / (2 * h)
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def flat(f, w, h):
    """The slopes are right, but they come as a flat list: give them the shape of w."""
    slopes = []
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes.append((f(w + nudge) - f(w - nudge)) / (2 * h))
    return np.array(slopes)


@NUMERICAL.mistake("descent-numerical-values")
def relative_nudge(f, w, h):
    """The nudge is h itself, the same for each entry: yours is multiplied by the entry."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h * abs(w[i])
        slopes[i] = (f(w + nudge) - f(w - nudge)) / (2 * nudge[i])
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def single_precision(f, w, h):
    """The result is float32, too coarse for a check: np.zeros(w.shape) makes float64."""
    slopes = np.zeros(w.shape, dtype=np.float32)
    for i in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[i] = h
        slopes[i] = (f(w + nudge) - f(w - nudge)) / (2 * h)
    return slopes


@NUMERICAL.mistake("descent-numerical-unchanged")
def undone_by_arithmetic(f, w, h):
    """w + h − 2h + h is w up to rounding only."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        w[i] += h
        up = f(w)
        w[i] -= 2 * h
        slopes[i] = (up - f(w)) / (2 * h)
        w[i] += h
    return slopes


@NUMERICAL.mistake("descent-numerical-values", "descent-numerical-unchanged")
def never_undone(f, w, h):
    """w itself is nudged, and each entry stays nudged when the next has its turn: nudge a copy."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        w[i] += h
        up = f(w)
        w[i] -= 2 * h
        slopes[i] = (up - f(w)) / (2 * h)
    return slopes


@NUMERICAL.mistake("descent-numerical-values")
def no_copies(f, w, h):
    """`up = w` and `down = w` are other names for one array, not copies: what is done to the one
    is done to the other."""
    slopes = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        up = w
        up[i] += h
        at_up = f(up)
        down = w
        down[i] -= h
        slopes[i] = (at_up - f(down)) / (2 * h)
    return slopes


@ERROR.mistake("descent-error-values")
def nan_becomes_zero(a, b):
    """NaN gets lost, in the guard against 0/0 (`larger > 0` is false for NaN as well), or in
    Python's max(), which passes over it; np.max does not."""
    larger = np.maximum(np.abs(a), np.abs(b))
    return np.max(np.where(larger > 0, np.abs(a - b) / np.where(larger > 0, larger, 1), 0))


@ERROR.mistake("descent-error-values")
def quotient_of_lengths(a, b):
    """You divide two lengths: then an error in a small entry hides behind a large one. Entry by
    entry, and the worst counts."""
    larger = max(np.linalg.norm(a), np.linalg.norm(b))
    return np.linalg.norm(a - b) / (larger or 1)


@ERROR.mistake("descent-error-values")
def divided_by_the_sum(a, b):
    """You divide by the sum of the two sizes: divide by the larger of them."""
    total = np.abs(a) + np.abs(b)
    return np.max(np.abs(a - b) / np.where(total == 0, 1, total))


@ERROR.mistake("descent-error-values")
def mean_of_the_errors(a, b):
    """The worst entry counts, not the mean of all."""
    larger = np.maximum(np.abs(a), np.abs(b))
    return np.mean(np.abs(a - b) / np.where(larger == 0, 1, larger))


@ERROR.mistake("descent-error-values")
def signed(a, b):
    """The difference has kept its sign, so that entries with a < b never count: take its size."""
    larger = np.maximum(np.abs(a), np.abs(b))
    return np.max((a - b) / np.where(larger == 0, 1, larger))


@ERROR.mistake("descent-error-values")
def divided_by_the_first(a, b):
    """You always divide by the size of a: where b is larger, it is b that counts."""
    size = np.abs(a)
    return np.max(np.abs(a - b) / np.where(size == 0, 1, size))


@ERROR.mistake("descent-error-values")
def divided_by_the_second(a, b):
    """You always divide by the size of b: where a is larger, it is a that counts."""
    size = np.abs(b)
    return np.max(np.abs(a - b) / np.where(size == 0, 1, size))


@ERROR.mistake("descent-error-values")
def divided_by_the_smaller(a, b):
    """You divide by the smaller of the two sizes: divide by the larger."""
    smaller = np.minimum(np.abs(a), np.abs(b))
    return np.max(np.abs(a - b) / np.where(smaller == 0, 1, smaller))


@ERROR.mistake("descent-error-values")
def absolute(a, b):
    """That is the largest difference as it stands: divide each by the larger of the two sizes."""
    return np.max(np.abs(a - b))


@ERROR.mistake("descent-error-values")
def zero_by_zero(a, b):
    """Where both entries are zero, 0/0 makes your result NaN: they agree, and the error is 0."""
    with np.errstate(invalid="ignore"):
        return np.max(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))


@ERROR.mistake("descent-error-values")
def nan_skipped(a, b):
    """NaN is skipped in your version, as nanmax does: a gradient that has exploded would pass."""
    with np.errstate(invalid="ignore"):
        return np.nanmax(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))


@ERROR.mistake("descent-error-values")
def nearly_zero(a, b):
    """Entries that are nearly zero are taken for zero: they may differ as much as large ones."""
    larger = np.maximum(np.abs(a), np.abs(b))
    zero = np.isclose(larger, 0)
    return np.max(np.where(zero, 0, np.abs(a - b) / np.where(zero, 1, larger)))


@ERROR.mistake("descent-error-values")
def small_number_added(a, b):
    """A small number is added to the denominator: tiny entries that differ would pass."""
    return np.max(np.abs(a - b) / (np.maximum(np.abs(a), np.abs(b)) + 1e-8))


@ERROR.mistake("descent-error-values")
def sizes_forgotten(a, b):
    """The larger of a and b is not the larger of their sizes: negative entries have a size, too."""
    larger = np.maximum(a, b)
    return np.max(np.abs(a - b) / np.where(larger == 0, 1, larger))


@ERROR.mistake("descent-error-values")
def one_size_for_all(a, b):
    """Each difference is divided by the size of its own entry, not by the largest of all."""
    largest = np.max(np.maximum(np.abs(a), np.abs(b)))
    return np.max(np.abs(a - b)) / (largest or 1)


@ERROR.mistake("descent-error-values")
def zeros_skipped(a, b):
    """Entries are left out if either is zero: but 0 against 0.3 is a gradient that was forgotten.
    Only where both are zero do they agree."""
    larger = np.maximum(np.abs(a), np.abs(b))
    either = (a == 0) | (b == 0)
    return np.max(np.where(either, 0, np.abs(a - b) / np.where(larger == 0, 1, larger)))


@BACKWARD.mistake("descent-backward-values")
def input_past_the_derivative(dh, x, W, b):
    """dW and db are right, but dx goes past the derivative of tanh: it starts from dz, not dh."""
    dz = dh * (1 - np.tanh(x @ W + b) ** 2)
    return dh @ W.T, x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def bias_as_it_was(dh, x, W, b):
    """One mistake is left: check it with several rows and look at db."""
    dz = dh * (1 - np.tanh(x @ W + b) ** 2)
    return dz @ W.T, x.T @ dz, dz.mean(axis=0)


@BACKWARD.mistake("descent-backward-values")
def derivative_as_it_was(dh, x, W, b):
    """One mistake is left: check it with one row and larger weights."""
    dz = dh * (1 - (x @ W + b) ** 2)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def as_it_was(dh, x, W, b):
    """Both mistakes of the old version are still there: check it with several rows and larger
    weights."""
    dz = dh * (1 - (x @ W + b) ** 2)
    return dz @ W.T, x.T @ dz, dz.mean(axis=0)


@BACKWARD.mistake("descent-backward-values")
def no_derivative(dh, x, W, b):
    """dh is handed on as it is: on the way back it is multiplied by the derivative of tanh."""
    return dh @ W.T, x.T @ dh, dh.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def no_square(dh, x, W, b):
    """The derivative of tanh is 1 − tanh², with the square."""
    dz = dh * (1 - np.tanh(x @ W + b))
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def derivative_of_the_sigmoid(dh, x, W, b):
    """h(1 − h) is the derivative of the logistic function; this layer has tanh."""
    h = np.tanh(x @ W + b)
    dz = dh * h * (1 - h)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def tanh_twice(dh, x, W, b):
    """tanh is taken twice: its derivative is one minus the square of the layer's output."""
    h = np.tanh(x @ W + b)
    dz = dh * (1 - np.tanh(h) ** 2)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def without_the_bias(dh, x, W, b):
    """The derivative of tanh is taken at x @ W: the layer adds b first."""
    dz = dh * (1 - np.tanh(x @ W) ** 2)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("descent-backward-values")
def all_of_them_means(dh, x, W, b):
    """dW and db are sums over the examples: the mean is in the loss, and so in dh, already."""
    dz = dh * (1 - np.tanh(x @ W + b) ** 2)
    return dz @ W.T, x.T @ dz / len(x), dz.mean(axis=0)


@BACKWARD.mistake("descent-backward-values")
def bias_as_a_row(dh, x, W, b):
    """db is right, but of shape (1, units): it has the shape of b."""
    dz = dh * (1 - np.tanh(x @ W + b) ** 2)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0, keepdims=True)


@BACKWARD.mistake("descent-backward-values")
def other_order(dh, x, W, b):
    """The three are right but in another order: dx, dW, db."""
    dz = dh * (1 - np.tanh(x @ W + b) ** 2)
    return x.T @ dz, dz.sum(axis=0), dz @ W.T


@BACKWARD.mistake("descent-backward-unchanged")
def in_place_on_dh(dh, x, W, b):
    """`dh *= …` changes the caller's array."""
    dh *= 1 - np.tanh(x @ W + b) ** 2
    return dh @ W.T, x.T @ dh, dh.sum(axis=0)


@SHARPNESS.mistake("descent-sharpness-values")
def forward_difference_of_gradients(grad, w, v, *, h, rounds):
    """The gradient is compared with the one at w: measure on both sides of w, 2h apart."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w)) / h
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def twice_too_large(grad, w, v, *, h, rounds):
    """Your curvature is twice too large: the two points are 2h apart."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / h
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def length_never_one(grad, w, v, *, h, rounds):
    """v is never brought to length 1."""
    for _ in range(rounds):
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def length_one_at_first(grad, w, v, *, h, rounds):
    """v is brought to length 1 before the first round only: each Hv needs it again."""
    v = v / np.linalg.norm(v)
    for _ in range(rounds):
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def length_of_the_product(grad, w, v, *, h, rounds):
    """You return the length of Hv, which is never negative: the curvature along v is v·Hv."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = np.linalg.norm(Hv), Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def without_its_sign(grad, w, v, *, h, rounds):
    """The curvature has lost its sign: on a saddle or a hill it is negative."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = abs(v @ Hv), Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def largest_of_all_rounds(grad, w, v, *, h, rounds):
    """You return the largest curvature of all rounds: the last one is asked for."""
    curvatures = []
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvatures.append(v @ Hv)
        v = Hv
    return max(curvatures)


@SHARPNESS.mistake("descent-sharpness-values")
def one_round_more(grad, w, v, *, h, rounds):
    """That is the curvature one round later: return the one measured in the last round."""
    for _ in range(rounds + 1):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def same_direction(grad, w, v, *, h, rounds):
    """v stays what it was: in the next round it is the Hv of this one."""
    v = v / np.linalg.norm(v)
    for _ in range(rounds):
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature = v @ Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def around_zero(grad, w, v, *, h, rounds):
    """The gradients are taken around 0: the curvature is asked for at w."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(h * v) - grad(-h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def largest_entry_one(grad, w, v, *, h, rounds):
    """v is divided by its largest entry: its length is the root of the sum of squares."""
    for _ in range(rounds):
        v = v / np.max(np.abs(v))
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature


@SHARPNESS.mistake("descent-sharpness-values")
def the_limit(grad, w, v, *, h, rounds):
    """You return the limit of the learning rate, 2/λ: the curvature λ itself is asked for."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return 2 / curvature


@SHARPNESS.mistake("descent-sharpness-values")
def the_direction(grad, w, v, *, h, rounds):
    """You return the direction: the curvature along it is one number, v·Hv."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        v = (grad(w + h * v) - grad(w - h * v)) / (2 * h)
    return v / np.linalg.norm(v)


@SHARPNESS.mistake("descent-sharpness-values")
def wrong_way_round(grad, w, v, *, h, rounds):
    """The sign is wrong: the gradient at w + hv comes first."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = (grad(w - h * v) - grad(w + h * v)) / (2 * h)
        curvature, v = v @ Hv, Hv
    return curvature
