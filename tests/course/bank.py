"""The bank of wrong submissions: the solution of an assignment with known mistakes put in."""

import inspect
import re
import textwrap

from assignments import versions


def submission(assignment, mistakes=()):
    """The code cells of a solved notebook, with each mistake in the place of its function."""
    cells = versions.solution(assignment).cells
    code = [c.source for c in cells if versions.role(c) in ("given", "solution")]
    for mistake in mistakes:
        [place] = [i for i, text in enumerate(code) if defines(text, mistake.of.name)]
        code[place] = wrong_source(mistake)
    return code


def defines(text, name):
    return re.search(rf"(?m)^def {name}\(", text)


def wrong_source(mistake):
    """A mistake's source, under the name that the task asks for."""
    text = textwrap.dedent(inspect.getsource(mistake.function))
    text = text[text.index("def ") :]
    return text.replace(f"def {mistake.function.__name__}(", f"def {mistake.of.name}(", 1)
