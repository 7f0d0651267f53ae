"""Fans, recipes, orthogonal matrices, signals in deep networks, and measuring instead of believing.

Sections 1 to 4 take about an hour. A likely stumbling block is `rng.normal`, which takes a standard
deviation where the formula gives a variance. Section 5 is what the assignment is for: a recipe that
is right on average fails in most narrow, deep networks, and one pass of measuring mends the sizes.
And then the mended network still does not learn: in the third experiment all inputs have
become alike. (How far a deep network gets in these 200 steps hangs on rounding: one that computes
its weights in another order may show losses that differ by 0.2.) Question 1 separates those who
can redo the chapter's derivation from those who remember a factor; question 2 asks for rival
hypotheses, where it is tempting to name one mistake and stop. In question 3 look for whether "the
mean is 1" and "most are far below" are seen to be no contradiction, and whether a result that
disappoints is reported as it is.

Sections 2 and 3 return random numbers, so their checks look at statistics. The bounds lie at least
six standard deviations away: a right solution fails once in a billion times.
"""

from itertools import pairwise

import numpy as np

from assignments.checking import Function, Judged, Unchanged, Values, case
from assignments.grader.channel import Code


def fans_reference(shape):
    outputs, inputs, *kernel = shape
    return inputs * int(np.prod(kernel)), outputs * int(np.prod(kernel))


def variance(fan_in, fan_out, rule, gain):
    return gain**2 * (2 / (fan_in + fan_out) if rule == "xavier" else 1 / fan_in)


def draw_reference(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    std = np.sqrt(variance(fan_in, fan_out, rule, gain))
    if kind == "normal":
        return std * rng.normal(size=shape)
    return 3**0.5 * std * rng.uniform(-1, 1, shape)


def orthogonal_reference(rows, columns, *, gain, rng):
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = gain * q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


def sizes_reference(x, weights, act):
    values = [x]
    for W in weights:
        values.append(act(values[-1] @ W.T))
    return np.array([np.mean(h**2) for h in values])


def calibrated_reference(x, weights, act):
    new = []
    for W in weights:
        new.append(W / np.sqrt(np.mean((x @ W.T) ** 2)))
        x = act(x @ new[-1].T)
    return tuple(new)


FANS = Function("fans", fans_reference, ("fan_in", "fan_out"))
DRAW = Function("draw", draw_reference, "the weights")
ORTHOGONAL = Function("orthogonal", orthogonal_reference, "the matrix")
SIZES = Function("sizes", sizes_reference, "the array of sizes")
CALIBRATED = Function("calibrated", calibrated_reference, "the matrices")


def generator(seed):
    return Code("np.random.default_rng(seed)", {"seed": int(seed)})


def fans_cases(rng):
    for kernel in (0, 1, 2, 3):
        outputs, inputs = rng.choice(np.arange(2, 40), 2, replace=False)
        sides = rng.choice(np.arange(2, 9), kernel, replace=False)
        yield case((int(outputs), int(inputs), *map(int, sides)))


def draw_cases(rng):
    """The first three differ in nothing but the seed, which the first two have in common."""
    seeds = [int(seed) for seed in rng.choice(2**31, 5, replace=False)]
    dense = dict(shape=(80, 600), fan_in=600, fan_out=80, gain=rng.uniform(1.6, 1.9))
    convolution = dict(shape=(40, 120, 3, 4), fan_in=1440, fan_out=480, gain=rng.uniform(1.6, 1.9))
    for layer, rule, kind, seed in (
        (dense, "xavier", "normal", seeds[0]),
        (dense, "xavier", "normal", seeds[0]),
        (dense, "xavier", "normal", seeds[1]),
        (dense, "kaiming", "uniform", seeds[2]),
        (convolution, "xavier", "uniform", seeds[3]),
        (convolution, "kaiming", "normal", seeds[4]),
    ):
        yield case(**layer, rule=rule, kind=kind, rng=generator(seed))


SMALL = [(3, 3), (2, 4), (4, 2)]  # drawn often, to see whether the signs are random


def matrix_cases(rng):
    for rows, columns in ((6, 6), (4, 9), (9, 4), *SMALL * 40):
        yield case(rows, columns, gain=rng.uniform(1.5, 3), rng=generator(rng.integers(2**31)))


RELU = Code("lambda z: np.maximum(z, 0)")
CURVED = Code("lambda z: np.tanh(z) + 0.3")  # not the same for 2z and z, nor zero at 0


def layers_cases(rng):
    """Square layers, for mistakes with axes that other shapes would turn into exceptions."""
    for act, widths, examples in ((RELU, (5, 5, 5, 5), 5), (CURVED, (5, 5, 5), 5),
                                  (CURVED, (4, 7, 3, 6), 9)):  # fmt: skip
        weights = [rng.normal(size=(o, i)) for i, o in pairwise(widths)]
        yield case(rng.normal(0.5, 2, size=(examples, widths[0])), weights, act)


def owned_cases(rng):
    """The matrices as one array and as a list: a copy of the list still holds the same matrices."""
    x, weights = rng.normal(size=(6, 4)), rng.normal(size=(3, 4, 4))
    yield case(x, weights, CURVED)
    yield case(x, list(weights), CURVED)


def judge_draw(w, shape, *, fan_in, fan_out, rule, kind, gain, rng):
    assert isinstance(w, np.ndarray) and w.shape == shape, f"The weights should have shape {shape}."
    assert w.dtype == float, f"The weights should be float64, got {w.dtype}."
    assert np.all(np.isfinite(w)), "The weights are not finite."
    right = variance(fan_in, fan_out, rule, gain)
    found = np.mean(w**2) / right
    told = f"{rule}, {kind}: "
    middle = abs(w.mean()) / np.sqrt(np.mean(w**2) / w.size)
    assert middle < 7, told + "the mean of the weights should be zero."
    for ratio, hint in (
        (right, "rng.normal takes the standard deviation, not the variance."),
        (1 / gain**2, "the gain is not used."),
        (1 / gain, "the gain multiplies the weights, and its square their variance."),
        (gain**2, "the variance has the square of the gain, not its fourth power."),
        (1 / 3, "a uniform distribution on (−b, b) has a variance of b²/3, not of b²."),
        (1 / 12, "a uniform distribution has a variance of (width)²/12: find the width."),
        (2, "the variance is twice what it should be."),
        (1 / 2, "the variance is half of what it should be."),
        (right * fan_out, "this is the variance for fan_out, not for fan_in."),
        (fan_in / fan_out, "divide by the number of inputs, not of outputs."),
        (2 * fan_in / (fan_in + fan_out), "this is Xavier's variance."),
        ((fan_in + fan_out) / 2 / fan_in, "this is Kaiming's variance."),
        (
            variance(shape[1], shape[0], rule, gain) / right,
            "take fan_in and fan_out as they are given: a kernel counts, too.",
        ),
    ):
        assert abs(ratio - 1) < 0.1 or abs(found / ratio - 1) > 0.05, told + hint
    assert abs(found - 1) < 0.05, told + f"the variance is {found:.3g} times what it should be."
    tails = np.mean(w**4) / np.mean(w**2) ** 2  # 3 for a normal, 9/5 for a uniform distribution
    assert (tails > 2.7) == (kind == "normal"), told + "the distribution is another one."
    assert kind == "normal" or tails < 1.9, told + "the distribution is another one."
    rows = w.reshape(shape[0], -1)
    assert len(np.unique(rows, axis=0)) == len(rows), told + "several units start alike: twins."
    assert len(np.unique(w)) > 0.99 * w.size, told + "the same weights come several times."


def judge_matrix(w, rows, columns, *, gain, rng):
    shape = (rows, columns)
    assert isinstance(w, np.ndarray) and w.shape == shape, f"The matrix should have shape {shape}."
    name, square = ("W Wᵀ", w @ w.T) if rows <= columns else ("Wᵀ W", w.T @ w)
    unit = np.eye(len(square))
    assert not np.allclose(square, unit, rtol=0, atol=1e-6), "The gain is not used."
    assert not np.allclose(square, gain * unit, rtol=0, atol=1e-6), (
        f"{name} is γ I: the rows or columns should have length γ, so that it is γ² I."
    )
    assert not np.allclose(square, gain**4 * unit, rtol=0, atol=1e-6), (
        f"{name} is γ⁴ I: multiply by γ once."
    )
    right = np.allclose(square, gain**2 * unit, rtol=0, atol=1e-8)
    assert right, f"For the shape {shape}, {name} is not γ² I."


class Law(Judged):
    """Each result by itself, and then all of them together."""

    def __init__(self, grade_id, function, cases, judge, judge_all):
        super().__init__(grade_id, function, cases, judge)
        self.judge_all = judge_all

    def judge(self, cases, replies):
        super().judge(cases, replies)
        self.judge_all([value for value, _, _ in replies])


def judge_draws(draws):
    first, again, other, *_ = draws
    assert np.array_equal(first, again), (
        "With the same generator, two calls give different weights: all randomness must be rng's."
    )
    assert not np.array_equal(first, other), (
        "With another generator, the weights are the same: all randomness must be rng's."
    )


def judge_matrices(matrices):
    positive = {shape: [] for shape in SMALL}
    for w in matrices:
        if w.shape in positive:
            positive[w.shape].append(np.diag(w)[:2] > 0)
    # qr makes the first entry negative always, the second in nine of ten cases
    tosses = [np.array(signs)[:, 0] for signs in positive.values()]
    first, second = np.concatenate(list(positive.values())).T
    for coin, margin in (*((toss, 1) for toss in tosses), (second, 26), (first == second, 26)):
        assert margin < coin.sum() < len(coin) - margin, (
            "The signs are not random: an entry of the matrix has the same sign, or the same as "
            "another entry, nearly every time. Multiply each column of q by the sign of its own "
            "entry in r's diagonal, and take all randomness from rng."
        )


CHECKS = [
    Values("initialisation-fans-values", FANS, fans_cases),
    Law("initialisation-draw-law", DRAW, draw_cases, judge_draw, judge_draws),
    Law("initialisation-orthogonal-law", ORTHOGONAL, matrix_cases, judge_matrix, judge_matrices),
    Values("initialisation-sizes-values", SIZES, layers_cases),
    Values("initialisation-calibrated-values", CALIBRATED, layers_cases),
    Unchanged("initialisation-calibrated-unchanged", CALIBRATED, owned_cases),
]


@FANS.mistake("initialisation-fans-values")
def kernel_for_inputs_only(shape):
    """The kernel counts for fan_out, too: an input takes part in several outputs of a channel."""
    outputs, inputs, *kernel = shape
    return inputs * int(np.prod(kernel)), outputs


@FANS.mistake("initialisation-fans-values")
def fan_in_twice(shape):
    """fan_out is not fan_in: it counts the outputs in which one input takes part."""
    _, inputs, *kernel = shape
    return inputs * int(np.prod(kernel)), inputs * int(np.prod(kernel))


@FANS.mistake("initialisation-fans-values")
def fans_swapped(shape):
    """The two are swapped: the shape begins with the outputs, but fan_in is returned first."""
    outputs, inputs, *kernel = shape
    return outputs * int(np.prod(kernel)), inputs * int(np.prod(kernel))


@FANS.mistake("initialisation-fans-values")
def kernel_forgotten(shape):
    """The kernel is forgotten: one output sums over a patch of each channel, not over a pixel."""
    return shape[1], shape[0]


@FANS.mistake("initialisation-fans-values")
def one_side_of_the_kernel(shape):
    """Only the first side of the kernel is counted; it may have none, one, two or more."""
    outputs, inputs, *kernel = shape
    side = kernel[0] if kernel else 1
    return inputs * side, outputs * side


@FANS.mistake("initialisation-fans-values")
def square_kernel(shape):
    """The kernel need not be square: multiply its sides instead of squaring one."""
    outputs, inputs, *kernel = shape
    side = kernel[0] ** len(kernel) if kernel else 1
    return inputs * side, outputs * side


@FANS.mistake("initialisation-fans-values")
def kernel_added(shape):
    """The sides of the kernel are multiplied, not added: 5 × 7 pixels are 35."""
    outputs, inputs, *kernel = shape
    size = sum(kernel) if kernel else 1
    return inputs * size, outputs * size


@FANS.mistake("initialisation-fans-values")
def last_two_axes(shape):
    """Outputs and inputs stand first in the shape, the kernel last: you read them from the end."""
    *kernel, outputs, inputs = shape
    return inputs * int(np.prod(kernel)), outputs * int(np.prod(kernel))


@FANS.mistake("initialisation-fans-values")
def all_entries(shape):
    """You count the entries of the whole array; fan_in belongs to *one* output."""
    return int(np.prod(shape)), int(np.prod(shape))


@DRAW.mistake("initialisation-draw-law")
def variance_as_standard_deviation(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """rng.normal takes the standard deviation, not the variance."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, v, shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def bound_is_the_standard_deviation(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """A uniform distribution on (−b, b) has a variance of b²/3, not of b²."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(v), np.sqrt(v), shape)


@DRAW.mistake("initialisation-draw-law")
def positive_only(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """The uniform weights lie between 0 and b; their mean should be zero."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(0, np.sqrt(12 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def gain_not_squared(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """The gain multiplies the weights, and its square their variance."""
    v = 2 * gain / (fan_in + fan_out) if rule == "xavier" else gain / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def no_gain(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """The gain is not used."""
    v = 2 / (fan_in + fan_out) if rule == "xavier" else 1 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def xavier_by_the_sum(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """Xavier divides by the mean of the two fans, not by their sum."""
    v = gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def two_taken_twice(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """Kaiming's factor 2 is in the gain already."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else 2 * gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def kaiming_by_outputs(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """Kaiming divides by the number of inputs, not of outputs."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_out
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def fans_from_the_shape(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """fan_in and fan_out are read off the shape, where a kernel does not count."""
    fan_out, fan_in = shape[:2]
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def always_normal(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """The kind is not looked at: all weights are normal."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    return rng.normal(0, np.sqrt(v), shape)


@DRAW.mistake("initialisation-draw-law")
def global_randomness(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """The numbers come from NumPy's global generator instead of rng."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return np.random.normal(0, np.sqrt(v), shape)
    return np.random.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def seed_inside(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """A generator with a fixed seed is made inside: every layer of that shape starts alike."""
    rng = np.random.default_rng(0)
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def fresh_randomness(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """A new generator without a seed is made inside: no experiment can be repeated."""
    rng = np.random.default_rng()
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        return rng.normal(0, np.sqrt(v), shape)
    return rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape)


@DRAW.mistake("initialisation-draw-law")
def twins(shape, *, fan_in, fan_out, rule, kind, gain, rng):
    """One row is drawn and repeated: all units of the layer are twins."""
    v = 2 * gain**2 / (fan_in + fan_out) if rule == "xavier" else gain**2 / fan_in
    if kind == "normal":
        row = rng.normal(0, np.sqrt(v), shape[1:])
    else:
        row = rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), shape[1:])
    return np.broadcast_to(row, shape).copy()


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def signs_of_the_algorithm(rows, columns, *, gain, rng):
    """The columns of q are not multiplied by the signs of r's diagonal."""
    q, _ = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    return gain * (q if rows >= columns else q.T)


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def one_sign_for_all(rows, columns, *, gain, rng):
    """All columns of q are multiplied by one sign; each has its own, in r's diagonal."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = gain * q * np.sign(r[0, 0])
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def signs_of_the_wide_forgotten(rows, columns, *, gain, rng):
    """The signs are forgotten where there are more columns than rows."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    return gain * q * np.sign(np.diag(r)) if rows >= columns else gain * q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def without_the_gain(rows, columns, *, gain, rng):
    """The gain is not used."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def root_of_the_gain(rows, columns, *, gain, rng):
    """The rows have length √γ: W Wᵀ should be γ² I."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = np.sqrt(gain) * q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def gain_squared(rows, columns, *, gain, rng):
    """The gain is applied twice: W Wᵀ should be γ² I."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = gain**2 * q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def gain_before_qr(rows, columns, *, gain, rng):
    """The normal numbers are multiplied by the gain, and qr takes it out again."""
    q, r = np.linalg.qr(gain * rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def times_the_diagonal(rows, columns, *, gain, rng):
    """The columns are multiplied by r's diagonal itself, not by its signs."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = gain * q * np.diag(r)
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def wide_not_transposed(rows, columns, *, gain, rng):
    """A matrix with more columns than rows comes out square: draw its transpose."""
    q, r = np.linalg.qr(rng.normal(size=(rows, columns)))
    return gain * q * np.sign(np.diag(r))


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def cut_from_a_square(rows, columns, *, gain, rng):
    """The rows of a large square matrix were cut the wrong way: they are no longer orthogonal."""
    q, r = np.linalg.qr(rng.normal(size=(rows + columns, rows + columns)))
    return gain * (q * np.sign(np.diag(r)))[:rows, :columns]


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def only_normalised(rows, columns, *, gain, rng):
    """The rows have the right length, but not right angles between them."""
    w = rng.normal(size=(rows, columns))
    return gain * w / np.linalg.norm(w, axis=1 if rows <= columns else 0, keepdims=True)


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def uniform_numbers(rows, columns, *, gain, rng):
    """qr gets numbers between 0 and 1: the first column then always points the same way."""
    q, r = np.linalg.qr(rng.uniform(size=(max(rows, columns), min(rows, columns))))
    q = gain * q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


@ORTHOGONAL.mistake("initialisation-orthogonal-law")
def one_matrix(rows, columns, *, gain, rng):
    """A generator with a fixed seed is made inside: every matrix is the same."""
    rng = np.random.default_rng(0)
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = gain * q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


@SIZES.mistake("initialisation-sizes-values")
def inputs_missing(x, weights, act):
    """The inputs are missing: the first number is their mean square."""
    squares = []
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.mean(x**2))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def inputs_activated(x, weights, act):
    """The activation is applied to the inputs, too: they come as they are."""
    x = act(x)
    squares = [np.mean(x**2)]
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.mean(x**2))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def of_the_sums(x, weights, act):
    """The size is taken of the sums; it should be that of the values, after the activation."""
    squares = [np.mean(x**2)]
    for W in weights:
        z = x @ W.T
        squares.append(np.mean(z**2))
        x = act(z)
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def linear_network(x, weights, act):
    """The activation is never applied."""
    squares = [np.mean(x**2)]
    for W in weights:
        x = x @ W.T
        squares.append(np.mean(x**2))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def last_layer_linear(x, weights, act):
    """The last layer has no activation in your network; here every layer has one."""
    squares = [np.mean(x**2)]
    for k, W in enumerate(weights):
        x = x @ W.T if k == len(weights) - 1 else act(x @ W.T)
        squares.append(np.mean(x**2))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def roots(x, weights, act):
    """You take the root: the mean square is asked for."""
    squares = [np.mean(x**2)]
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.mean(x**2))
    return np.sqrt(squares)


@SIZES.mistake("initialisation-sizes-values")
def spreads(x, weights, act):
    """The variance leaves out what the mean contributes; take the mean of the squares."""
    squares = [np.var(x)]
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.var(x))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def square_of_the_mean(x, weights, act):
    """You square the mean; take the mean of the squares."""
    squares = [np.mean(x) ** 2]
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.mean(x) ** 2)
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def summed_over_units(x, weights, act):
    """The mean goes over units and examples; you add up the units."""
    squares = [np.mean(np.sum(x**2, axis=1))]
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.mean(np.sum(x**2, axis=1)))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def not_transposed(x, weights, act):
    """Weights are stored outputs × inputs, so a layer computes x @ W.T. (With square matrices
    x @ W runs as well, and is another network.)"""
    squares = [np.mean(x**2)]
    for W in weights:
        x = act(x @ (W if W.shape[0] == W.shape[1] else W.T))
        squares.append(np.mean(x**2))
    return np.array(squares)


@SIZES.mistake("initialisation-sizes-values")
def divided_by_the_start(x, weights, act):
    """You divide by the size of the inputs; the mean squares themselves are asked for."""
    squares = [np.mean(x**2)]
    for W in weights:
        x = act(x @ W.T)
        squares.append(np.mean(x**2))
    return np.array(squares) / squares[0]


@CALIBRATED.mistake("initialisation-calibrated-values")
def before_treated_layers(x, weights, act):
    """Each layer is measured with the values of the *old* layers before it; hand on the values
    that the new ones give."""
    new = []
    for W in weights:
        z = x @ W.T
        new.append(W / np.sqrt(np.mean(z**2)))
        x = act(z)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def by_the_mean_square(x, weights, act):
    """You divide by the mean square; divide by its root, so that the sums become 1."""
    new = []
    for W in weights:
        new.append(W / np.mean((x @ W.T) ** 2))
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def by_the_standard_deviation(x, weights, act):
    """You divide by the standard deviation, which leaves out the mean of the sums; divide by the
    root mean square."""
    new = []
    for W in weights:
        new.append(W / np.std(x @ W.T))
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def by_the_values(x, weights, act):
    """The sums are to become 1 in size; you measure the values after the activation."""
    new = []
    for W in weights:
        new.append(W / np.sqrt(np.mean(act(x @ W.T) ** 2)))
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def multiplied(x, weights, act):
    """You multiply by the root mean square; divide, so that the sums become 1."""
    new = []
    for W in weights:
        new.append(W * np.sqrt(np.mean((x @ W.T) ** 2)))
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def unit_by_unit(x, weights, act):
    """Each unit is divided by a number of its own; one number for the matrix is asked for."""
    new = []
    for W in weights:
        new.append(W / np.sqrt(np.mean((x @ W.T) ** 2, axis=0))[:, None])
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def without_activation(x, weights, act):
    """The values are handed on without the activation."""
    new = []
    for W in weights:
        new.append(W / np.sqrt(np.mean((x @ W.T) ** 2)))
        x = x @ new[-1].T
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def by_the_weights(x, weights, act):
    """You divide by the size of the weights; measure the sums that they make of the batch."""
    return tuple(W / np.sqrt(np.mean(W**2)) for W in weights)


@CALIBRATED.mistake("initialisation-calibrated-values")
def first_layer_left(x, weights, act):
    """The first matrix is left as it was: it is to be treated like the others."""
    new = [weights[0]]
    x = act(x @ weights[0].T)
    for W in weights[1:]:
        new.append(W / np.sqrt(np.mean((x @ W.T) ** 2)))
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-values")
def by_half_of_the_batch(x, weights, act):
    """You measure with a part of the batch only; the mean goes over all examples."""
    new = []
    for W in weights:
        new.append(W / np.sqrt(np.mean((x[::2] @ W.T) ** 2)))
        x = act(x @ new[-1].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-unchanged")
def in_a_copy_of_the_list(x, weights, act):
    """A copied list still holds the caller's matrices, and `/=` changes them."""
    new = weights.copy()
    for k in range(len(new)):
        new[k] /= np.sqrt(np.mean((x @ new[k].T) ** 2))
        x = act(x @ new[k].T)
    return tuple(new)


@CALIBRATED.mistake("initialisation-calibrated-unchanged")
def in_place(x, weights, act):
    """The matrices are changed in place."""
    new = []
    for W in weights:
        W /= np.sqrt(np.mean((x @ W.T) ** 2))
        new.append(W)
        x = act(x @ W.T)
    return tuple(new)
