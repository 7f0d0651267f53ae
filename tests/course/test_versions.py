"""What is handed out holds no solution, runs, and is what nbgrader would make of the source."""

import re

import nbformat
import notebooks
import pytest

from assignments import versions
from assignments.__main__ import main

every_assignment = pytest.mark.parametrize("name", versions.names())


def run(notebook):
    """Execute all cells, errors allowed, and return those that failed: (grade_id, error)."""
    from nbclient import NotebookClient

    client = NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True)
    client.execute()
    return [
        (cell.metadata.get("nbgrader", {}).get("grade_id"), output.ename)
        for cell in notebooks.code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error"
    ]


@every_assignment
def test_the_source_is_in_order(name):
    notebook = versions.source(name)
    nbformat.validate(notebook)
    ids = [versions.grade_id(c) for c in notebook.cells if versions.role(c) != "free"]
    assert len(ids) == len(set(ids)) and all(i.startswith(f"{name}-") for i in ids)
    tests = {versions.grade_id(c) for c in versions.graded(notebook) if versions.role(c) == "test"}
    assert tests == versions.checks_of(name).keys()
    for cell in versions.graded(notebook):
        if versions.role(cell) == "test":
            first, hidden = cell.source.splitlines()[0], cell.source.splitlines()[-5:]
            points = cell.metadata["nbgrader"]["points"]
            assert first.startswith(f"# Test [{points} point{'s' * (points != 1)}]: "), first
            assert hidden[0] == "### BEGIN HIDDEN TESTS" and hidden[-1] == "### END HIDDEN TESTS"
            assert hidden[3].startswith(f'check("{versions.grade_id(cell)}", ')
        else:
            assert "**Rubric.**" in cell.source
        assert versions.label(notebook, cell)
    points = sum(c.metadata["nbgrader"]["points"] for c in versions.graded(notebook))
    assert f"**Points**: {points}" in notebook.cells[0].source
    assert (notebooks.CHAPTERS / f"{versions.course(name)['chapter']}.ipynb").exists()
    assert notebook.cells[1].source == notebooks.setup_source(notebooks.repository_address())


@every_assignment
def test_the_handout_in_the_repository_is_up_to_date(name):
    stored = nbformat.read(versions.HANDOUT / f"{name}.ipynb", as_version=4)
    assert stored == versions.handout(name), "run: python -m assignments handout"


@every_assignment
def test_the_handout_holds_no_solution(name):
    handed_out = "\n".join(cell.source for cell in versions.handout(name).cells)
    assert "assignments" not in handed_out and "###" not in re.sub("####? ", "", handed_out)
    for cell in versions.source(name).cells:
        role = versions.role(cell)
        if role == "answer":
            assert cell.source not in handed_out
        if role == "solution":
            [solution] = re.findall(r"(?s)### BEGIN SOLUTION\n(.*?)\n *### END", cell.source)
            assert solution not in handed_out


@every_assignment
def test_an_empty_handout_fails_its_tests_and_nothing_else(name):
    failed = run(versions.handout(name))
    tests = versions.checks_of(name).keys()
    assert {i for i, _ in failed} == tests
    assert {error for _, error in failed} == {"NotImplementedError"}


@every_assignment
def test_the_solution_runs(name):
    notebook = versions.solution(name)
    assert run(notebook) == []
    assert "Rubric" not in str(notebook) and "SOLUTION" not in str(notebook)


def test_another_seed(tmp_path):
    main(["handout", "adam", "--out", str(tmp_path), "--seed", "7"])
    assert "SEED = 7" in (tmp_path / "adam.ipynb").read_text("utf8")


def test_notes_have_rubrics_and_points(tmp_path):
    main(["notes", "adam", "--out", str(tmp_path / "new")])
    text = (tmp_path / "new" / "adam.md").read_text("utf8")
    assert text.count("**Rubric.**") == 3 and "(−4)" in text


def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(SystemExit, match=r"no assignment 'adamm'.*adam"):
        main(["handout", "adamm", "--out", str(tmp_path)])
    assert not list(tmp_path.iterdir())


@every_assignment
def test_the_list_of_assignments_is_right(name):
    notebook, course = versions.source(name), versions.course(name)
    points = sum(c.metadata["nbgrader"]["points"] for c in versions.graded(notebook))
    row = rf"\| \[{re.escape(versions.title(notebook))}\]\(handout/{name}.ipynb\) \| "
    row += rf"\[[^]]+\]\(../chapters/{course['chapter']}.ipynb\) \| {course['minutes']} min \| "
    assert re.search(row + rf"{points} \|", (versions.HERE / "index.md").read_text("utf8"))
