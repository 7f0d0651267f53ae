"""Grading submissions: each in a sandbox of its own, several side by side."""

import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from assignments import versions
from assignments.checking import checks_of
from assignments.grader.sandbox import Limits, Session


class Grade(NamedTuple):
    """What a submission gets for one graded cell; no score yet where a person has to read."""

    grade_id: str
    points: float
    score: float | None
    feedback: str


def grade(submission, *, seed, kind, limits=None):
    """The grades of a submission, and the errors of its cells as texts."""
    cells = versions.graded(versions.source(submission.assignment))
    checks = checks_of(submission.assignment)
    grades = []
    with Session(submission.code, kind=kind, limits=limits or Limits()) as session:
        for cell in cells:
            name, points = versions.grade_id(cell), cell.metadata["nbgrader"]["points"]
            if versions.role(cell) == "answer":
                grades.append(Grade(name, points, None, ""))
                continue
            # The same inputs for all students, and others for each check and each seed.
            rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
            verdict = checks[name].run(session.call, rng)
            grades.append(Grade(name, points, points * verdict.passed, verdict.feedback))
        errors = [f"cell {i}: {error}" for i, error in enumerate(session.errors, start=1) if error]
    return grades, errors


def grade_all(submissions, save, *, seed, kind, jobs):
    """Grade many; ``save(submission, grades, errors)`` is called as each is done."""
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting = {pool.submit(grade, s, seed=seed, kind=kind): s for s in submissions}
        for done in tqdm(as_completed(waiting), total=len(waiting), unit="submission"):
            save(waiting[done], *done.result())
    finally:
        pool.shutdown(cancel_futures=True)
