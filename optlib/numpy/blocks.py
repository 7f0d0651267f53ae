"""Large arrays in parts: as what they can be cut, and how the parts' jobs are run on all cores."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

SHARED = 2**22  # bytes of all parameters from which on starting threads pays


def flat(arrays):
    """One-dimensional views of the same elements in the same order, or None if there are none.

    The first array is the parameter. The state may have scalars and None, which stay as they are.
    """
    w, whole = arrays[0], [a for a in arrays if a is not None and a.ndim]
    for a in whole:
        # another subclass, such as np.matrix, may have a * of its own
        if type(a) not in (np.ndarray, np.memmap) or a.shape != w.shape or a.dtype != w.dtype:
            return None
    if all(a.flags.c_contiguous for a in whole):
        order = "C"
    elif all(a.flags.f_contiguous for a in whole):
        order = "F"
    else:
        return None
    return [a if a is None or a.ndim < 2 else a.reshape(-1, order=order) for a in arrays]


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
