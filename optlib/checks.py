"""The checks that all of optlib shares: an error names what was wrong and what is right."""

import numpy as np


def number(owner, name, value, allowed="[0, inf)", *, scalar=False, integer=False):
    """``value``, if it is a number (``scalar``: one number, ``integer``: a whole one) in a range.

    ``allowed`` is the range in the notation that the error message shows. An array is in it if all
    of its entries are; NaN is outside of every range.
    """
    array = np.asarray(value)
    if array.dtype.kind not in ("iu" if integer else "iuf") or (array.ndim and (scalar or integer)):
        what = "an integer" if integer else "a number"
        raise TypeError(f"{owner}: {name} must be {what}, got {value!r}")
    low, high = map(float, allowed[1:-1].split(","))
    above = array >= low if allowed[0] == "[" else array > low
    below = array <= high if allowed[-1] == "]" else array < high
    if not np.all(above & below):  # written so that NaN, which compares false, is refused
        raise ValueError(f"{owner}: {name} must be in {allowed}, got {value!r}")
    return value


def one_of(owner, name, value, choices):
    """``value``, if it is among the ``choices``."""
    if value not in choices:
        raise ValueError(f"{owner}: {name} must be one of {list(choices)}, got {value!r}")
    return value
