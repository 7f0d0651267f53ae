"""The engine of optlib.numpy: everything about an optimizer that is not its rule."""

import numpy as np

from optlib.algorithm import Algorithm


class Optimizer(Algorithm):
    """Base of the optimizers in NumPy.

    A subclass gives ``defaults`` and two static methods:

    - ``init(w)``: a dict of the state that one parameter has before its first step;
    - ``update(w, g, *state, *, t, lr, …)``: the rule, a pure function that returns the new
      parameter and the new state, in the same order.

    Since rules are elementwise, a hyper-parameter may be an array that broadcasts against the
    parameter: a sweep over 100 learning rates is one optimizer of a parameter with 100 rows.

    ``param_groups`` and ``state`` are as in torch.optim: a list of dicts whose hyper-parameters may
    be changed between steps, and a dict of the state by the parameter's number.
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
    def _params(self):
        return [w for group in self.param_groups for w in group["params"]]

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
        if not w.flags.writeable:
            raise ValueError(f"{self._name}: a parameter is read-only; it could not be updated")
        if any(np.shares_memory(w, other) for other in seen):
            raise ValueError(f"{self._name}: the same parameter, or a view of it, is given twice")
        for name in self.defaults:
            shape = np.shape(group[name])
            if isinstance(group[name], np.ndarray) and not _broadcasts(shape, w.shape):
                raise ValueError(
                    f"{self._name}: {name} of shape {shape} does not broadcast "
                    f"to a parameter of shape {w.shape}"
                )

    def step(self, grads):
        """Take one step.

        ``grads`` has one gradient per parameter, in the parameters' order, of the same shape and
        dtype; ``None`` leaves its parameter, and its step count, as they are. NaN and infinity are
        numbers like others here: they pass through the rule into parameter and state, as in torch.
        An error leaves everything as it was.
        """
        params = self._params
        grads = self._check_grads(params, grads)
        changes = []  # written only when every update has succeeded: a step is all or nothing
        groups = [group for group in self.param_groups for _ in group["params"]]
        for i, (w, g, group) in enumerate(zip(params, grads, groups, strict=True)):
            if g is not None:
                state = self.state.get(i) or {"step": 0, **self.init(w)}
                changes.append((i, w, *self._updated(w, g, state, group)))
        for i, w, new_w, new_state in changes:
            w[...] = new_w
            self.state[i] = new_state

    def _updated(self, w, g, state, group):
        """The parameter and the state after one step, as new arrays."""
        t = state["step"] + 1
        hyper = {name: t if name == "t" else _plain(group[name]) for name in self._asked}
        if group["maximize"]:
            g = -g
        if (
            "weight_decay" in group
            and "weight_decay" not in hyper
            and np.any(group["weight_decay"])
        ):
            g = g + _plain(group["weight_decay"]) * w
        names = [name for name in state if name != "step"]
        # A rule that writes into what it was given would break "all or nothing": read-only views.
        new = self.update(_frozen(w), _frozen(g), *(_frozen(state[k]) for k in names), **hyper)
        if not isinstance(new, tuple) or len(new) != 1 + len(names):
            raise TypeError(f"{self._name}.update must return (w, {', '.join(names)})")
        for name, old, value in zip(
            ["w", *names], [w, *(state[k] for k in names)], new, strict=True
        ):
            if np.shape(value) != old.shape:
                raise ValueError(
                    f"{self._name}.update returned {name} of shape {np.shape(value)}, "
                    f"expected {old.shape}"
                )
        arrays = (np.array(a, dtype=w.dtype) for a in new[1:])
        return new[0], {"step": t, **dict(zip(names, arrays, strict=True))}

    def _check_grads(self, params, grads):
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
            if g is not None and (g.shape != w.shape or g.dtype != w.dtype):
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
            flat |= {f"groups/{i}/{k}": np.array(group[k]) for k in self.defaults}
        for i, state in self.state.items():
            flat |= {f"state/{i}/{k}": np.array(v) for k, v in state.items()}
        return flat

    def load_state_dict(self, state_dict):
        """Take over what ``state_dict`` gave, or ``np.load`` of the file that it was saved to.

        The optimizer must have the same groups and parameters' shapes; if not, an error says where
        it differs, and nothing is changed.
        """
        flat = {key: np.array(state_dict[key]) for key in state_dict}
        groups = [
            {
                k: _unpacked(self._taken(flat, f"groups/{i}/{k}"), default)
                for k, default in self.defaults.items()
            }
            for i in range(len(self.param_groups))
        ]
        states = {}
        for i, w in enumerate(self._params):
            if f"state/{i}/step" in flat:  # absent: this parameter has not been stepped yet
                states[i] = {"step": int(self._taken(flat, f"state/{i}/step"))}
                for name, array in self.init(w).items():
                    states[i][name] = value = self._taken(flat, f"state/{i}/{name}")
                    if value.shape != array.shape or value.dtype != array.dtype:
                        raise ValueError(
                            f"{self._name}: state/{i}/{name} has shape {value.shape} and dtype "
                            f"{value.dtype}, expected {array.shape} and {array.dtype}"
                        )
        if flat:
            raise ValueError(f"{self._name}: state_dict has unknown keys {sorted(flat)}")
        for hyper in groups:
            self._check(hyper)
        for group, hyper in zip(self.param_groups, groups, strict=True):
            group.update(hyper)
        self.state = states

    def _taken(self, flat, key):
        if key not in flat:
            raise ValueError(f"{self._name}: state_dict lacks {key}")
        return flat.pop(key)


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
    view = array.view()
    view.flags.writeable = False
    return view


def _unpacked(array, default):
    """A hyper-parameter as it was before state_dict made an array of it."""
    if isinstance(default, tuple):
        return tuple(a if a.ndim else a.item() for a in array)
    return array.item() if array.ndim == 0 else array
