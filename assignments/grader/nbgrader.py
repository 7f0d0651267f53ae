"""Our grades in nbgrader's gradebook, from where its own tools go on."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from assignments.grader import report


def fill(results, gradebook):
    """Put the scores of a folder of results into a gradebook that knows the assignments.

    The gradebook knows an assignment once ``nbgrader generate_assignment`` has been run. Scores by
    tests become nbgrader's auto scores, those by hand its manual scores; comments go along.
    """
    try:
        from nbgrader.api import Gradebook, MissingEntry
    except ImportError:
        raise SystemExit(
            "This needs nbgrader: .venv/bin/python -m pip install -r requirements-course.txt"
        ) from None
    database = results / "results.sqlite"
    if not database.exists() or not gradebook.exists():
        missing = gradebook if database.exists() else database
        raise SystemExit(f"There is no {missing}.")
    by_hand = {
        (n, question): given for (n, question, _), given in report.read_by_hand(results).items()
    }
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT student, assignment, notebook, grade_id, score FROM grade "
            "JOIN submission USING (notebook)"
        ).fetchall()
    # nbgrader starts `alembic`, which stands beside this Python.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with Gradebook(f"sqlite:///{gradebook.absolute()}") as book:
        for assignment in {row[1] for row in rows}:
            try:
                book.find_assignment(assignment)
            except MissingEntry:
                raise SystemExit(
                    f"The gradebook does not know {assignment!r}. First run, in the folder "
                    f"assignments: nbgrader generate_assignment {assignment}"
                ) from None
        for student, assignment, notebook, grade_id, score in rows:
            book.update_or_create_student(student)
            book.update_or_create_submission(assignment, student)
            grade = book.find_grade(grade_id, assignment, assignment, student)
            if score is not None:
                grade.auto_score, grade.needs_manual_grade = score, False
            elif (notebook, grade_id) in by_hand:
                entered, comment = by_hand[notebook, grade_id]
                grade.manual_score, grade.needs_manual_grade = entered, False
                book.find_comment(
                    grade_id, assignment, assignment, student
                ).manual_comment = comment
            else:
                grade.needs_manual_grade = True
        book.db.commit()
        print(f"{len({row[2] for row in rows})} submissions are in {gradebook}.")
