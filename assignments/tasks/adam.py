"""Adam, step by step, its loop, and AMSGrad.

What to expect: the formulas are copied quickly, and the time
goes into the second task, into the corrections: returning m̂ instead of m is easily done, since the
w of one step alone does not show it. The loop (task 3) is tested with steps that are not Adam's, so
that an error in task 2 is not paid twice. Question 2 separates those who ran the numbers from those
who argued "zero start, therefore too short".
"""

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from assignments.grader.channel import Code
from optlib.numpy import Adam


def moments_reference(g, m, v, betas):
    beta1, beta2 = betas
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


def step_reference(w, g, m, v, *, t, lr, betas, eps):
    return Adam.update(w, g, m, v, None, t=t, lr=lr, betas=betas, eps=eps, amsgrad=False)[:3]


def run_reference(step, grad, w0, *, steps, **settings):
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    path = [w]
    for t in range(1, steps + 1):
        w, m, v = step(w, grad(w), m, v, t=t, **settings)
        path.append(w)
    return np.array(path)


def amsgrad_reference(w, g, m, v, v_max, *, t, lr, betas, eps):
    return Adam.update(w, g, m, v, v_max, t=t, lr=lr, betas=betas, eps=eps, amsgrad=True)


MOMENTS = Function("moments", moments_reference, ("m", "v"))
STEP = Function("adam_step", step_reference, ("w", "m", "v"))
RUN = Function("run", run_reference, "the path")
AMSGRAD = Function("amsgrad_step", amsgrad_reference, ("w", "m", "v", "v_max"))


def draw(rng, shape):
    """w, g, m, v as they may be in the middle of a training run."""
    w, g, m = rng.normal(size=(3, *shape))
    return w, g, m, rng.uniform(0.1, 2, size=shape)


def moments_cases(rng):
    for shape in ((3,), (2, 4), ()):
        _, g, m, v = draw(rng, shape)
        yield case(g, m, v, tuple(rng.uniform(0.5, 0.99, size=2)))


def step_cases(rng):
    for t in (1, 2, 10, 1000):
        betas = tuple(rng.uniform(0.5, 0.99, size=2))
        yield case(*draw(rng, (2, 3)), t=t, lr=rng.uniform(0.01, 1), betas=betas, eps=0.1)
    w = rng.normal(size=4)
    g = np.array([0.0, 1e-6, 1.0, 1e3])
    yield case(w, g, 0 * w, 0 * w, t=1, lr=0.1, betas=(0.9, 0.999), eps=1e-8)


def run_cases(rng):
    step = Code(
        "lambda w, g, m, v, *, t, lr, decay:"
        " (w - lr * (g + 0.1 * m - 0.2 * v) * (1 + 0.1 * t), decay * m + g, 0.1 * g**2 + 0.5 * v)"
    )
    for shape, steps in (((3,), 7), ((2, 2), 4), ((3,), 1)):
        grad = Code("lambda w: scale * w + 1", {"scale": rng.uniform(0.5, 2, size=shape)})
        w0 = rng.normal(size=shape)
        yield case(step, grad, w0, steps=steps, lr=0.1, decay=rng.uniform(0.5, 0.9))


def amsgrad_cases(rng):
    for t in (1, 3, 50):
        w, g, m, v = draw(rng, (2, 3))
        v_max = v + rng.uniform(0, 1, size=v.shape) * (rng.random(v.shape) < 0.5)
        betas = tuple(rng.uniform(0.5, 0.9, size=2))
        yield case(w, 2 * g, m, v, v_max, t=t, lr=0.1, betas=betas, eps=0.05)


CHECKS = [
    Values("adam-moments-values", MOMENTS, moments_cases),
    Values("adam-step-values", STEP, step_cases),
    Unchanged("adam-step-unchanged", STEP, step_cases),
    Values("adam-run-values", RUN, run_cases),
    Values("adam-amsgrad-values", AMSGRAD, amsgrad_cases),
]


@MOMENTS.mistake("adam-moments-values")
def shares_swapped(g, m, v, betas):
    """β is the share of the old average that is kept; the new gradient enters with 1 − β."""
    beta1, beta2 = betas
    return (1 - beta1) * m + beta1 * g, (1 - beta2) * v + beta2 * g**2


@MOMENTS.mistake("adam-moments-values")
def gradient_in_full(g, m, v, betas):
    """The new gradient enters m with the weight 1 − β₁, and its square v with 1 − β₂: yours
    enter in full, which makes sums of them instead of averages."""
    beta1, beta2 = betas
    return beta1 * m + g, beta2 * v + g**2


@MOMENTS.mistake("adam-moments-values")
def no_square(g, m, v, betas):
    """v averages the squares of the gradient, not the gradient itself."""
    beta1, beta2 = betas
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g


@MOMENTS.mistake("adam-moments-values")
def absolute_value(g, m, v, betas):
    """v averages g², not |g|: the root comes later, in the step."""
    beta1, beta2 = betas
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.abs(g)


@MOMENTS.mistake("adam-moments-values")
def one_beta(g, m, v, betas):
    """v has a decay of its own: β₂, the second of the betas."""
    beta1, _ = betas
    return beta1 * m + (1 - beta1) * g, beta1 * v + (1 - beta1) * g**2


@MOMENTS.mistake("adam-moments-values")
def betas_swapped(g, m, v, betas):
    """The betas are swapped: the first belongs to m, the second to v."""
    beta2, beta1 = betas
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


@MOMENTS.mistake("adam-moments-values")
def square_of_the_average(g, m, v, betas):
    """v averages the squares of the gradients; you averaged the square of the new m."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    return m, beta2 * v + (1 - beta2) * m**2


@MOMENTS.mistake("adam-moments-values")
def summed_over_the_array(g, m, v, betas):
    """v is kept for each entry by itself: sum or average nothing over the array."""
    beta1, beta2 = betas
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.mean(g**2)


@STEP.mistake("adam-step-values")
def uncorrected(w, g, m, v, *, t, lr, betas, eps):
    """Neither average is corrected: divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ before the step."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (np.sqrt(v) + eps), m, v


@STEP.mistake("adam-step-values")
def only_m_corrected(w, g, m, v, *, t, lr, betas, eps):
    """v is not corrected: divide it by 1 − β₂ᵗ."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v) + eps), m, v


@STEP.mistake("adam-step-values")
def corrected_averages_returned(w, g, m, v, *, t, lr, betas, eps):
    """Your w is right, but m and v are returned after their correction: the next step would
    correct them again. Keep the corrected ones under names of their own."""
    beta1, beta2 = betas
    m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    return w - lr * m / (np.sqrt(v) + eps), m, v


@STEP.mistake("adam-step-values")
def epsilon_under_the_root(w, g, m, v, *, t, lr, betas, eps):
    """ε is added to the root: √v̂ + ε, not √(v̂ + ε)."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps), m, v


@STEP.mistake("adam-step-values")
def epsilon_before_the_correction(w, g, m, v, *, t, lr, betas, eps):
    """ε is added after v has been corrected; the efficient form of the paper, with ε added to
    the uncorrected root, is a different rule unless ε is scaled too."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + eps), m, v


@STEP.mistake("adam-step-values")
def counted_from_zero(w, g, m, v, *, t, lr, betas, eps):
    """The exponents are one too large: `t` is already 1 at the first step."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@STEP.mistake("adam-step-values")
def no_power(w, g, m, v, *, t, lr, betas, eps):
    """The corrections are right at the first step only: β is taken to the power t."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps), m, v


@STEP.mistake("adam-step-values")
def climbing(w, g, m, v, *, t, lr, betas, eps):
    """You climb: the step is subtracted from w."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w + lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adam-step-values")
def no_root(w, g, m, v, *, t, lr, betas, eps):
    """The root is missing: the step divides by √v̂, so that its length has no units."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (v / (1 - beta2**t) + eps), m, v


@STEP.mistake("adam-step-values")
def gradient_instead_of_m(w, g, m, v, *, t, lr, betas, eps):
    """The step goes along m̂, the averaged gradient; yours goes along g, which is RMSProp's."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * g / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adam-step-values")
def single_precision(w, g, m, v, *, t, lr, betas, eps):
    """Your results are float32, with seven digits instead of sixteen: keep the type of the
    arrays that come in."""
    beta1, beta2 = betas
    g = g.astype(np.float32)
    m = (beta1 * m + (1 - beta1) * g).astype(np.float32)
    v = (beta2 * v + (1 - beta2) * g**2).astype(np.float32)
    w = w.astype(np.float32) - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w.astype(np.float32), m, v


@STEP.mistake("adam-step-unchanged")
def in_place(w, g, m, v, *, t, lr, betas, eps):
    """m, v and w are changed in place."""
    beta1, beta2 = betas
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    w -= lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w, m, v


@RUN.mistake("adam-run-values")
def last_point_missing(step, grad, w0, *, steps, **settings):
    """The last point is missing: the path has steps + 1 rows, the start and each point after."""
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    path = []
    for t in range(1, steps + 1):
        path.append(w)
        w, m, v = step(w, grad(w), m, v, t=t, **settings)
    return np.array(path)


@RUN.mistake("adam-run-values")
def start_missing(step, grad, w0, *, steps, **settings):
    """The start is missing: the first row of the path is w0."""
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    path = []
    for t in range(1, steps + 1):
        w, m, v = step(w, grad(w), m, v, t=t, **settings)
        path.append(w)
    return np.array(path)


@RUN.mistake("adam-run-values")
def steps_from_zero(step, grad, w0, *, steps, **settings):
    """The first step is told that it is number 0: t starts at 1."""
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    path = [w]
    for t in range(steps):
        w, m, v = step(w, grad(w), m, v, t=t, **settings)
        path.append(w)
    return np.array(path)


@RUN.mistake("adam-run-values")
def gradient_at_the_start(step, grad, w0, *, steps, **settings):
    """The gradient is asked for once, at w0; it changes as w moves, so ask at each point."""
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    g, path = grad(w0), [w]
    for t in range(1, steps + 1):
        w, m, v = step(w, g, m, v, t=t, **settings)
        path.append(w)
    return np.array(path)


@RUN.mistake("adam-run-values")
def averages_forgotten(step, grad, w0, *, steps, **settings):
    """The averages start anew at each step: the loop has to hand m and v on."""
    w, path = w0, [w0]
    for t in range(1, steps + 1):
        w, _, _ = step(w, grad(w), np.zeros_like(w), np.zeros_like(w), t=t, **settings)
        path.append(w)
    return np.array(path)


@RUN.mistake("adam-run-values")
def averages_start_at_the_gradient(step, grad, w0, *, steps, **settings):
    """m and v start at zero, not at the first gradient and its square."""
    w, m, v = w0, grad(w0), grad(w0) ** 2
    path = [w]
    for t in range(1, steps + 1):
        w, m, v = step(w, grad(w), m, v, t=t, **settings)
        path.append(w)
    return np.array(path)


@RUN.mistake("adam-run-values")
def always_step_one(step, grad, w0, *, steps, **settings):
    """t stays 1: each step has to be told its number."""
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    path = [w]
    for _ in range(steps):
        w, m, v = step(w, grad(w), m, v, t=1, **settings)
        path.append(w)
    return np.array(path)


@RUN.mistake("adam-run-values")
def averages_swapped(step, grad, w0, *, steps, **settings):
    """The two averages are swapped from step to step: the order is w, m, v."""
    w, m, v = w0, np.zeros_like(w0), np.zeros_like(w0)
    path = [w]
    for t in range(1, steps + 1):
        w, v, m = step(w, grad(w), m, v, t=t, **settings)
        path.append(w)
    return np.array(path)


@AMSGRAD.mistake("adam-amsgrad-values")
def only_adam(w, g, m, v, v_max, *, t, lr, betas, eps):
    """v_max is kept but not used: it takes the place of v in the denominator."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def v_is_the_maximum(w, g, m, v, v_max, *, t, lr, betas, eps):
    """v itself goes on as in Adam, and only v_max remembers: you return the maximum as v."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v_max = np.maximum(v_max, beta2 * v + (1 - beta2) * g**2)
    w = w - lr * m / (1 - beta1**t) / (np.sqrt(v_max / (1 - beta2**t)) + eps)
    return w, m, v_max, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def maximum_of_the_gradient(w, g, m, v, v_max, *, t, lr, betas, eps):
    """v_max is the largest *average* v so far, not the largest g²."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, g**2)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v_max / (1 - beta2**t)) + eps), m, v, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def maximum_over_the_array(w, g, m, v, v_max, *, t, lr, betas, eps):
    """The maximum is taken over time for each entry by itself, not over the array."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.full_like(v, max(v_max.max(), v.max()))
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v_max / (1 - beta2**t)) + eps), m, v, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def minimum(w, g, m, v, v_max, *, t, lr, betas, eps):
    """v_max is the larger of the two, np.maximum, not the smaller."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.minimum(v_max, v)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v_max / (1 - beta2**t)) + eps), m, v, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def maximum_before_the_average(w, g, m, v, v_max, *, t, lr, betas, eps):
    """v_max compares with the *new* v: update v first."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v_max = np.maximum(v_max, v)
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v_max / (1 - beta2**t)) + eps), m, v, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def maximum_of_the_corrected(w, g, m, v, v_max, *, t, lr, betas, eps):
    """The maximum is taken of v before its correction, as the formula (and PyTorch) has it."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v / (1 - beta2**t))
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v_max) + eps), m, v, v_max


@AMSGRAD.mistake("adam-amsgrad-values")
def maximum_uncorrected(w, g, m, v, v_max, *, t, lr, betas, eps):
    """v_max is not corrected: divide it by 1 − β₂ᵗ."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v_max) + eps), m, v, v_max
