"""A network that reads digits, from its parts, and the report on it.

Sections 1 to 3 are an afternoon for those who have done the chain rule by hand before; the gradient
check between them is where they find out. Most of what goes wrong in `backward` still trains: that
is why its parts are graded one by one. In section 6 the trap is the order of the images: without
shuffling, the network knows only what it saw last (the solution then stays at about 20%).

The report has a third of the points and takes half of the time. Parts 1 and 2 show whether a rate
was chosen on other images than the result was measured on, and whether each batch size got a rate
of its own. In part 3 the hidden layer turns out to be worth two points. Grade the reasoning, not
the accuracy: that has its points from the tests. Numbers in the model answers are one solution's;
yours will differ. With another seed, `images` chooses again from the same 5,000: what was held out
in one run may be among the final images of the next. That is too little to matter here and costs
no point; who notices it deserves a word of praise.

The training is checked with images that the student has not seen, under labels that are exchanged
at random, so that parameters found elsewhere and stored in the notebook are worth nothing. The
solution reaches 91% with a standard deviation of half a point; the thresholds are 80% and 88%.
The gradients that `train` spends are not counted: see that its first line has at most 20 `passes`
(100 of them lift plain descent at the rate 0.05 from 89% to 91%).
"""

from functools import cache

import numpy as np

from assignments.checking import Check, Function, Unchanged, Values, case
from assignments.grader.channel import Code
from optlib import trials


# The references have the students' names, so that a wrong `train` can use the parts as theirs does.
def forward(params, x):
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1 + b1, 0)
    return h, h @ W2 + b2


def cross_entropy(z, y):
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum() / len(y), (np.exp(log_p) - right) / len(y)


def backward(params, x, h, dz):
    dh = (dz @ params[2].T) * (h > 0)
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


def batches(n, size, rng):
    return np.split(rng.permutation(n), range(size, n, size))


def minimise(gradient, params, *, steps, lr):
    velocity = [0 * w for w in params]
    for _ in range(steps):
        velocity = [0.9 * v + g for v, g in zip(velocity, gradient(params), strict=True)]
        params = [w - lr * v for w, v in zip(params, velocity, strict=True)]
    return params


def start(x, rng):
    weights = [rng.normal(0, np.sqrt(2 / n), (n, m)) for n, m in ((x.shape[1], 32), (32, 10))]
    return [weights[0], np.zeros(32), weights[1], np.zeros(10)]


def train(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    order = [rows for _ in range(passes) for rows in batches(len(x), batch_size, rng)]
    waiting = iter(order)

    def gradient(params):
        rows = next(waiting)
        h, z = forward(params, x[rows])
        return backward(params, x[rows], h, cross_entropy(z, y[rows])[1])

    return minimise(gradient, start(x, rng), steps=len(order), lr=lr)


FORWARD = Function("forward", forward, ("h", "z"))
LOSS = Function("cross_entropy", cross_entropy, ("the loss", "dz"))
BACKWARD = Function("backward", backward, ("dW1", "db1", "dW2", "db2"))
BATCHES = Function("batches", batches, "the batches")
MINIMISE = Function("minimise", minimise, "the parameters")
TRAIN = Function("train", train, ("W1", "b1", "W2", "b2"))


def draw(rng, n, sizes):
    """Parameters, n inputs, and the hidden values."""
    inputs, hidden, outputs = sizes
    shapes = (inputs, hidden), (hidden,), (hidden, outputs), (outputs,)
    params, x = [rng.normal(size=shape) for shape in shapes], rng.normal(size=(n, inputs))
    return params, x, forward(params, x)[0]


def forward_cases(rng):
    for n, sizes in ((5, (5, 5, 5)), (7, (3, 6, 4)), (1, (4, 2, 3))):
        params, x, _ = draw(rng, n, sizes)
        yield case(params, 4 * x)


def loss_cases(rng):
    yield case(rng.normal(0, 2, size=(5, 5)), rng.integers(0, 5, 5))
    yield case(rng.normal(0, 2, size=(8, 3)), rng.integers(0, 3, 8))
    z = np.array([[900.0, 0.0, -50.0], [-800.0, -801.0, -803.0], [1.0, 0.5, 0.0]])
    yield case(z + rng.normal(size=z.shape), np.array([2, 1, 0]))


def loss_caller_cases(rng):
    yield case(rng.normal(size=(5, 4)), rng.integers(0, 4, 5))


def backward_cases(rng):
    """Square layers, for mistakes with axes that other shapes would turn into exceptions."""
    for n in (5, 8):
        params, x, h = draw(rng, n, (5, 5, 5))
        yield case(params, x, h, rng.normal(size=(n, 5)))


def batches_cases(rng):
    """The first three differ in nothing but the seed, which the first two have in common."""
    seeds = [int(seed) for seed in rng.choice(2**31, 4, replace=False)]
    n, size = int(rng.integers(200, 300)), int(rng.integers(20, 30))
    n += n % size == 0
    for n, size, seed in (
        *((n, size, seed) for seed in (seeds[0], *seeds[:2])),
        (240, 30, seeds[2]),
        (100, 150, seeds[3]),
    ):
        yield case(n, size, Code("np.random.default_rng(seed)", {"seed": seed}))


class Batches(Check):
    """Each pass by itself, and then what they say of the generator's use."""

    def judge(self, cases, replies):
        passes = [value for value, _, _ in replies]
        for (args, _), found in zip(cases, passes, strict=True):
            self.judge_pass(found, *args[:2])
        first, again, other = (np.concatenate(found) for found in passes[:3])
        assert np.array_equal(first, again), (
            "With the same generator, two calls differ: all randomness must be rng's."
        )
        assert not np.array_equal(first, other), (
            "With another generator, the batches are the same: all randomness must be rng's."
        )

    def judge_pass(self, found, n, size):
        told = f"With n = {n} and size = {size}, "
        assert isinstance(found, (list, tuple)), "Return a list of arrays."
        for rows in found:
            integer = isinstance(rows, np.ndarray) and rows.ndim == 1 and rows.dtype.kind in "iu"
            assert integer, "Each batch is an array of row numbers, integers."
        lengths = [len(rows) for rows in found]
        right = [size] * (n // size) + [n % size] * (n % size > 0)
        assert lengths[: len(right) - 1] == right[:-1] and len(lengths) >= len(right) - 1, (
            told + f"there are {len(found)} batches of {lengths[:3]} … rows."
        )
        assert len(lengths) >= len(right), told + "the last rows are left out."
        rows = np.concatenate(found)
        assert rows.min() >= 0 and rows.max() < n, told + "there are row numbers outside 0 … n − 1."
        assert lengths == right, told + f"the last batches have {lengths[-2:]} rows."
        assert len(np.unique(rows)) == n, told + "some rows come several times, others never."
        assert np.mean(np.diff(rows) == 1) < 0.3, told + "rows come in the order of the file."
        if len(found) > 2:
            spread = np.mean([np.ptp(batch) for batch in found[:-1]]) / n  # 0.9, if all is random
            assert spread > 0.7, told + "a batch's rows are neighbours in the file: shuffle all."


GOAL = [
    np.array([0.5, -0.8, 1.0]),
    np.array([[0.5, 1.0], [-1.0, -0.5]]),
    np.array([-0.5, 0.5, 1.0]),
]
CURVED = [np.array([0.5, 1.0, 2.0]), np.array([[2.0, 0.6], [1.5, 0.8]]), np.array([1.0, 2.0, 0.5])]
# A bowl that counts: the first `quiet` gradients are zero, and beyond the budget there are none.
BOWL = """(lambda calls: lambda params: [
    k * (w - c) * (len(calls) > quiet) if len(calls) <= budget else
    (_ for _ in ()).throw(RuntimeError("the gradient is asked for more than `steps` times"))
    for _ in [calls.append(0)]
    for w, c, k in zip(params, goal, curved)
])([])"""


def minimise_cases(rng):
    """A long run, two short ones, one with hardly a rate, one whose last gradient alone counts."""
    scales = [rng.uniform(0.8, 1.2, size=w.shape) for w in GOAL]
    goal = [w * s for w, s in zip(GOAL, scales, strict=True)]
    for steps, lr, quiet in (
        (400, 0.05, 0),
        (7, 0.05, 0),
        (7, 0.05, 0),
        (3, 1e-9, 0),
        (6, 0.05, 5),
    ):
        names = {"goal": goal, "curved": CURVED, "budget": steps, "quiet": quiet}
        yield case(Code(BOWL, names), [np.zeros(w.shape) for w in goal], steps=steps, lr=lr)


class Arrival(Check):
    """What every optimizer does, whichever it is."""

    def judge(self, cases, replies):
        goal = cases[0].args[0].names["goal"]
        for value, args, _ in replies:
            assert all(not w.any() for w in args[1]), "The arrays that came in have been changed."
            assert isinstance(value, (list, tuple)), "Return the list of the parameters."
            shapes = [np.shape(w) for w in value], [w.shape for w in goal]
            assert shapes[0] == shapes[1], f"The shapes came back as {shapes[0]}, were {shapes[1]}."
            assert all(np.all(np.isfinite(w)) for w in value), (
                "The parameters are not finite. Some gradients here are zero: is it 0 / 0?"
            )
        ends = [np.concatenate([np.ravel(w) for w in value]) for value, _, _ in replies]
        long, short, again, tiny, last = ends
        full = np.concatenate([w.ravel() for w in goal])
        left = np.linalg.norm(long - full) / np.linalg.norm(full)
        assert left < 1, "In a bowl, you end farther from the minimum than you began: which sign?"
        assert np.any(last), (
            "The last gradient has no effect: there should be `steps` steps, all with a rate."
        )
        assert np.max(abs(tiny)) < 1e-4, "With a tiny lr the steps are still large."
        assert left < 0.1, f"In a bowl, 400 steps left {left:.0%} of the distance."
        assert np.array_equal(short, again), (
            "The same call gave another result the second time: something survives from the first."
        )


@cache
def split(seed):
    """2,000 images to learn from, filed by label, and 3,000 others; the labels are exchanged."""
    data, rng = trials.digits(), np.random.default_rng([seed, 1])
    x = np.concatenate([data.x_train, data.x_test])
    y = rng.permutation(10)[np.concatenate([data.y_train, data.y_test])]
    learn, new = np.split(rng.permutation(len(x)), [2000])
    learn = learn[np.argsort(y[learn], kind="stable")]
    return x[learn], y[learn], x[new], y[new]


# A generator, and NumPy's global one in some state, which should make no difference.
GENERATOR = "(np.random.seed(state), np.random.default_rng(seed))[1]"


def train_cases(rng):
    seed = int(rng.integers(2**31))
    yield case(*split(seed)[:2], rng=Code(GENERATOR, {"seed": seed, "state": 0}))


def seeded_cases(rng):
    """The whole training; then one pass three times, the first two with the same generator."""
    [whole] = train_cases(rng)
    yield whole
    seed = whole.kwargs["rng"].names["seed"]
    for names in ({"seed": seed, "state": 1}, {"seed": seed, "state": 2}, {"seed": 0, "state": 2}):
        yield case(*whole.args, rng=Code(GENERATOR, names), passes=1)


class Accuracy(Check):
    def __init__(self, grade_id, function, cases, least):
        super().__init__(grade_id, function, cases)
        self.least = least

    def judge(self, cases, replies):
        params = replies[0][0]
        _, _, x, y = split(cases[0].kwargs["rng"].names["seed"])
        assert isinstance(params, (list, tuple)) and len(params) == 4, "Return W1, b1, W2, b2."
        shapes = [np.shape(w) for w in params]
        hidden = shapes[0][-1] if shapes[0] else 0
        right = [(196, hidden), (hidden,), (hidden, 10), (10,)]
        assert shapes == right, f"The parameters have the shapes {shapes}, should have {right}."
        assert hidden <= 64, f"There are {hidden} hidden units; 64 are allowed."
        assert all(np.all(np.isfinite(w)) for w in params), "The parameters are not finite."
        reached = np.mean(forward(params, x)[1].argmax(axis=1) == y)
        assert reached >= self.least, (
            f"{reached:.1%} of the new images are read rightly; {self.least:.0%} are asked for."
        )
        if len(replies) > 1:
            first, again, other = (params[0] for params, _, _ in replies[1:])
            assert np.array_equal(first, again) and not np.array_equal(first, other), (
                "All randomness must be rng's, that of the first weights too: one generator should "
                "give the same parameters twice, and another one others."
            )


CHECKS = [
    Values("project-forward-values", FORWARD, forward_cases),
    Values("project-loss-values", LOSS, loss_cases),
    Unchanged("project-loss-unchanged", LOSS, loss_caller_cases),
    Values("project-backward-values", BACKWARD, backward_cases),
    Unchanged("project-backward-unchanged", BACKWARD, backward_cases),
    Batches("project-batches-law", BATCHES, batches_cases),
    Arrival("project-minimise-law", MINIMISE, minimise_cases),
    Accuracy("project-train-basic", TRAIN, seeded_cases, 0.8),
    Accuracy("project-train-good", TRAIN, train_cases, 0.88),
]


@FORWARD.mistake("project-forward-values")
def sums_returned(params, x):
    """z is right, but the h that you return is the sum before the rectifier; backward needs it as
    it is after."""
    W1, b1, W2, b2 = params
    s = x @ W1 + b1
    return s, np.maximum(s, 0) @ W2 + b2


@FORWARD.mistake("project-forward-values")
def no_rectifier(params, x):
    """The rectifier is missing: without it the two layers are one, and h may be negative."""
    W1, b1, W2, b2 = params
    h = x @ W1 + b1
    return h, h @ W2 + b2


@FORWARD.mistake("project-forward-values")
def outputs_rectified(params, x):
    """The outputs z are rectified as well; they may be any numbers, also negative ones."""
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1 + b1, 0)
    return h, np.maximum(h @ W2 + b2, 0)


@FORWARD.mistake("project-forward-values")
def softmax_in_forward(params, x):
    """You return probabilities; the softmax belongs to the loss, and would be applied twice."""
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1 + b1, 0)
    p = np.exp(h @ W2 + b2)
    return h, p / p.sum(axis=1, keepdims=True)


@FORWARD.mistake("project-forward-values")
def no_first_bias(params, x):
    """The bias b1 is missing."""
    W1, _, W2, b2 = params
    h = np.maximum(x @ W1, 0)
    return h, h @ W2 + b2


@FORWARD.mistake("project-forward-values")
def no_second_bias(params, x):
    """The bias b2 is missing."""
    W1, b1, W2, _ = params
    h = np.maximum(x @ W1 + b1, 0)
    return h, h @ W2


@FORWARD.mistake("project-forward-values")
def bias_after_the_rectifier(params, x):
    """The bias b1 is added after the rectifier; it belongs into the sum."""
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1, 0) + b1
    return h, h @ W2 + b2


@FORWARD.mistake("project-forward-values")
def leaky(params, x):
    """Your rectifier is a leaky one: below zero it should give 0."""
    W1, b1, W2, b2 = params
    s = x @ W1 + b1
    h = np.where(s > 0, s, 0.01 * s)
    return h, h @ W2 + b2


@FORWARD.mistake("project-forward-values")
def hyperbolic_tangent(params, x):
    """You use tanh; the network here has rectifiers."""
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1 + b1)
    return h, h @ W2 + b2


@FORWARD.mistake("project-forward-values")
def single_precision(params, x):
    """Your results are float32, with seven digits instead of sixteen: keep the type of x."""
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1 + b1, 0).astype(np.float32)
    return h, (h @ W2 + b2).astype(np.float32)


@LOSS.mistake("project-loss-values")
def slopes_not_divided(z, y):
    """The loss is right. Being a mean, it has slopes that are divided by the number of images."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum() / len(y), np.exp(log_p) - right


@LOSS.mistake("project-loss-values")
def summed(z, y):
    """Loss and slopes are sums over the images; both should be divided by their number."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum(), np.exp(log_p) - right


@LOSS.mistake("project-loss-values")
def divided_by_all_entries(z, y):
    """You divide by the number of all outputs; each image counts once, however many digits there
    are."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).mean(), (np.exp(log_p) - right) / z.size


@LOSS.mistake("project-loss-values")
def slopes_reversed(z, y):
    """The slopes have the wrong sign: p − 1 for the right digit, p for the others."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum() / len(y), (right - np.exp(log_p)) / len(y)


@LOSS.mistake("project-loss-values")
def overflowing(z, y):
    """With ordinary outputs all is right, but e^z overflows for large ones, and for very negative
    ones all e^z are zero: subtract from each image's outputs their largest."""
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    right = np.eye(z.shape[1])[y]
    with np.errstate(all="ignore"):
        return -np.log(p[np.arange(len(y)), y]).mean(), (p - right) / len(y)


@LOSS.mistake("project-loss-values")
def one_maximum_for_all(z, y):
    """You subtract the largest output of the whole batch; where an image's own are far below it,
    all its e^z are zero. Each image needs its own maximum."""
    z = z - z.max()
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    right = np.eye(z.shape[1])[y]
    with np.errstate(all="ignore"):
        return -np.log(p[np.arange(len(y)), y]).mean(), (p - right) / len(y)


@LOSS.mistake("project-loss-values")
def log_of_rounded(z, y):
    """Where p is rounded to zero your loss is infinite: take the logarithm of the softmax by its
    formula, z − ln Σ e^z, before anything is rounded."""
    z = z - z.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    right = np.eye(z.shape[1])[y]
    with np.errstate(all="ignore"):
        return -np.log(p[np.arange(len(y)), y]).mean(), (p - right) / len(y)


@LOSS.mistake("project-loss-values")
def patched_logarithm(z, y):
    """A small number added inside the logarithm hides the infinity and gives a wrong loss: take
    the logarithm of the softmax by its formula, z − ln Σ e^z."""
    z = z - z.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    right = np.eye(z.shape[1])[y]
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean(), (p - right) / len(y)


@LOSS.mistake("project-loss-values")
def softmax_over_images(z, y):
    """The softmax is taken over the images; each image's outputs compete with each other."""
    z = z - z.max(axis=0)
    log_p = z - np.log(np.exp(z).sum(axis=0))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum() / len(y), (np.exp(log_p) - right) / len(y)


@LOSS.mistake("project-loss-values")
def binary_logarithm(z, y):
    """Your logarithm is not the natural one, np.log."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum() / len(y) / np.log(2), (np.exp(log_p) - right) / len(y)


@LOSS.mistake("project-loss-values")
def probabilities_as_slopes(z, y):
    """The loss is right, but what you return as its slopes are the probabilities, divided by n:
    1 is missing for the right digit."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean(), np.exp(log_p) / len(y)


@LOSS.mistake("project-loss-values")
def squared_error(z, y):
    """This is the mean squared error of the outputs, not the cross-entropy of their softmax."""
    error = z - np.eye(z.shape[1])[y]
    return (error**2).sum() / len(y), 2 * error / len(y)


@LOSS.mistake("project-loss-unchanged")
def maximum_subtracted_in_place(z, y):
    """z is changed in place."""
    z -= z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    right = np.eye(z.shape[1])[y]
    return -(right * log_p).sum() / len(y), (np.exp(log_p) - right) / len(y)


@BACKWARD.mistake("project-backward-values")
def bias_from_the_unmasked(params, x, h, dz):
    """dW1 is right, but db1 is summed before the rectifier has stopped what it stops."""
    dh = dz @ params[2].T
    return x.T @ (dh * (h > 0)), dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def no_mask(params, x, h, dz):
    """Nothing stops at the rectifier: where h is 0, no slope passes to W1 and b1. (The network
    learns all the same, which is why one tests.)"""
    dh = dz @ params[2].T
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def mask_of_the_slopes(params, x, h, dz):
    """You rectify the slopes; they pass where *h* is above 0, whatever their own sign."""
    dh = np.maximum(dz @ params[2].T, 0)
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def times_the_values(params, x, h, dz):
    """You multiply by h; the slope of the rectifier is 1 where h is above 0."""
    dh = (dz @ params[2].T) * h
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def slope_of_tanh(params, x, h, dz):
    """1 − h² is the slope of tanh; the rectifier's is 1 where h is above 0."""
    dh = (dz @ params[2].T) * (1 - h**2)
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def weights_not_transposed(params, x, h, dz):
    """Backwards, W2 is used transposed. (If it is square, it runs without, and is wrong.)"""
    dh = (dz @ params[2]) * (h > 0)
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def biases_averaged(params, x, h, dz):
    """The slopes of the biases are averaged over the examples; they add up, since the division by
    n is in dz already."""
    dh = (dz @ params[2].T) * (h > 0)
    return x.T @ dh, dh.mean(axis=0), h.T @ dz, dz.mean(axis=0)


@BACKWARD.mistake("project-backward-values")
def divided_twice(params, x, h, dz):
    """All gradients are divided by the number of examples, which is in dz already."""
    n = len(x)
    dh = (dz @ params[2].T) * (h > 0)
    return x.T @ dh / n, dh.sum(axis=0) / n, h.T @ dz / n, dz.sum(axis=0) / n


@BACKWARD.mistake("project-backward-values")
def inputs_for_values(params, x, h, dz):
    """The inputs of the second layer are the hidden values h, not x: dW2 is wrong."""
    dh = (dz @ params[2].T) * (h > 0)
    return x.T @ dh, dh.sum(axis=0), x.T @ dz, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def gradients_transposed(params, x, h, dz):
    """The gradients of the weights are transposed: dW has the shape of W, (inputs, outputs)."""
    dh = (dz @ params[2].T) * (h > 0)
    return dh.T @ x, dh.sum(axis=0), dz.T @ h, dz.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def other_order(params, x, h, dz):
    """The second layer's gradients come first; return them in the order of the parameters."""
    dh = (dz @ params[2].T) * (h > 0)
    return h.T @ dz, dz.sum(axis=0), x.T @ dh, dh.sum(axis=0)


@BACKWARD.mistake("project-backward-values")
def biases_as_rows(params, x, h, dz):
    """The biases have one axis, and so should their gradients: no keepdims."""
    dh = (dz @ params[2].T) * (h > 0)
    return x.T @ dh, dh.sum(axis=0, keepdims=True), h.T @ dz, dz.sum(axis=0, keepdims=True)


@BACKWARD.mistake("project-backward-unchanged")
def slope_in_place(params, x, h, dz):
    """h is changed in place."""
    dW2 = h.T @ dz
    h[h > 0] = 1
    dh = (dz @ params[2].T) * h
    return x.T @ dh, dh.sum(axis=0), dW2, dz.sum(axis=0)


@BATCHES.mistake("project-batches-law")
def not_shuffled(n, size, rng):
    """The rows come in the order of the file."""
    return np.split(np.arange(n), range(size, n, size))


@BATCHES.mistake("project-batches-law")
def only_the_batches_shuffled(n, size, rng):
    """The batches are shuffled, but each holds consecutive rows."""
    parts = np.split(np.arange(n), range(size, n, size))
    order = [*rng.permutation(len(parts) - 1), len(parts) - 1]
    return [parts[i] for i in order]


@BATCHES.mistake("project-batches-law")
def shuffled_inside(n, size, rng):
    """Each batch is shuffled by itself, which changes nothing."""
    return [rng.permutation(rows) for rows in np.split(np.arange(n), range(size, n, size))]


@BATCHES.mistake("project-batches-law")
def rest_left_out(n, size, rng):
    """The last rows, too few for a batch, are left out."""
    order = rng.permutation(n)
    return [order[k * size : (k + 1) * size] for k in range(n // size)]


@BATCHES.mistake("project-batches-law")
def with_replacement(n, size, rng):
    """Rows are drawn with replacement: some come several times, others never."""
    return [rng.integers(0, n, min(size, n - k)) for k in range(0, n, size)]


@BATCHES.mistake("project-batches-law")
def drawn_anew(n, size, rng):
    """Each batch is drawn anew from all rows: in a pass some come several times, others never."""
    return [rng.choice(n, min(size, n - k), replace=False) for k in range(0, n, size)]


@BATCHES.mistake("project-batches-law")
def last_filled_up(n, size, rng):
    """The last batch is filled up with rows that were there before."""
    order = rng.permutation(n)
    return [np.take(order, range(k, k + size), mode="wrap") for k in range(0, n, size)]


@BATCHES.mistake("project-batches-law")
def number_for_size(n, size, rng):
    """size is the number of rows in a batch, not the number of batches."""
    return np.array_split(rng.permutation(n), size)


@BATCHES.mistake("project-batches-law")
def equal_parts(n, size, rng):
    """The batches are made about equally long; all but the last should have `size` rows."""
    return np.array_split(rng.permutation(n), -(-n // size))


@BATCHES.mistake("project-batches-law")
def rows_from_one(n, size, rng):
    """The rows are counted from 1."""
    return np.split(1 + rng.permutation(n), range(size, n, size))


@BATCHES.mistake("project-batches-law")
def global_shuffle(n, size, rng):
    """The order comes from NumPy's global generator instead of rng."""
    return np.split(np.random.permutation(n), range(size, n, size))


@BATCHES.mistake("project-batches-law")
def same_order_each_pass(n, size, rng):
    """A generator with a fixed seed is made inside: every pass has the same order."""
    return np.split(np.random.default_rng(0).permutation(n), range(size, n, size))


@MINIMISE.mistake("project-minimise-law")
def climbing(gradient, params, *, steps, lr):
    """The step goes up: it is subtracted."""
    for _ in range(steps):
        params = [w + lr * g for w, g in zip(params, gradient(params), strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def gradient_at_the_start(gradient, params, *, steps, lr):
    """The gradient is asked for once, at the start."""
    grads = gradient(params)
    for _ in range(steps):
        params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def one_step_short(gradient, params, *, steps, lr):
    """There is one step too few."""
    for _ in range(1, steps):
        params = [w - lr * g for w, g in zip(params, gradient(params), strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def one_step_too_many(gradient, params, *, steps, lr):
    """There is one step too many."""
    for _ in range(steps + 1):
        params = [w - lr * g for w, g in zip(params, gradient(params), strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def gradient_asked_for_each_array(gradient, params, *, steps, lr):
    """The gradient is asked for again for each array, which costs four times the budget."""
    for _ in range(steps):
        params = [w - lr * gradient(params)[i] for i, w in enumerate(params)]
    return params


@MINIMISE.mistake("project-minimise-law")
def in_place(gradient, params, *, steps, lr):
    """The arrays of the caller are changed in place."""
    velocity = [np.zeros_like(w) for w in params]
    for _ in range(steps):
        for w, v, g in zip(params, velocity, gradient(params), strict=True):
            v *= 0.9
            v += g
            w -= lr * v
    return params


@MINIMISE.mistake("project-minimise-law")
def state_survives(gradient, params, *, steps, lr, velocity={}):  # noqa: B006
    """The velocities are kept in a default argument, which survives from call to call."""
    params = list(params)
    for _ in range(steps):
        for i, g in enumerate(gradient(params)):
            velocity[i] = 0.9 * velocity.get(i, 0) + g
            params[i] = params[i] - lr * velocity[i]
    return params


@MINIMISE.mistake("project-minimise-law")
def undamped(gradient, params, *, steps, lr):
    """The velocity only grows: nothing of it is ever lost, so the path swings for ever."""
    velocity = [np.zeros_like(w) for w in params]
    for _ in range(steps):
        velocity = [v + g for v, g in zip(velocity, gradient(params), strict=True)]
        params = [w - lr * v for w, v in zip(params, velocity, strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def rate_ignored(gradient, params, *, steps, lr):
    """The learning rate that comes in is not used."""
    for _ in range(steps):
        params = [w - 0.1 * g for w, g in zip(params, gradient(params), strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def one_state_for_all(gradient, params, *, steps, lr):
    """One number stands for the squares of all arrays and only grows; each entry needs its own."""
    total = 0.0
    for _ in range(steps):
        grads = gradient(params)
        total = total + sum((g**2).sum() for g in grads)
        params = [w - lr * g / (total + 1e-8) for w, g in zip(params, grads, strict=True)]
    return params


@MINIMISE.mistake("project-minimise-law")
def first_array_only(gradient, params, *, steps, lr):
    """Only the first array is moved."""
    params = list(params)
    for _ in range(steps):
        params[0] = params[0] - lr * gradient(params)[0]
    return params


@MINIMISE.mistake("project-minimise-law")
def fading_rate(gradient, params, *, steps, lr):
    """The rate falls so fast that the steps together never get there."""
    for t in range(1, steps + 1):
        params = [w - lr / t**2 * g for w, g in zip(params, gradient(params), strict=True)]
    return params


BOTH = ("project-train-basic", "project-train-good")


@TRAIN.mistake(*BOTH)
def begun_at_zero(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    """All weights begin at zero, and nothing but the last bias ever moves."""
    params = [np.zeros((196, 32)), np.zeros(32), np.zeros((32, 10)), np.zeros(10)]
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def begun_alike(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    """All weights begin with the same number: the hidden units are twins, and remain so."""
    params = [np.full((196, 32), 0.1), np.zeros(32), np.full((32, 10), 0.1), np.zeros(10)]
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def as_filed(x, y, *, rng, lr=0.5, batch_size=32, passes=20):
    """The images are read in the order of the file: the network knows what it saw last."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    for _ in range(passes):
        for k in range(0, len(x), batch_size):
            rows = slice(k, k + batch_size)
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def labels_left_behind(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    """The images are shuffled, the labels are not."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows, labels = order[k : k + batch_size], y[k : k + batch_size]
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, labels)[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def always_the_same_batch(x, y, *, rng, lr=0.05, batch_size=20, passes=20):
    """The same few images are used in every step."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    rows = rng.permutation(len(x))[:batch_size]
    for _ in range(passes * len(x) // batch_size):
        h, z = forward(params, x[rows])
        grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
        params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def rate_far_too_small(x, y, *, rng, lr=1e-4, batch_size=32, passes=20):
    """The learning rate is far too small for the budget."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def rate_far_too_large(x, y, *, rng, lr=20.0, batch_size=32, passes=20):
    """The learning rate is far too large: after a few steps all hidden units are dead."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def one_step_only(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    """The return stands inside of the loop: there is one step only."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    for _ in range(passes):
        rows = rng.permutation(len(x))[:batch_size]
        h, z = forward(params, x[rows])
        grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
        return [w - lr * g for w, g in zip(params, grads, strict=True)]


@TRAIN.mistake(*BOTH)
def start_returned(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    """The parameters that are returned are those of the start: the trained ones have another
    name."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 32), (32,), (32, 10), (10,))]
    trained = params
    for _ in range(passes):
        rows = rng.permutation(len(x))[:batch_size]
        h, z = forward(trained, x[rows])
        grads = backward(trained, x[rows], h, cross_entropy(z, y[rows])[1])
        trained = [w - lr * g for w, g in zip(trained, grads, strict=True)]
    return params


@TRAIN.mistake(*BOTH)
def too_many_units(x, y, *, rng, lr=0.05, batch_size=32, passes=20):
    """There are more hidden units than the 64 that are allowed."""
    params = [rng.normal(0, 0.1, shape) for shape in ((196, 200), (200,), (200, 10), (10,))]
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h, z = forward(params, x[rows])
            grads = backward(params, x[rows], h, cross_entropy(z, y[rows])[1])
            params = [w - lr * g for w, g in zip(params, grads, strict=True)]
    return params


# These two learn, and use nothing of the student's: the tests combine them with other mistakes.
@TRAIN.mistake("project-train-basic")
def begun_by_the_global_generator(x, y, *, rng, lr=0.5, batch_size=32, passes=20):
    """The first weights come from NumPy's global generator instead of rng."""
    W1, W2 = (np.random.randn(*shape) * 0.1 for shape in ((196, 32), (32, 10)))
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h = np.maximum(x[rows] @ W1, 0)
            p = np.exp(h @ W2)
            dz = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / len(rows)
            dh = (dz @ W2.T) * (h > 0)
            W1, W2 = W1 - lr * x[rows].T @ dh, W2 - lr * h.T @ dz
    return [W1, np.zeros(32), W2, np.zeros(10)]


@TRAIN.mistake("project-train-basic")
def seeded_inside(x, y, *, rng, lr=0.5, batch_size=32, passes=20):
    """A generator with a fixed seed is made inside: every seed gives the same network."""
    rng = np.random.default_rng(0)
    W1, W2 = (rng.normal(0, 0.1, shape) for shape in ((196, 32), (32, 10)))
    for _ in range(passes):
        order = rng.permutation(len(x))
        for k in range(0, len(x), batch_size):
            rows = order[k : k + batch_size]
            h = np.maximum(x[rows] @ W1, 0)
            p = np.exp(h @ W2)
            dz = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / len(rows)
            dh = (dz @ W2.T) * (h > 0)
            W1, W2 = W1 - lr * x[rows].T @ dh, W2 - lr * h.T @ dz
    return [W1, np.zeros(32), W2, np.zeros(10)]
