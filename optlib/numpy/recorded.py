"""The rules recorded: the very operations that the book prints, done block by block in the cache.

A rule written as its equations makes a new array for every operation. On a large parameter each of
them goes out to memory and back, which takes most of the time. So a rule is run once on stand-ins,
which note what is done to them; that is then done to one block of the parameter after the other,
each result put where it belongs, or where a number stood that nobody needs any more. The operations
and their order are the same, and so are the numbers that come out.
"""

from functools import partial

import numpy as np

LARGE = 2**20  # bytes of all parameters from which on recording pays
BLOCK = 2**20  # bytes of an array; over smaller blocks the threads wait for each other


def record(rule, w, state):
    """The rule as a :class:`Program`, or None if it does more than one coordinate could do alone.

    ``rule(w, g, *state)`` returns the new w and state. The state may have scalars and None.
    """
    tape, sample = [], np.ones(1, w.dtype)
    old = [_Array(tape, sample) if a is not None and a.ndim else a for a in (w, w, *state)]
    try:
        new = rule(*old)
    except Exception:  # also its own errors, which come again when it runs on the arrays
        return None
    homes = {}  # where results belong, by their numbers
    for a, value in zip((old[0], *old[2:]), new, strict=True):
        if not isinstance(a, _Array) or value is a:
            continue
        if not isinstance(value, _Array):
            return None
        if tape[value.number] is None or value.number in homes:
            value = +value  # a copy: one result has one home
        homes[value.number] = a.number
    return Program(tape, homes, new[1:])


class _Array(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands in for an array: notes the elementwise functions (ufuncs) that it goes through.

    The tape has an entry for each value, by its number: None for what is there at first, an array
    for a constant, a function and the numbers of its inputs for a result.
    """

    def __init__(self, tape, sample, entry=None):
        self.tape, self.number, self.sample = tape, len(tape), sample
        self.shape, self.ndim, self.dtype = sample.shape, sample.ndim, sample.dtype
        tape.append(entry)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs or ufunc.signature:
            raise TypeError("not elementwise, or in place")
        if any(np.ndim(a) for a in inputs if not isinstance(a, _Array)):
            raise TypeError("an array whose entries may belong to coordinates")
        sample = ufunc(*(a.sample if isinstance(a, _Array) else a for a in inputs))
        if type(sample) is not np.ndarray or sample.dtype != self.dtype:
            raise TypeError("a result of another type")
        return _Array(self.tape, sample, (ufunc, [self._number_of(a) for a in inputs]))

    def _number_of(self, a):
        if isinstance(a, _Array):
            return a.number
        self.tape.append(np.array(a, self.dtype))
        return len(self.tape) - 1

    def __pow__(self, exponent):
        if not isinstance(exponent, int | float) or exponent != 2:
            raise TypeError("NumPy computes some other powers in ways of their own")
        return np.square(self)

    def __array_function__(self, function, types, args, kwargs):
        return self.shape if function is np.shape else self._refuse()

    def _refuse(self, *args, **kwargs):
        raise TypeError("depends on the numbers, or on more than one of them")

    __array__ = __bool__ = _refuse


class Program:
    """What a rule does to w, g and the arrays of the state, as calls of NumPy's functions.

    A call is a function, the places of its inputs and the place of its output. In the first places
    stand w, g and the state, then the constants, then ``room`` arrays more. In ``new_state`` are
    the scalars that the rule makes of those of the state.
    """

    def __init__(self, tape, homes, new_state):
        self.new_state, self.calls, self.room, self.rooms = new_state, [], 0, []
        results = [k for k, entry in enumerate(tape) if isinstance(entry, tuple)]
        others = [k for k, entry in enumerate(tape) if not isinstance(entry, tuple)]
        self.constants = [tape[k] for k in others if tape[k] is not None]
        place = {k: i for i, k in enumerate(others)}
        last = {i: k for k in results for i in tape[k][1]}  # the result that needs it last
        last |= dict.fromkeys(homes)  # and nothing may take the place of these
        free = []
        for k in results:
            function, inputs = tape[k]
            given = [place[i] for i in inputs]
            free += {place[i] for i in inputs if last[i] == k and place[i] >= len(others)}
            if k in homes and last.get(homes[k], k) <= k:  # what stands there is needed no more
                place[k] = homes[k]
            elif free:
                place[k] = free.pop()
            else:
                place[k] = len(others) + self.room
                self.room += 1
            self.calls.append((function, given, place[k]))
        self.calls += [
            (np.positive, [place[k]], home) for k, home in homes.items() if place[k] != home
        ]

    def jobs(self, flat, scalars):
        """Functions that together take one step: each changes a block of w and of the state.

        ``flat`` are w, g and the state; what becomes of its scalars goes to ``scalars``, at once.
        """
        for scalar, value in zip(scalars, self.new_state, strict=True):
            if scalar is not None:
                scalar[...] = value
        arrays = [a for a in flat if a is not None and a.ndim]
        size = BLOCK // arrays[0].itemsize
        return [
            partial(self._run, arrays, slice(start, start + size))
            for start in range(0, arrays[0].size, size)
        ]

    def _run(self, arrays, part):
        arrays = [a[part] for a in arrays]
        w = arrays[0]
        try:
            room = self.rooms.pop()  # of a thread that has done with it
        except IndexError:
            room = np.empty((self.room, BLOCK // w.itemsize), w.dtype)
        places = [*arrays, *self.constants, *room[:, : w.size]]
        # made first, since between two calls a thread holds up the others
        calls = [
            partial(function, *[places[i] for i in inputs], out=places[output])
            for function, inputs, output in self.calls
        ]
        for call in calls:
            call()
        self.rooms.append(room)
