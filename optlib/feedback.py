"""Comparing a result with the right one, in words that help: for exercises and assignments."""

import numpy as np


def compare(got, want, what="the result", hints=(), *, rtol=1e-9, atol=1e-12):
    """Raise an AssertionError that says what is wrong with ``got``; return None if nothing is.

    Parameters
    ----------
    got : number, array, or tuple of these
        What the exercise's function returned.
    want : number, array, or tuple of these
        What is right.
    what : str or tuple of str
        How the message names the result; with a tuple, one name for each part.
    hints : iterable of pairs
        ``(wrong, message)``: if ``got`` equals ``wrong``, the message says why.
    rtol, atol : float
        Equal means ``|got - want| <= atol + rtol * |want|``, in every entry.

    Examples
    --------
    >>> compare(0.3, 0.3)
    >>> compare([2.0, -4.0], [-2.0, 4.0], "the step")
    Traceback (most recent call last):
    ...
    AssertionError: the step has the wrong sign
    >>> compare(1.0, 0.1, "w", hints=[(1.0, "Is the learning rate missing?")])
    Traceback (most recent call last):
    ...
    AssertionError: Is the learning rate missing?
    """
    problem = difference(got, want, what, rtol=rtol, atol=atol)
    if problem is None:
        return
    for wrong, message in hints:
        if difference(got, wrong, rtol=rtol, atol=atol) is None:
            raise AssertionError(message)
    raise AssertionError(problem)


def difference(got, want, what="the result", *, rtol=1e-9, atol=1e-12):
    """What is wrong with ``got``, as a sentence that does not give ``want`` away, or None."""
    if got is None and want is not None:
        return f"{_all(what)} is None: does the function end in `return`?"
    if isinstance(want, tuple):
        return _difference_of_parts(got, want, what, rtol=rtol, atol=atol)
    what = _all(what)
    if isinstance(got, tuple):
        return f"{what} should be one number or array, not {len(got)} of them"
    try:
        got, want = np.asarray(got), np.asarray(want)
    except ValueError:
        return f"{what} is a list whose parts have different lengths"
    if got.dtype.kind not in "fiub":
        return f"{what} should be made of real numbers, got {got.dtype}"
    if got.shape != want.shape:
        return f"{what} has shape {got.shape}, should have {want.shape}"
    if want.dtype == np.float64 and got.dtype in (np.float16, np.float32):
        return f"{what} is {got.dtype}: the inputs were float64, and so should the result be"
    if np.any(np.isfinite(got) != np.isfinite(want)):
        return (
            f"{what} has entries that are not finite"
            if np.all(np.isfinite(want))
            else (f"{what} is infinite or NaN in other places than it should be")
        )
    if np.allclose(got, want, rtol=rtol, atol=atol, equal_nan=True):
        return None
    return f"{what} {_how(got.astype(float), want.astype(float), rtol)}"


def _difference_of_parts(got, want, names, *, rtol, atol):
    if isinstance(names, str):
        names = tuple(f"part {i} of {names}" for i in range(1, len(want) + 1))
    if isinstance(got, np.ndarray) and got.ndim == 1 and not any(map(np.ndim, want)):
        got = tuple(got)  # several numbers may come as an array: it can be unpacked like a tuple
    if not isinstance(got, (tuple, list)):
        return f"{len(want)} things should be returned, {_all(names)}, not one"
    if len(got) != len(want):
        return f"{len(want)} things should be returned, {_all(names)}, not {len(got)}"
    problems = [
        difference(part, right, name, rtol=rtol, atol=atol)
        for part, right, name in zip(got, want, names, strict=True)
    ]
    return "; ".join(filter(None, problems)) or None


def _how(got, want, rtol):
    """In which way two arrays of one shape differ."""
    wrong = ~np.isclose(got, want, rtol=rtol, atol=0, equal_nan=True)
    if np.all(want[wrong] != 0) and np.all(np.isfinite(want[wrong])):
        ratio = got[wrong] / want[wrong]
        if np.allclose(ratio, ratio.flat[0], rtol=1e-6) and (wrong.all() or not want[~wrong].any()):
            if np.isclose(ratio.flat[0], -1, rtol=1e-6):
                return "has the wrong sign"
            if abs(ratio.flat[0] - 1) < 1e-3:
                return f"is off by {abs(ratio.flat[0] - 1):.1g} of its size"
            return f"is {ratio.flat[0]:.4g} times what it should be"
    if wrong.all():
        return f"is wrong, by up to {np.max(np.abs(got - want)):.2g}"
    return f"is wrong in {wrong.sum()} of {wrong.size} entries"


def _all(names):
    return names if isinstance(names, str) else ", ".join(names)
