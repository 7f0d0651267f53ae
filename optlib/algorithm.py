"""What both engines share: how an algorithm declares its hyper-parameters, and their ranges."""

import inspect

import numpy as np

from optlib import checks

# One table of ranges for both packages, in the notation that the error messages show.
RANGES = {
    "lr": "[0, inf)",
    "momentum": "[0, inf)",
    "dampening": "[0, 1]",
    "weight_decay": "[0, inf)",
    "lr_decay": "[0, inf)",
    "initial_accumulator_value": "[0, inf)",
    "momentum_decay": "[0, inf)",
    "betas": "[0, 1)",
    "alpha": "[0, 1)",
    "rho": "[0, 1)",
    "eps": "[0, inf)",
    "beta2_decay": "(-inf, 0]",
    "d": "[1, inf)",
    "ns_steps": "[1, 100)",
    "warmup_steps": "[0, inf)",
    "r": "[0, inf)",
    "weight_lr_power": "[0, inf)",
}
CHOICES = {"adjust_lr_fn": (None, "original", "match_rms_adamw")}


class Algorithm:
    """Base of both engines: an algorithm declares ``defaults`` and its rule ``update``.

    ``defaults`` maps each hyper-parameter to its default, in the order of the constructor's
    positional arguments. ``update`` asks for what it needs by keyword: hyper-parameters, and ``t``,
    the number of the step, from 1. Two hyper-parameters change the function that is minimised
    rather than the rule, so the engine applies them to the gradient, and no rule repeats them:
    ``maximize`` (-f for f), which every algorithm has, and ``weight_decay`` (the gradient λw of
    the penalty λ/2 ‖w‖²), unless the rule asks for it to do something else with it.
    """

    defaults: dict = {}
    elementwise = True  # whether each coordinate goes its own way, so that any part can go alone
    dimensions = None  # the number of dimensions that a parameter must have, if it matters

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        kind = inspect.Parameter
        cls.__signature__ = inspect.Signature(
            [
                kind("params", kind.POSITIONAL_OR_KEYWORD),
                *(
                    kind(name, kind.POSITIONAL_OR_KEYWORD, default=value)
                    for name, value in cls.defaults.items()
                ),
                kind("maximize", kind.KEYWORD_ONLY, default=False),
            ]
        )
        rule = inspect.signature(cls.update).parameters.values()
        start = inspect.signature(cls.init).parameters.values()
        cls._asked = [p.name for p in rule if p.kind is kind.KEYWORD_ONLY]
        cls._asked_at_start = [p.name for p in start if p.kind is kind.KEYWORD_ONLY]
        cls._unused = {}

    @staticmethod
    def init(w):
        """What the state of a parameter ``w`` starts as: a dict, in the order of ``update``.

        May ask for hyper-parameters by keyword, as ``update`` does. ``None`` stands for what is not
        needed, because one of them is off (zero or False) or the parameter has too few dimensions:
        the rule then gets None, and what it returns is not kept.
        """
        return {}

    @staticmethod
    def update(w, g, *state):
        """The rule; each algorithm has its own."""
        raise NotImplementedError("an optimizer needs a static method update(w, g, *state, …)")

    @classmethod
    def _bind(cls, *args, **kwargs):
        """The constructor's arguments as (params, hyper-parameters), defaults filled in."""
        try:
            bound = cls.__signature__.bind(*args, **kwargs)
        except TypeError as error:
            usage = f"{cls.__name__}{cls.__signature__}"
            raise TypeError(f"{cls.__name__}: {error}; usage: {usage}") from None
        bound.apply_defaults()
        hyper = dict(bound.arguments)
        return hyper.pop("params"), hyper

    def _state_of(self, w, state, group):
        """The state that ``update`` takes, in its order: what there is, the rest as ``init`` says.

        The rest is all of it at the first step, and what a flag that was switched on later needs;
        None in place of what is not needed, even if it is there from before a flag went off. Which
        slots these hyper-parameters do without is remembered: ``init`` fills whole arrays.
        """
        key = (w.ndim, *(_is_on(group[name]) for name in self._asked_at_start))
        try:
            return {name: None if unused else state[name] for name, unused in self._unused[key]}
        except KeyError:  # something is missing
            start = self.init(w, **{name: group[name] for name in self._asked_at_start})
            self._unused[key] = [(name, value is None) for name, value in start.items()]
            return {k: v if v is None else state.get(k, v) for k, v in start.items()}

    def _is_ours(self):
        return (self.update.__module__ or "").startswith("optlib.")

    def _is_surely_elementwise(self):
        """Whether to run the rule in parts; a class with a rule of its own must say so itself."""
        return self.elementwise and (self._is_ours() or "elementwise" in vars(type(self)))

    @classmethod
    def _check(cls, hyper):
        """Refuse a hyper-parameter of the wrong type or outside its range."""
        for name, default in {**cls.defaults, "maximize": False}.items():
            value = hyper[name]
            if name in CHOICES:
                checks.one_of(cls.__name__, name, value, CHOICES[name])
            elif isinstance(default, tuple):
                if not isinstance(value, tuple | list) or len(value) != len(default):
                    raise TypeError(
                        f"{cls.__name__}: {name} must be {len(default)} numbers, got {value!r}"
                    )
                for i, item in enumerate(value):
                    if not (item is None and default[i] is None):
                        cls._check_number(f"{name}[{i}]", item, RANGES.get(name))
            elif isinstance(default, bool):
                if not isinstance(value, bool | np.bool_):
                    raise TypeError(f"{cls.__name__}: {name} must be True or False, got {value!r}")
            else:
                cls._check_number(name, value, RANGES.get(name))
        dampening = hyper.get("dampening", 0)
        if hyper.get("nesterov") and (np.any(dampening) or not np.all(hyper["momentum"])):
            raise ValueError(
                f"{cls.__name__}: nesterov needs momentum > 0 and dampening = 0, "
                f"got momentum={hyper['momentum']!r} and dampening={dampening!r}"
            )

    @classmethod
    def _check_dimensions(cls, w):
        if cls.dimensions is not None and w.ndim != cls.dimensions:
            raise ValueError(
                f"{cls.__name__}: a parameter must have {cls.dimensions} dimensions, "
                f"got shape {tuple(w.shape)}"
            )

    @classmethod
    def _check_number(cls, name, value, allowed):
        checks.number(cls.__name__, name, value, allowed or "(-inf, inf)")


def _is_on(value):
    return bool(value.any() if isinstance(value, np.ndarray) else value)
