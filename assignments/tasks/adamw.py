"""Penalty and decay in one step, a schedule, matching decays, clipping by the global norm.

What to expect: the decay itself is easy, and points are lost
beside it: the penalty taken from the weights that have shrunk already, the decay applied to the
finished step, the learning rate left out of it. In the schedule, look for an off-by-one (a first
rate of zero) and a cosine that climbs again after its end; `np.zeros_like(t)` with integer t gives
rates that are cut to integers, which is hard to see: point to `.dtype`. In clipping, one norm for
each array is the classic, and scaling in place is what PyTorch does, which is no recommendation.
Question 2 separates those who repeat "Adam's steps are bounded" from those who look at v; in
question 3 the prediction of the shift comes out within a factor of two, and saying so is better
than claiming more. About 20 minutes for each function, half an hour for question 3, 15 minutes for
each of the others.
"""

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from optlib.numpy import AdamW
from optlib.schedules import cosine, warmup


def step_reference(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    hyper = dict(t=t, lr=lr, betas=betas, eps=eps, weight_decay=decay, amsgrad=False)
    return AdamW.update(w, g + l2 * w, m, v, None, **hyper)[:3]


def schedule_reference(t, *, lr, warmup_steps, total, floor):
    schedule = warmup(cosine(lr, T_max=total - warmup_steps, eta_min=floor), warmup_steps)
    return schedule(np.minimum(t, total))  # optlib's cosine climbs again, as PyTorch's does


def matching_reference(rates, decay, new_rates):
    return decay * np.sum(rates) / np.sum(new_rates)


def clip_reference(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return tuple(factor * g for g in grads), norm


STEP = Function("adam_decay_step", step_reference, ("w", "m", "v"))
SCHEDULE = Function("warmup_cosine", schedule_reference, "the rate")
MATCHING = Function("matching_decay", matching_reference, "the decay")
CLIP = Function("clip_by_global_norm", clip_reference, ("the gradients", "the norm"))


def step_cases(rng):
    for t, shape in ((1, (3,)), (2, (2, 3)), (10, ()), (500, (4,))):
        w, g, m = rng.normal(size=(3, *shape))
        v = rng.uniform(0.1, 2, size=shape)
        betas = tuple(rng.uniform(0.5, 0.9, size=2))
        l2, decay = rng.uniform([0.2, 0.6], [0.5, 0.9])
        hyper = dict(lr=rng.uniform(0.1, 0.5), betas=betas, eps=0.1, l2=l2, decay=decay)
        yield case(w, g, m, v, t=t, **hyper)
    w, zero = rng.normal(size=3), np.zeros(3)
    hyper = dict(t=1, lr=0.1, betas=(0.9, 0.999), eps=1e-8)
    yield case(w, zero, zero, zero, **hyper, l2=0.0, decay=0.3)
    yield case(w, zero, zero, zero, **hyper, l2=0.3, decay=0.0)


def schedule_cases(rng):
    for n, shape in ((7, (200,)), (13, (2, 100)), (0, (200,))):
        total = n + int(rng.integers(40, 80))
        lr, floor = rng.uniform([0.1, 0.01], [2, 0.05])
        hyper = dict(lr=lr, warmup_steps=n, total=total, floor=floor)
        yield case(np.arange(200).reshape(shape), **hyper)
    for t in (0, 4, 5, 20, 30, 45):  # one number at a time
        yield case(t, lr=rng.uniform(0.1, 2), warmup_steps=5, total=30, floor=0.02)


def matching_cases(rng):
    for n, new in ((20, 20), (30, 10), (7, 50)):
        rates, new_rates = rng.uniform(0.01, 0.5, size=n), rng.uniform(0.01, 0.2, size=new)
        yield case(rates, rng.uniform(0.1, 0.9), new_rates)


def clip_cases(rng):
    for shapes in (((3,), (2, 4)), ((2,), (), (3, 2)), ((5,),)):
        grads = [3 * rng.normal(size=shape) for shape in shapes]
        grads[0] = grads[0] + 4 * np.sign(grads[0])  # every norm is large
        norm = clip_reference(grads, 1.0)[1]
        for share in (rng.uniform(0.2, 0.6), rng.uniform(1.05, 1.2)):
            yield case([g.copy() for g in grads], share * norm)
    yield case([np.zeros(3), np.zeros((2, 2))], 1.0)
    yield case([np.array([1e-3, 0.0]), np.array([1e6])], rng.uniform(0.5, 2))


CHECKS = [
    Values("adamw-step-values", STEP, step_cases),
    Unchanged("adamw-step-unchanged", STEP, step_cases),
    Values("adamw-schedule-values", SCHEDULE, schedule_cases),
    Values("adamw-matching-values", MATCHING, matching_cases),
    Values("adamw-clip-values", CLIP, clip_cases, rtol=1e-5),  # PyTorch adds 1e-6 to the norm
    Unchanged("adamw-clip-unchanged", CLIP, clip_cases),
]


@STEP.mistake("adamw-step-values")
def decay_in_the_gradient(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The decay goes through Adam's averages: it must act on w alone, and the gradient that Adam
    sees must not know of it. Only the penalty belongs there."""
    beta1, beta2 = betas
    g = g + (l2 + decay) * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def penalty_decoupled(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The penalty acts on w directly: its gradient l2·w has to go through Adam, with g."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * (l2 + decay)) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def swapped(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """l2 and decay are swapped: l2·w joins the gradient, decay shrinks w."""
    beta1, beta2 = betas
    g = g + decay * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * l2) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def decay_after_the_step(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """Your decay shrinks the new step as well: shrink the old w, then take Adam's step."""
    beta1, beta2 = betas
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return (1 - lr * decay) * w, m, v


@STEP.mistake("adamw-step-values")
def decay_without_the_rate(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The learning rate is missing from the decay: w shrinks by the factor 1 − ηλ."""
    beta1, beta2 = betas
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - decay) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def growing(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """Your decay makes weights grow: the factor is 1 − ηλ."""
    beta1, beta2 = betas
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 + lr * decay) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def penalty_of_the_shrunk_weights(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The penalty's gradient is taken at w after it has shrunk: take it at the old w, where g was
    taken."""
    beta1, beta2 = betas
    w = (1 - lr * decay) * w
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def penalty_twice(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The penalty is λ/2 · ‖w‖², so that its gradient is λw, not 2λw."""
    beta1, beta2 = betas
    g = g + 2 * l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * decay) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def penalty_only_in_m(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The penalty's gradient is in m, but not in v: Adam sees one gradient, g + l2·w."""
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * (g + l2 * w)
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * decay) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def penalty_subtracted(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """The penalty's gradient is added to g; yours is subtracted, which rewards large weights."""
    beta1, beta2 = betas
    g = g - l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * decay) * w
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def uncorrected(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """Adam's two averages are not corrected: divide by 1 − β₁ᵗ and 1 − β₂ᵗ."""
    beta1, beta2 = betas
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return (1 - lr * decay) * w - lr * m / (np.sqrt(v) + eps), m, v


@STEP.mistake("adamw-step-values")
def climbing(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """You climb: Adam's step is subtracted from the shrunk w."""
    beta1, beta2 = betas
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * decay) * w
    return w + lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@STEP.mistake("adamw-step-values")
def epsilon_before_the_correction(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """ε is added to the root of v before the correction: correct v first, then take the root and
    add ε."""
    beta1, beta2 = betas
    g = g + l2 * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = (1 - lr * decay) * w
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + eps), m, v


@STEP.mistake("adamw-step-unchanged")
def in_place(w, g, m, v, *, t, lr, betas, eps, l2, decay):
    """g, m, v and w are changed in place."""
    beta1, beta2 = betas
    g += l2 * w
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    w *= 1 - lr * decay
    w -= lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w, m, v


@SCHEDULE.mistake("adamw-schedule-values")
def first_rate_is_zero(t, *, lr, warmup_steps, total, floor):
    """Your first rate is zero, a step for nothing: t counts from 0, so the line is (t+1)/(n+1)."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * t / max(warmup_steps, 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def top_too_early(t, *, lr, warmup_steps, total, floor):
    """Your warm-up reaches the full rate one step too early: the line is (t+1)/(n+1), not
    (t+1)/n."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / max(warmup_steps, 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def cosine_from_step_zero(t, *, lr, warmup_steps, total, floor):
    """Your cosine has begun to fall during the warm-up: its own time starts at t = n."""
    p = np.clip(t / total, 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def cosine_too_long(t, *, lr, warmup_steps, total, floor):
    """Your cosine ends n steps too late: it has total − n steps, since the warm-up has taken n."""
    p = np.clip((t - warmup_steps) / total, 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def cosine_too_short(t, *, lr, warmup_steps, total, floor):
    """Your cosine ends one step too early: it has total − n steps, and is at floor at t = total."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps - 1), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def floor_as_a_share(t, *, lr, warmup_steps, total, floor):
    """Your rate ends at floor times lr: `floor` is a rate itself."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = lr * (floor + (1 - floor) * (1 + np.cos(np.pi * p)) / 2)
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def warm_up_to_one(t, *, lr, warmup_steps, total, floor):
    """The learning rate is missing from your warm-up: the line is (t+1)/(n+1) times lr."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def floor_forgotten(t, *, lr, warmup_steps, total, floor):
    """Your cosine falls to zero: its end is `floor`."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = lr * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def floor_on_top(t, *, lr, warmup_steps, total, floor):
    """The floor is added on top, so that the highest rate is lr + floor: the cosine falls from lr
    to floor, over lr − floor."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + lr * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def climbs_again(t, *, lr, warmup_steps, total, floor):
    """After the last step your cosine climbs again: from t = total on, the rate stays at floor."""
    p = np.maximum((t - warmup_steps) / (total - warmup_steps), 0)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def zero_afterwards(t, *, lr, warmup_steps, total, floor):
    """After the last step your rate is zero: from t = total on, it stays at floor."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    rate = np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)
    return np.where(t > total, 0.0, rate)


@SCHEDULE.mistake("adamw-schedule-values")
def whole_wave(t, *, lr, warmup_steps, total, floor):
    """Your cosine comes down and goes up again within the run: half a wave is wanted, cos(πp)."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(2 * np.pi * p)) / 2
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def straight_line(t, *, lr, warmup_steps, total, floor):
    """Your rate falls along a straight line: half a cosine is wanted."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = lr + (floor - lr) * p
    return np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)


@SCHEDULE.mistake("adamw-schedule-values")
def warm_up_from_the_floor(t, *, lr, warmup_steps, total, floor):
    """Your warm-up starts from floor: its line is (t+1)/(n+1) times lr."""
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    rise = floor + (lr - floor) * (t + 1) / (warmup_steps + 1)
    return np.where(t < warmup_steps, rise, fall)


@SCHEDULE.mistake("adamw-schedule-values")
def integer_rates(t, *, lr, warmup_steps, total, floor):
    """Your rates are cut to integers: an array made by `np.empty_like(t)` or `np.zeros_like(t)`
    has t's type, int. Give it dtype=float, or use np.where."""
    rates = np.zeros_like(t)
    p = np.clip((t - warmup_steps) / (total - warmup_steps), 0, 1)
    fall = floor + (lr - floor) * (1 + np.cos(np.pi * p)) / 2
    rates[...] = np.where(t < warmup_steps, lr * (t + 1) / (warmup_steps + 1), fall)
    return rates


@MATCHING.mistake("adamw-matching-values")
def left_alone(rates, decay, new_rates):
    """You leave λ as it is: with other rates the total decay, λ times their sum, is another."""
    return decay


@MATCHING.mistake("adamw-matching-values")
def upside_down(rates, decay, new_rates):
    """Your quotient is upside down: smaller new rates need a larger λ."""
    return decay * np.sum(new_rates) / np.sum(rates)


@MATCHING.mistake("adamw-matching-values")
def means_for_sums(rates, decay, new_rates):
    """You compare the mean rates: a run of twice the steps decays twice as long, so sums count."""
    return decay * np.mean(rates) / np.mean(new_rates)


@MATCHING.mistake("adamw-matching-values")
def peaks_for_sums(rates, decay, new_rates):
    """You compare the largest rates: every step decays, so the sum of the rates counts."""
    return decay * np.max(rates) / np.max(new_rates)


@MATCHING.mistake("adamw-matching-values")
def lengths_for_sums(rates, decay, new_rates):
    """You compare the numbers of steps: a step decays by ηλ, so the sum of the rates counts."""
    return decay * len(rates) / len(new_rates)


@MATCHING.mistake("adamw-matching-values")
def first_rates_for_sums(rates, decay, new_rates):
    """You compare the first rates: every step decays, so the sum of the rates counts."""
    return decay * rates[0] / new_rates[0]


@MATCHING.mistake("adamw-matching-values")
def squares_for_sums(rates, decay, new_rates):
    """You compare sums of squared rates: a step decays by ηλ, with the first power of η."""
    return decay * np.sum(rates**2) / np.sum(new_rates**2)


@MATCHING.mistake("adamw-matching-values")
def root_of_the_quotient(rates, decay, new_rates):
    """You take the root of the quotient of the sums: λΣη itself is to stay the same."""
    return decay * np.sqrt(np.sum(rates) / np.sum(new_rates))


@MATCHING.mistake("adamw-matching-values")
def total_returned(rates, decay, new_rates):
    """You return the total decay λΣη: the new λ is that, divided by the sum of the new rates."""
    return decay * np.sum(rates)


@MATCHING.mistake("adamw-matching-values")
def products_for_sums(rates, decay, new_rates):
    """You compare products of the rates: decays add up from step to step, so the sum counts."""
    return decay * np.exp(np.mean(np.log(rates)) - np.mean(np.log(new_rates)))


@CLIP.mistake("adamw-clip-values")
def each_array_by_itself(grads, max_norm):
    """Each array is clipped by a norm of its own, which changes the direction of the whole: one
    norm of all entries together, one factor for all."""
    clipped = []
    for g in grads:
        norm = np.sqrt(np.sum(g**2))
        clipped.append(g * (max_norm / norm if norm > max_norm else 1.0))
    return tuple(clipped), np.sqrt(sum(np.sum(g**2) for g in grads))


@CLIP.mistake("adamw-clip-values")
def by_value(grads, max_norm):
    """Each entry is cut at max_norm, which changes the direction: scale all by one factor."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return tuple(np.clip(g, -max_norm, max_norm) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def small_ones_blown_up(grads, max_norm):
    """Gradients with a small norm are blown up to max_norm: the factor is at most 1."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return tuple(g * max_norm / norm if norm > 0 else g for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def norms_added(grads, max_norm):
    """The arrays' norms are added: the global norm is the root of the sum of all squares."""
    norm = sum(np.sqrt(np.sum(g**2)) for g in grads)
    return tuple(g * (max_norm / norm if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def root_missing(grads, max_norm):
    """Your norm is the sum of squares: take its root."""
    norm = sum(np.sum(g**2) for g in grads)
    return tuple(g * (max_norm / norm if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def largest_norm(grads, max_norm):
    """You take the largest of the arrays' norms: the global norm has the squares of all entries."""
    norm = max(np.sqrt(np.sum(g**2)) for g in grads)
    return tuple(g * (max_norm / norm if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def sum_of_sizes(grads, max_norm):
    """Your norm is the sum of absolute values: the Euclidean norm has squares and a root."""
    norm = sum(np.sum(np.abs(g)) for g in grads)
    return tuple(g * (max_norm / norm if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def mean_of_squares(grads, max_norm):
    """Your norm is a root mean square: the squares are summed, not averaged."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads) / sum(np.size(g) for g in grads))
    return tuple(g * (max_norm / norm if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def norm_afterwards(grads, max_norm):
    """You return the norm after clipping: return the one before, which says whether there was
    something to clip."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return tuple(factor * g for g in grads), min(norm, max_norm)


@CLIP.mistake("adamw-clip-values")
def factor_upside_down(grads, max_norm):
    """Your factor is upside down: a gradient that is too long is multiplied by max_norm/norm."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return tuple(g * (norm / max_norm if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-values")
def set_to_zero(grads, max_norm):
    """Gradients that are too long are thrown away: scale them, so that their direction stays."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return tuple(g * (0.0 if norm > max_norm else 1.0) for g in grads), norm


@CLIP.mistake("adamw-clip-unchanged")
def scaled_in_place(grads, max_norm):
    """The arrays of the caller are scaled in place."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        for i in range(len(grads)):
            grads[i] *= max_norm / norm
    return tuple(grads), norm
