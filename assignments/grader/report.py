"""What comes out of grading: tables, a page of feedback for each student, and a summary."""

import csv
import re
from collections import Counter
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from assignments import versions
from assignments.grader import similar

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
MARKDOWN = MarkdownIt("zero").enable(["backticks", "emphasis"])  # all else is text, HTML too
TEMPLATES.filters["markdown"] = lambda text: Markup(MARKDOWN.renderInline(text))
BY_HAND = "by-hand.csv"
OUTDATED = "(outdated) "
COLUMNS = ("student", "notebook", "question", "points", "answer", "score", "comment")


class Graded:
    """A submission with its grades, those given by hand included."""

    def __init__(self, submission, grades, errors, by_hand):
        self.submission, self.errors = submission, errors
        self.grades = []
        for grade in grades:
            if grade.score is None and (entered := by_hand.get(_key(submission, grade))):
                grade = grade._replace(score=entered[0], feedback=entered[1])
            self.grades.append(grade)

    @property
    def points(self):
        return sum(grade.points for grade in self.grades)

    @property
    def score(self):
        """The points so far."""
        return sum(grade.score or 0 for grade in self.grades)

    @property
    def open(self):
        """The points that are still to be given by hand."""
        return sum(grade.points for grade in self.grades if grade.score is None)


def read_by_hand(folder):
    """The scores and comments that a teacher has entered: by notebook, question and answer."""
    path = folder / BY_HAND
    entered = {}
    for number, row in enumerate(_rows(path), start=2):
        if row["score"].strip():
            try:
                score = float(row["score"].replace(",", "."))
                valid = 0 <= score <= float(row["points"])
            except ValueError:
                valid = False
            if not valid:
                raise SystemExit(
                    f"{path}, line {number}: the score must be a number from 0 to "
                    f"{row['points']}, got {row['score']!r}. Nothing has been changed."
                )
            entered[row["notebook"], row["question"], row["answer"]] = score, row["comment"]
    return entered


def write_by_hand(folder, submissions, grades):
    """Write the table for grading by hand anew; what has been entered in it stays.

    A score belongs to the answer that it was given for. If the answer has changed since, the old
    line is kept below, and the new answer waits for a score.
    """
    path = folder / BY_HAND
    old = {(r["notebook"], r["question"], r["answer"]): r for r in _rows(path)}
    rows = []
    for submission in submissions:
        for grade in grades(submission):
            if grade.score is None:
                key = _key(submission, grade)
                row = {"student": _safe(submission.student), "points": f"{grade.points:g}"}
                row |= dict(zip(("notebook", "question", "answer"), key, strict=True))
                before = old.pop(key, {"score": "", "comment": ""})
                row |= {column: before[column] for column in ("score", "comment")}
                rows.append(row)
    for row in old.values():
        if row["score"].strip():
            name = row["notebook"].removeprefix(OUTDATED)
            rows.append(row | {"notebook": OUTDATED + name})
    _write(path, COLUMNS, [[row[column] for column in COLUMNS] for row in rows])


def _key(submission, grade):
    """The line of the table for grading by hand to which an answer belongs."""
    answer = submission.answers.get(grade.grade_id, "(no such cell)")
    return _safe(submission.notebook), grade.grade_id, _safe(answer)


def write_tables(folder, results):
    """One table an assignment: a line for each submission, a column for each graded cell."""
    for assignment in {r.submission.assignment for r in results}:
        mine = [r for r in results if r.submission.assignment == assignment]
        ids = [grade.grade_id for grade in mine[0].grades]
        rows = [
            [_safe(r.submission.student), _safe(r.submission.notebook)]
            + ["" if g.score is None else f"{g.score:g}" for g in r.grades]
            + [f"{r.score:g}", f"{r.open:g}", f"{r.points:g}"]
            for r in mine
        ]
        header = ["student", "notebook", *ids, "score", "still open", "of"]
        _write(folder / f"grades-{assignment}.csv", header, rows)


def write_problems(folder, submissions):
    """The table of what could not be graded."""
    rows = [[_safe(s.student), _safe(s.notebook), s.problem] for s in submissions if s.problem]
    _write(folder / "problems.csv", ["student", "notebook", "problem"], rows)


def write_similar(folder, submissions):
    rows = [
        [f"{share:.0%}", _safe(a.notebook), _safe(b.notebook)]
        for share, a, b in similar.pairs([s for s in submissions if not s.problem])
    ]
    _write(folder / "similar.csv", ["common", "notebook", "other notebook"], rows)
    return len(rows)


def write_feedback(folder, result):
    """The page for the student: points, and what is wrong, without the tests."""
    submission = result.submission
    notebook = versions.source(submission.assignment)
    labels = [versions.label(notebook, cell) for cell in versions.graded(notebook)]
    tasks = list(zip(labels, result.grades, strict=True))
    page = TEMPLATES.get_template("feedback.html").render(
        title=versions.title(notebook), result=result, tasks=tasks, student=submission.student
    )
    # Two names may differ in no letter that a file name can hold: the digest tells them apart.
    name = re.sub(r"[^\w.-]+", "_", submission.notebook.removesuffix(".ipynb"))[-80:]
    path = folder / "feedback" / f"{name}-{submission.digest[:8]}.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page, "utf8")


def summary(results, problems, similar_pairs):
    """What a teacher wants to know first, as text."""
    lines = []
    for assignment in sorted({r.submission.assignment for r in results}):
        mine = [r for r in results if r.submission.assignment == assignment]
        total = mine[0].points - mine[0].open
        scores = sorted(r.score for r in mine)
        lines += [
            f"{assignment}: {len(mine)} submissions, {mine[0].points:g} points, of which "
            f"{mine[0].open:g} are still to be given by hand",
            f"  median {scores[len(scores) // 2]:g} of {total:g}",
        ]
        bins = Counter(min(int(10 * s / total), 9) if total else 0 for s in scores)
        lines += [
            f"  {10 * b:3}–{10 * b + 10:3}% {'█' * bins[b]} {bins[b]}"
            for b in range(10) if bins[b]
        ]  # fmt: skip
        wrong = Counter(g.feedback for r in mine for g in r.grades if g.score == 0 and g.feedback)
        lines += ["  commonest:"] if wrong else []
        lines += [f"  {n:4} × {_short(text)}" for text, n in wrong.most_common(8)]
    lines += [f"{len(problems)} could not be graded: problems.csv"] if problems else []
    lines += [f"{similar_pairs} pairs are nearly the same: similar.csv"] if similar_pairs else []
    return "\n".join(lines)


def _short(text):
    """One line of a feedback; of a traceback, the function and the last line."""
    lines = text.strip().splitlines()
    line = lines[0] if len(lines) == 1 else f"{lines[0].partition(':')[0]}: {lines[-1]}"
    return line if len(line) <= 90 else line[:89] + "…"


def _safe(text):
    """Text for a table that a spreadsheet will not take for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _rows(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not set(COLUMNS) <= rows[0].keys():
        raise SystemExit(f"{path} has lost columns; it needs {', '.join(COLUMNS)}.")
    return [{column: row[column] or "" for column in COLUMNS} for row in rows]


def _write(path, header, rows):
    """Write a table whole or not at all, with the mark by which Excel knows UTF-8."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    new.replace(path)
