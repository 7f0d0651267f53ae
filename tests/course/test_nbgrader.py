"""The sources as they are, in nbgrader: full marks for the solution, none for an empty release."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import notebooks
import pytest

from assignments import versions
from assignments.__main__ import main

nbgrader_api = pytest.importorskip(
    "nbgrader.api", reason="nbgrader is not installed (requirements-course.txt)"
)


def nbgrader(course, *arguments):
    """Run nbgrader in a copy of the folder assignments/."""
    environment = os.environ | {"PYTHONPATH": str(notebooks.ROOT)}
    done = subprocess.run(
        [Path(sys.executable).with_name("nbgrader"), *arguments],
        cwd=course, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    """nbgrader's API starts `alembic`, which stands beside this Python."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)


@pytest.fixture
def course(tmp_path):
    def make(name):
        shutil.copytree(versions.SOURCE / name, tmp_path / "source" / name)
        shutil.copy(versions.HERE / "nbgrader_config.py", tmp_path)
        nbgrader(tmp_path, "generate_assignment", name)
        return tmp_path

    return make


def hand_in(course, name, student, notebook):
    path = course / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("name", versions.names())
def test_nbgrader_grades_the_sources(name, course):
    folder = course(name)
    release = read(folder / "release" / name / f"{name}.ipynb")
    ours = versions.handout(name)
    assert [c.source for c in release.cells] == [c.source for c in ours.cells]
    hand_in(folder, name, "ann", read(folder / "source" / name / f"{name}.ipynb"))
    hand_in(folder, name, "bob", release)
    nbgrader(folder, "autograde", name)
    notebook = versions.source(name)
    by_tests = sum(
        c.metadata["nbgrader"]["points"]
        for c in versions.graded(notebook)
        if versions.role(c) == "test"
    )
    with nbgrader_api.Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        assert book.find_submission(name, "ann").score == by_tests
        assert book.find_submission(name, "bob").score == 0


def test_our_grades_go_into_its_gradebook(course, tmp_path, sandbox):
    folder, results = course("adam"), tmp_path / "results"
    for student, notebook in (
        ("ann", versions.solution("adam")),
        ("bob", versions.handout("adam")),
    ):
        hand_in(folder, "adam", student, notebook)
    main(["grade", str(folder / "submitted"), "--out", str(results)])
    table = results / "by-hand.csv"
    first, *lines = table.read_text("utf-8-sig").splitlines()
    end = next(i for i, line in enumerate(lines) if line.endswith(",,"))
    lines[end] = lines[end].removesuffix(",,") + ",1.5,Well argued."
    table.write_text("\n".join([first, *lines]) + "\n", "utf8")
    main(["to-nbgrader", str(results), "--gradebook", str(folder / "gradebook.db")])
    with nbgrader_api.Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        ann = book.find_submission("adam", "ann")
        assert (ann.score, ann.max_score) == (14.5, 20)
        assert ann.needs_manual_grade
        assert book.find_submission("adam", "bob").score == 0


def test_a_gradebook_without_the_assignment_says_what_to_do(tmp_path, sandbox):
    nbformat.write(versions.solution("adam"), tmp_path / "ann.ipynb")
    main(["grade", str(tmp_path), "--out", str(tmp_path / "results")])
    gradebook = tmp_path / "gradebook.db"
    with nbgrader_api.Gradebook(f"sqlite:///{gradebook}"):
        pass
    with pytest.raises(SystemExit, match="nbgrader generate_assignment adam"):
        main(["to-nbgrader", str(tmp_path / "results"), "--gradebook", str(gradebook)])
