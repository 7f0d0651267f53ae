"""Large parameters in parts: block by block through the cache, or by numba's compiled loops."""

import sys
from functools import cache, partial

import numpy as np
import torch

import optlib.numpy  # noqa: F401  the rules' twins
from optlib.numpy import blocks, compiled

# Elements, which torch shares among its threads: each thread's part of the half dozen tensors that
# a rule has at once then fits into the cache. Of smaller blocks the threads wait for each other.
BLOCK = 2**18
LARGE = 2 * BLOCK
TINY = 4096  # elements of a tensor that the rule has finished before numba would have begun


class Parts:
    """Collects the parts of a group's parameters, then runs them all, on all cores."""

    def __init__(self):
        self.jobs, self.size, self.scalars, self.tensors = [], 0, [], []

    def take(self, rule, update, tensors, group, t):
        """Take a parameter on; False if it is too small to gain, or not laid out in one piece.

        ``rule(w, g, *state)`` changes w and the state in place; ``update`` is the function within.
        """
        w = tensors[0]
        small, least = w.numel() < LARGE, TINY if compiled.numba else LARGE
        if w.numel() < least or not w.dim() or not w.is_cpu:
            return False
        if not all(a is None or not a.dim() or _like(a, w) for a in tensors):
            return False
        # what scalars become is the same in every block, and the next block needs the old ones
        kept = [a.clone() if a is not None and not a.dim() else None for a in tensors]
        flat = [a if a is None or not a.dim() else a.detach().view(-1) for a in tensors]
        jobs = _compiled(update, flat, kept, group, t) if compiled.numba else None
        if jobs is None:
            if small:
                return False
            jobs = _blocks(rule, flat, kept)
        self.jobs += jobs
        self.size += w.nbytes
        self.scalars += [(a, new) for a, new in zip(tensors, kept, strict=True) if new is not None]
        self.tensors += [a for a in (w, *tensors[2:]) if a is not None]
        return True

    def run(self):
        if not self.jobs:
            return
        if compiled.numba:
            blocks.run(self.jobs, self.size)
        else:
            for job in self.jobs:  # each uses all cores already
                job()
        for old, new in self.scalars:
            old.copy_(new)
        # numba's writing is unknown to autograd, which refuses to use what was saved before it
        if compiled.numba:
            torch.autograd.graph.increment_version(self.tensors)


def _like(a, w):
    return a.is_contiguous() and a.shape == w.shape and a.dtype is w.dtype and a.is_cpu


def _blocks(rule, flat, kept):
    keep_memory()
    splits = [None if a is None or not a.dim() else a.split(BLOCK) for a in flat]
    jobs = []
    for i in range(len(splits[0])):
        part = [a if split is None else split[i] for a, split in zip(flat, splits, strict=True)]
        scalars = kept if i == 0 else [k if k is None else k.clone() for k in kept]
        part = [a if k is None else k for a, k in zip(part, scalars, strict=True)]
        jobs.append(partial(rule, *part))
    return jobs


@cache
def keep_memory():
    """Make C's malloc keep the memory of the rule's tensors for the next block.

    By default glibc gives each such tensor back to the system at once, and getting new memory takes
    longer than to compute with it. Having freed one larger array, it keeps those up to that size.
    """
    np.empty(2**24, np.uint8)


def _compiled(update, flat, kept, group, t):
    """Jobs that run the rule's twin in NumPy on the tensors' memory, or None."""
    package, _, module = update.__module__.rpartition(".")
    if package != "optlib.torch" or flat[0].dtype not in (torch.float32, torch.float64):
        return None
    twin = getattr(sys.modules[f"optlib.numpy.{module}"], update.__qualname__.partition(".")[0])
    hyper = {name: t if name == "t" else plain(group[name]) for name in twin._asked}
    decay = 0.0 if "weight_decay" in hyper else plain(group.get("weight_decay", 0.0))
    w, g, *state = [a if a is None else a.numpy() for a in flat]
    scalars = [a if a is None else a.numpy() for a in kept[2:]]
    program = compiled.program(twin.update, w, state, hyper, group["maximize"], decay)
    return None if program is None else program.jobs([w, g, *state], scalars)


def plain(value):
    """A hyper-parameter given as a tensor of one element, as torch allows, as a number."""
    if isinstance(value, tuple | list):
        return tuple(map(plain, value))
    return value.item() if isinstance(value, torch.Tensor) else value
