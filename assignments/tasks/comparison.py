"""A fair comparison of two optimizers: its statistics as functions, and a study of one's own.

The four functions take an hour and a half; those who know their statistics need half of that. The
simulation that follows is the heart of it: two *equal* optimizers, and three common shortcuts that
find a winner, in 36%, 88% and 71% of the trials. Let students guess these numbers first. The study
takes an evening; the plan has to be written before the runs, and is graded as written, whatever
came out. A careful "not decided" is worth full points; a bold claim that the interval does not
carry is not.

Question 2's rubric asks for the plan only, question 3's for what was done, question 4's for the
claim: grade one question for all students before the next.

The results of the grader's functions are numbers throughout (the verdict is a code), so that they
can be compared like all others.
"""

from itertools import pairwise
from math import comb

import numpy as np

from assignments.checking import Function, Unchanged, Values, case


def paired_ratio_reference(a, b, t):
    logs = np.log(a / b)
    margin = t * logs.std(ddof=1) / np.sqrt(len(logs))
    return tuple(np.exp(logs.mean() + margin * np.array([0, -1, 1])))


def choose_reference(losses, lrs):
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.median(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


def expected_best_reference(losses, n):
    m = len(losses)
    return sum(
        loss * comb(m - i, n - 1) / comb(m, n) for i, loss in enumerate(np.sort(losses), start=1)
    )


def verdict_reference(low, high, margin):
    if high < 1 / margin:
        return 1
    if low > margin:
        return -1
    return 2 if 1 / margin < low and high < margin else 0


RATIO = Function("paired_ratio", paired_ratio_reference, ("the ratio", "low", "high"))
CHOOSE = Function("choose", choose_reference, ("the rate", "the edge"))
BEST = Function("expected_best", expected_best_reference, "the expected best loss")
VERDICT = Function("verdict", verdict_reference, "the verdict")


def ratio_cases(rng):
    for seeds in (4, 7, 10):
        level = rng.lognormal(0, 1, size=seeds)
        a, b = level * rng.lognormal(0.2, 0.4, size=(2, seeds))
        yield case(a, b, rng.uniform(2.1, 3.2))


def choose_cases(rng):
    """Where the best is in the middle, and first; the smallest; the largest, among seven rates."""
    for best, place, bad in ((3, 0, 40.0), (2, 4, np.nan), (0, 5, 40.0), (6, 2, np.nan)):
        lrs = 0.01 * 2.0 ** np.arange(7) * rng.uniform(0.9, 1.1)
        losses = 1 + 0.3 * np.abs(np.arange(7) - best) + rng.uniform(0, 0.1, size=(5, 7))
        others = [k for k in rng.permutation(7) if k != best]
        lucky, dead, lost, partly, even, uneven = others
        losses[:, lucky] = [0.01, 3, 3, 3, 3]  # the luckiest run of all
        losses[:3, dead] = np.nan  # diverged three times of five, and low otherwise
        losses[3:, dead] = 0.2
        losses[:3, lost] = np.inf
        losses[3:, lost] = 0.1
        losses[:2, best] = bad  # two of five, which only a median forgives, if it meets no NaN
        losses[1, partly] = np.nan
        losses[:, even] = 1.8 + 0.1 * losses[:, even]
        losses[:, uneven] = [1.6, 1.6, 1.6, 1.6, 2.8]  # the lower mean, the larger maximum
        order = [partly, *(k for k in rng.permutation(7) if k not in (best, partly))]
        order.insert(place, best)
        rows = rng.permutation(5)
        yield case(losses[rows][:, order], lrs[order])


def choose_caller_cases(rng):
    losses = rng.uniform(1, 2, size=(3, 5))
    losses[1, 2] = np.nan
    yield case(losses, 10.0 ** -np.arange(5))


def best_cases(rng):
    for m in (6, 9, 12):
        for n in (2, int(rng.integers(3, m - 1))):
            losses = rng.lognormal(0, 1, size=m)
            yield case(np.append(losses, 0.9 * losses.min()), n)  # not the first n have the best


def verdict_cases(rng):
    """Intervals between all pairs of regions: beyond a margin, within, on this side of 1. Then
    narrow ones, inside of each and across the margins."""
    margin = rng.uniform(1.3, 1.5)
    ends = [0.3, 2 - margin, 1 / margin, 1.0, margin, 2.5]
    inside = [rng.uniform(a + 0.1 * (b - a), b - 0.1 * (b - a)) for a, b in pairwise(ends)]
    for i, low in enumerate(inside):
        for high in inside[i + 1 :]:
            yield case(low, high, margin)
        yield case(low, low + 0.05 * (ends[i + 1] - low), margin)
    for end in (1 / margin, margin):
        yield case(0.97 * end, 1.03 * end, margin)


CHECKS = [
    Values("comparison-ratio-values", RATIO, ratio_cases),
    Values("comparison-choose-values", CHOOSE, choose_cases),
    Unchanged("comparison-choose-unchanged", CHOOSE, choose_caller_cases),
    Values("comparison-best-values", BEST, best_cases),
    Values("comparison-verdict-values", VERDICT, verdict_cases),
]


@RATIO.mistake("comparison-ratio-values")
def arithmetic_mean(a, b, t):
    """You average the ratios themselves, so that 2 and ½ make 1.25 and not 1: average their
    logarithms."""
    r = a / b
    margin = t * r.std(ddof=1) / np.sqrt(len(r))
    return r.mean(), r.mean() - margin, r.mean() + margin


@RATIO.mistake("comparison-ratio-values")
def unpaired(a, b, t):
    """The ratio is right, but the interval treats the runs as unpaired: take the scatter of the
    logarithms of the *ratios*, from which what a seed does to both has gone."""
    x, y = np.log(a), np.log(b)
    middle = x.mean() - y.mean()
    margin = t * np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / len(a))
    return np.exp(middle), np.exp(middle - margin), np.exp(middle + margin)


@RATIO.mistake("comparison-ratio-values")
def divided_by_n(a, b, t):
    """The standard deviation divides by n; estimated from a sample it divides by n − 1 (ddof=1)."""
    x = np.log(a / b)
    margin = t * x.std() / np.sqrt(len(x))
    return np.exp(x.mean()), np.exp(x.mean() - margin), np.exp(x.mean() + margin)


@RATIO.mistake("comparison-ratio-values")
def scatter_of_one_run(a, b, t):
    """The interval is that of a single run: the mean of n runs scatters less, by √n."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1)
    return np.exp(x.mean()), np.exp(x.mean() - margin), np.exp(x.mean() + margin)


@RATIO.mistake("comparison-ratio-values")
def root_of_n_minus_one(a, b, t):
    """n − 1 belongs into the standard deviation only; its mean's is divided by √n."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x) - 1)
    return np.exp(x.mean()), np.exp(x.mean() - margin), np.exp(x.mean() + margin)


@RATIO.mistake("comparison-ratio-values")
def normal_quantile(a, b, t):
    """You use 1.96, which is right for very many runs: use the t that comes in."""
    x = np.log(a / b)
    margin = 1.96 * x.std(ddof=1) / np.sqrt(len(x))
    return np.exp(x.mean()), np.exp(x.mean() - margin), np.exp(x.mean() + margin)


@RATIO.mistake("comparison-ratio-values")
def reversed_ratio(a, b, t):
    """This is b divided by a."""
    x = np.log(b / a)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    return np.exp(x.mean()), np.exp(x.mean() - margin), np.exp(x.mean() + margin)


@RATIO.mistake("comparison-ratio-values")
def left_in_logarithms(a, b, t):
    """These are the logarithms: go back with exp."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    return x.mean(), x.mean() - margin, x.mean() + margin


@RATIO.mistake("comparison-ratio-values")
def exponential_too_early(a, b, t):
    """The interval is one for the mean of the logarithms: go back with exp last, at its ends."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    return np.exp(x.mean()), np.exp(x.mean()) - margin, np.exp(x.mean()) + margin


@RATIO.mistake("comparison-ratio-values")
def bases_mixed(a, b, t):
    """Logarithms to the base 10 are undone by 10ˣ, not by exp."""
    x = np.log10(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    return np.exp(x.mean()), np.exp(x.mean() - margin), np.exp(x.mean() + margin)


@RATIO.mistake("comparison-ratio-values")
def ends_swapped(a, b, t):
    """The two ends of the interval are swapped: the lower comes first."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    return np.exp(x.mean()), np.exp(x.mean() + margin), np.exp(x.mean() - margin)


@RATIO.mistake("comparison-ratio-values")
def median_ratio(a, b, t):
    """You take the median of the ratios; the interval is one for the mean of their logarithms."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    middle = np.median(x)
    return np.exp(middle), np.exp(middle - margin), np.exp(middle + margin)


@RATIO.mistake("comparison-ratio-values")
def ratio_of_the_means(a, b, t):
    """You divide the mean losses, in which one seed with large losses counts for many: take each
    pair's ratio first."""
    x = np.log(a / b)
    margin = t * x.std(ddof=1) / np.sqrt(len(x))
    middle = np.log(a.mean() / b.mean())
    return np.exp(middle), np.exp(middle - margin), np.exp(middle + margin)


@CHOOSE.mistake("comparison-choose-values")
def one_edge_only(losses, lrs):
    """You report the edge at the largest rate only; a search may have begun too high as well."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.median(losses, axis=0))]
    return lr, int(lr == lrs.max())


@CHOOSE.mistake("comparison-choose-values")
def sides_not_told(losses, lrs):
    """You report that the rate lies at an edge, but not at which: −1 at the smallest."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.median(losses, axis=0))]
    return lr, int(lr in (lrs.min(), lrs.max()))


@CHOOSE.mistake("comparison-choose-values")
def edge_not_reported(losses, lrs):
    """The rate is right, but you never say that it lies at the edge of what was tried."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    return lrs[np.argmin(np.median(losses, axis=0))], 0


@CHOOSE.mistake("comparison-choose-values")
def edge_by_position(losses, lrs):
    """The edge is where the smallest or the largest rate is, and the rates may come in any order:
    you look at the position."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    k = np.argmin(np.median(losses, axis=0))
    return lrs[k], int(k == len(lrs) - 1) - int(k == 0)


@CHOOSE.mistake("comparison-choose-values")
def edges_swapped(losses, lrs):
    """−1 is for the smallest rate, +1 for the largest: yours are swapped."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.median(losses, axis=0))]
    return lr, int(lr == lrs.min()) - int(lr == lrs.max())


@CHOOSE.mistake("comparison-choose-values")
def nan_replaced_too_late(losses, lrs):
    """A single NaN makes the median NaN, and a rate with one diverged run in five is lost: replace
    NaN by inf before you take the median, not after."""
    medians = np.median(losses, axis=0)
    lr = lrs[np.argmin(np.where(np.isnan(medians), np.inf, medians))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def luckiest_run(losses, lrs):
    """You take the rate of the single best run: that is luck. Take the median over the seeds."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.min(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def worst_run(losses, lrs):
    """You judge each rate by its worst run: take the median over the seeds."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.max(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def mean_over_seeds(losses, lrs):
    """You take the mean over the seeds, which one bad run decides: take the median."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    lr = lrs[np.argmin(np.mean(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def nan_wins(losses, lrs):
    """NumPy's argmin takes NaN for the smallest: a rate that diverged wins. Count NaN as inf."""
    lr = lrs[np.argmin(np.median(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def nan_left_out(losses, lrs):
    """NaN is left out, so that a rate is judged by its survivors: count it as infinite."""
    lr = lrs[np.nanargmin(np.nanmedian(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def diverged_left_out(losses, lrs):
    """Runs that diverged are left out, so that a rate is judged by its survivors: count them as
    infinite."""
    losses = np.where(np.isfinite(losses), losses, np.nan)
    lr = lrs[np.nanargmin(np.nanmedian(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@CHOOSE.mistake("comparison-choose-values")
def index_returned(losses, lrs):
    """You return the position of the best rate, not the rate itself."""
    losses = np.where(np.isnan(losses), np.inf, losses)
    k = np.argmin(np.median(losses, axis=0))
    return k, int(lrs[k] == lrs.max()) - int(lrs[k] == lrs.min())


@CHOOSE.mistake("comparison-choose-unchanged")
def nan_replaced_in_place(losses, lrs):
    """NaN is replaced in the caller's array."""
    losses[np.isnan(losses)] = np.inf
    lr = lrs[np.argmin(np.median(losses, axis=0))]
    return lr, int(lr == lrs.max()) - int(lr == lrs.min())


@BEST.mistake("comparison-best-values")
def not_sorted(losses, n):
    """The losses have to be sorted first: the formula's l₁ is the smallest."""
    from math import comb

    m = len(losses)
    return sum(x * comb(m - i, n - 1) / comb(m, n) for i, x in enumerate(losses, start=1))


@BEST.mistake("comparison-best-values")
def largest_first(losses, n):
    """You begin with the largest loss: this is the expected *worst* of n."""
    from math import comb

    m, falling = len(losses), np.sort(losses)[::-1]
    return sum(x * comb(m - i, n - 1) / comb(m, n) for i, x in enumerate(falling, start=1))


@BEST.mistake("comparison-best-values")
def with_replacement(losses, n):
    """This is for settings drawn with replacement; nobody tries the same setting twice."""
    m = len(losses)
    share = (np.arange(m, -1, -1) / m) ** n
    return float(np.sum(np.sort(losses) * (share[:-1] - share[1:])))


@BEST.mistake("comparison-best-values")
def best_of_all(losses, n):
    """This is the best of all m settings, the luck of whoever tried them all."""
    return float(np.min(losses))


@BEST.mistake("comparison-best-values")
def mean_of_all(losses, n):
    """This is the mean of all settings, what one gets by trying a single one."""
    return float(np.mean(losses))


@BEST.mistake("comparison-best-values")
def one_setting_too_many(losses, n):
    """This is the best of n + 1 settings."""
    from math import comb

    m, k = len(losses), n + 1
    return sum(x * comb(m - i, k - 1) / comb(m, k) for i, x in enumerate(np.sort(losses), start=1))


@BEST.mistake("comparison-best-values")
def counted_from_zero(losses, n):
    """The index i starts at 1: your weights do not add up to 1."""
    from math import comb

    m = len(losses)
    return sum(x * comb(m - i, n - 1) / comb(m, n) for i, x in enumerate(np.sort(losses)))


@BEST.mistake("comparison-best-values")
def n_for_n_minus_one(losses, n):
    """Besides the best, n − 1 others are drawn, not n: your weights do not add up to 1."""
    from math import comb

    m = len(losses)
    return sum(x * comb(m - i, n) / comb(m, n) for i, x in enumerate(np.sort(losses), start=1))


@BEST.mistake("comparison-best-values")
def the_first_n(losses, n):
    """You take the first n settings of the list; the order of the list means nothing. The mean is
    over all ways to choose n."""
    return float(np.min(losses[:n]))


@BEST.mistake("comparison-best-values")
def mean_of_the_n_best(losses, n):
    """This is the mean of the n best settings; the best of n *random* ones is asked for."""
    return float(np.mean(np.sort(losses)[:n]))


@BEST.mistake("comparison-best-values")
def not_normalised(losses, n):
    """The weights have to be divided by the number of ways to choose n of m."""
    from math import comb

    m = len(losses)
    return float(sum(x * comb(m - i, n - 1) for i, x in enumerate(np.sort(losses), start=1)))


@VERDICT.mistake("comparison-verdict-values")
def by_the_width(low, high, margin):
    """A narrow interval is not enough for "no difference that matters": it has to lie between
    1/margin and the margin."""
    if high < 1 / margin:
        return 1
    if low > margin:
        return -1
    return 2 if high / low < margin else 0


@VERDICT.mistake("comparison-verdict-values")
def margin_ignored(low, high, margin):
    """You compare with 1: a difference may be sure and still too small to matter. Compare with the
    margin."""
    if high < 1:
        return 1
    if low > 1:
        return -1
    return 2 if 1 / margin < low and high < margin else 0


@VERDICT.mistake("comparison-verdict-values")
def sides_swapped(low, high, margin):
    """The two sides are swapped: losses are divided, so a ratio *below* 1 speaks for A."""
    if high < 1 / margin:
        return -1
    if low > margin:
        return 1
    return 2 if 1 / margin < low and high < margin else 0


@VERDICT.mistake("comparison-verdict-values")
def margin_subtracted(low, high, margin):
    """Below 1 the margin is 1/margin, not 1 − (margin − 1): half is as far from 1 as double."""
    if high < 2 - margin:
        return 1
    if low > margin:
        return -1
    return 2 if 2 - margin < low and high < margin else 0


@VERDICT.mistake("comparison-verdict-values")
def absence_of_evidence(low, high, margin):
    """Where nothing is decided you say that there is no difference. A wide interval around 1 only
    says that one does not know."""
    if high < 1 / margin:
        return 1
    if low > margin:
        return -1
    return 2


@VERDICT.mistake("comparison-verdict-values")
def equal_only_around_one(low, high, margin):
    """Within the margins the interval need not contain 1: a sure difference of 2% may be too small
    to matter as well."""
    if high < 1 / margin:
        return 1
    if low > margin:
        return -1
    return 2 if 1 / margin < low < 1 < high < margin else 0


@VERDICT.mistake("comparison-verdict-values")
def never_equal(low, high, margin):
    """An interval that lies wholly within the margins does show something: that there is no
    difference that matters."""
    if high < 1 / margin:
        return 1
    if low > margin:
        return -1
    return 0


@VERDICT.mistake("comparison-verdict-values")
def one_end_is_enough(low, high, margin):
    """You claim a winner when one end of the interval is beyond the margin; all of it has to be."""
    if low < 1 / margin:
        return 1
    if high > margin:
        return -1
    return 2


@VERDICT.mistake("comparison-verdict-values")
def by_the_middle(low, high, margin):
    """You look at the middle of the interval; the claim has to hold for all of it."""
    middle = np.sqrt(low * high)
    if middle < 1 / margin:
        return 1
    if middle > margin:
        return -1
    return 2


@VERDICT.mistake("comparison-verdict-values")
def one_margin_for_both(low, high, margin):
    """Below 1 you compare with the margin itself, which is above 1: take 1/margin."""
    if high < margin:
        return 1
    if low > margin:
        return -1
    return 0


@VERDICT.mistake("comparison-verdict-values")
def codes_swapped(low, high, margin):
    """0 and 2 are swapped: 0 is "not decided", 2 "no difference that matters"."""
    if high < 1 / margin:
        return 1
    if low > margin:
        return -1
    return 0 if 1 / margin < low and high < margin else 2


@VERDICT.mistake("comparison-verdict-values")
def only_winners_of_a(low, high, margin):
    """B can win, too: −1 if the whole interval is above the margin."""
    if high < 1 / margin:
        return 1
    return 2 if 1 / margin < low and high < margin else 0
