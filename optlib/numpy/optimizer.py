"""The engine of optlib.numpy: everything about an optimizer that is not its rule."""

import contextlib
from functools import partial

import numpy as np

from optlib.algorithm import Algorithm
from optlib.numpy import blocks, compiled, recorded


class Optimizer(Algorithm):
    """Base of the optimizers in NumPy.

    A subclass gives ``defaults`` and two static methods:

    - ``init(w)``: what the state of a parameter starts as, a dict of arrays;
    - ``update(w, g, *state, *, t, lr, …)``: the rule, a pure function that returns the new
      parameter and the new state, in the same order.

    Large parameters of an elementwise rule are worked on block by block, which changes no result.
    A rule of your own is, too, if its class says ``elementwise = True`` and it is made of operators
    and ufuncs alone: each coordinate then must go its own way, as with most rules of this package.

    Since rules are elementwise, a hyper-parameter may be an array that broadcasts against the
    parameter: a sweep over 100 learning rates is one optimizer of a parameter with 100 rows.

    ``param_groups`` and ``state`` are as in torch.optim: a list of dicts whose hyper-parameters may
    be changed between steps, and a dict of the state by the parameter's number.

    Examples
    --------
    A rule of your own; groups, checks of the range, saving and loading are there at once.

    >>> class Signum(Optimizer):
    ...     defaults = dict(lr=0.1, momentum=0.9)
    ...
    ...     @staticmethod
    ...     def init(w):
    ...         return {"m": np.zeros_like(w)}
    ...
    ...     @staticmethod
    ...     def update(w, g, m, *, lr, momentum):
    ...         m = momentum * m + (1 - momentum) * g
    ...         return w - lr * np.sign(m), m
    >>> w = np.array([1.0, -2.0])
    >>> optimizer = Signum([w], lr=0.5)
    >>> optimizer.step([2 * w])
    >>> w
    array([ 0.5, -1.5])
    """

    def __init__(self, *args, **kwargs):
        params, hyper = self._bind(*args, **kwargs)
        self._check(hyper)
        self.defaults = hyper
        self.param_groups = []
        self.state = {}
        if isinstance(params, np.ndarray | dict):
            raise TypeError(
                f"{self._name}: params must be a list of arrays or of dicts, "
                f"got one {type(params).__name__}; put it into a list"
            )
        groups = list(params)
        if not groups:
            raise ValueError(f"{self._name}: params is empty")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __repr__(self):
        groups = [
            ", ".join(f"{k}={v!r}" for k, v in group.items() if k != "params")
            for group in self.param_groups
        ]
        return f"{self._name}({'; '.join(groups)})"

    @property
    def _name(self):
        return type(self).__name__

    @property
    def _params_with_groups(self):
        return [(w, group) for group in self.param_groups for w in group["params"]]

    @property
    def _params(self):
        return [w for w, _ in self._params_with_groups]

    def add_param_group(self, group):
        """Add parameters, with hyper-parameters of their own where ``group`` gives them."""
        if not isinstance(group, dict) or "params" not in group:
            raise TypeError(f"{self._name}: a parameter group must be a dict with 'params'")
        unknown = group.keys() - self.defaults.keys() - {"params"}
        if unknown:
            raise TypeError(
                f"{self._name}: unknown {sorted(unknown)} in a parameter group; "
                f"known are {list(self.defaults)}"
            )
        params = group["params"]
        params = [params] if isinstance(params, np.ndarray) else list(params)
        group = {**self.defaults, **group, "params": params}
        self._check(group)
        seen = self._params
        for w in params:
            self._check_param(w, group, seen)
            seen.append(w)
        self.param_groups.append(group)

    def _check_param(self, w, group, seen):
        if not isinstance(w, np.ndarray):
            raise TypeError(f"{self._name}: a parameter must be an array, got {type(w).__name__}")
        if w.dtype.kind != "f":
            raise TypeError(f"{self._name}: a parameter must be of floats, got {w.dtype}")
        self._check_dimensions(w)
        if not w.flags.writeable:
            raise ValueError(f"{self._name}: a parameter is read-only; it could not be updated")
        if any(np.shares_memory(w, other) for other in seen):
            raise ValueError(f"{self._name}: the same parameter, or a view of it, is given twice")
        for name in self.defaults:
            for value in group[name] if isinstance(group[name], tuple | list) else [group[name]]:
                if isinstance(value, np.ndarray) and not _broadcasts(value.shape, w.shape):
                    raise ValueError(
                        f"{self._name}: {name} of shape {value.shape} does not broadcast "
                        f"to a parameter of shape {w.shape}"
                    )

    def step(self, grads):
        """Take one step.

        ``grads`` has one gradient per parameter, in the parameters' order, of the same shape and
        dtype; ``None`` leaves its parameter, and its step count, as they are. An error leaves
        everything as it was.

        NaN and infinity are numbers like others here: they pass through the rule into parameter
        and state, as in torch, and without a warning. Under ``np.errstate(all="raise")`` they are
        an error.
        """
        grads = self._check_grads(grads)
        heard = not {"ignore", "warn"}.issuperset(np.geterr().values())
        with contextlib.nullcontext() if heard else np.errstate(all="ignore"):
            self._step(grads, in_place=not heard and self._is_surely_elementwise())

    def _step(self, grads, in_place):
        changes, jobs = [], []  # begun only when all else has succeeded: a step is all or nothing
        size = sum(g.nbytes for g in grads if g is not None)
        in_place = in_place and (size >= recorded.LARGE or compiled.numba is not None)
        shared = _Shared(grads) if in_place else None
        programs = {}  # the rule is recorded once for all parameters that are alike
        hyper, previous = {}, None
        for i, ((w, group), g) in enumerate(zip(self._params_with_groups, grads, strict=True)):
            if g is None:
                continue
            if group is not previous:
                hyper, previous = {k: _plain(group[k]) for k in self._asked if k != "t"}, group
                values = _flattened(group[k] for k in self.defaults)
                sweep = any(isinstance(value, np.ndarray) for value in values)
            kept = self.state.get(i, {})
            t = kept.get("step", 0) + 1
            if "t" in self._asked and hyper.get("t") != t:
                hyper = hyper | {"t": t}
            state = self._state_of(w, kept, group)
            rule = partial(self._updated, tuple(state), group, hyper)
            new = None
            if in_place and not sweep and not any(a in shared for a in (w, *state.values())):
                new = self._in_place(rule, w, g, state, group, hyper, programs, jobs)
            if new is None:
                new_w, *values = rule(w, g, *state.values())
                pairs = zip(state.values(), values, strict=True)
                new = new_w, *(a if a is None else np.array(b, dtype=a.dtype) for a, b in pairs)
            named = {k: v for k, v in zip(state, new[1:], strict=True) if v is not None}
            changes.append((i, w, new[0], kept | {"step": t} | named))
        blocks.run(jobs, size)
        for i, w, new_w, new_state in changes:
            if new_w is not w:
                w[...] = new_w
            self.state[i] = new_state

    def _updated(self, names, group, hyper, w, g, *state):
        """What the rule makes of a parameter and its state, or of a block of them."""
        if group["maximize"]:
            g = -g
        if "weight_decay" not in hyper and np.any(group.get("weight_decay", 0)):
            g = g + _plain(group["weight_decay"]) * w
        # A rule that writes into what it was given would break "all or nothing": read-only views.
        new = self.update(*map(_frozen, (w, g, *state)), **hyper)
        if not isinstance(new, tuple) or len(new) != 1 + len(state):
            raise TypeError(f"{self._name}.update must return (w, {', '.join(names)}) as a tuple")
        for old, value, name in zip((w, *state), new, ("w", *names), strict=True):
            if old is not None and np.shape(value) != old.shape:
                raise ValueError(
                    f"{self._name}.update returned {name} of shape {np.shape(value)}, "
                    f"expected {old.shape}"
                )
        return new

    def _in_place(self, rule, w, g, state, group, hyper, programs, jobs):
        """Where a step can be taken part by part, add to ``jobs`` what takes it.

        Returns the arrays that these jobs are going to change, the parameter first: those that
        there are, if the rule is our own and cannot fail halfway, or else copies.
        """
        if not w.ndim or not w.size:
            return None
        new = [w, *state.values()]
        if not self._is_ours():
            new = [a if a is None else a.copy(order="K") for a in new]
        flat = blocks.flat([new[0], g, *new[1:]])
        if flat is None:
            return None
        kinds = [None if a is None else "array" if a.ndim else a.item() for a in new[1:]]
        key = id(group), hyper.get("t"), w.dtype, *kinds
        if key not in programs:
            programs[key] = self._program(rule, flat[0], flat[2:], group, hyper)
        if programs[key] is None:
            return None
        new_state = [a if a is None or a.ndim else a.copy() for a in new[1:]]
        scalars = [b if b is not None and b.ndim == 0 else None for b in new_state]
        jobs += programs[key].jobs(flat, scalars)
        return new[0], *new_state

    def _program(self, rule, w, state, group, hyper):
        """The rule for all parameters like w, compiled or recorded; None if it can't be either."""
        if compiled.numba:
            decay = 0.0 if "weight_decay" in hyper else _plain(group.get("weight_decay", 0.0))
            program = compiled.program(self.update, w, state, hyper, group["maximize"], decay)
            if program is not None:
                return program
        return recorded.record(rule, w, state)

    def _check_grads(self, grads):
        params = self._params
        if not isinstance(grads, list | tuple):
            raise TypeError(
                f"{self._name}: step takes a list of gradients, one per parameter, "
                f"got {type(grads).__name__}"
            )
        if len(grads) != len(params):
            raise ValueError(
                f"{self._name}: {len(grads)} gradients for {len(params)} parameters; "
                "give None for a parameter without one"
            )
        checked = [None if g is None else np.asarray(g) for g in grads]
        for i, (w, g) in enumerate(zip(params, checked, strict=True)):
            if g is not None and not _alike(g, w):
                raise ValueError(
                    f"{self._name}: gradient {i} has shape {g.shape} and dtype {g.dtype}, "
                    f"its parameter {w.shape} and {w.dtype}"
                )
        return checked

    def state_dict(self):
        """Everything but the parameters, as a flat dict of arrays: ``np.savez(f, **state_dict)``.

        Hyper-parameters stand under ``groups/0/lr``, state under ``state/0/step`` and so on.
        """
        flat = {}
        for i, group in enumerate(self.param_groups):
            flat |= {f"groups/{i}/{k}": _packed(group[k]) for k in self.defaults}
        for i, state in self.state.items():
            flat |= {f"state/{i}/{k}": np.array(v) for k, v in state.items()}
        return flat

    def load_state_dict(self, state_dict):
        """Take over what ``state_dict`` gave, or ``np.load`` of the file that it was saved to.

        The optimizer must have the same groups and parameters' shapes; if not, an error says where
        it differs, and nothing is changed.
        """
        flat = {key: np.array(state_dict[key]) for key in state_dict}
        hypers = []
        for i in range(len(self.param_groups)):
            hyper = {k: self._taken(flat, f"groups/{i}/{k}") for k in self.defaults}
            hypers.append({k: _unpacked(v, self.defaults[k]) for k, v in hyper.items()})
            self._check(hypers[i])
        groups = zip(self.param_groups, hypers, strict=True)
        states = {}
        for i, (w, hyper) in enumerate((w, h) for group, h in groups for w in group["params"]):
            if f"state/{i}/step" not in flat:
                continue  # this parameter had not been stepped yet
            states[i] = {"step": int(self._taken(flat, f"state/{i}/step"))}
            for name, start in self._state_of(w, {}, hyper).items():
                key = f"state/{i}/{name}"
                if start is not None or key in flat:
                    states[i][name] = self._taken(flat, key)
                if start is not None and not _alike(start, states[i][name]):
                    raise ValueError(
                        f"{self._name}: {key} has shape {states[i][name].shape} and dtype "
                        f"{states[i][name].dtype}, expected {start.shape} and {start.dtype}"
                    )
        if flat:
            raise ValueError(f"{self._name}: state_dict has unknown keys {sorted(flat)}")
        for group, hyper in zip(self.param_groups, hypers, strict=True):
            group.update(hyper)
        self.state = states

    def _taken(self, flat, key):
        if key not in flat:
            raise ValueError(f"{self._name}: state_dict lacks {key}")
        return flat.pop(key)


def _alike(a, b):
    return a.shape == b.shape and a.dtype == b.dtype


class _Shared:
    """What a gradient is (a view of), as in f(x, y) = xy, and which must wait for it."""

    def __init__(self, grads):
        self.grads = [g for g in grads if g is not None]
        self.views = [g for g in self.grads if g.base is not None]
        self.ids = set(map(id, self.grads))

    def __contains__(self, a):
        if a is None:
            return False
        others = self.views if a.base is None else self.grads
        return id(a) in self.ids or any(np.may_share_memory(a, g) for g in others)


def _flattened(values):
    for value in values:
        yield from value if isinstance(value, tuple | list) else [value]


def _broadcasts(shape, to):
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


def _plain(value):
    """A NumPy scalar as Python's: it must not turn a float32 parameter into float64."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value


def _frozen(array):
    if not isinstance(array, np.ndarray):  # None, or the scalar that -g makes of a 0-d array
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def _packed(value):
    """A hyper-parameter as an array that np.savez stores without pickle; NaN stands for None."""
    if isinstance(value, tuple | list):
        items = [np.nan if item is None else item for item in value]
        return np.stack(np.broadcast_arrays(*items))  # an array among numbers: a sweep
    return np.array("" if value is None else value)


def _unpacked(array, default):
    """A hyper-parameter as it was before :func:`_packed`."""
    if isinstance(default, tuple):
        return tuple(None if np.isnan(a).all() else a if a.ndim else a.item() for a in array)
    value = array.item() if array.ndim == 0 else array
    return None if isinstance(value, str) and not value else value
