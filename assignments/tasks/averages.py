"""The average, its correction, what it is worth, gaps, and forecasts.

The first two tasks take half an hour; a common slip is the correction along the wrong axis, which
a square array does not betray. The gaps (task 4) are where the time goes: most begin with a NaN
that became zero, then skip the day, and have to be told that the other days age on it. In task 5
the slips are an offset by one and `np.roll`.

Question 1 separates bias from variance: that A and the corrected average are worth the same is not
expected by many. Question 2 has its points for the geometric sum; either choice is defensible if
the price is named. Question 3: nobody expects 330 days to be easier than 3, and the prediction
for 340 days shows who has understood the lag: 16 from the row for 330 days, or 26 from a whole
year. The numbers of questions 1 and 3 do not depend on SEED, those of question 2 (b) a little.
"""

import numpy as np

from assignments.checking import Function, Unchanged, Values, case
from optlib import averages


def ewa_reference(x, beta):
    return averages.ewa(x, beta)


def corrected_reference(v, beta):
    t = np.arange(1, len(v) + 1).reshape(-1, *[1] * (v.ndim - 1))
    return v / (1 - beta**t)


def effective_reference(weights):
    return np.sum(weights) ** 2 / np.sum(weights**2)


def gaps_reference(x, beta):
    total = averages.ewa(np.where(np.isnan(x), 0, x), beta)
    weight = averages.ewa(~np.isnan(x), beta)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1), np.nan)


def forecast_reference(v, x, horizon):
    return np.sqrt(np.mean((x[horizon:] - v[: len(v) - horizon]) ** 2))


EWA = Function("ewa", ewa_reference, "the averages")
CORRECTED = Function("corrected", corrected_reference, "the corrected averages")
EFFECTIVE = Function("effective_number", effective_reference, "the effective number")
GAPS = Function("ewa_with_gaps", gaps_reference, "the averages")
FORECAST = Function("forecast_error", forecast_reference, "the error")


def ewa_cases(rng):
    for shape in ((12,), (6, 3), (5, 2, 2), (4, 4)):
        yield case(rng.normal(size=shape), rng.uniform(0.55, 0.95))


def corrected_cases(rng):
    for shape in ((9,), (4, 4), (3, 3, 3)):
        yield case(rng.normal(size=shape), rng.uniform(0.55, 0.95))


def effective_cases(rng):
    for n, scale in ((7, 3), (20, 0.2), (4, 100)):
        yield case(scale * rng.uniform(0.1, 1, size=n))
    yield case(np.append(np.zeros(3), rng.uniform(1, 2, size=3)))


def gaps_cases(rng):
    for shape in ((14,), (8, 3), (6, 2, 2)):
        x = rng.normal(5, 1, size=shape)
        x[4:6] = np.nan  # for two days nothing is measured,
        x[2].flat[0] = np.nan  # and one more is missing in one of the series
        yield case(x, rng.uniform(0.6, 0.9))
    yield case(np.array([np.nan, np.nan, 3, np.nan, 4]) * rng.uniform(1, 2), rng.uniform(0.6, 0.9))


def forecast_cases(rng):
    for n, horizon in ((30, 1), (12, 4), (9, 7)):
        yield case(rng.normal(size=n), rng.normal(1, 1, size=n), horizon)


CHECKS = [
    Values("averages-ewa-values", EWA, ewa_cases),
    Values("averages-corrected-values", CORRECTED, corrected_cases),
    Unchanged("averages-corrected-unchanged", CORRECTED, corrected_cases),
    Values("averages-effective-values", EFFECTIVE, effective_cases),
    Values("averages-gaps-values", GAPS, gaps_cases),
    Unchanged("averages-gaps-unchanged", GAPS, gaps_cases),
    Values("averages-forecast-values", FORECAST, forecast_cases),
]


@EWA.mistake("averages-ewa-values")
def one_array_many_times(x, beta):
    """All of your averages are the last one: `v *= …` and `v += …` change the array that has been
    stored."""
    v, out = np.zeros_like(x[0]), []
    for x_t in x:
        v *= beta
        v += (1 - beta) * x_t
        out.append(v)
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def shares_swapped(x, beta):
    """β is the share of the old average that is kept; the new value enters with 1 − β."""
    v, out = 0.0, []
    for x_t in x:
        v = (1 - beta) * v + beta * x_t
        out.append(v)
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def started_at_the_first_value(x, beta):
    """Your average starts at the first value: it starts at zero."""
    v, out = x[0], []
    for x_t in x:
        v = beta * v + (1 - beta) * x_t
        out.append(v)
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def value_in_full(x, beta):
    """The new value enters in full, which makes a sum that fades: it enters with 1 − β."""
    v, out = 0.0, []
    for x_t in x:
        v = beta * v + x_t
        out.append(v)
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def corrected_already(x, beta):
    """Your averages are corrected; here they are asked for as they are, with v₀ = 0."""
    v, out = 0.0, []
    for t, x_t in enumerate(x, start=1):
        v = beta * v + (1 - beta) * x_t
        out.append(v / (1 - beta**t))
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def one_day_late(x, beta):
    """Yours are one day late: v₁ contains x₁ already."""
    v, out = 0.0 * x[0], []
    for x_t in x:
        out.append(v)
        v = beta * v + (1 - beta) * x_t
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def start_included(x, beta):
    """The start v₀ = 0 is among your averages: they begin with v₁."""
    v = 0.0 * x[0]
    out = [v]
    for x_t in x:
        v = beta * v + (1 - beta) * x_t
        out.append(v)
    return np.array(out)


@EWA.mistake("averages-ewa-values")
def only_the_last(x, beta):
    """You return the last average alone: the whole series of averages is asked for."""
    v = 0.0
    for x_t in x:
        v = beta * v + (1 - beta) * x_t
    return v


@EWA.mistake("averages-ewa-values")
def previous_value(x, beta):
    """You average the new value with the value before; the *average* before is what is kept."""
    before = np.concatenate([0 * x[:1], x[:-1]])
    return beta * before + (1 - beta) * x


@EWA.mistake("averages-ewa-values")
def moving_mean(x, beta):
    """That is a mean of the last 1/(1 − β) values, all with one weight: use the recursion."""
    n = max(1, round(1 / (1 - beta)))
    return np.array([x[max(0, t - n) : t].mean(axis=0) for t in range(1, len(x) + 1)])


@EWA.mistake("averages-ewa-values")
def arithmetic_mean(x, beta):
    """Your averages don't depend on β: that is the plain mean of all values so far."""
    return np.array([x[:t].mean(axis=0) for t in range(1, len(x) + 1)])


@EWA.mistake("averages-ewa-values")
def single_precision(x, beta):
    """Your averages are float32, with seven digits: keep the type of x."""
    v, out = np.zeros(x.shape[1:], dtype=np.float32), []
    for x_t in x.astype(np.float32):
        v = (beta * v + (1 - beta) * x_t).astype(np.float32)
        out.append(v)
    return np.array(out)


@CORRECTED.mistake("averages-corrected-values")
def wrong_axis(v, beta):
    """Time runs along the first axis; for series of arrays, yours takes the last for it."""
    return v / (1 - beta ** np.arange(1, v.shape[-1] + 1))


@CORRECTED.mistake("averages-corrected-values")
def counted_from_zero(v, beta):
    """The first average is number 1: counted from 0, its sum of weights would be zero."""
    with np.errstate(divide="ignore"):
        return np.array([v_t / (1 - np.float64(beta) ** t) for t, v_t in enumerate(v)])


@CORRECTED.mistake("averages-corrected-values")
def counted_from_two(v, beta):
    """The exponents are one too large: the first average is number 1."""
    return np.array([v_t / (1 - beta**t) for t, v_t in enumerate(v, start=2)])


@CORRECTED.mistake("averages-corrected-values")
def no_power(v, beta):
    """You divide by 1 − β at every step; the sum of the weights grows with t."""
    return v / (1 - beta)


@CORRECTED.mistake("averages-corrected-values")
def last_sum_for_all(v, beta):
    """You divide all of them by the last sum of weights: each t has its own."""
    return v / (1 - beta ** len(v))


@CORRECTED.mistake("averages-corrected-values")
def multiplied(v, beta):
    """You multiply by the sum of the weights: divide."""
    return np.array([v_t * (1 - beta**t) for t, v_t in enumerate(v, start=1)])


@CORRECTED.mistake("averages-corrected-values")
def divided_by_the_power(v, beta):
    """You divide by βᵗ, which is what is missing: what is there is 1 − βᵗ."""
    return np.array([v_t / beta**t for t, v_t in enumerate(v, start=1)])


@CORRECTED.mistake("averages-corrected-values")
def share_to_the_power(v, beta):
    """You divide by 1 − (1 − β)ᵗ: it is β that is taken to the power t."""
    return np.array([v_t / (1 - (1 - beta) ** t) for t, v_t in enumerate(v, start=1)])


@CORRECTED.mistake("averages-corrected-values")
def power_of_the_difference(v, beta):
    """You divide by (1 − β)ᵗ: the power belongs to β alone."""
    return np.array([v_t / (1 - beta) ** t for t, v_t in enumerate(v, start=1)])


@CORRECTED.mistake("averages-corrected-values")
def first_value_added(v, beta):
    """That starts the average at the first value; the correction divides by the sum of weights."""
    first = v[0] / (1 - beta)
    return np.array([v_t + beta**t * first for t, v_t in enumerate(v, start=1)])


@CORRECTED.mistake("averages-corrected-values")
def only_the_last_corrected(v, beta):
    """You return the last average alone: all of them are asked for."""
    return v[-1] / (1 - beta ** len(v))


@CORRECTED.mistake("averages-corrected-unchanged")
def in_place(v, beta):
    """`v[t] /= …` changes the caller's array."""
    for t in range(len(v)):
        v[t] /= 1 - beta ** (t + 1)
    return v


@EFFECTIVE.mistake("averages-effective-values")
def sum_taken_for_one(weights):
    """This is right only for weights that add up to 1: their sum belongs into the formula."""
    return 1 / np.sum(weights**2)


@EFFECTIVE.mistake("averages-effective-values")
def sum_not_squared(weights):
    """The sum of the weights is squared before it is divided."""
    return np.sum(weights) / np.sum(weights**2)


@EFFECTIVE.mistake("averages-effective-values")
def sum_of_squares(weights):
    """You return the sum of the squares: it belongs below the square of the sum."""
    return np.sum(weights**2)


@EFFECTIVE.mistake("averages-effective-values")
def upside_down(weights):
    """That is 1/N, the share of the variance that is left: turn the fraction over."""
    return np.sum(weights**2) / np.sum(weights) ** 2


@EFFECTIVE.mistake("averages-effective-values")
def squares_above_and_below(weights):
    """Above, the sum is squared; below, the squares are summed. Yours are equal, which gives 1."""
    return np.sum(weights**2) / np.sum(weights**2)


@EFFECTIVE.mistake("averages-effective-values")
def how_many_there_are(weights):
    """You count the weights: they are not equal, so they are worth less."""
    return len(weights)


@EFFECTIVE.mistake("averages-effective-values")
def window(weights):
    """That is the width of a box as high as the largest weight, the window: all weights count."""
    return np.sum(weights) / np.max(weights)


@EFFECTIVE.mistake("averages-effective-values")
def how_many_are_not_zero(weights):
    """You count the weights that are not zero: they are not equal, so they are worth less."""
    return np.count_nonzero(weights)


@EFFECTIVE.mistake("averages-effective-values")
def means_for_sums(weights):
    """You take means where the formula has sums, which leaves N divided by the number of days."""
    return np.mean(weights) ** 2 / np.mean(weights**2)


@EFFECTIVE.mistake("averages-effective-values")
def root_taken(weights):
    """You return the root of N: noise falls with it, but N itself is asked for."""
    return np.sum(weights) / np.sqrt(np.sum(weights**2))


@GAPS.mistake("averages-gaps-values")
def zero_before_the_first(x, beta):
    """Before the first value yours is 0; nothing is known there, so NaN."""
    total = weight = 0.0 * np.nan_to_num(x[0])
    out = []
    for x_t in x:
        there = ~np.isnan(x_t)
        total = beta * total + np.where(there, x_t, 0)
        weight = beta * weight + there
        out.append(total / np.where(weight == 0, 1, weight))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def nan_on_missing_days(x, beta):
    """The averages are right on days that were measured, but NaN on the others: there, too, the
    days before make an average."""
    total = weight = 0.0
    out = []
    for x_t in x:
        there = ~np.isnan(x_t)
        total = beta * total + np.where(there, x_t, 0)
        weight = beta * weight + there
        out.append(np.where(there, total / np.where(weight == 0, 1, weight), np.nan))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def nan_spreads(x, beta):
    """One NaN makes all that follows NaN: it must not enter the sums, not even times 0."""
    v, out = 0.0, []
    for t, x_t in enumerate(x, start=1):
        v = beta * v + (1 - beta) * x_t
        out.append(v / (1 - beta**t))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def missing_is_zero(x, beta):
    """A missing value counts as 0: it is left out of the values, but not out of the weights."""
    v, out = 0.0, []
    for t, x_t in enumerate(np.nan_to_num(x), start=1):
        v = beta * v + (1 - beta) * x_t
        out.append(v / (1 - beta**t))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def missing_is_zero_uncorrected(x, beta):
    """A missing value counts as 0, and the averages are not divided by their weights."""
    v, out = 0.0, []
    for x_t in np.nan_to_num(x):
        v = beta * v + (1 - beta) * x_t
        out.append(v)
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def held(x, beta):
    """On a missing day nothing ages in yours: both sums fade on each day, measured or not."""
    total = weight = np.zeros(x.shape[1:])
    out = []
    for x_t in x:
        there = ~np.isnan(x_t)
        total = np.where(there, beta * total + np.where(there, x_t, 0), total)
        weight = np.where(there, beta * weight + 1, weight)
        out.append(np.where(weight == 0, np.nan, total / np.where(weight == 0, 1, weight)))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def weights_of_all_days(x, beta):
    """On a missing day the average stays, as it should, but afterwards you divide by 1 − βᵗ, the
    weights of all days: only those that were measured count."""
    v, out = np.zeros(x.shape[1:]), []
    for t, x_t in enumerate(x, start=1):
        v = np.where(np.isnan(x_t), v, beta * v + (1 - beta) * np.nan_to_num(x_t))
        out.append(v / (1 - beta**t))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def value_of_the_day_before(x, beta):
    """A missing value is replaced by the last one before, which counts twice: it has no weight."""
    last = np.full(x.shape[1:], np.nan)
    total = weight = 0.0
    out = []
    for x_t in x:
        last = np.where(np.isnan(x_t), last, x_t)
        there = ~np.isnan(last)
        total = beta * total + np.where(there, last, 0)
        weight = beta * weight + there
        out.append(np.where(weight == 0, np.nan, total / np.where(weight == 0, 1, weight)))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def average_of_the_days_before(x, beta):
    """A missing value is replaced by the average before it, which so gains weight: it has none."""
    v, out = np.zeros(x.shape[1:]), []
    for t, x_t in enumerate(x, start=1):
        before = v / (1 - beta ** (t - 1)) if t > 1 else v
        v = beta * v + (1 - beta) * np.where(np.isnan(x_t), before, x_t)
        out.append(v / (1 - beta**t))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def mean_of_the_record(x, beta):
    """A missing value is replaced by the mean of the record, which knows the days to come."""
    filled = np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    v, out = 0.0, []
    for t, x_t in enumerate(filled, start=1):
        v = beta * v + (1 - beta) * x_t
        out.append(v / (1 - beta**t))
    return np.array(out)


@GAPS.mistake("averages-gaps-values")
def weights_do_not_fade(x, beta):
    """The weights in the denominator don't fade: it counts the days. A day that is k days old
    weighs βᵏ above and below."""
    total = weight = 0.0
    out = []
    for x_t in x:
        there = ~np.isnan(x_t)
        total = beta * total + np.where(there, x_t, 0)
        weight = weight + there
        out.append(np.where(weight == 0, np.nan, total / np.where(weight == 0, 1, weight)))
    return np.array(out)


@GAPS.mistake("averages-gaps-unchanged")
def filled_in_place(x, beta):
    """`x[missing] = 0` fills the caller's record."""
    there = ~np.isnan(x)
    x[~there] = 0
    total = weight = np.zeros(x.shape[1:])
    out = []
    for t in range(len(x)):
        total = beta * total + x[t]
        weight = beta * weight + there[t]
        out.append(np.where(weight == 0, np.nan, total / np.where(weight == 0, 1, weight)))
    return np.array(out)


@FORECAST.mistake("averages-forecast-values")
def same_day(v, x, horizon):
    """You compare v with the x of the same day, which it contains: the forecast is for later."""
    return np.sqrt(np.mean((x - v) ** 2))


@FORECAST.mistake("averages-forecast-values")
def backwards(v, x, horizon):
    """You forecast the past: it is x that comes `horizon` days later, not v."""
    return np.sqrt(np.mean((v[horizon:] - x[: len(x) - horizon]) ** 2))


@FORECAST.mistake("averages-forecast-values")
def one_day_further(v, x, horizon):
    """Your forecasts are judged one day too late: v[t] belongs to x[t + horizon]."""
    return np.sqrt(np.mean((x[horizon + 1 :] - v[: len(v) - horizon - 1]) ** 2))


@FORECAST.mistake("averages-forecast-values")
def one_day_short(v, x, horizon):
    """Your forecasts are judged one day too early: v[t] belongs to x[t + horizon]."""
    return np.sqrt(np.mean((x[horizon - 1 :] - v[: len(v) - horizon + 1]) ** 2))


@FORECAST.mistake("averages-forecast-values")
def round_the_end(v, x, horizon):
    """np.roll has the beginning of the record follow its end: leave out the days without a
    day `horizon` later."""
    return np.sqrt(np.mean((np.roll(x, -horizon) - v) ** 2))


@FORECAST.mistake("averages-forecast-values")
def no_root(v, x, horizon):
    """The root is missing: the error has the unit of x."""
    return np.mean((x[horizon:] - v[: len(v) - horizon]) ** 2)


@FORECAST.mistake("averages-forecast-values")
def absolute(v, x, horizon):
    """That is the mean of the absolute errors: square them, and take the root of the mean."""
    return np.mean(np.abs(x[horizon:] - v[: len(v) - horizon]))


@FORECAST.mistake("averages-forecast-values")
def divided_by_all_days(v, x, horizon):
    """You divide by the length of the record: the last days have no forecast to be judged."""
    return np.sqrt(np.sum((x[horizon:] - v[: len(v) - horizon]) ** 2) / len(x))


@FORECAST.mistake("averages-forecast-values")
def divided_by_one_less(v, x, horizon):
    """You divide by n − 1; these are errors, not distances from their own mean: divide by n."""
    return np.sqrt(np.sum((x[horizon:] - v[: len(v) - horizon]) ** 2) / (len(x) - horizon - 1))


@FORECAST.mistake("averages-forecast-values")
def root_of_the_sum(v, x, horizon):
    """That is the root of the sum, which grows with the record: of the mean."""
    return np.sqrt(np.sum((x[horizon:] - v[: len(v) - horizon]) ** 2))


@FORECAST.mistake("averages-forecast-values")
def spread_only(v, x, horizon):
    """That is the standard deviation of the errors: a forecast that is always 5 °C too cold would
    be perfect. Don't subtract their mean."""
    return np.std(x[horizon:] - v[: len(v) - horizon])


@FORECAST.mistake("averages-forecast-values")
def signed_mean(v, x, horizon):
    """Errors of different sign cancel in yours: square each before the mean."""
    return np.abs(np.mean(x[horizon:] - v[: len(v) - horizon]))
