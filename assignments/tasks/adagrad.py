"""AdaGrad: the step, the loop, sparse gradients, an outlier's shadow, and the full matrix.

Where points are easily lost: the repeats in task 3 (NumPy's ``s[index] += …`` keeps one of them,
and ``np.add.at`` on the squares adds squares), the root of the matrix in task 5 taken entry by
entry, the share that is not squared in task 4, and in task 2 gradients asked for again after each
parameter has moved. No task builds on another one.

Time: tasks 1 and 2 thirty-five minutes, task 3 thirty, task 4 fifteen, task 5 twenty-five, the
trial and the questions sixty. Question 1 separates those who explain a curve that flattens from
those who describe it, question 2 those who keep to what they had predicted, question 3 those who
have looked at `s`. SEED draws the data of the trial only. Over SEEDs 1 to 6 the ratios were 0.19 to
0.37 (letters), 0.97 to 1.12 (equal words), 0.08 to 0.10 (monitors) and 0.61 to 1.10 (turned, with
an interval that holds 1 in five of the six).
"""

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from assignments.grader.channel import Code
from optlib.numpy import Adagrad


def step_reference(w, g, s, *, t, lr, lr_decay, eps):
    return Adagrad.update(w, g, s, t=t, lr=lr, lr_decay=lr_decay, eps=eps)


def run_reference(step, grad, params, *, steps, initial, **settings):
    params, sums = list(params), [np.full_like(w, initial) for w in params]
    for t in range(1, steps + 1):
        for i, g in enumerate(grad(params)):
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


def sparse_reference(w, s, index, g, *, lr, eps):
    full = np.zeros_like(w)
    np.add.at(full, index, g)
    return Adagrad.update(w, full, s, t=1, lr=lr, lr_decay=0, eps=eps)


def recovery_reference(c, share):
    return max(0, int(np.ceil((share**2 * c**2 - 1) / (1 - share**2))))


def full_reference(w, g, S, *, lr, eps):
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    return w - lr * Q @ ((Q.T @ g) / (np.sqrt(np.maximum(values, 0)) + eps)), S


STEP = Function("adagrad_step", step_reference, ("w", "s"))
RUN = Function("run", run_reference, "the list of parameters")
SPARSE = Function("sparse_step", sparse_reference, ("w", "s"))
RECOVERY = Function("recovery", recovery_reference, "the number of steps")
FULL = Function("full_step", full_reference, ("w", "S"))


def step_cases(rng):
    for shape, t in (((3,), 1), ((2, 4), 2), ((), 10), ((4,), 300)):
        w, g = rng.normal(size=(2, *shape))
        s = rng.uniform(0.1, 2, size=shape)
        lr, lr_decay = rng.uniform(0.05, 1), rng.uniform(0.05, 0.5)
        yield case(w, g, s, t=t, lr=lr, lr_decay=lr_decay, eps=rng.uniform(0.1, 0.3))
    g = np.array([0.0, 1e-6, 1.0, 1e3])
    yield case(rng.normal(size=4), g, 0 * g, t=1, lr=0.1, lr_decay=0.0, eps=1e-10)


def run_cases(rng):
    step = Code(
        "lambda w, g, s, *, t, lr, c:"
        " (w - lr * g * (1 + 0.1 * t) / (1 + c * s), s + g**2 * (1 + 0.1 * t))"
    )
    for shapes, steps in ((((3,), (2, 3)), 4), (((3,), (3,)), 3), (((2, 2), (2,)), 2)):
        # each gradient depends on all parameters
        grad = Code(
            "lambda params: [a * p + np.cos(sum(q.sum() for q in params))"
            " for a, p in zip(scales, params)]",
            {"scales": [rng.uniform(0.5, 2, size=shape) for shape in shapes]},
        )
        params = [rng.normal(size=shape) for shape in shapes]
        initial, c = rng.uniform(0.2, 0.8), rng.uniform(0.5, 2)
        yield case(step, grad, params, steps=steps, initial=initial, lr=0.3, c=c)


def sparse_cases(rng):
    for n, among, k in ((8, 5, 9), (12, 4, 6), (5, 3, 4), (6, 6, 4)):
        index = rng.integers(among, size=k) if k > among else rng.permutation(among)[:k]
        w, s = rng.normal(size=n), rng.uniform(0.1, 2, size=n)
        lr, eps = rng.uniform(0.05, 1), rng.uniform(0.1, 0.3)
        yield case(w, s, index, rng.normal(size=k), lr=lr, eps=eps)


def recovery_cases(rng):
    for sizes, shares in (
        ((1.1, 1.8), (0.3, 0.5)),  # never below that share
        ((3, 10), (0.5, 0.7)),
        ((10, 60), (0.3, 0.6)),
        ((10, 60), (0.8, 0.9)),
        ((10, 60), (0.9, 0.95)),
    ):
        yield case(rng.uniform(*sizes), rng.uniform(*shares))
    share = rng.uniform(0.3, 0.6)
    t = rng.integers(20, 200) + rng.uniform(0.1, 0.4)  # not to be rounded to the nearest
    yield case(np.sqrt(1 + t * (1 - share**2)) / share, share)


def full_cases(rng):
    for d in (2, 3, 5):
        w, g = rng.normal(size=(2, d))
        A = rng.normal(size=(d, d + 1))
        lr, eps = rng.uniform(0.1, 1), rng.uniform(0.1, 0.5)
        yield case(w, g, A @ A.T, lr=lr, eps=eps)
    w, g = rng.normal(size=(2, 3))
    yield case(w, g, 0.01 * np.eye(3), lr=0.5, eps=0.1)
    w, g = rng.normal(size=(2, 10))  # a first, small step: rounding makes eigenvalues negative
    yield case(w, 1e-3 * g, np.zeros((10, 10)), lr=0.5, eps=rng.uniform(1e-4, 5e-4))


CHECKS = [
    Values("adagrad-step-values", STEP, step_cases),
    Unchanged("adagrad-step-unchanged", STEP, step_cases),
    Values("adagrad-run-values", RUN, run_cases),
    Values("adagrad-sparse-values", SPARSE, sparse_cases),
    Values("adagrad-recovery-values", RECOVERY, recovery_cases),
    Values("adagrad-full-values", FULL, full_cases, rtol=1e-7),
]


@STEP.mistake("adagrad-step-values")
def absolute_values(w, g, s, *, t, lr, lr_decay, eps):
    """s collects squares, g², not |g|."""
    s = s + np.abs(g)
    return w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def past_forgotten(w, g, s, *, t, lr, lr_decay, eps):
    """s is the sum of all squares so far: yours holds the last one only."""
    s = g**2
    return w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def averaged(w, g, s, *, t, lr, lr_decay, eps):
    """s is a sum, not a mean: nothing is divided by the number of steps."""
    s = s + (g**2 - s) / t
    return w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def summed_over_the_array(w, g, s, *, t, lr, lr_decay, eps):
    """Each entry has a sum of its own: you add the squares of the whole array to every one, which
    is AdaGrad-Norm."""
    s = s + np.sum(g**2)
    return w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def no_root(w, g, s, *, t, lr, lr_decay, eps):
    """The root is missing: the step divides by √s + ε."""
    s = s + g**2
    return w - lr / (1 + (t - 1) * lr_decay) * g / (s + eps), s


@STEP.mistake("adagrad-step-values")
def root_returned(w, g, s, *, t, lr, lr_decay, eps):
    """Your w is right, but you return the root of s: the next step would add a square to a root."""
    s = np.sqrt(s + g**2)
    return w - lr / (1 + (t - 1) * lr_decay) * g / (s + eps), s


@STEP.mistake("adagrad-step-values")
def epsilon_under_the_root(w, g, s, *, t, lr, lr_decay, eps):
    """ε is added to the root: √s + ε, not √(s + ε)."""
    s = s + g**2
    return w - lr / (1 + (t - 1) * lr_decay) * g / np.sqrt(s + eps), s


@STEP.mistake("adagrad-step-values")
def divided_before_adding(w, g, s, *, t, lr, lr_decay, eps):
    """The new gradient is added to s before the step divides by its root: yours divides by the
    old one."""
    w = w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps)
    return w, s + g**2


@STEP.mistake("adagrad-step-values")
def climbing(w, g, s, *, t, lr, lr_decay, eps):
    """You climb: the step is subtracted from w."""
    s = s + g**2
    return w + lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def no_decay(w, g, s, *, t, lr, lr_decay, eps):
    """`lr_decay` is not used: the learning rate is divided by 1 + (t − 1)γ."""
    s = s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def decayed_too_early(w, g, s, *, t, lr, lr_decay, eps):
    """The first step has the whole learning rate: with t from 1, the decay is 1 + (t − 1)γ."""
    s = s + g**2
    return w - lr / (1 + t * lr_decay) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def decay_compounded(w, g, s, *, t, lr, lr_decay, eps):
    """The decay is a product, 1 + (t − 1)γ, not the power (1 + γ)ᵗ⁻¹, which would soon be huge."""
    s = s + g**2
    return w - lr / (1 + lr_decay) ** (t - 1) * g / (np.sqrt(s) + eps), s


@STEP.mistake("adagrad-step-values")
def single_precision(w, g, s, *, t, lr, lr_decay, eps):
    """Your results are float32, with seven digits instead of sixteen: keep the type of the
    arrays that come in."""
    s = np.asarray(s + g**2, dtype=np.float32)
    w = w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps)
    return np.asarray(w, dtype=np.float32), s


@STEP.mistake("adagrad-step-unchanged")
def in_place(w, g, s, *, t, lr, lr_decay, eps):
    """s and w are changed in place."""
    s += g**2
    w -= lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps)
    return w, s


@RUN.mistake("adagrad-run-values")
def starts_at_zero(step, grad, params, *, steps, initial, **settings):
    """Your accumulators start at zero: they start at `initial`."""
    params, sums = list(params), [np.zeros_like(w) for w in params]
    for t in range(1, steps + 1):
        for i, g in enumerate(grad(params)):
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def start_squared(step, grad, params, *, steps, initial, **settings):
    """`initial` is where the sum of squares starts, not its root: don't square it."""
    params, sums = list(params), [np.full_like(w, initial**2) for w in params]
    for t in range(1, steps + 1):
        for i, g in enumerate(grad(params)):
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def one_accumulator_a_shape(step, grad, params, *, steps, initial, **settings):
    """Parameters of the same shape share an accumulator: each needs its own."""
    params, sums = list(params), {w.shape: np.full_like(w, initial) for w in params}
    for t in range(1, steps + 1):
        for i, g in enumerate(grad(params)):
            shape = params[i].shape
            params[i], sums[shape] = step(params[i], g, sums[shape], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def one_accumulator_for_all(step, grad, params, *, steps, initial, **settings):
    """All parameters share one accumulator, which goes from one to the next: each needs its own."""
    params, s = list(params), initial
    for t in range(1, steps + 1):
        for i, g in enumerate(grad(params)):
            params[i], s = step(params[i], g, s, t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def accumulators_forgotten(step, grad, params, *, steps, initial, **settings):
    """The accumulators start anew at each step: keep what `step` returns."""
    params = list(params)
    for t in range(1, steps + 1):
        for i, g in enumerate(grad(params)):
            params[i], _ = step(params[i], g, np.full_like(params[i], initial), t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def gradients_one_by_one(step, grad, params, *, steps, initial, **settings):
    """You ask for the gradients again after each parameter has moved: all gradients of a step
    are taken at the same point."""
    params, sums = list(params), [np.full_like(w, initial) for w in params]
    for t in range(1, steps + 1):
        for i in range(len(params)):
            params[i], sums[i] = step(params[i], grad(params)[i], sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def gradients_at_the_start(step, grad, params, *, steps, initial, **settings):
    """The gradients are asked for once, at the start; they change, so ask at each step."""
    params, sums = list(params), [np.full_like(w, initial) for w in params]
    gradients = grad(params)
    for t in range(1, steps + 1):
        for i, g in enumerate(gradients):
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def steps_from_zero(step, grad, params, *, steps, initial, **settings):
    """The first step is told that it is number 0: t starts at 1."""
    params, sums = list(params), [np.full_like(w, initial) for w in params]
    for t in range(steps):
        for i, g in enumerate(grad(params)):
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def parameters_counted(step, grad, params, *, steps, initial, **settings):
    """Your t goes up with every parameter: it counts steps, and is the same for all of them."""
    params, sums = list(params), [np.full_like(w, initial) for w in params]
    t = 0
    for _ in range(steps):
        for i, g in enumerate(grad(params)):
            t += 1
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def one_step_short(step, grad, params, *, steps, initial, **settings):
    """The last step is missing: range(1, steps) ends at steps − 1."""
    params, sums = list(params), [np.full_like(w, initial) for w in params]
    for t in range(1, steps):
        for i, g in enumerate(grad(params)):
            params[i], sums[i] = step(params[i], g, sums[i], t=t, **settings)
    return tuple(params)


@RUN.mistake("adagrad-run-values")
def parameters_lost(step, grad, params, *, steps, initial, **settings):
    """The parameters have not moved: `w, s = step(…)` gives names to the results, but does not put
    them into the list."""
    sums = [np.full_like(w, initial) for w in params]
    for t in range(1, steps + 1):
        for w, g, s in zip(params, grad(params), sums, strict=True):
            w, s = step(w, g, s, t=t, **settings)
    return tuple(params)


@SPARSE.mistake("adagrad-sparse-values")
def last_repeat_only(w, s, index, g, *, lr, eps):
    """Where an index comes several times, only its last gradient counts in yours: `s[index] += …`
    writes each entry once. Add up first what belongs to an entry."""
    w, s = w.copy(), s.copy()
    s[index] += g**2
    w[index] -= lr * g / (np.sqrt(s[index]) + eps)
    return w, s


@SPARSE.mistake("adagrad-sparse-values")
def first_repeat_only(w, s, index, g, *, lr, eps):
    """Where an index comes several times, only its first gradient counts in yours: all of them
    are added up."""
    index, first = np.unique(index, return_index=True)
    w, s, g = w.copy(), s.copy(), g[first]
    s[index] += g**2
    w[index] -= lr * g / (np.sqrt(s[index]) + eps)
    return w, s


@SPARSE.mistake("adagrad-sparse-values")
def squares_added(w, s, index, g, *, lr, eps):
    """You add the squares of the repeats to s. First add up the gradients of an entry, then take
    the square: the square of a sum is not the sum of squares."""
    total, s = np.zeros_like(w), s.copy()
    np.add.at(total, index, g)
    np.add.at(s, index, g**2)
    return w - lr * total / (np.sqrt(s) + eps), s


@SPARSE.mistake("adagrad-sparse-values")
def one_after_the_other(w, s, index, g, *, lr, eps):
    """You make a step for each item of the list, one after the other. It is one step: an entry
    moves once, by the sum of what belongs to it."""
    w, s = w.copy(), s.copy()
    for i, x in zip(index, g, strict=True):
        s[i] += x**2
        w[i] -= lr * x / (np.sqrt(s[i]) + eps)
    return w, s


@SPARSE.mistake("adagrad-sparse-values")
def repeats_averaged(w, s, index, g, *, lr, eps):
    """Gradients of the same entry are added up: you take their mean."""
    total, count = np.zeros_like(w), np.zeros_like(w)
    np.add.at(total, index, g)
    np.add.at(count, index, 1)
    total = total / np.maximum(count, 1)
    s = s + total**2
    return w - lr * total / (np.sqrt(s) + eps), s


@SPARSE.mistake("adagrad-sparse-values")
def moved_again_and_again(w, s, index, g, *, lr, eps):
    """Your s is right, but an entry whose index comes twice moves twice by the whole sum: it moves
    once."""
    total, w = np.zeros_like(w), w.copy()
    np.add.at(total, index, g)
    s = s + total**2
    np.subtract.at(w, index, (lr * total / (np.sqrt(s) + eps))[index])
    return w, s


@SPARSE.mistake("adagrad-sparse-values")
def w_forgets_repeats(w, s, index, g, *, lr, eps):
    """Your s is right, but w moves by the last gradient of an entry instead of their sum."""
    total, w = np.zeros_like(w), w.copy()
    np.add.at(total, index, g)
    s = s + total**2
    w[index] -= lr * g / (np.sqrt(s[index]) + eps)
    return w, s


@SPARSE.mistake("adagrad-sparse-values")
def only_what_was_touched(w, s, index, g, *, lr, eps):
    """You return the entries that were touched: the whole w and the whole s are asked for."""
    total = np.zeros_like(w)
    np.add.at(total, index, g)
    s = s + total**2
    touched = np.unique(index)
    return (w - lr * total / (np.sqrt(s) + eps))[touched], s[touched]


@SPARSE.mistake("adagrad-sparse-values")
def sparse_divided_before_adding(w, s, index, g, *, lr, eps):
    """The new gradient is added to s before the step divides by its root."""
    total = np.zeros_like(w)
    np.add.at(total, index, g)
    return w - lr * total / (np.sqrt(s) + eps), s + total**2


@SPARSE.mistake("adagrad-sparse-values")
def sparse_climbing(w, s, index, g, *, lr, eps):
    """You climb: the step is subtracted from w."""
    total = np.zeros_like(w)
    np.add.at(total, index, g)
    s = s + total**2
    return w + lr * total / (np.sqrt(s) + eps), s


@SPARSE.mistake("adagrad-sparse-values")
def sparse_epsilon_under_the_root(w, s, index, g, *, lr, eps):
    """ε is added to the root: √s + ε, not √(s + ε)."""
    total = np.zeros_like(w)
    np.add.at(total, index, g)
    s = s + total**2
    return w - lr * total / np.sqrt(s + eps), s


@RECOVERY.mistake("adagrad-recovery-values")
def rounded_down(c, share):
    """After that many gradients the rate is not quite there yet: round up."""
    return int(np.floor((share**2 * c**2 - 1) / (1 - share**2)))


@RECOVERY.mistake("adagrad-recovery-values")
def not_rounded(c, share):
    """A whole number is asked for: the smallest that is enough."""
    return (share**2 * c**2 - 1) / (1 - share**2)


@RECOVERY.mistake("adagrad-recovery-values")
def outlier_counted(c, share):
    """One too many: t counts the ordinary gradients, not the outlier."""
    return 1 + max(0, int(np.ceil((share**2 * c**2 - 1) / (1 - share**2))))


@RECOVERY.mistake("adagrad-recovery-values")
def share_not_squared(c, share):
    """The rate is one over the *root* of s: for a share of the rate, s may be larger by one over
    its square."""
    return max(0, int(np.ceil((share * c**2 - 1) / (1 - share))))


@RECOVERY.mistake("adagrad-recovery-values")
def outlier_not_squared(c, share):
    """s collects squares: the outlier enters it as c²."""
    return max(0, int(np.ceil((share**2 * c - 1) / (1 - share**2))))


@RECOVERY.mistake("adagrad-recovery-values")
def first_gradient_forgotten(c, share):
    """Without the accident there is a first gradient, too, of size 1: s would be 1 + t, not t."""
    return int(np.ceil(share**2 * c**2 / (1 - share**2)))


@RECOVERY.mistake("adagrad-recovery-values")
def outlier_on_top(c, share):
    """The outlier stands in the place of the first 1 and does not come on top of it: s is
    c² + t."""
    return max(0, int(np.ceil(share**2 * c**2 / (1 - share**2) - 1)))


@RECOVERY.mistake("adagrad-recovery-values")
def as_many_as_its_square(c, share):
    """c² ordinary gradients weigh as much as the outlier, but they double s; what share of the
    rate is back then? The answer depends on the share."""
    return int(np.ceil(c**2))


@RECOVERY.mistake("adagrad-recovery-values")
def share_reversed(c, share):
    """You wait until the share that is *missing* is so large: `share` is what has come back."""
    return max(0, int(np.ceil(((1 - share) ** 2 * c**2 - 1) / (1 - (1 - share) ** 2))))


@RECOVERY.mistake("adagrad-recovery-values")
def no_denominator(c, share):
    """While the one s grows from c², the other grows, too, from 1: t stands on both sides of the
    inequality."""
    return int(np.ceil(share**2 * c**2))


@FULL.mistake("adagrad-full-values")
def roots_of_negative_eigenvalues(w, g, S, *, lr, eps):
    """Rounding makes eigenvalues of zero slightly negative, as at a first step, where S is g gᵀ
    alone. Their root is NaN: take zero for them."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    with np.errstate(invalid="ignore"):
        return w - lr * Q @ ((Q.T @ g) / (np.sqrt(values) + eps)), S


@FULL.mistake("adagrad-full-values")
def root_of_each_entry(w, g, S, *, lr, eps):
    """You take the root of each entry of S. The root of a matrix is another matrix: decompose S
    and take the roots of its eigenvalues."""
    S = S + np.outer(g, g)
    with np.errstate(invalid="ignore"):
        root = np.sqrt(S)
    return w - lr * np.linalg.solve(root + eps * np.eye(len(g)), g), S


@FULL.mistake("adagrad-full-values")
def diagonal_only(w, g, S, *, lr, eps):
    """Your step uses the diagonal of S only: that is the usual AdaGrad."""
    S = S + np.outer(g, g)
    return w - lr * g / (np.sqrt(np.diag(S)) + eps), S


@FULL.mistake("adagrad-full-values")
def squares_on_the_diagonal(w, g, S, *, lr, eps):
    """Only the diagonal of g gᵀ, the squares, has been added to S."""
    S = S + np.diag(g**2)
    values, Q = np.linalg.eigh(S)
    return w - lr * Q @ ((Q.T @ g) / (np.sqrt(np.maximum(values, 0)) + eps)), S


@FULL.mistake("adagrad-full-values")
def number_instead_of_matrix(w, g, S, *, lr, eps):
    """g gᵀ is a matrix, `np.outer(g, g)`; the number g @ g has been added to every entry."""
    S = S + g @ g
    values, Q = np.linalg.eigh(S)
    return w - lr * Q @ ((Q.T @ g) / (np.sqrt(np.maximum(values, 0)) + eps)), S


@FULL.mistake("adagrad-full-values")
def matrix_past_forgotten(w, g, S, *, lr, eps):
    """S is the sum over all steps: yours holds the last g gᵀ only."""
    S = np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    return w - lr * Q @ ((Q.T @ g) / (np.sqrt(np.maximum(values, 0)) + eps)), S


@FULL.mistake("adagrad-full-values")
def matrix_no_root(w, g, S, *, lr, eps):
    """The root is missing: you divide by the eigenvalues themselves."""
    S = S + np.outer(g, g)
    return w - lr * np.linalg.solve(S + eps * np.eye(len(g)), g), S


@FULL.mistake("adagrad-full-values")
def matrix_epsilon_under_the_root(w, g, S, *, lr, eps):
    """ε is added to the root of S, not to S."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    return w - lr * Q @ ((Q.T @ g) / np.sqrt(np.maximum(values, 0) + eps)), S


@FULL.mistake("adagrad-full-values")
def epsilon_on_every_entry(w, g, S, *, lr, eps):
    """`matrix + eps` adds ε to every entry: it goes on the diagonal, as ε times the identity."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    root = Q * np.sqrt(np.maximum(values, 0)) @ Q.T
    return w - lr * np.linalg.solve(root + eps, g), S


@FULL.mistake("adagrad-full-values")
def matrix_divided_before_adding(w, g, S, *, lr, eps):
    """The new g gᵀ is added to S before its root is taken."""
    values, Q = np.linalg.eigh(S)
    w = w - lr * Q @ ((Q.T @ g) / (np.sqrt(np.maximum(values, 0)) + eps))
    return w, S + np.outer(g, g)


@FULL.mistake("adagrad-full-values")
def multiplied(w, g, S, *, lr, eps):
    """You multiply by the matrix: the step is made with its inverse."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    return w - lr * Q @ ((Q.T @ g) * (np.sqrt(np.maximum(values, 0)) + eps)), S


@FULL.mistake("adagrad-full-values")
def turned_the_wrong_way(w, g, S, *, lr, eps):
    """The eigenvectors are the *columns* of what `eigh` returns: first Qᵀ g, then divide, then
    multiply by Q."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    return w - lr * Q.T @ ((Q @ g) / (np.sqrt(np.maximum(values, 0)) + eps)), S


@FULL.mistake("adagrad-full-values")
def matrix_climbing(w, g, S, *, lr, eps):
    """You climb: the step is subtracted from w."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    return w + lr * Q @ ((Q.T @ g) / (np.sqrt(np.maximum(values, 0)) + eps)), S


@FULL.mistake("adagrad-full-values")
def matrix_root_returned(w, g, S, *, lr, eps):
    """Your w is right, but you return the root of S: the next step adds g gᵀ to S itself."""
    S = S + np.outer(g, g)
    values, Q = np.linalg.eigh(S)
    root = np.sqrt(np.maximum(values, 0))
    return w - lr * Q @ ((Q.T @ g) / (root + eps)), Q * root @ Q.T
