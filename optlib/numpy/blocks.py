"""Large arrays block by block: what a rule computes on its way then stays in the cache.

A rule written as its equations makes a new array for every operation. On a large parameter each of
them goes out to memory and back, which takes most of the time. An elementwise rule may as well be
run on one block after the other, in place, with the very same result.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import numpy as np

BLOCK = 2**19  # bytes of one array: with more, the half dozen that a rule has at once fit no cache
LARGE = 2**18  # bytes from which on a parameter gains
SHARED = 2**22  # bytes of all parameters from which on starting threads pays


def flat(arrays):
    """One-dimensional views of the same elements in the same order, or None if there are none.

    The first array is the parameter. The state may have scalars and None, which stay as they are.
    """
    w = arrays[0]
    for order in "CF":
        views = [_flat(a, w, order) for a in arrays]
        if all(view is not None or a is None for view, a in zip(views, arrays, strict=True)):
            return views
    return None


def _flat(a, w, order):
    if a is None or a.ndim == 0:
        return a
    # a subclass, such as np.matrix, may have a * of its own
    if type(a) is not type(w) or a.shape != w.shape or a.dtype != w.dtype:
        return None
    if not (a.flags.c_contiguous if order == "C" else a.flags.f_contiguous):
        return None
    return a if a.ndim == 1 else a.reshape(-1, order=order)


def jobs(rule, w, g, state, scalars):
    """Functions that together take one step: each changes a block of w and of the state in place.

    ``rule(w, g, *state)`` returns the new w and state. What it makes of a scalar of the state is
    the same in every block; it goes to ``scalars``, because the next block needs the old one.
    """
    keep_memory()
    size = max(1, BLOCK // w.itemsize)
    return [
        partial(_block, rule, w, g, state, scalars, slice(start, start + size))
        for start in range(0, w.size, size)
    ]


def _block(rule, w, g, state, scalars, part):
    arrays = [a[part] if a is not None and a.ndim else a for a in (w, g, *state)]
    new = rule(*arrays)
    for old, scalar, value in zip((arrays[0], *arrays[2:]), (None, *scalars), new, strict=True):
        if scalar is not None:
            scalar[...] = value
        elif old is not None:
            old[...] = value


@cache
def keep_memory():
    """Make C's malloc keep the memory of the rule's arrays for the next block.

    By default glibc gives each such array back to the system at once, and getting new memory takes
    longer than to compute with it. Having freed one larger array, it keeps those up to that size.
    """
    np.empty(2**24, np.uint8)


def run(jobs, size):
    """Run the jobs, on all cores if the parameters have enough bytes, ``size``, to pay for it."""
    workers = _cores() if size >= SHARED else 1
    waiting = jobs[::-1]
    if workers == 1 or len(jobs) < 2:
        _work(waiting)
        return
    with ThreadPoolExecutor(workers - 1) as pool:  # no pool outlives its step, or a fork
        futures = [pool.submit(_work, waiting) for _ in range(workers - 1)]
        _work(waiting)
        for future in futures:
            future.result()  # raises what was raised there


def _work(jobs):
    with np.errstate(all="ignore"):  # a setting of the thread
        while jobs:
            try:
                job = jobs.pop()
            except IndexError:  # another thread took the last one
                return
            job()


def _cores():
    if sys.platform == "emscripten":  # a browser has no threads
        return 1
    if hasattr(os, "sched_getaffinity"):
        return min(8, len(os.sched_getaffinity(0)))
    return min(8, os.cpu_count() or 1)
