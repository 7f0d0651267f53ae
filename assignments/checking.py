"""What the tests of an assignment are made of.

A task is a function that the student writes. It is checked from outside: ``call`` hands it inputs,
drawn afresh, and brings back what it returned, out of the sandbox (or, under nbgrader, out of the
next cell); what is right is computed here, by the reference. Each check stands for one graded cell
of the notebook, by its ``grade_id``, and is passed or failed as a whole; the points stand in the
notebook.

The known mistakes of a task are functions too. If all that a wrong submission returns is what a
known mistake returns, or right, its feedback is that mistake's docstring. The first that fits is
taken, so one that errs in a single case or part stands before those that err there and elsewhere.
"""

import copy
import importlib
import inspect
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from assignments.grader.channel import Code
from assignments.grader.sandbox import StudentError
from optlib.feedback import compare, difference


class Case(NamedTuple):
    """The arguments of one call."""

    args: tuple
    kwargs: dict


def case(*args, **kwargs):
    return Case(args, kwargs)


class Verdict(NamedTuple):
    """Whether a check is passed, and what the student reads."""

    passed: bool
    feedback: str


@dataclass
class Function:
    """A function that the student writes, and how it is known to go wrong.

    ``reference`` takes the same arguments and returns what is right; ``returns`` names what is
    returned, for the feedback: one name, or a tuple of names for a tuple.
    """

    name: str
    reference: callable
    returns: str | tuple = "the result"
    mistakes: list = field(default_factory=list)

    def mistake(self, *loses):
        """Decorator: a wrong version, its docstring the feedback, and the checks that it fails."""

        def register(function):
            self.mistakes.append(Mistake(self, function, loses))
            return function

        return register


class Mistake(NamedTuple):
    of: Function
    function: callable
    loses: tuple  # the grade_ids of all checks that it fails

    @property
    def feedback(self):
        return " ".join(inspect.getdoc(self.function).split())


class Check:
    """One graded cell: the cases to call the function with, and a judgement on what comes back.

    ``cases(rng)`` yields ``case(…)``s; what they hold is drawn from the generator ``rng``.
    """

    def __init__(self, grade_id, function, cases):
        self.grade_id, self.function, self.cases = grade_id, function, cases

    def run(self, call, rng):
        """The verdict on the function behind ``call(name, args, kwargs)``."""
        cases = list(self.cases(rng))
        try:
            replies = [call(self.function.name, *case) for case in cases]
            self.judge(cases, replies)
        except StudentError as error:
            if "NotImplementedError" in error.message:
                return Verdict(False, f"{self.function.name} has not been written yet.")
            return Verdict(False, error.message)
        except AssertionError as error:
            return Verdict(False, f"{self.function.name}: {error}")
        except Exception as error:  # no return value may stop the grading of others
            why = f"{type(error).__name__}: {error}"
            return Verdict(False, f"{self.function.name}: the result can't be judged ({why})")
        return Verdict(True, "")


class Values(Check):
    """The function returns what the reference returns."""

    def __init__(self, grade_id, function, cases, *, rtol=1e-9, atol=1e-12):
        super().__init__(grade_id, function, cases)
        self.tolerance = dict(rtol=rtol, atol=atol)

    def judge(self, cases, replies):
        got = [value for value, _, _ in replies]
        want = [run(self.function.reference, case) for case in cases]
        try:
            for value, right in zip(got, want, strict=True):
                compare(value, right, self.function.returns, **self.tolerance)
        except AssertionError:
            for mistake in self.function.mistakes:
                if self.grade_id in mistake.loses and self._explains(mistake, cases, got, want):
                    raise AssertionError(mistake.feedback) from None
            raise

    def _explains(self, mistake, cases, got, want):
        """Whether all that was returned is what the mistake gives, or is right."""
        try:
            return all(
                self._is_one_of(value, run(mistake.function, case), right)
                for case, value, right in zip(cases, got, want, strict=True)
            )
        except Exception:  # a known mistake may fail on some cases; then it is not this one
            return False

    def _is_one_of(self, value, wrong, right):
        """Equal to one or the other; part by part, if there are several."""
        if all(isinstance(x, tuple) for x in (value, wrong, right)):
            return len(value) == len(wrong) == len(right) and all(
                map(self._is_one_of, value, wrong, right)
            )
        return any(difference(value, x, **self.tolerance) is None for x in (wrong, right))


class Unchanged(Check):
    """The function leaves the arrays of its caller as they were, those in a list too."""

    def judge(self, cases, replies):
        names = list(inspect.signature(self.function.reference).parameters)
        for case, (_, args, kwargs) in zip(cases, replies, strict=True):
            before = dict(zip(names, case.args, strict=False)) | case.kwargs
            after = dict(zip(names, args, strict=False)) | kwargs
            for name, value in before.items():
                arrays = value if isinstance(value, list) else [value]
                now = after[name] if isinstance(value, list) else [after[name]]
                assert len(arrays) == len(now) and all(map(_untouched, arrays, now)), (
                    f"the caller's {name} has been changed. `x += …` and `x[…] = …` change an "
                    "array in place; `x = x + …` makes a new one."
                )


def _untouched(before, after):
    """Whether an argument is as it was; of code, numbers and names nobody can say or needs to."""
    return not isinstance(before, np.ndarray) or np.array_equal(before, after, equal_nan=True)


class Judged(Check):
    """The function's results have a property: ``judge(value, *args, **kwargs)`` asserts it."""

    def __init__(self, grade_id, function, cases, judge):
        super().__init__(grade_id, function, cases)
        self.judgement = judge

    def judge(self, cases, replies):
        for case, (value, _, _) in zip(cases, replies, strict=True):
            run(lambda *args, value=value, **kwargs: self.judgement(value, *args, **kwargs), case)


def run(function, case):
    """Call a trusted function with copies of a case's arguments, and code made a function."""

    def made(value):
        if isinstance(value, Code):
            return eval(value.source, {"np": np, **value.names})
        return copy.deepcopy(value)

    return function(*map(made, case.args), **{k: made(v) for k, v in case.kwargs.items()})


def tasks(assignment):
    """The module of an assignment's tasks."""
    return importlib.import_module(f"assignments.tasks.{assignment}")


def checks_of(assignment):
    """The checks of an assignment: ``{grade_id: Check}``."""
    return {check.grade_id: check for check in tasks(assignment).CHECKS}


def functions_of(assignment):
    """The functions that a student writes for an assignment; several checks may look at one."""
    return list({id(c.function): c.function for c in checks_of(assignment).values()}.values())


def check(grade_id, function):
    """Under nbgrader, the hidden test: raise an AssertionError unless the function passes."""

    def call(name, args, kwargs):
        args, kwargs = run(lambda *args, **kwargs: (args, kwargs), Case(args, kwargs))
        try:
            return function(*args, **kwargs), args, kwargs
        except Exception as error:
            raise StudentError("raised", f"{type(error).__name__}: {error}") from None

    verdict = checks_of(grade_id.split("-")[0])[grade_id].run(call, np.random.default_rng())
    if not verdict.passed:
        raise AssertionError(verdict.feedback)
