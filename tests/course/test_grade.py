"""From a folder of notebooks to grades: whatever students hand in, and whatever they try."""

import csv
import json
import re
import sqlite3

import nbformat
import pytest

from assignments import versions
from assignments.__main__ import main
from assignments.grader import submissions


def grade(folder, out, *options):
    main(["grade", str(folder), "--out", str(out), "--jobs", "2", *options])


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def scores(out):
    return {row["notebook"]: float(row["score"]) for row in table(out / "grades-adam.csv")}


def save(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), "utf8")  # as it is, without nbformat's corrections


def solved(change=lambda cell: None):
    notebook = versions.solution("adam")
    for cell in notebook.cells:
        change(cell)
    return notebook


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def out(tmp_path, sandbox):
    return tmp_path / "out"


def test_full_marks_and_none(folder, out, capsys):
    save(solved(), folder / "ann" / "adam" / "adam.ipynb")  # nbgrader's tree
    save(versions.handout("adam"), folder / "bob.ipynb")
    save(versions.source("adam"), folder / "teacher.ipynb")
    grade(folder, out)
    assert scores(out) == {"ann/adam/adam.ipynb": 13, "bob.ipynb": 0, "teacher.ipynb": 13}
    assert {row["student"] for row in table(out / "grades-adam.csv")} == {"ann", "bob", "teacher"}
    assert "3 submissions" in capsys.readouterr().out
    [page] = (out / "feedback").glob("bob-*.html")
    text = page.read_text("utf8")
    assert "adam_step has not been written yet." in text and "0 of 20" in text


def test_it_goes_on_where_it_stopped_and_gives_the_same(folder, out, monkeypatch, capsys):
    from assignments.grader import grade as grading

    for i in range(3):
        save(solved(), folder / f"s{i}.ipynb")
    calls = []
    original = grading.grade

    def stop_at_the_third(submission, **options):
        calls.append(submission.notebook)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(submission, **options)

    monkeypatch.setattr(grading, "grade", stop_at_the_third)
    with pytest.raises(SystemExit, match="goes on where this one ended"):
        main(["grade", str(folder), "--out", str(out), "--jobs", "1"])
    assert len(calls) == 3
    grade(folder, out)
    assert 3 <= len(calls) <= 5 and calls.count("s0.ipynb") == 1
    before = (out / "grades-adam.csv").read_bytes()
    grade(folder, out)
    assert (out / "grades-adam.csv").read_bytes() == before
    assert "3 of them graded before" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="--seed"):
        grade(folder, out, "--seed", "-1")


def test_the_same_inputs_from_the_same_seed(folder, tmp_path, sandbox):
    wrong = solved(lambda c: c.update(source=c.source.replace("(1 - beta1) * g", "g")))
    save(wrong, folder / "ann.ipynb")
    texts = []
    for name in ("one", "two"):
        grade(folder, tmp_path / name, "--seed", "5")
        with sqlite3.connect(tmp_path / name / "results.sqlite") as connection:
            texts.append(
                connection.execute("SELECT grade_id, score, feedback FROM grade").fetchall()
            )
    assert texts[0] == texts[1]


def test_scores_by_hand_are_kept_and_counted(folder, out):
    save(solved(), folder / "ann.ipynb")
    grade(folder, out)
    path = out / "by-hand.csv"
    text = path.read_text("utf-8-sig")
    assert len(table(path)) == 3

    def enter(score):
        rows = table(path)
        rows[0] |= {"score": score, "comment": "Well argued."}
        with path.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)

    enter("1.5")
    grade(folder, out)
    assert scores(out) == {"ann.ipynb": 14.5}
    assert "Well argued." in next((out / "feedback").iterdir()).read_text("utf8")
    enter("3")
    kept = path.read_bytes()
    with pytest.raises(SystemExit, match=r"line 2.*from 0 to 2, got '3'"):
        grade(folder, out)
    assert path.read_bytes() == kept

    path.write_text(text, "utf8")
    enter("2")
    changed = solved(lambda c: c.update(source="Another answer.") if "answer" in versions.role(c)
                     else None)  # fmt: skip
    save(changed, folder / "ann.ipynb")
    grade(folder, out)
    notebook = [row["notebook"] for row in table(path)]
    assert notebook == ["ann.ipynb"] * 3 + ["(outdated) ann.ipynb"]
    assert scores(out) == {"ann.ipynb": 13}, "the score belongs to the older answer"


def broken(path, text):
    path.write_text(text, "utf8")


BROKEN = {
    "empty": "",
    "not-json": '{"cells": [',
    "a-list": "[]",
    "deep": "[" * 100_000,
    "no-cells": '{"nbformat": 4}',
    "cells-are-numbers": '{"nbformat": 4, "cells": [1, 2]}',
    "old": '{"nbformat": 3, "worksheets": []}',
    "another": '{"nbformat": 4, "cells": []}',
    "many-cells": json.dumps(
        {"nbformat": 4, "cells": [{"cell_type": "code", "metadata": {}, "source": ""}] * 3000}
    ),
    "numbers-as-marks": json.dumps({"nbformat": 4, "cells": [
        {"cell_type": "code", "metadata": {"nbgrader": 7, "tags": 3}, "source": 5}]}),
}  # fmt: skip


def test_broken_notebooks_are_reported_and_the_rest_is_graded(folder, out, tmp_path):
    for name, text in BROKEN.items():
        (folder / f"{name}.ipynb").write_text(text, "utf8")
    (folder / "binary.ipynb").write_bytes(bytes(range(256)) * 10)
    (folder / "giant.ipynb").write_text(" " * (submissions.MAX_BYTES + 1), "utf8")
    (folder / "folder.ipynb").mkdir()
    save(solved(), tmp_path / "elsewhere.ipynb")
    (folder / "link.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    (folder / "linked").symlink_to(tmp_path)
    save(solved(), folder / "ann.ipynb")
    grade(folder, out)
    assert scores(out) == {"ann.ipynb": 13}
    problems = {row["notebook"]: row["problem"] for row in table(out / "problems.csv")}
    expected = {*BROKEN, "binary", "giant", "link"}
    assert problems.keys() == {f"{name}.ipynb" for name in expected}
    assert "not opened" in problems["link.ipynb"] and "larger" in problems["giant.ipynb"]


def with_code(text):
    """The solution with more code in front of everything and behind it."""
    notebook = solved()
    for place in (0, len(notebook.cells)):
        notebook.cells.insert(place, nbformat.v4.new_code_cell(text))
    return notebook


def test_marks_that_a_notebook_gives_itself_count_for_nothing(folder, out):
    notebook = versions.handout("adam")
    notebook.metadata["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    for cell in notebook.cells:
        if versions.role(cell) == "test":  # easier tests, more points, and a grade
            cell.source = "assert True"
            cell.metadata["nbgrader"] |= {"points": 1000, "score": 1000, "locked": False}
    save(notebook, folder / "eve.ipynb")
    grade(folder, out)
    assert scores(out) == {"eve.ipynb": 0}
    assert table(out / "grades-adam.csv")[0]["of"] == "20"


def test_tampering_with_what_is_given_costs_and_gains_nothing(folder, out):
    def tamper(cell):
        if versions.role(cell) == "given":
            cell.source = "import numpy as np\nnp.allclose = lambda *a, **k: True\nSEED = 99"

    save(solved(tamper), folder / "ann.ipynb")
    notebook = solved()
    notebook.cells = [c for c in notebook.cells if versions.role(c) == "solution"]
    save(notebook, folder / "deleted.ipynb")
    doubled = solved()
    doubled.cells += versions.handout("adam").cells  # copied by accident, and not filled in
    save(doubled, folder / "doubled.ipynb")
    for cell in (lost := solved()).cells:
        cell.metadata = {}
    save(lost, folder / "lost.ipynb")
    grade(folder, out)
    assert scores(out) == {"ann.ipynb": 13, "deleted.ipynb": 13, "doubled.ipynb": 0}
    [problem] = table(out / "problems.csv")
    assert "--assignment" in problem["problem"]
    grade(folder, out, "--assignment", "adam")
    assert scores(out)["lost.ipynb"] == 13


def test_magics_errors_and_endless_cells_do_not_cost_the_rest(folder, out):
    save(with_code("%matplotlib inline\n!ls\n1 / 0"), folder / "ann.ipynb")
    save(with_code("def broken(:"), folder / "bob.ipynb")
    grade(folder, out)
    assert scores(out) == {"ann.ipynb": 13, "bob.ipynb": 13}
    [page] = (out / "feedback").glob("ann-*.html")
    assert "ZeroDivisionError" in page.read_text("utf8")


def test_what_students_write_stays_text(folder, out):
    def answer(cell):
        if versions.role(cell) == "answer":
            cell.source = "=HYPERLINK(1)<script>alert(1)</script>"

    name = "<b>=cmd' or 1;--.ipynb"
    notebook = solved(answer)
    notebook.cells.append(
        nbformat.v4.new_code_cell("raise ValueError('<script>alert(1)</script>')")
    )
    save(notebook, folder / name)
    grade(folder, out)
    assert scores(out) == {name: 13}
    assert all(row["answer"].startswith("'=") for row in table(out / "by-hand.csv"))
    [page] = (out / "feedback").iterdir()
    assert re.fullmatch(r"[\w.-]+", page.name)
    text = page.read_text("utf8")
    assert "<script>" not in text and "&lt;script&gt;" in text and "<b>" not in text


def test_feedback_does_not_show_the_hidden_test(folder, out):
    save(solved(lambda c: c.update(source=c.source.replace("1 - beta2**t", "1 - beta2"))),
         folder / "ann.ipynb")  # fmt: skip
    grade(folder, out)
    text = next((out / "feedback").iterdir()).read_text("utf8")
    assert "adam_step" in text and not re.search(r"\d\.\d{4}", text), "no numbers of the test"


def test_similar_submissions_are_reported(folder, out):
    def comment(cell):
        if versions.role(cell) == "answer":
            cell.source = "I think that the first step is three times as long as it should be. " * 3

    save(solved(comment), folder / "ann.ipynb")
    save(solved(comment), folder / "bob.ipynb")
    other = solved(lambda c: c.update(source=" ".join(f"word{i}" for i in range(900)))
                   if versions.role(c) == "answer" else None)  # fmt: skip
    save(other, folder / "cyd.ipynb")
    grade(folder, out)
    [pair] = table(out / "similar.csv")
    assert {pair["notebook"], pair["other notebook"]} == {"ann.ipynb", "bob.ipynb"}


def test_a_wrong_folder_is_named(tmp_path, folder):
    with pytest.raises(SystemExit, match="nowhere is not a folder"):
        grade(tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(SystemExit, match="no notebooks"):
        grade(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
