r"""Learning-rate schedules: functions t -> lr of the number of steps taken so far, from t = 0.

A schedule is made once and asked before each step; a number t gives a float, an array of t an
array, so that ``plt.plot(schedule(np.arange(100)))`` draws it.

>>> import numpy as np
>>> schedule = warmup(cosine(lr=0.1, T_max=100), steps=10)
>>> schedule(10)
0.1
>>> schedule(np.array([0, 10, 60, 110])).round(4)
array([0.0091, 0.1   , 0.05  , 0.    ])

It drives an optimizer of either library, since both keep the rate in their groups::

    for t in range(110):
        for group in optimizer.param_groups:
            group["lr"] = schedule(t)
        ...                                     # gradients, optimizer.step

or, in PyTorch, a scheduler of torch's own. That one multiplies the rate that the optimizer was
made with, hence 1.0:

>>> import torch
>>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
>>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
>>> optimizer.step(), scheduler.step()
(None, None)
>>> optimizer.param_groups[0]["lr"] == schedule(1)
True

What torch.optim.lr_scheduler also has goes by its names and gives the same rates: ``step`` is
StepLR, ``cosine`` CosineAnnealingLR, and so on, in closed form. In all of them ``lr`` is in
[0, inf), and may be an array where t is a number, for a sweep; the rate comes in the units of
``lr``. ``t`` counts whatever the caller counts, steps or epochs, and may be a fraction.

Errors: ``ValueError`` for an argument, or a ``t``, outside the range that is given here (NaN is
outside of all), ``TypeError`` for what is not a number, or not an integer where one is asked for.
"""

import functools
import math

import numpy as np

from optlib import checks


def constant(lr):
    r"""The same rate for ever: :math:`\eta_t = \eta`.

    >>> constant(0.1)(1000)
    0.1
    """
    checks.number("constant", "lr", lr)

    @_schedule
    def rate(t):
        return lr + 0.0 * t

    return rate


def step(lr, step_size, gamma=0.1):
    r"""The rate is multiplied by γ every ``step_size`` steps.

    .. math:: \eta_t = \eta\, \gamma^{\lfloor t / s \rfloor}

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    step_size
        s, in steps, an integer in [1, inf).
    gamma
        γ, in [0, inf), default 0.1.

    Examples
    --------
    >>> step(lr=0.1, step_size=30)(np.array([0, 29, 30, 60]))
    array([0.1  , 0.1  , 0.01 , 0.001])

    Source: torch.optim.lr_scheduler.StepLR.
    """
    checks.number("step", "lr", lr)
    checks.number("step", "step_size", step_size, "[1, inf)", integer=True)
    checks.number("step", "gamma", gamma, scalar=True)

    @_schedule
    def rate(t):
        return lr * gamma ** (t // step_size)

    return rate


def multi_step(lr, milestones, gamma=0.1):
    r"""The rate is multiplied by γ at each of the milestones.

    .. math:: \eta_t = \eta\, \gamma^{k}, \qquad k = |\{m \in M : m \le t\}|

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    milestones
        M, a list of integers in [0, inf), in any order; one given twice counts twice.
    gamma
        γ, in [0, inf), default 0.1.

    Examples
    --------
    >>> multi_step(lr=0.1, milestones=[30, 80])(np.array([29, 30, 79, 80]))
    array([0.1  , 0.01 , 0.01 , 0.001])

    Source: torch.optim.lr_scheduler.MultiStepLR; He, Zhang, Ren and Sun (2016) on CIFAR-10.
    """
    checks.number("multi_step", "lr", lr)
    milestones = list(milestones)
    for milestone in milestones:
        checks.number("multi_step", "milestones", milestone, integer=True)
    checks.number("multi_step", "gamma", gamma, scalar=True)

    @_schedule
    def rate(t):
        return lr * gamma ** np.searchsorted(np.sort(milestones), t, side="right")

    return rate


def exponential(lr, gamma):
    r"""The rate is multiplied by γ at every step: :math:`\eta_t = \eta\, \gamma^t`.

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    gamma
        γ, in [0, inf); above 1 the rate grows, as in a search for the largest that works.

    Examples
    --------
    >>> exponential(lr=0.1, gamma=0.5)(np.arange(4))
    array([0.1   , 0.05  , 0.025 , 0.0125])

    Source: torch.optim.lr_scheduler.ExponentialLR.
    """
    checks.number("exponential", "lr", lr)
    checks.number("exponential", "gamma", gamma, scalar=True)

    @_schedule
    def rate(t):
        return lr * gamma**t

    return rate


def time_decay(lr, decay):
    r"""The rate falls as 1/t: after 1/decay steps to a half, after 9/decay to a tenth.

    .. math:: \eta_t = \frac{\eta}{1 + d\, t}

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    decay
        d, per step, in [0, inf).

    Examples
    --------
    >>> time_decay(lr=0.1, decay=0.01)(np.array([0, 100, 900]))
    array([0.1 , 0.05, 0.01])

    Source: the ``decay`` of Keras' legacy optimizers, where t counts batches, not epochs;
    today its InverseTimeDecay. Robbins and Monro (1951) prove convergence for such rates.
    """
    checks.number("time_decay", "lr", lr)
    checks.number("time_decay", "decay", decay, scalar=True)

    @_schedule
    def rate(t):
        return lr / (1 + decay * t)

    return rate


def inverse_sqrt(lr, timescale=1):
    r"""The rate falls as 1/√t.

    .. math:: \eta_t = \frac{\eta}{\sqrt{1 + t / \tau}}

    The schedule of the Transformer, :math:`d^{-1/2} \min(n^{-1/2}, n\,τ^{-3/2})` at the n-th step,
    is ``warmup(inverse_sqrt((d * τ)**-0.5, timescale=τ), steps=τ - 1)``.

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    timescale
        τ, in steps, in (0, inf), default 1: then the n-th step has the rate η/√n.

    Examples
    --------
    >>> inverse_sqrt(lr=0.1, timescale=100)(np.array([0, 300, 9900]))
    array([0.1 , 0.05, 0.01])

    Source: Vaswani et al. (2017), equation 3.
    """
    checks.number("inverse_sqrt", "lr", lr)
    checks.number("inverse_sqrt", "timescale", timescale, "(0, inf)", scalar=True)

    @_schedule
    def rate(t):
        return lr / np.sqrt(1 + t / timescale)

    return rate


def linear(lr, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    r"""A straight line between two multiples of the rate, then level.

    .. math:: \eta_t = \eta\, (a + (b - a)\, p), \qquad p = \min(t, T) / T

    Parameters
    ----------
    lr
        η, in [0, inf).
    start_factor
        a, in [0, inf), default 1/3.
    end_factor
        b, in [0, inf), default 1.
    total_iters
        T, in steps, an integer in [1, inf), default 5.

    Examples
    --------
    >>> linear(lr=0.1, start_factor=1.0, end_factor=0.0, total_iters=4)(np.arange(6))
    array([0.1  , 0.075, 0.05 , 0.025, 0.   , 0.   ])

    Source: torch.optim.lr_scheduler.LinearLR.
    """
    checks.number("linear", "lr", lr)
    checks.number("linear", "start_factor", start_factor, scalar=True)
    checks.number("linear", "end_factor", end_factor, scalar=True)
    checks.number("linear", "total_iters", total_iters, "[1, inf)", integer=True)

    @_schedule
    def rate(t):
        p = np.minimum(t, total_iters) / total_iters
        return lr * (start_factor + (end_factor - start_factor) * p)

    return rate


def polynomial(lr, total_iters=5, power=1.0):
    r"""A power of the share of the run that is left.

    .. math:: \eta_t = \eta\, (1 - p)^q, \qquad p = \min(t, T) / T

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    total_iters
        T, in steps, an integer in [1, inf), default 5; the rate is 0 from there on.
    power
        q, in [0, inf), default 1.

    Examples
    --------
    >>> polynomial(lr=0.1, total_iters=4, power=2)(np.arange(6))
    array([0.1    , 0.05625, 0.025  , 0.00625, 0.     , 0.     ])

    Source: torch.optim.lr_scheduler.PolynomialLR.
    """
    checks.number("polynomial", "lr", lr)
    checks.number("polynomial", "total_iters", total_iters, "[1, inf)", integer=True)
    checks.number("polynomial", "power", power, scalar=True)

    @_schedule
    def rate(t):
        p = np.minimum(t, total_iters) / total_iters
        return lr * (1 - p) ** power

    return rate


def cosine(lr, T_max, eta_min=0.0):
    r"""Half a cosine from the rate down to ``eta_min``.

    .. math:: \eta_t = \eta_{\min} + \tfrac12 (\eta - \eta_{\min}) (1 + \cos(\pi t / T))

    After ``T_max`` steps the cosine climbs again, as torch's does; for one that falls again from
    the top, see :func:`cosine_restarts`.

    Parameters
    ----------
    lr
        η, the rate at first, in [0, inf).
    T_max
        T, in steps, an integer in [1, inf).
    eta_min
        The lowest rate, in [0, inf), default 0.

    Examples
    --------
    >>> cosine(lr=0.1, T_max=100)(np.array([0, 50, 100, 200])).round(12)
    array([0.1 , 0.05, 0.  , 0.1 ])

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter (2017), equation 5.
    """
    checks.number("cosine", "lr", lr)
    checks.number("cosine", "T_max", T_max, "[1, inf)", integer=True)
    checks.number("cosine", "eta_min", eta_min)

    @_schedule
    def rate(t):
        return _half_cosine(lr, eta_min, t / T_max)

    return rate


def cosine_restarts(lr, T_0, T_mult=1, eta_min=0.0):
    r"""SGDR: half a cosine down to ``eta_min`` again and again, each ``T_mult`` times as long.

    .. math::

        \eta_t = \eta_{\min} + \tfrac12 (\eta - \eta_{\min}) (1 + \cos(\pi (t - s_i) / T_i)),
        \qquad s_i \le t < s_{i+1} = s_i + T_i, \quad T_{i+1} = m\,T_i

    Parameters
    ----------
    lr
        η, the rate after each restart, in [0, inf).
    T_0
        The length of the first run, in steps, an integer in [1, inf).
    T_mult
        m, an integer in [1, inf), default 1.
    eta_min
        In [0, inf), default 0; since t = sᵢ + Tᵢ is the next start, never quite reached.

    Examples
    --------
    >>> cosine_restarts(lr=0.1, T_0=10, T_mult=2)(np.array([0, 5, 10, 20, 30])).round(12)
    array([0.1 , 0.05, 0.1 , 0.05, 0.1 ])

    Source: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter (2017).
    """
    checks.number("cosine_restarts", "lr", lr)
    checks.number("cosine_restarts", "T_0", T_0, "[1, inf)", integer=True)
    checks.number("cosine_restarts", "T_mult", T_mult, "[1, inf)", integer=True)
    checks.number("cosine_restarts", "eta_min", eta_min)

    @_schedule
    def rate(t):
        if T_mult == 1:
            return _half_cosine(lr, eta_min, t % T_0 / T_0)
        starts, length = [0], T_0
        while starts[-1] <= np.max(t, initial=0):
            starts.append(starts[-1] + length)
            length *= T_mult
        i = np.searchsorted(starts, t, side="right")
        start, end = np.take(starts, i - 1), np.take(starts, i)
        return _half_cosine(lr, eta_min, (t - start) / (end - start))

    return rate


def one_cycle(
    max_lr, total_steps, pct_start=0.3, anneal_strategy="cos", div_factor=25.0, final_div_factor=1e4
):
    r"""Up to a large rate, then down to almost none, once in the whole run.

    .. math::

        \frac{\eta_{\max}}{d} \;\to\; \eta_{\max} \quad (t = 0, …, rT - 1) \qquad
        \eta_{\max} \;\to\; \frac{\eta_{\max}}{d\,f} \quad (t = rT - 1, …, T - 1)

    each way along half a cosine, or a straight line. From then on the rate stays as it is.

    Parameters
    ----------
    max_lr
        The rate at the top, in [0, inf).
    total_steps
        T, an integer in [1, inf).
    pct_start
        r, the share of the steps that the rise takes, in [0, 1], default 0.3.
    anneal_strategy
        ``"cos"`` (default) or ``"linear"``.
    div_factor
        d, the top over the first rate, in (0, inf), default 25.
    final_div_factor
        f, the first rate over the last, in (0, inf), default 10,000.

    Examples
    --------
    >>> one_cycle(max_lr=1.0, total_steps=11, pct_start=0.5)(np.array([0, 4, 5, 10])).round(4)
    array([0.04  , 0.9711, 0.9797, 0.    ])

    Source: torch.optim.lr_scheduler.OneCycleLR (two phases; the momentum is not cycled); Smith and
    Topin (2018), whose cycle has a third phase and straight lines.
    """
    checks.number("one_cycle", "max_lr", max_lr)
    checks.number("one_cycle", "total_steps", total_steps, "[1, inf)", integer=True)
    checks.number("one_cycle", "pct_start", pct_start, "[0, 1]", scalar=True)
    strategies = {"cos": _half_cosine, "linear": _line}
    checks.one_of("one_cycle", "anneal_strategy", anneal_strategy, strategies)
    checks.number("one_cycle", "div_factor", div_factor, "(0, inf)", scalar=True)
    checks.number("one_cycle", "final_div_factor", final_div_factor, "(0, inf)", scalar=True)
    between = strategies[anneal_strategy]
    first = max_lr / div_factor
    final = first / final_div_factor
    top, last = pct_start * total_steps - 1, total_steps - 1

    @_schedule
    def rate(t):
        t = np.minimum(t, last)
        rise = t / top if top > 0 else 1.0
        fall = (t - top) / (last - top) if last > top else 0.0
        return np.where(t <= top, between(first, max_lr, rise), between(max_lr, final, fall))

    return rate


def warmup(schedule, steps, start_factor=None):
    r"""A straight line up to where a schedule starts, then the schedule, from its own t = 0.

    .. math::

        \eta_t = \eta_0 \Big(a + (1 - a) \frac{t}{n}\Big) \quad (t < n), \qquad
        \eta_t = \text{schedule}(t - n) \quad (t \ge n), \qquad \eta_0 = \text{schedule}(0)

    Parameters
    ----------
    schedule
        Any function t -> lr of this module, or one that works on arrays as they do.
    steps
        n, an integer in [0, inf).
    start_factor
        a, in [0, inf), default 1/(n + 1): the line is then :math:`\eta_0 (t + 1)/(n + 1)`, and no
        step is spent at a rate of 0.

    Examples
    --------
    >>> warmup(constant(0.1), steps=4)(np.arange(6))
    array([0.02, 0.04, 0.06, 0.08, 0.1 , 0.1 ])

    Source: Goyal et al. (2017); SequentialLR of LinearLR and the schedule in torch.
    """
    if not callable(schedule):
        raise TypeError(f"warmup: schedule must be a function t -> lr, got {schedule!r}")
    checks.number("warmup", "steps", steps, integer=True)
    if start_factor is None:
        start_factor = 1 / (steps + 1)
    checks.number("warmup", "start_factor", start_factor, scalar=True)

    @_schedule
    def rate(t):
        line = _line(start_factor, 1.0, t / max(steps, 1))
        return np.where(t < steps, schedule(0) * line, schedule(np.maximum(t - steps, 0)))

    return rate


def warmup_stable_decay(lr, total_steps, warmup_steps, decay_steps, eta_min=0.0, decay="linear"):
    r"""Up, level, and down in the last ``decay_steps``: a run that can be prolonged at the level.

    With p the share of the decay that is over, 0 until step T - D and 1 from step T on:

    .. math:: \eta_t = \eta_{\min} + (\eta - \eta_{\min}) (1 - p)
        \quad\text{or}\quad \eta_{\min} + (\eta - \eta_{\min}) (1 - \sqrt{p})

    Before it stands the line of :func:`warmup`.

    Parameters
    ----------
    lr
        η, the rate of the level part, in [0, inf).
    total_steps
        T, an integer in [1, inf).
    warmup_steps
        An integer in [0, total_steps].
    decay_steps
        D, an integer in [0, total_steps - warmup_steps].
    eta_min
        The rate at the end, in [0, inf), default 0.
    decay
        ``"linear"`` (default) or ``"1-sqrt"``, which Hägele et al. find better.

    Examples
    --------
    >>> schedule = warmup_stable_decay(lr=0.1, total_steps=10, warmup_steps=1, decay_steps=4)
    >>> schedule(np.arange(11))
    array([0.05 , 0.1  , 0.1  , 0.1  , 0.1  , 0.1  , 0.1  , 0.075, 0.05 ,
           0.025, 0.   ])

    Source: Hu et al. (2024); Hägele et al. (2024).
    """
    name = "warmup_stable_decay"
    checks.number(name, "lr", lr)
    checks.number(name, "total_steps", total_steps, "[1, inf)", integer=True)
    checks.number(name, "warmup_steps", warmup_steps, f"[0, {total_steps}]", integer=True)
    checks.number(
        name, "decay_steps", decay_steps, f"[0, {total_steps - warmup_steps}]", integer=True
    )
    checks.number(name, "eta_min", eta_min)
    shapes = {"linear": lambda p: p, "1-sqrt": np.sqrt}
    shape = shapes[checks.one_of(name, "decay", decay, shapes)]

    rise = warmup(constant(lr), warmup_steps)

    @_schedule
    def rate(t):
        p = np.clip((t - (total_steps - decay_steps)) / max(decay_steps, 1), 0, 1)
        return rise(t) - (lr - eta_min) * shape(p)

    return rate


def _schedule(rate):
    """Check t, and give a float for a number: torch.save and np.savez then know what it is."""
    name = rate.__qualname__.split(".")[0]

    @functools.wraps(rate)
    def schedule(t):
        lr = rate(np.asarray(checks.number(name, "t", t), dtype=float))
        return lr if np.ndim(lr) else float(lr)

    return schedule


def _line(start, end, p):
    return start + (end - start) * p


def _half_cosine(start, end, p):
    return end + (start - end) * (1 + np.cos(math.pi * p)) / 2
