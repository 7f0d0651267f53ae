"""The command `grade`: from a folder of notebooks to a folder of results."""

from assignments.grader import report, sandbox, submissions
from assignments.grader.grade import grade_all
from assignments.grader.store import Store


def grade_folder(options):
    """Grade what has not been graded yet, and write the tables, pages and the summary anew."""
    if not options.submissions.is_dir():
        raise SystemExit(f"{options.submissions} is not a folder.")
    kind = choose_sandbox(options.unsafe)
    found = submissions.find(options.submissions, options.assignment)
    if not found:
        raise SystemExit(f"There are no notebooks (*.ipynb) in {options.submissions}.")
    options.out.mkdir(parents=True, exist_ok=True)
    by_hand = report.read_by_hand(options.out)
    store = Store(options.out / "results.sqlite", options.seed)
    readable = [s for s in found if not s.problem]
    new = [s for s in readable if not store.has(s)]
    print(f"{len(found)} notebooks, {len(readable) - len(new)} of them graded before.")
    try:
        grade_all(new, store.save, seed=store.seed, kind=kind, jobs=options.jobs)
    except KeyboardInterrupt:
        raise SystemExit("Stopped. The same command goes on where this one ended.") from None
    except sandbox.Unavailable as error:
        raise SystemExit(f"The sandbox has stopped working: {error}") from None
    report.write_by_hand(options.out, readable, lambda s: store.grades(s)[0])
    results = [report.Graded(s, *store.grades(s), by_hand) for s in readable]
    report.write_tables(options.out, results)
    report.write_problems(options.out, found)
    for result in results:
        report.write_feedback(options.out, result)
    pairs = report.write_similar(options.out, found)
    print(report.summary(results, [s for s in found if s.problem], pairs))
    print(f"Everything is in {options.out}")


def choose_sandbox(unsafe):
    """The safest kind of sandbox that this machine has."""
    if unsafe:
        print("Without a sandbox: the students' code can do whatever you can do.")
        return "unsafe"
    for kind in ("bwrap", "userns"):
        if kind in sandbox.kinds():
            return kind
    raise SystemExit(str(sandbox.Unavailable()))
