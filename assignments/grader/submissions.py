"""Finding the submissions in a folder, and reading them without believing anything in them."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from assignments import versions

MAX_BYTES = 20_000_000
MAX_CELLS = 2_000


@dataclass
class Submission:
    """One notebook of one student; ``problem`` says why it cannot be graded, if it cannot."""

    student: str
    notebook: str  # its path within the folder of submissions
    digest: str = ""
    assignment: str = ""
    code: list = field(default_factory=list)  # what runs, cell by cell
    answers: dict = field(default_factory=dict)  # by grade_id
    words: str = ""  # all that the student may have written, for the report of similar ones
    problem: str = ""


def find(folder, assignment=None):
    """The submissions in a folder: loose notebooks, a folder a student, or nbgrader's tree.

    The student is the first folder on the path to the notebook, or else the notebook's name.
    Links are not followed. ``assignment`` names the assignment of all; without it, each notebook
    is recognised by its cells.
    """
    folder = Path(folder)
    found = []
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(root) / name
            if path.suffix == ".ipynb":
                found.append(read(path, path.relative_to(folder), assignment))
    return found


def read(path, relative, assignment=None):
    """Read one notebook; whatever is wrong with it ends up in ``problem``."""
    student = relative.parts[0] if len(relative.parts) > 1 else relative.stem
    submission = Submission(_printable(student), _printable(str(relative)))
    try:
        data = _read_file(path)
        submission.digest = hashlib.sha256(data).hexdigest()
        cells = _cells(data)
        submission.assignment = assignment or recognise(cells)
        _sort(cells, submission)
    except Unreadable as error:
        submission.problem = str(error)
    return submission


class Unreadable(Exception):
    """The notebook cannot be graded; the message says why, to the teacher and the student."""


def recognise(cells):
    """The assignment with which the notebook shares most cells."""
    ids = {cell["id"] for cell in cells}
    shared = {name: len(ids & _roles(name).keys()) for name in versions.names()}
    name = max(shared, key=shared.get)
    if not shared[name]:
        raise Unreadable(
            "The notebook holds no cell of any assignment. If its metadata were lost, name the "
            "assignment: --assignment NAME."
        )
    return name


@cache
def _roles(assignment):
    """What the cells of an assignment are, by their grade_id."""
    cells = versions.source(assignment).cells
    return {versions.grade_id(c): versions.role(c) for c in cells if versions.role(c) != "free"}


def _read_file(path):
    if path.is_symlink() or not path.is_file():
        raise Unreadable("This is no file but a link or something else; it was not opened.")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The notebook is larger than {MAX_BYTES // 1_000_000} MB: clear outputs.")
    return data


def _cells(data):
    """The cells of a notebook, each as what is needed of it."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        if notebook["nbformat"] != 4:
            raise Unreadable("The notebook is in an old format: open it in Jupyter and save it.")
        cells = [_cell(cell) for cell in notebook["cells"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(
            f"The file is not a notebook, or is damaged ({type(error).__name__})."
        ) from None
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"The notebook has more than {MAX_CELLS} cells.")
    return cells


def _cell(cell):
    """Its type, its grade_id (or None), its text, and whether it is the book's setup cell."""
    text = cell["source"]
    text = text if isinstance(text, str) else "".join(text)
    marks = cell.get("metadata", {}).get("nbgrader", {})
    name = marks.get("grade_id")
    return {
        "type": cell["cell_type"],
        "id": name if isinstance(name, str) else None,
        "text": text.encode("utf-8", "replace").decode(),  # lone surrogates become "?"
        "setup": "setup" in cell["metadata"].get("tags", []),
    }


def _sort(cells, submission):
    """Take from the student's cells what is theirs; what was given is taken from the source."""
    source = versions.source(submission.assignment).cells
    roles = _roles(submission.assignment)
    given = {versions.grade_id(c): c.source for c in source if versions.role(c) == "given"}
    handed_out = {cell.source for cell in versions.handout(submission.assignment).cells}
    words = []
    for cell in cells:
        role = roles.get(cell["id"], "free")
        if role == "given":
            if cell["id"] in given:
                submission.code.append(given.pop(cell["id"]))
        elif role == "answer":
            submission.answers[cell["id"]] = cell["text"]
        elif role != "test" and cell["type"] == "code" and not cell["setup"]:
            submission.code.append(cell["text"])
        if role != "given" and cell["text"] not in handed_out:
            words.append(cell["text"])
    submission.code[:0] = given.values()  # those that the student deleted
    submission.words = "\n".join(words)


def _printable(text):
    return text.encode("utf-8", "backslashreplace").decode()
