"""RMSProp's ε, the optimizer in the box, the centred variance, Adadelta and its units.

What to expect: the first task takes minutes. In the second
it is easy to see that a huge gradient gives α and a tiny one ε, and to stop there: for a single
tiny gradient, ε = 10⁻³ outside the root and ε = 10⁻⁶ inside look the same. The measurement in
between tells them apart. In the third, the half hour goes into the algebra. Who does not do it may
guess 1 − α for the factor, or compute v − m² after all, which is right in the visible test until
the mean is large. Adadelta and the change of units are short, and question 3 lives on them: who
merely ran the cell can say that both ε are needed, who understood derives the two factors from the
units before trying. About 20 minutes for each function, the same for each question.
"""

from itertools import compress

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from assignments.grader.channel import Code
from optlib.numpy import RMSprop


def step_reference(w, g, v, *, lr, alpha, eps, inside):
    if not inside:
        rest = dict(lr=lr, alpha=alpha, eps=eps, momentum=0.0, centered=False)
        return RMSprop.update(w, g, v, None, None, **rest)[:2]
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / np.sqrt(v + eps), v


def identify_reference(first_step, lr):
    root = lr / first_step(1e15)  # √(1 − α): at huge gradients ε is nothing
    floor = lr * 1e-25 / first_step(1e-25)  # ε or √ε: at tiny ones it is all
    middle = floor / root  # here both halves of the divisor are equally large
    inside = bool(lr * middle / first_step(middle) < 1.7 * floor)  # √2, not 2
    return 1 - root**2, floor**2 if inside else floor, inside


def centered_reference(w, g, m, s, b, *, lr, alpha, eps, momentum):
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


def adadelta_reference(w, g, v, u, *, rho, eps_v, eps_u):
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w - delta, v, rho * u + (1 - rho) * delta**2


def rescaled_reference(grad, w, *, loss, unit):
    return loss / unit * grad(w / unit)


STEP = Function("rmsprop_step", step_reference, ("w", "v"))
IDENTIFY = Function("identify", identify_reference, ("alpha", "eps", "inside"))
CENTERED = Function("centered_step", centered_reference, ("w", "m", "s", "b"))
ADADELTA = Function("adadelta_step", adadelta_reference, ("w", "v", "u"))
RESCALED = Function("rescaled_grad", rescaled_reference, "the gradient")


def step_cases(rng):
    for shape, inside in (((3,), True), ((2, 3), False), ((), True), ((4,), False)):
        w, g = rng.normal(size=(2, *shape))
        v = rng.uniform(0.1, 2, size=shape)
        hyper = dict(alpha=rng.uniform(0.3, 0.8), eps=rng.uniform(0.02, 0.1), inside=inside)
        yield case(w, g, v, lr=rng.uniform(0.05, 0.5), **hyper)
    g = np.array([0.0, 1e-6, 1.0, 1e3])
    for inside in (True, False):
        hyper = dict(lr=0.1, alpha=0.9, eps=1e-7, inside=inside)
        yield case(rng.normal(size=4), g, 0 * g, **hyper)


def identify_cases(rng):
    outside = "lambda g: lr * g / (np.sqrt(1 - alpha) * g + eps)"
    inside = "lambda g: lr * g / np.sqrt((1 - alpha) * g**2 + eps)"
    for source in (outside, inside):
        for low, high in ((-10, -7), (-2, -1)):
            lr, alpha = rng.uniform(0.01, 0.5), rng.uniform(0.6, 0.95)
            names = dict(lr=lr, alpha=alpha, eps=10 ** rng.uniform(low, high))
            yield case(Code(source, names), lr)


def centered_cases(rng):
    for shape, mean in (((3,), 0.0), ((2, 3), 2.0), ((4,), 1e6), ((), -1e6)):
        w, m, b = rng.normal(size=(3, *shape))
        m = m + mean
        g = m + rng.uniform(0.3, 1, size=shape) * rng.choice([-1, 1], size=shape)
        s = rng.uniform(0.2, 2, size=shape)
        hyper = dict(alpha=rng.uniform(0.3, 0.8), eps=0.1, momentum=rng.uniform(0.3, 0.9))
        yield case(w, g, m, s, b, lr=rng.uniform(0.05, 0.5), **hyper)
    w, g = rng.normal(size=(2, 3))
    yield case(w, g, 0 * w, 0 * w, 0 * w, lr=0.1, alpha=0.95, eps=1e-4, momentum=0.0)


def adadelta_cases(rng):
    for shape in ((3,), (2, 3), ()):
        w, g = rng.normal(size=(2, *shape))
        v, u = rng.uniform(0.1, 2, size=(2, *shape))
        eps_v, eps_u = rng.uniform([0.05, 0.2], [0.1, 0.4])
        yield case(w, g, v, u, rho=rng.uniform(0.5, 0.9), eps_v=eps_v, eps_u=eps_u)
    w, g = rng.normal(size=4), np.array([0.0, 1e-5, 1.0, 1e3])
    yield case(w, g, 0 * g, 0 * g, rho=0.95, eps_v=1e-6, eps_u=1e-8)


def rescaled_cases(rng):
    for shape in ((3,), (2, 2), ()):
        names = {"a": rng.uniform(0.5, 2, size=shape), "c": rng.normal(size=shape)}
        grad = Code("lambda w: a * w + 0.2 * w**3 - c", names)
        loss, unit = rng.uniform(1.5, 3), rng.uniform(0.3, 0.7)
        yield case(grad, rng.normal(size=shape), loss=loss, unit=unit)


class Centered(Values):
    """What v − m² leaves of a small variance is rounding, another in each way to write it, so that
    no known mistake can equal it; what tells is that s is right as long as the mean is small."""

    def judge(self, cases, replies):
        small = [abs(case.args[2]).max() < 100 for case in cases]
        super().judge(list(compress(cases, small)), list(compress(replies, small)))
        try:
            super().judge(cases, replies)
        except AssertionError:
            raise AssertionError(" ".join(through_v.__doc__.split())) from None


CHECKS = [
    Values("rmsprop-step-values", STEP, step_cases),
    Unchanged("rmsprop-step-unchanged", STEP, step_cases),
    Values("rmsprop-identify-values", IDENTIFY, identify_cases, rtol=1e-3, atol=0),
    Centered("rmsprop-centered-values", CENTERED, centered_cases, rtol=1e-7),
    Values("rmsprop-adadelta-values", ADADELTA, adadelta_cases),
    Values("rmsprop-rescaled-values", RESCALED, rescaled_cases),
]


@STEP.mistake("rmsprop-step-values")
def always_outside(w, g, v, *, lr, alpha, eps, inside):
    """ε is added to the root always: with inside=True it belongs under it, √(v + ε)."""
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(v) + eps), v


@STEP.mistake("rmsprop-step-values")
def always_inside(w, g, v, *, lr, alpha, eps, inside):
    """ε stands under the root always: with inside=False it is added to it, √v + ε."""
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / np.sqrt(v + eps), v


@STEP.mistake("rmsprop-step-values")
def places_swapped(w, g, v, *, lr, alpha, eps, inside):
    """The two places of ε are swapped: inside=True means √(v + ε)."""
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(v) + eps if inside else np.sqrt(v + eps)), v


@STEP.mistake("rmsprop-step-values")
def epsilon_stays_in_v(w, g, v, *, lr, alpha, eps, inside):
    """You return v with ε in it: the average must stay free of ε, or it grows step by step."""
    v = alpha * v + (1 - alpha) * g**2
    if inside:
        v = v + eps
        return w - lr * g / np.sqrt(v), v
    return w - lr * g / (np.sqrt(v) + eps), v


@STEP.mistake("rmsprop-step-values")
def old_average(w, g, v, *, lr, alpha, eps, inside):
    """The step divides by the old v: update the average first, so that g is in its own divisor."""
    divisor = np.sqrt(v + eps) if inside else np.sqrt(v) + eps
    return w - lr * g / divisor, alpha * v + (1 - alpha) * g**2


@STEP.mistake("rmsprop-step-values")
def sum_instead_of_average(w, g, v, *, lr, alpha, eps, inside):
    """The new square enters v in full: its weight is 1 − α, which makes v an average."""
    v = alpha * v + g**2
    return w - lr * g / (np.sqrt(v + eps) if inside else np.sqrt(v) + eps), v


@STEP.mistake("rmsprop-step-values")
def shares_swapped(w, g, v, *, lr, alpha, eps, inside):
    """α is the share of the old average that is kept; the new square enters with 1 − α."""
    v = (1 - alpha) * v + alpha * g**2
    return w - lr * g / (np.sqrt(v + eps) if inside else np.sqrt(v) + eps), v


@STEP.mistake("rmsprop-step-values")
def no_root(w, g, v, *, lr, alpha, eps, inside):
    """The root is missing: the step divides by √v, not by v."""
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / (v + eps), v


@STEP.mistake("rmsprop-step-values")
def climbing(w, g, v, *, lr, alpha, eps, inside):
    """You climb: the step is subtracted from w."""
    v = alpha * v + (1 - alpha) * g**2
    return w + lr * g / (np.sqrt(v + eps) if inside else np.sqrt(v) + eps), v


@STEP.mistake("rmsprop-step-values")
def one_scale_for_all(w, g, v, *, lr, alpha, eps, inside):
    """v is kept for each entry by itself: your step uses one number for the whole array."""
    v = alpha * v + (1 - alpha) * np.mean(g**2) * np.ones_like(g)
    return w - lr * g / (np.sqrt(v + eps) if inside else np.sqrt(v) + eps), v


@STEP.mistake("rmsprop-step-values")
def corrected(w, g, v, *, lr, alpha, eps, inside):
    """You divide v by 1 − α: RMSProp, as it stands here, has no bias correction."""
    v = alpha * v + (1 - alpha) * g**2
    v_hat = v / (1 - alpha)
    return w - lr * g / (np.sqrt(v_hat + eps) if inside else np.sqrt(v_hat) + eps), v


@STEP.mistake("rmsprop-step-unchanged")
def in_place(w, g, v, *, lr, alpha, eps, inside):
    """w and v are changed in place."""
    v *= alpha
    v += (1 - alpha) * g**2
    w -= lr * g / (np.sqrt(v + eps) if inside else np.sqrt(v) + eps)
    return w, v


@IDENTIFY.mistake("rmsprop-identify-values")
def epsilon_not_squared(first_step, lr):
    """Where ε stands inside, you return √ε: square what tiny gradients are divided by."""
    root = lr / first_step(1e15)
    floor = lr * 1e-25 / first_step(1e-25)
    middle = floor / root
    return 1 - root**2, floor, bool(lr * middle / first_step(middle) < 1.7 * floor)


@IDENTIFY.mistake("rmsprop-identify-values")
def never_inside(first_step, lr):
    """ε is never found under the root: a single tiny gradient can't tell √ε there from ε outside,
    so measure once more where both parts of the divisor are equally large."""
    root = lr / first_step(1e15)
    return 1 - root**2, lr * 1e-25 / first_step(1e-25), False


@IDENTIFY.mistake("rmsprop-identify-values")
def ever_inside(first_step, lr):
    """ε is always found under the root: a single tiny gradient can't tell ε outside from √ε inside,
    so measure once more where both parts of the divisor are equally large."""
    root = lr / first_step(1e15)
    return 1 - root**2, (lr * 1e-25 / first_step(1e-25)) ** 2, True


@IDENTIFY.mistake("rmsprop-identify-values")
def verdict_reversed(first_step, lr):
    """Your verdict on the place of ε is the wrong way round: where the parts are equally large,
    the divisor is 2ε if ε stands outside, and √2·√ε if it stands inside."""
    root = lr / first_step(1e15)
    floor = lr * 1e-25 / first_step(1e-25)
    middle = floor / root
    inside = bool(lr * middle / first_step(middle) > 1.7 * floor)
    return 1 - root**2, floor**2 if inside else floor, inside


@IDENTIFY.mistake("rmsprop-identify-values")
def root_not_squared(first_step, lr):
    """Your α is 1 − √(1 − α): a huge gradient is divided by √(1 − α) times itself, so square."""
    root = lr / first_step(1e15)
    floor = lr * 1e-25 / first_step(1e-25)
    middle = floor / root
    inside = bool(lr * middle / first_step(middle) < 1.7 * floor)
    return 1 - root, floor**2 if inside else floor, inside


@IDENTIFY.mistake("rmsprop-identify-values")
def new_share_returned(first_step, lr):
    """You return 1 − α, the share of the new square, in place of α, the share that is kept."""
    root = lr / first_step(1e15)
    floor = lr * 1e-25 / first_step(1e-25)
    middle = floor / root
    inside = bool(lr * middle / first_step(middle) < 1.7 * floor)
    return root**2, floor**2 if inside else floor, inside


@IDENTIFY.mistake("rmsprop-identify-values")
def epsilon_first(first_step, lr):
    """α and ε are returned in the wrong order: (alpha, eps, inside)."""
    root = lr / first_step(1e15)
    floor = lr * 1e-25 / first_step(1e-25)
    middle = floor / root
    inside = bool(lr * middle / first_step(middle) < 1.7 * floor)
    return floor**2 if inside else floor, 1 - root**2, inside


@IDENTIFY.mistake("rmsprop-identify-values")
def gradient_of_one_is_not_huge(first_step, lr):
    """Your α is a little off when ε is large: at a gradient of 1, ε still has a share in the
    divisor. Take a gradient beside which no ε counts."""
    root = lr / first_step(1.0)
    floor = lr * 1e-25 / first_step(1e-25)
    middle = floor / root
    inside = bool(lr * middle / first_step(middle) < 1.7 * floor)
    return 1 - root**2, floor**2 if inside else floor, inside


@IDENTIFY.mistake("rmsprop-identify-values")
def not_tiny_enough(first_step, lr):
    """Your ε is too large when it is small: at a gradient of 10⁻⁶, (1 − α) g² still has a share
    in the divisor. Take a gradient that is nothing beside any ε."""
    root = lr / first_step(1e15)
    floor = lr * 1e-6 / first_step(1e-6)
    middle = floor / root
    inside = bool(lr * middle / first_step(middle) < 1.7 * floor)
    return 1 - root**2, floor**2 if inside else floor, inside


@IDENTIFY.mistake("rmsprop-identify-values")
def learning_rate_left_out(first_step, lr):
    """The learning rate is missing from your ε: divisor = lr · g / step, for every g."""
    root = lr / first_step(1e15)
    floor = 1e-25 / first_step(1e-25)
    middle = floor / root
    inside = bool(middle / first_step(middle) < 1.7 * floor)
    return 1 - root**2, floor**2 if inside else floor, inside


@CENTERED.mistake("rmsprop-centered-values")
def through_v(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """Your s is the difference of v and m², two numbers that agree in nearly all of their digits
    when the mean is large: s loses its digits, or turns negative, and cutting it off at zero does
    not bring them back. Compute it from (g − m)²."""
    v = alpha * (s + m**2) + (1 - alpha) * g**2
    m = alpha * m + (1 - alpha) * g
    with np.errstate(invalid="ignore"):
        s = v - m**2
        b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def factor_squared(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """The square (g − m)² enters s with the wrong factor: do the algebra, it is not (1 − α)²."""
    s = alpha * s + (1 - alpha) ** 2 * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def factor_too_large(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """The square (g − m)² enters s with too large a factor: do the algebra, it is not 1 − α."""
    s = alpha * s + (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def new_mean(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """s compares g with the *old* mean: yours has been updated before."""
    m = alpha * m + (1 - alpha) * g
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def new_mean_other_factor(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """s compares g with the *new* mean, with the factor 1 − α: the distance from the new mean is
    only α times that from the old one, so that your s is too small."""
    m = alpha * m + (1 - alpha) * g
    s = alpha * s + (1 - alpha) * (g - m) ** 2
    b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def not_centred(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """s averages g² as in plain RMSProp: it should average the squared distance from the mean."""
    s = alpha * s + (1 - alpha) * g**2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def mean_in_the_numerator(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """The step goes along the gradient g, not along its average m: m serves only to centre."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + m / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def epsilon_under_the_root(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """ε is added to the root here, √s + ε, not under it."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g / np.sqrt(s + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def root_missing(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """You divide by the variance s: its root, the standard deviation, has the gradient's unit."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g / (s + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def averaged_buffer(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """The buffer is a sum: the scaled gradient enters it in full, not with the weight 1 − μ."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + (1 - momentum) * g / (np.sqrt(s) + eps)
    return w - lr * b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def rate_in_the_buffer(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """The learning rate is inside your buffer, as in Keras: here b is a sum of scaled gradients,
    and η multiplies it when the step is taken."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + lr * g / (np.sqrt(s) + eps)
    return w - b, m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def scaled_after_the_buffer(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """You put the raw gradient into the buffer and divide the buffer: scale first, then add."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    b = momentum * b + g
    return w - lr * b / (np.sqrt(s) + eps), m, s, b


@CENTERED.mistake("rmsprop-centered-values")
def buffer_unused(w, g, m, s, b, *, lr, alpha, eps, momentum):
    """The buffer is kept, but the step is taken without it: w moves along b."""
    s = alpha * s + alpha * (1 - alpha) * (g - m) ** 2
    m = alpha * m + (1 - alpha) * g
    step = g / (np.sqrt(s) + eps)
    return w - lr * step, m, s, momentum * b + step


@ADADELTA.mistake("rmsprop-adadelta-values")
def new_u(w, g, v, u, *, rho, eps_v, eps_u):
    """The step takes the root of the *old* u: how long the past steps were, without this one."""
    v = rho * v + (1 - rho) * g**2
    u = rho * u + (1 - rho) * (u + eps_u) / (v + eps_v) * g**2
    return w - np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g, v, u


@ADADELTA.mistake("rmsprop-adadelta-values")
def old_v(w, g, v, u, *, rho, eps_v, eps_u):
    """The step divides by the root of the *new* v: average the squared gradient first."""
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w - delta, rho * v + (1 - rho) * g**2, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def kept_and_new_swapped(w, g, v, u, *, rho, eps_v, eps_u):
    """ρ is the share of the old averages that is kept; what is new enters with 1 − ρ."""
    v = (1 - rho) * v + rho * g**2
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w - delta, v, (1 - rho) * u + rho * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def epsilons_swapped(w, g, v, u, *, rho, eps_v, eps_u):
    """The two ε are swapped: eps_v goes with v, eps_u with u."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_v) / np.sqrt(v + eps_u) * g
    return w - delta, v, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def one_epsilon(w, g, v, u, *, rho, eps_v, eps_u):
    """You use one ε twice: v and u have each their own here."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_v) / np.sqrt(v + eps_v) * g
    return w - delta, v, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def epsilon_outside(w, g, v, u, *, rho, eps_v, eps_u):
    """Both ε stand under their roots: √(u + ε), not √u + ε."""
    v = rho * v + (1 - rho) * g**2
    delta = (np.sqrt(u) + eps_u) / (np.sqrt(v) + eps_v) * g
    return w - delta, v, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def steps_not_squared(w, g, v, u, *, rho, eps_v, eps_u):
    """u averages the *squares* of the steps: its root has then the unit of a step."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w - delta, v, rho * u + (1 - rho) * np.abs(delta)


@ADADELTA.mistake("rmsprop-adadelta-values")
def gradients_in_u(w, g, v, u, *, rho, eps_v, eps_u):
    """u averages squared gradients, as v does: it should average the squared *steps*."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w - delta, v, rho * u + (1 - rho) * g**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def parameters_in_u(w, g, v, u, *, rho, eps_v, eps_u):
    """u averages the squares of the new parameters: it should average the squared *steps*."""
    v = rho * v + (1 - rho) * g**2
    w = w - np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w, v, rho * u + (1 - rho) * w**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def quotient_reversed(w, g, v, u, *, rho, eps_v, eps_u):
    """The quotient of the roots is upside down: the past steps stand above, the gradients below."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(v + eps_v) / np.sqrt(u + eps_u) * g
    return w - delta, v, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def roots_missing(w, g, v, u, *, rho, eps_v, eps_u):
    """The roots are missing: (u + ε)/(v + ε) · g does not have the unit of a step."""
    v = rho * v + (1 - rho) * g**2
    delta = (u + eps_u) / (v + eps_v) * g
    return w - delta, v, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def uphill(w, g, v, u, *, rho, eps_v, eps_u):
    """You climb: the step is subtracted from w."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w + delta, v, rho * u + (1 - rho) * delta**2


@ADADELTA.mistake("rmsprop-adadelta-values")
def states_swapped(w, g, v, u, *, rho, eps_v, eps_u):
    """u and v are returned in the wrong order: (w, v, u)."""
    v = rho * v + (1 - rho) * g**2
    delta = np.sqrt(u + eps_u) / np.sqrt(v + eps_v) * g
    return w - delta, rho * u + (1 - rho) * delta**2, v


@RESCALED.mistake("rmsprop-rescaled-values")
def inner_derivative_missing(grad, w, *, loss, unit):
    """The inner derivative of w/unit is missing: a slope is a loss *per* length."""
    return loss * grad(w / unit)


@RESCALED.mistake("rmsprop-rescaled-values")
def multiplied_by_the_unit(grad, w, *, loss, unit):
    """The inner derivative of w/unit is 1/unit; yours is unit."""
    return loss * unit * grad(w / unit)


@RESCALED.mistake("rmsprop-rescaled-values")
def point_not_converted(grad, w, *, loss, unit):
    """`grad` expects a point in the old unit: w is given in the new one, so convert it."""
    return loss / unit * grad(w)


@RESCALED.mistake("rmsprop-rescaled-values")
def converted_the_wrong_way(grad, w, *, loss, unit):
    """The point is converted the wrong way: 250 centimetres are 250/unit metres."""
    return loss / unit * grad(w * unit)


@RESCALED.mistake("rmsprop-rescaled-values")
def wrong_way_throughout(grad, w, *, loss, unit):
    """You convert from the new unit to the old as if it were the other way round, in the point
    and in the slope: w = unit · (the old w)."""
    return loss * unit * grad(w * unit)


@RESCALED.mistake("rmsprop-rescaled-values")
def loss_left_out(grad, w, *, loss, unit):
    """The loss has a new unit too: its factor multiplies the gradient."""
    return grad(w / unit) / unit


@RESCALED.mistake("rmsprop-rescaled-values")
def loss_divided(grad, w, *, loss, unit):
    """The numbers of the loss are multiplied by `loss`, and so is its gradient; you divide."""
    return grad(w / unit) / unit / loss


@RESCALED.mistake("rmsprop-rescaled-values")
def unit_squared(grad, w, *, loss, unit):
    """You divide by unit twice: that is how a curvature changes; a slope has one length below."""
    return loss / unit**2 * grad(w / unit)


@RESCALED.mistake("rmsprop-rescaled-values")
def loss_at_the_point(grad, w, *, loss, unit):
    """The loss's factor belongs on the gradient, not on the point at which grad is asked."""
    return grad(loss * w / unit) / unit
