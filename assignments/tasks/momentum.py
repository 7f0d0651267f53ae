"""The heavy ball and Nesterov's momentum in two forms, their rates, and the best momentum.

Where points are easily lost: in task 1 a step along g + μ v with the *old* velocity, which is the
heavy ball again and goes unnoticed because it trains; in task 2 a look-ahead without μ (a textbook
once had it). Task 3 is short for whoever derives first and endless for whoever tries formulas: ask
for the derivation before you help. In task 4 the real part is taken for the modulus. Task 5 is for
another learning rate than the chapter's, so its formula for the heavy ball is wrong here.

Time: tasks 1 and 2 forty minutes, task 3 twenty, tasks 4 and 5 forty-five, experiment and
questions forty-five. Question 1 is for everybody, question 2 separates those who know why a best
momentum has equal eigenvalues, question 3 those who compare fairly. No test depends on SEED; it
draws the data of the logs, and κ (150 to 399) of the experiment, so the numbers of questions 2 and
3 change with it: execute the solution to see them. For every κ, settings 1 and 2 have equal rates
and need nearly equal numbers of steps, setting 3 fewer, and setting 4 diverges.
"""

from itertools import pairwise

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from assignments.grader.channel import Code
from optlib.numpy import SGD


def step_reference(w, g, v, *, lr, momentum, nesterov):
    return SGD.update(w, g, v, t=2, lr=lr, momentum=momentum, dampening=0, nesterov=nesterov)


def look_ahead_reference(grad, w0, *, steps, lr, momentum):
    w, y, v = w0, w0, np.zeros_like(w0)
    ws, ys = [w], [y]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


def homes_reference(y, *, momentum):
    w = [y[0]]
    for row in y[1:]:
        w.append((row + momentum * w[-1]) / (1 + momentum))
    return np.array(w)


def rate_reference(a, momentum, nesterov):
    m = momentum * (1 - a) if nesterov else momentum  # Nesterov is a heavy ball with this momentum
    half = (1 + m - a) / 2
    root = np.sqrt(half**2 - m + 0j)
    return np.maximum(abs(half + root), abs(half - root))


def best_reference(kappa, nesterov):
    root = np.sqrt(kappa)
    return (root - 1) / (root + 1) if nesterov else (1 - 1 / root) ** 2


STEP = Function("momentum_step", step_reference, ("w", "v"))
LOOK = Function("look_ahead", look_ahead_reference, ("the path of w", "the path of y"))
HOMES = Function("homes", homes_reference, "w")
RATE = Function("rate", rate_reference, "the rate")
BEST = Function("best_momentum", best_reference, "the best μ")


def step_cases(rng):
    for shape, moving in (((3,), 1), ((2, 4), 1), ((), 1), ((3,), 0)):  # the last: a first step
        for nesterov in (False, True):
            w, g, v = rng.normal(size=(3, *shape))
            v = moving * v
            lr, momentum = rng.uniform(0.05, 0.5), rng.uniform(0.2, 0.9)
            yield case(w, g, v, lr=lr, momentum=momentum, nesterov=nesterov)


def look_cases(rng):
    for shape, steps in (((3,), 7), ((2, 2), 4), ((2,), 1)):
        grad = Code("lambda w: scale * w + np.sin(w)", {"scale": rng.uniform(0.5, 2, size=shape)})
        lr, momentum = rng.uniform(0.1, 0.3), rng.uniform(0.3, 0.9)
        yield case(grad, 1 + rng.normal(size=shape), steps=steps, lr=lr, momentum=momentum)


def homes_cases(rng):
    for shape in ((7, 3), (6,), (4, 2, 2)):
        yield case(rng.normal(size=shape), momentum=rng.uniform(0.3, 0.9))


def rate_cases(rng):
    for nesterov in (False, True):
        momentum = rng.uniform(0.3, 0.8)
        ends = (1 - np.sqrt(momentum)) ** 2, (1 + np.sqrt(momentum)) ** 2
        if nesterov:
            ends = ((1 - momentum) / (1 + momentum)) ** 2, 1.0
        # creeping, swinging, jumping, diverging: in each range, away from its ends, where the
        # eigenvalues coincide and no computation is exact
        edges = [0, *ends, 2 * (1 + momentum) / (1 + 2 * momentum * nesterov), 4.5]
        parts = [
            rng.uniform(low + 0.1 * (high - low), high - 0.1 * (high - low), size=3)
            for low, high in pairwise(edges)
        ]
        yield case(rng.permutation(np.concatenate(parts)), momentum, nesterov)


def best_cases(rng):
    for low, high in ((2, 20), (20, 300), (300, 5000)):
        for nesterov in (False, True):
            yield case(rng.uniform(low, high), nesterov)


CHECKS = [
    Values("momentum-step-values", STEP, step_cases),
    Unchanged("momentum-step-unchanged", STEP, step_cases),
    Values("momentum-look-values", LOOK, look_cases),
    Values("momentum-home-values", HOMES, homes_cases),
    Unchanged("momentum-home-unchanged", HOMES, homes_cases),
    Values("momentum-rate-values", RATE, rate_cases, rtol=1e-6),
    Values("momentum-best-values", BEST, best_cases, rtol=1e-6),
]


@STEP.mistake("momentum-step-values")
def averaged(w, g, v, *, lr, momentum, nesterov):
    """The gradient enters the velocity in full: v is a sum, not an average, so there is no factor
    1 − μ before the gradient."""
    v = momentum * v + (1 - momentum) * g
    return w - lr * (g + momentum * v if nesterov else v), v


@STEP.mistake("momentum-step-values")
def rate_in_the_velocity(w, g, v, *, lr, momentum, nesterov):
    """The learning rate belongs to the step: you have put it into the velocity, as Keras does,
    and the velocity that you return is another one."""
    v = momentum * v + lr * g
    return w - (lr * g + momentum * v if nesterov else v), v


@STEP.mistake("momentum-step-values")
def first_step_of_the_heavy_ball(w, g, v, *, lr, momentum, nesterov):
    """Where the velocity was zero you make the heavy ball's step. Nesterov's first step is g + μv,
    too, with the new v."""
    new = momentum * v + g
    return w - lr * (g + momentum * new if nesterov and np.any(v) else new), new


@STEP.mistake("momentum-step-values")
def flag_ignored(w, g, v, *, lr, momentum, nesterov):
    """With `nesterov=True` yours is still the heavy ball. (So is g + μv with the old velocity:
    Nesterov's step needs the new one.)"""
    v = momentum * v + g
    return w - lr * v, v


@STEP.mistake("momentum-step-values")
def old_velocity(w, g, v, *, lr, momentum, nesterov):
    """The step is made with the velocity from before: update v first, then w."""
    new = momentum * v + g
    return w - lr * (g + momentum * v if nesterov else v), new


@STEP.mistake("momentum-step-values")
def always_nesterov(w, g, v, *, lr, momentum, nesterov):
    """With `nesterov=False` the step should be the heavy ball's, along v alone."""
    v = momentum * v + g
    return w - lr * (g + momentum * v), v


@STEP.mistake("momentum-step-values")
def flag_reversed(w, g, v, *, lr, momentum, nesterov):
    """The two cases are exchanged: you make the heavy ball's step when `nesterov` is True."""
    v = momentum * v + g
    return w - lr * (v if nesterov else g + momentum * v), v


@STEP.mistake("momentum-step-values")
def no_factor_before_the_velocity(w, g, v, *, lr, momentum, nesterov):
    """In Nesterov's step the velocity has the factor μ: it is missing in yours."""
    v = momentum * v + g
    return w - lr * (g + v if nesterov else v), v


@STEP.mistake("momentum-step-values")
def factor_before_the_gradient(w, g, v, *, lr, momentum, nesterov):
    """In Nesterov's step μ stands before the velocity; you have put it before the gradient."""
    v = momentum * v + g
    return w - lr * (momentum * g + v if nesterov else v), v


@STEP.mistake("momentum-step-values")
def direction_kept(w, g, v, *, lr, momentum, nesterov):
    """Your w is right, but with `nesterov=True` you return the direction g + μv as the velocity:
    only the step uses it, the velocity remains μv + g."""
    v = momentum * v + g
    v = g + momentum * v if nesterov else v
    return w - lr * v, v


@STEP.mistake("momentum-step-values")
def climbing(w, g, v, *, lr, momentum, nesterov):
    """You climb: the step is subtracted from w."""
    v = momentum * v + g
    return w + lr * (g + momentum * v if nesterov else v), v


@STEP.mistake("momentum-step-values")
def velocity_first(w, g, v, *, lr, momentum, nesterov):
    """You return the velocity first: the order is w, v."""
    v = momentum * v + g
    return v, w - lr * (g + momentum * v if nesterov else v)


@STEP.mistake("momentum-step-values")
def single_precision(w, g, v, *, lr, momentum, nesterov):
    """Your results are float32, with seven digits instead of sixteen: keep the type of the
    arrays that come in."""
    g = np.asarray(g, dtype=np.float32)
    v = (momentum * v + g).astype(np.float32)
    return (w - lr * (g + momentum * v if nesterov else v)).astype(np.float32), v


@STEP.mistake("momentum-step-unchanged")
def velocity_in_place(w, g, v, *, lr, momentum, nesterov):
    """The caller's velocity is changed in place."""
    v *= momentum
    v += g
    return w - lr * (g + momentum * v if nesterov else v), v


@STEP.mistake("momentum-step-unchanged")
def parameters_in_place(w, g, v, *, lr, momentum, nesterov):
    """The caller's parameters are changed in place."""
    v = momentum * v + g
    w -= lr * (g + momentum * v if nesterov else v)
    return w, v


@LOOK.mistake("momentum-look-values")
def gradient_at_w(grad, w0, *, steps, lr, momentum):
    """Your gradient is taken at w, which makes it the heavy ball: it is taken at y."""
    w, v, ws, ys = w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(w)
        w = w - lr * v
        ws.append(w)
        ys.append(w - lr * momentum * v)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def no_momentum_in_the_look_ahead(grad, w0, *, steps, lr, momentum):
    """You look too far ahead: the velocity alone carries w by ημv, so y has the factor μ."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - lr * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def no_rate_in_the_look_ahead(grad, w0, *, steps, lr, momentum):
    """In y the learning rate is missing: the velocity alone carries w by ημv."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def looking_back(grad, w0, *, steps, lr, momentum):
    """Your y lies behind w: the velocity is subtracted in the look-ahead, as it is in the step."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w + lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def step_from_y(grad, w0, *, steps, lr, momentum):
    """You coast twice: the new w is the old w minus ηv, not y minus ηv, for v contains the old
    velocity already."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = y - lr * v
        y = w - lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def y_one_row_late(grad, w0, *, steps, lr, momentum):
    """Your w is right, but the rows of y come one too late: row t is the look-ahead point after
    step t, made from the new w and the new v."""
    w, v, ws, ys = w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        y = w - lr * momentum * v
        v = momentum * v + grad(y)
        w = w - lr * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def start_missing(grad, w0, *, steps, lr, momentum):
    """The start is missing: the first row of each path is w0, and there are steps + 1 rows."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [], []
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def last_point_missing(grad, w0, *, steps, lr, momentum):
    """The last point is missing: a path has steps + 1 rows, the start and each point after."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [], []
    for _ in range(steps):
        ws.append(w)
        ys.append(y)
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - lr * momentum * v
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def paths_exchanged(grad, w0, *, steps, lr, momentum):
    """The two paths are exchanged: return w first, then y."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ys), np.array(ws)


@LOOK.mistake("momentum-look-values")
def one_array_for_all_rows(grad, w0, *, steps, lr, momentum):
    """All rows of your w are equal: `w -= …` changes the array that is already in the list.
    Make a new one at each step, or append a copy."""
    w, y, v, ws, ys = w0, w0, np.zeros_like(w0), [w0], [w0.copy()]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w -= lr * v
        y = w - lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def velocity_starts_at_the_gradient(grad, w0, *, steps, lr, momentum):
    """The velocity starts at zero: yours starts at the gradient, which then counts twice."""
    w, y, v, ws, ys = w0, w0, grad(w0), [w0], [w0]
    for _ in range(steps):
        v = momentum * v + grad(y)
        w = w - lr * v
        y = w - lr * momentum * v
        ws.append(w)
        ys.append(y)
    return np.array(ws), np.array(ys)


@LOOK.mistake("momentum-look-values")
def gradient_at_the_start(grad, w0, *, steps, lr, momentum):
    """The gradient is asked for once, at the start; it changes, so ask at each new y."""
    w, v, ws, ys = w0, np.zeros_like(w0), [w0], [w0]
    g = grad(w0)
    for _ in range(steps):
        v = momentum * v + g
        w = w - lr * v
        ws.append(w)
        ys.append(w - lr * momentum * v)
    return np.array(ws), np.array(ys)


@HOMES.mistake("momentum-home-values")
def back_from_y(y, *, momentum):
    """You step back by μ times the last stride of y. But y_t has gone beyond w_t by μ times the
    last stride of w: that is not known yet, so solve for w_t."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append(y[t] - momentum * (y[t] - y[t - 1]))
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def the_y_before(y, *, momentum):
    """What enters with the factor μ is the w before, which you have just computed, and not the y
    before."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append((y[t] + momentum * y[t - 1]) / (1 + momentum))
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def the_start_for_ever(y, *, momentum):
    """What enters with the factor μ is the w before: yours is the start at every row."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append((y[t] + momentum * y[0]) / (1 + momentum))
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def wrong_sign(y, *, momentum):
    """A sign is wrong in your elimination: y_t lies beyond w_t, seen from the w before."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append((y[t] - momentum * w[-1]) / (1 - momentum))
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def weights_of_an_average(y, *, momentum):
    """The new w is indeed an average of y_t and the w before, but its weights are not 1 − μ and μ:
    solve y_t = w_t + μ (w_t − the w before), in which w_t stands twice, for w_t."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append((1 - momentum) * y[t] + momentum * w[-1])
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def not_divided(y, *, momentum):
    """Your weights do not add up to 1: a division is missing when you solve for w_t."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append(y[t] + momentum * w[-1])
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def further_ahead(y, *, momentum):
    """You look ahead once more instead of going back."""
    w = [y[0]]
    for t in range(1, len(y)):
        w.append(y[t] + momentum * (y[t] - y[t - 1]))
    return np.array(w)


@HOMES.mistake("momentum-home-values")
def from_zero(y, *, momentum):
    """The path of w starts where that of y does, in the first row: yours starts from zero."""
    w = [np.zeros_like(y[0])]
    for row in y:
        w.append((row + momentum * w[-1]) / (1 + momentum))
    return np.array(w[1:])


@HOMES.mistake("momentum-home-values")
def start_left_out(y, *, momentum):
    """The start is missing: the result has as many rows as y, and the first is the start."""
    w = [y[0]]
    for row in y[1:]:
        w.append((row + momentum * w[-1]) / (1 + momentum))
    return np.array(w[1:])


@HOMES.mistake("momentum-home-values")
def along_the_wrong_axis(y, *, momentum):
    """You walk along the coordinates: time is the first axis of y, and each of its rows a point."""
    columns = np.moveaxis(y, -1, 0)
    w = [columns[0]]
    for column in columns[1:]:
        w.append((column + momentum * w[-1]) / (1 + momentum))
    return np.moveaxis(np.array(w), 0, -1)


@HOMES.mistake("momentum-home-unchanged")
def log_overwritten(y, *, momentum):
    """The result is written over the log."""
    w = y
    for t in range(1, len(y)):
        w[t] = (y[t] + momentum * w[t - 1]) / (1 + momentum)
    return w


@RATE.mistake("momentum-rate-values")
def real_part(a, momentum, nesterov):
    """Where the eigenvalues are complex you take their real part (or drop a negative
    discriminant): their modulus counts."""
    m = momentum * (1 - a) if nesterov else momentum
    half = (1 + m - a) / 2
    root = np.sqrt(np.maximum(half**2 - m, 0))
    return np.maximum(abs(half + root), abs(half - root))


@RATE.mistake("momentum-rate-values")
def not_a_number(a, momentum, nesterov):
    """Where the eigenvalues are complex you return NaN: np.sqrt needs a complex number, such as
    x + 0j, to take the root of a negative one."""
    m = momentum * (1 - a) if nesterov else momentum
    half = (1 + m - a) / 2
    with np.errstate(invalid="ignore"):
        root = np.sqrt(half**2 - m)
    return np.maximum(abs(half + root), abs(half - root))


@RATE.mistake("momentum-rate-values")
def modulus_of_the_largest(a, momentum, nesterov):
    """You take the larger eigenvalue and then its modulus. A negative one may have the larger
    modulus: take the moduli first."""
    m = momentum * (1 - a) if nesterov else momentum
    half = (1 + m - a) / 2
    return abs(half + np.sqrt(half**2 - m + 0j))


@RATE.mistake("momentum-rate-values")
def smaller_of_the_two(a, momentum, nesterov):
    """The larger of the two moduli decides: it is what remains in the long run."""
    m = momentum * (1 - a) if nesterov else momentum
    half = (1 + m - a) / 2
    root = np.sqrt(half**2 - m + 0j)
    return np.minimum(abs(half + root), abs(half - root))


@RATE.mistake("momentum-rate-values")
def floor_everywhere(a, momentum, nesterov):
    """The root of the determinant is the rate where the eigenvalues are complex; where they are
    real, one of them is larger."""
    return np.sqrt(abs(momentum * (1 - a) if nesterov else momentum + 0 * a))


@RATE.mistake("momentum-rate-values")
def always_the_heavy_ball(a, momentum, nesterov):
    """With `nesterov=True` you return the heavy ball's rate: put g = λw into Nesterov's step."""
    half = (1 + momentum - a) / 2
    root = np.sqrt(half**2 - momentum + 0j)
    return np.maximum(abs(half + root), abs(half - root))


@RATE.mistake("momentum-rate-values")
def methods_exchanged(a, momentum, nesterov):
    """The two methods are exchanged."""
    m = momentum if nesterov else momentum * (1 - a)
    half = (1 + m - a) / 2
    root = np.sqrt(half**2 - m + 0j)
    return np.maximum(abs(half + root), abs(half - root))


@RATE.mistake("momentum-rate-values")
def look_ahead_without_momentum(a, momentum, nesterov):
    """Your Nesterov matrix belongs to a step along g + v: the velocity has the factor μ there."""
    rates = []
    for x in a:
        row = [-momentum, 1 - 2 * x] if nesterov else [-momentum, 1 - x]
        rates.append(abs(np.linalg.eigvals(np.array([[momentum, x], row]))).max())
    return np.array(rates)


@RATE.mistake("momentum-rate-values")
def gradient_left_out_of_the_velocity(a, momentum, nesterov):
    """In the matrix for w the new velocity is μv + λw: you have put in μv only, so that w does not
    feel the gradient of this step."""
    rates = []
    for x in a:
        row = [-(momentum**2), 1 - x] if nesterov else [-momentum, 1.0]
        rates.append(abs(np.linalg.eigvals(np.array([[momentum, x], row]))).max())
    return np.array(rates)


@RATE.mistake("momentum-rate-values")
def largest_stretch(a, momentum, nesterov):
    """You return the matrix's norm (its largest singular value), how far one step can stretch. In
    the long run the eigenvalues decide."""
    rates = []
    for x in a:
        row = [-(momentum**2), 1 - x - momentum * x] if nesterov else [-momentum, 1 - x]
        rates.append(np.linalg.norm(np.array([[momentum, x], row]), 2))
    return np.array(rates)


@RATE.mistake("momentum-rate-values")
def climbing_matrix(a, momentum, nesterov):
    """A sign: the step is subtracted from w, so the gradient makes w smaller."""
    m = momentum * (1 + a) if nesterov else momentum
    half = (1 + m + a) / 2
    root = np.sqrt(half**2 - m + 0j)
    return np.maximum(abs(half + root), abs(half - root))


@RATE.mistake("momentum-rate-values")
def no_momentum(a, momentum, nesterov):
    """|1 − ηλ| is the rate of gradient descent: the velocity is missing."""
    return abs(1 - a)


@RATE.mistake("momentum-rate-values")
def effective_learning_rate(a, momentum, nesterov):
    """Gradient descent with the effective learning rate η/(1 − μ) is what momentum looks like in
    very flat directions only: take the eigenvalues."""
    return abs(1 - a / (1 - momentum))


@RATE.mistake("momentum-rate-values")
def rate_of_the_loss(a, momentum, nesterov):
    """You return the square: by that factor the loss shrinks, the error by its root."""
    m = momentum * (1 - a) if nesterov else momentum
    half = (1 + m - a) / 2
    root = np.sqrt(half**2 - m + 0j)
    return np.maximum(abs(half + root), abs(half - root)) ** 2


@RATE.mistake("momentum-rate-values")
def slowest_of_all(a, momentum, nesterov):
    """You return one number: the rate is asked for each entry of a."""
    m = momentum * (1 - a) if nesterov else momentum
    half = (1 + m - a) / 2
    root = np.sqrt(half**2 - m + 0j)
    return np.maximum(abs(half + root), abs(half - root)).max()


@BEST.mistake("momentum-best-values")
def for_another_learning_rate(kappa, nesterov):
    """Your heavy ball has the best μ for the chapter's best η, which is larger than 1/λmax."""
    root = np.sqrt(kappa)
    return (root - 1) / (root + 1) if nesterov else ((root - 1) / (root + 1)) ** 2


@BEST.mistake("momentum-best-values")
def past_the_steepest(kappa, nesterov):
    """Your μ for Nesterov belongs to its best η, which is larger than 1/λmax."""
    root, three = np.sqrt(kappa), np.sqrt(3 * kappa + 1)
    return (three - 2) / (three + 2) if nesterov else (1 - 1 / root) ** 2


@BEST.mistake("momentum-best-values")
def the_chapters_pairs(kappa, nesterov):
    """Both of your μ are the chapter's for the best η of each method; here η is 1/λmax."""
    root, three = np.sqrt(kappa), np.sqrt(3 * kappa + 1)
    return (three - 2) / (three + 2) if nesterov else ((root - 1) / (root + 1)) ** 2


@BEST.mistake("momentum-best-values")
def one_formula_nesterovs(kappa, nesterov):
    """The heavy ball's best μ is another than Nesterov's: find where *its* eigenvalues turn
    complex at a = 1/κ."""
    root = np.sqrt(kappa)
    return (root - 1) / (root + 1)


@BEST.mistake("momentum-best-values")
def one_formula_the_heavy_balls(kappa, nesterov):
    """Nesterov's best μ is another than the heavy ball's: find where *its* eigenvalues turn
    complex at a = 1/κ."""
    return (1 - 1 / np.sqrt(kappa)) ** 2


@BEST.mistake("momentum-best-values")
def formulas_exchanged(kappa, nesterov):
    """The two methods are exchanged."""
    root = np.sqrt(kappa)
    return (1 - 1 / root) ** 2 if nesterov else (root - 1) / (root + 1)


@BEST.mistake("momentum-best-values")
def heavy_ball_not_squared(kappa, nesterov):
    """For the heavy ball you return the rate, 1 − 1/√κ: where the eigenvalues turn complex, μ is
    its square."""
    root = np.sqrt(kappa)
    return (root - 1) / (root + 1) if nesterov else 1 - 1 / root


@BEST.mistake("momentum-best-values")
def rate_instead_of_momentum(kappa, nesterov):
    """1 − 1/√κ is the rate, for both methods; the momentum that gives it is asked for."""
    return 1 - 1 / np.sqrt(kappa)


@BEST.mistake("momentum-best-values")
def without_the_root(kappa, nesterov):
    """The square root of κ is missing, in which the gain of momentum lies."""
    return (kappa - 1) / (kappa + 1) if nesterov else (1 - 1 / kappa) ** 2


@BEST.mistake("momentum-best-values")
def the_usual(kappa, nesterov):
    """0.9 is a custom, not the best for every κ."""
    return 0.9


@BEST.mistake("momentum-best-values")
def fraction_upside_down(kappa, nesterov):
    """Your μ for Nesterov is negative: 1/√κ is smaller than 1."""
    root = np.sqrt(kappa)
    return (1 - root) / (1 + root) if nesterov else (1 - 1 / root) ** 2
