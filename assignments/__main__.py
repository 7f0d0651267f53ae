"""The course: hand assignments out, grade what comes back.

python -m assignments list
python -m assignments handout  [NAME …] [--out DIR] [--seed N]
python -m assignments solution [NAME …] --out DIR [--seed N]
python -m assignments notes    [NAME …] --out DIR
python -m assignments grade SUBMISSIONS --out RESULTS [--assignment NAME] [--jobs N]
python -m assignments to-nbgrader RESULTS --gradebook gradebook.db
"""

import argparse
import os
from pathlib import Path

from assignments import versions


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m assignments",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="the assignments, with their points and times")
    for command, what in (
        ("handout", "the notebooks for students"),
        ("solution", "the notebooks to publish after the deadline"),
        ("notes", "points, known mistakes, model answers and rubrics, for teachers"),
    ):
        sub = commands.add_parser(command, help=what)
        sub.add_argument("names", nargs="*", metavar="NAME", help="default: all")
        # The handouts that the book links to stand in the repository.
        default = {"default": versions.HANDOUT} if command == "handout" else {"required": True}
        sub.add_argument("--out", type=Path, metavar="DIR", **default)
        if command != "notes":
            sub.add_argument("--seed", type=int, help="other data and numbers in the experiments")
    sub = commands.add_parser("grade", help="grade a folder of notebooks")
    sub.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    sub.add_argument("--out", type=Path, required=True, metavar="RESULTS")
    sub.add_argument("--assignment", choices=versions.names(), help="default: recognised")
    sub.add_argument("--jobs", type=int, default=os.cpu_count(), help="default: one a core")
    sub.add_argument("--seed", type=int, help="of the tests' inputs; default: drawn, and kept")
    sub.add_argument("--unsafe", action="store_true", help="run without a sandbox")
    sub = commands.add_parser("to-nbgrader", help="put the grades into nbgrader's gradebook")
    sub.add_argument("results", type=Path, metavar="RESULTS")
    sub.add_argument("--gradebook", type=Path, default=Path("gradebook.db"))
    options = parser.parse_args(arguments)
    COMMANDS[options.command](options)


def show_list(options):
    for name in versions.names():
        notebook, course = versions.source(name), versions.course(name)
        points = sum(c.metadata["nbgrader"]["points"] for c in versions.graded(notebook))
        print(f"{name:15} {course['minutes']:4} min {points:3} points  {versions.title(notebook)}")


def make(options):
    """Write handouts or solutions."""
    version = {"handout": versions.handout, "solution": versions.solution}[options.command]
    for name in _known(options.names):
        versions.write(version(name, options.seed), options.out / f"{name}.ipynb")
        print(options.out / f"{name}.ipynb")


def make_notes(options):
    options.out.mkdir(parents=True, exist_ok=True)
    for name in _known(options.names):
        (options.out / f"{name}.md").write_text(versions.notes(name), "utf8")
        print(options.out / f"{name}.md")


def _known(names):
    for name in names:
        if name not in versions.names():
            raise SystemExit(
                f"There is no assignment {name!r}. Assignments: {', '.join(versions.names())}."
            )
    return names or versions.names()


def grade(options):
    from assignments.grader.run import grade_folder  # NumPy and the sandbox, only where needed

    grade_folder(options)


def to_nbgrader(options):
    from assignments.grader.nbgrader import fill

    fill(options.results, options.gradebook)


COMMANDS = {
    "list": show_list,
    "handout": make,
    "solution": make,
    "notes": make_notes,
    "grade": grade,
    "to-nbgrader": to_nbgrader,
}

if __name__ == "__main__":
    main()
