"""The results of a grading run, in SQLite: what is done is kept, and an interrupted run goes on."""

import hashlib
import json
import secrets
import sqlite3
from pathlib import Path

from assignments import versions
from assignments.checking import tasks
from assignments.grader.grade import Grade

SCHEMA = """
CREATE TABLE IF NOT EXISTS run (seed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS submission (
    notebook TEXT PRIMARY KEY,  -- its path within the folder of submissions
    student TEXT NOT NULL,
    assignment TEXT NOT NULL,
    digest TEXT NOT NULL,       -- of the notebook
    version TEXT NOT NULL,      -- of the assignment that it was graded by
    errors TEXT NOT NULL        -- of its cells, a list in JSON
);
CREATE TABLE IF NOT EXISTS grade (
    notebook TEXT NOT NULL REFERENCES submission ON DELETE CASCADE,
    grade_id TEXT NOT NULL,
    points REAL NOT NULL,
    score REAL,                 -- NULL: to be graded by hand
    feedback TEXT NOT NULL,
    PRIMARY KEY (notebook, grade_id)
);
"""


class Store:
    """The database of one folder of results.

    The inputs of all tests come from ``seed``, which is drawn once and kept, so that grading again
    gives the same result.
    """

    def __init__(self, path, seed=None):
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.executescript(SCHEMA)
        [kept] = self.connection.execute("SELECT seed FROM run").fetchone() or [None]
        if kept is None:
            kept = secrets.randbelow(2**31) if seed is None else seed
            with self.connection:
                self.connection.execute("INSERT INTO run VALUES (?)", [kept])
        elif seed not in (None, kept):
            raise SystemExit(
                f"The results in {path} were made with --seed {kept}: leave the seed out to go "
                "on with them, or choose another folder for --out."
            )
        self.seed = kept

    def has(self, submission):
        """Whether this very notebook has been graded by this very version of its assignment."""
        row = self.connection.execute(
            "SELECT 1 FROM submission WHERE (notebook, student, assignment, digest, version) "
            "= (?, ?, ?, ?, ?)",
            _key(submission),
        )
        return row.fetchone() is not None

    def save(self, submission, grades, errors):
        """Keep the grades of a submission, all or none, in the place of older ones."""
        key = submission.notebook
        with self.connection:
            self.connection.execute("DELETE FROM submission WHERE notebook = ?", [key])
            self.connection.execute(
                "INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?)",
                [*_key(submission), json.dumps(errors)],
            )
            self.connection.executemany(
                "INSERT INTO grade VALUES (?, ?, ?, ?, ?)", [(key, *grade) for grade in grades]
            )

    def grades(self, submission):
        """The grades of a submission, in the order of its assignment, and its cells' errors."""
        rows = self.connection.execute(
            "SELECT grade_id, points, score, feedback FROM grade WHERE notebook = ? ORDER BY rowid",
            [submission.notebook],
        )
        [errors] = self.connection.execute(
            "SELECT errors FROM submission WHERE notebook = ?", [submission.notebook]
        ).fetchone()
        return [Grade(*row) for row in rows], json.loads(errors)


def _key(submission):
    """What the grades depend on."""
    return [
        submission.notebook,
        submission.student,
        submission.assignment,
        submission.digest,
        version(submission.assignment),
    ]


def version(assignment):
    """Which version of an assignment this is: a hash of its notebook and of its tests."""
    files = [
        versions.SOURCE / assignment / f"{assignment}.ipynb",
        Path(tasks(assignment).__file__),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
