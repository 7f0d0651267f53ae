"""What is made of an assignment's source: the handout, the solution and the teacher's notes."""

import copy
import re
from functools import cache
from pathlib import Path

import nbformat

from assignments.checking import checks_of, functions_of, tasks

HERE = Path(__file__).parent
SOURCE = HERE / "source"
HANDOUT = HERE / "handout"

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"  # as nbgrader has them
TEXT_STUB = "YOUR ANSWER HERE"


@cache
def names():
    """The names of all assignments, in the order of the course."""
    return sorted((p.name for p in SOURCE.iterdir()), key=lambda name: course(name)["order"])


@cache
def source(name):
    """The source notebook, which holds the solutions and the hidden tests; not to be changed."""
    return nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)


def course(name):
    """An assignment's place in the course: its order, chapter and time in minutes."""
    return source(name).metadata["course"]


def role(cell):
    """What a cell is: "given", "solution", "test", "answer", or "free"."""
    marks = cell.metadata.get("nbgrader")
    if marks is None:
        return "free"
    if marks["grade"]:
        return "answer" if marks["solution"] else "test"
    return "solution" if marks["solution"] else "given"


def grade_id(cell):
    return cell.metadata["nbgrader"]["grade_id"]


def graded(notebook):
    """The cells that give points."""
    return [cell for cell in notebook.cells if role(cell) in ("test", "answer")]


def title(notebook):
    return notebook.cells[0].source.splitlines()[0].removeprefix("# Assignment: ")


def question(notebook, answer):
    """The text that asks for an answer: the Markdown cell before it."""
    before = notebook.cells[: notebook.cells.index(answer)]
    return [cell.source for cell in before if cell.cell_type == "markdown"][-1]


def label(notebook, cell):
    """How a student knows a graded cell: what its test says, or the number of the question."""
    if role(cell) == "test":
        return re.match(r"# Test \[[^]]*\]: (.*)", cell.source)[1]
    return re.search(r"\*\*((?:Question|Report) \d[^*]*)\*\*", question(notebook, cell))[1]


def handout(name, seed=None):
    """The notebook that students get: without solutions, model answers and hidden tests."""
    return _version(name, seed, _to_handout)


def solution(name, seed=None):
    """The notebook to publish after the deadline: solved, without hidden tests and rubrics."""
    return _version(name, seed, _to_solution)


def _version(name, seed, change):
    notebook = copy.deepcopy(source(name))
    for cell in notebook.cells:
        change(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if seed is not None and role(cell) == "given":
                cell.source = re.sub(r"(?m)^SEED = \d+", f"SEED = {seed}", cell.source)
    return notebook


def _to_handout(cell):
    if role(cell) == "answer":
        cell.source = TEXT_STUB
    if role(cell) == "test":
        cell.metadata["tags"] = ["hide-input"]  # folded away on the site
        cell.metadata["mystnb"] = {"code_prompt_show": "Show the test",
                                   "code_prompt_hide": "Hide the test"}  # fmt: skip
    cell.source = _replace_region(cell.source, "SOLUTION", CODE_STUB)
    cell.source = _replace_region(cell.source, "HIDDEN TESTS", "")


def _to_solution(cell):
    if role(cell) == "answer":
        cell.source = cell.source.partition("\n**Rubric.**")[0].rstrip()
    cell.source = re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n?", "", cell.source).rstrip()
    cell.source = _replace_region(cell.source, "HIDDEN TESTS", "")


def _replace_region(text, what, stub):
    """Put ``stub`` in the place of each region between ### BEGIN and ### END."""

    def indented(match):
        return "".join(match["indent"] + line + "\n" for line in stub.splitlines())

    region = rf"(?ms)^(?P<indent> *)### BEGIN {what}\n.*?^ *### END {what}(\n|\Z)"
    return re.sub(region, indented, text).rstrip()


def notes(name):
    """What the teacher needs, as Markdown: points, what goes wrong, model answers, rubrics."""
    notebook, info, checks = source(name), course(name), checks_of(name)
    points = {grade_id(cell): cell.metadata["nbgrader"]["points"] for cell in graded(notebook)}
    by_tests = sum(points[i] for i in checks)
    lines = [
        f"# {title(notebook)}: notes for the teacher",
        "",
        f"Chapter: {info['chapter']}. Time: {info['minutes']} minutes. Points: "
        f"{sum(points.values())}, of which {by_tests} by tests.",
        "",
        "*Written before any class has had this assignment: times, and what students do, are what "
        "we expect.*",
        "",
        tasks(name).__doc__.strip(),
    ]
    for function in functions_of(name):
        mine = [c.grade_id for c in checks.values() if c.function is function]
        lines += ["", f"## `{function.name}`", ""]
        lines += [f"- `{i}`: {points[i]} points" for i in mine]
        lines += ["", "Known mistakes, what they cost, and what the student reads:", ""]
        for mistake in function.mistakes:
            cost = sum(points[i] for i in mistake.loses)
            lines.append(f"- {mistake.function.__name__} (−{cost}): {mistake.feedback}")
    for cell in notebook.cells:
        if role(cell) == "answer":
            lines += ["", f"## `{grade_id(cell)}`: {points[grade_id(cell)]} points", ""]
            lines += [question(notebook, cell), "", "*Model answer.* " + cell.source]
    return "\n".join(lines) + "\n"


def write(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
