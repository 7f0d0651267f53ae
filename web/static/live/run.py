"""Run a cell of a chapter in the browser, after those parts of the cells above that it needs.

Each run has variables of its own, made from the page as it stands: what the reader tried before,
and took back, is gone. What a cell needs is found by the names in it, so that a click need not
execute a whole chapter, nor load what the cell does not use.
"""

import ast
import base64
import contextlib
import copy
import io
import linecache
import platform
import re
import symtable
import sys
import traceback
from itertools import chain

import numpy

HERE, ABOVE = "this cell", "cell {} of this page"
AT_MOST = 100_000  # characters of output: more would only stop the page
DPI = 200  # twice that of the book's pictures, for sharp screens
NOT_HERE = {
    "torch": "PyTorch",
    "sklearn": "scikit-learn",
    "mlxtend": "mlxtend",
    "IPython": "IPython",
}
VERSIONS = f"Python {platform.python_version()}, NumPy {numpy.__version__}"


def parts(statements):
    """What can be taken from a cell: each import and definition by itself, all the rest as one."""
    rest = []
    for statement in statements:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                single = copy.copy(statement)
                single.names = [alias]
                yield [single]
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            yield [statement]
        elif not isinstance(statement, ast.Assert):  # the book's claims have been tested
            rest.append(statement)
    yield rest


def names(statements):
    """The names that statements bind, and those that must have been bound before them."""
    bound, needed, called = set(), set(), set()
    for statement in statements:
        table = symtable.symtable(ast.unparse(statement), "", "exec")
        symbols = table.get_symbols()
        assigned = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
        used = {s.get_name() for s in symbols if s.is_referenced()}
        if isinstance(statement, ast.AugAssign):
            used |= assigned
        # A loop may use the name that it binds; `x = f(x)` needs it from above.
        needed |= used - bound - (assigned if hasattr(statement, "body") else set())
        called |= inner_globals(table)
        bound |= assigned
    return bound, needed | called - bound


def inner_globals(table):
    """What functions look up when they are called."""
    found = {s.get_name() for s in table.get_symbols() if s.is_global()}
    return found.union(*map(inner_globals, table.get_children()))


def needed(above, code):
    """What the code needs of the cells above: for each of them its number and statements."""
    _, wanted = names(ast.parse(code, HERE).body)
    chosen = []
    for number in range(len(above), 0, -1):
        left = list(parts(ast.parse(above[number - 1], ABOVE.format(number)).body))
        taken, bound, before = [], set(), set()
        while more := [part for part in left if names(part)[0] & ((wanted | before) - bound)]:
            left = [part for part in left if part not in more]
            taken = sorted([*taken, *chain(*more)], key=lambda statement: statement.lineno)
            bound, before = names(taken)
        if taken:
            chosen.insert(0, (number, taken))
            wanted = wanted - bound | before
    return chosen


def needs_matplotlib(above, code):
    """Whether the cell, or what it needs of those above, draws: Matplotlib is worth waiting for."""
    try:
        text = [ast.unparse(statements) for _, statements in needed(above, code)]
        return bool(re.search(r"\b(matplotlib|figures)\b", "\n".join([*text, code])))
    except SyntaxError:
        return False  # and run() says where


class Output(io.TextIOBase):
    """Hands on what is printed, line by line."""

    def __init__(self, emit):
        self.emit, self.line, self.left = emit, "", AT_MOST

    def write(self, text):
        self.line += text
        if "\n" in text or len(self.line) > 1000:
            self.flush()
        return len(text)

    def flush(self):
        if self.line and self.left:
            self.emit("text", self.line[: self.left])
            self.left = max(0, self.left - len(self.line))
            if not self.left:
                self.emit("text", f"\n… cut off after {AT_MOST:,} characters\n")
        self.line = ""


def show_figures(emit):
    """Hand on each open figure, drawn as Jupyter draws it, and close it."""
    plt = sys.modules.get("matplotlib.pyplot")
    for number in plt.get_fignums() if plt else []:
        picture = io.BytesIO()
        plt.figure(number).savefig(picture, dpi=DPI, bbox_inches="tight")
        emit("picture", base64.b64encode(picture.getvalue()).decode())
        plt.close(number)


class Claims(ast.NodeTransformer):
    """An assert of the cell itself is noted if it no longer holds, and the cell goes on."""

    def visit_Assert(self, node):
        attempt = ast.parse("try: pass\nexcept AssertionError: _untrue('')").body[0]
        attempt.body = [node]
        attempt.handlers[0].body[0].value.args[0].value = ast.unparse(node)
        return ast.copy_location(attempt, node)

    def visit_FunctionDef(self, node):
        return node


def execute(statements, filename, namespace, show):
    """Execute statements; the value of a last expression is printed, as Jupyter does."""
    tree = Claims().visit(ast.Module(statements, []))
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.Expr(ast.Call(ast.Name("_print", ast.Load()), [last.value], []))
    exec(compile(ast.fix_missing_locations(tree), filename, "exec"), namespace)
    show()


def print_value(value):
    if value is not None:
        print(repr(value))


def explain(error):
    """A traceback of the reader's own lines, without those of libraries and of this file."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(
        frame for frame in told.stack if frame.filename.endswith(("this cell", "of this page"))
    )
    told.__cause__ = told.__context__ = None
    return "".join(told.format())


def run(above, code, emit):
    """Run a cell; emit(kind, text) gets text, picture, claim, missing and error, as they come."""
    output, told = Output(emit), set()

    def show(*args, **kwargs):
        output.flush()
        show_figures(emit)

    def untrue(claim):
        output.flush()
        if claim not in told:  # once, though it may stand in a loop
            emit("claim", claim)
        told.add(claim)

    def ignore(*args, **kwargs):
        pass

    namespace = {"__name__": "__main__", "_print": print_value, "_untrue": ignore}
    linecache.clearcache()
    for number, cell in enumerate(above, 1):
        remember(cell, ABOVE.format(number))
    remember(code, HERE)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            if needs_matplotlib(above, code):
                use_figures(ignore)
            with contextlib.redirect_stdout(io.StringIO()):
                for number, statements in needed(above, code):
                    execute(statements, ABOVE.format(number), namespace, ignore)
            if "matplotlib" in sys.modules:
                use_figures(show)
            namespace["_untrue"] = untrue
            execute(ast.parse(code, HERE).body, HERE, namespace, show)
        except BaseException as error:
            output.flush()
            module = str(getattr(error, "name", "")).rpartition(".")[2]  # of optlib.torch: torch
            if isinstance(error, ModuleNotFoundError) and module in NOT_HERE:
                emit("missing", NOT_HERE[module])
            else:
                emit("error", explain(error))
        output.flush()


def remember(code, filename):
    """For tracebacks, and for inspect.getsource."""
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)


def use_figures(show):
    """Matplotlib in the book's style, which chapters set beside their imports."""
    import matplotlib.pyplot as plt

    from optlib import figures

    figures.use()
    plt.close("all")
    plt.show = show
