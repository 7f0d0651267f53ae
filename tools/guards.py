"""Break the rules of optlib, one sign, factor, constant or line at a time, and let the book notice.

    python tools/guards.py [RULE …]

For every rule of the chapters on optimizers, only its own chapter is run, cell by cell, until one
fails or prints something else. What a cell displays of the source is not compared, nor does torch's
fused kernel stand in for a broken rule: what is noticed is noticed in its results.
"""

import ast
import contextlib
import copy
import importlib
import io
import multiprocessing
import sys
import warnings

import matplotlib
import nbformat
import notebooks

CHAPTERS = {
    "sgd": "05-momentum",
    "sgd, with nesterov": "06-nesterov",
    "adagrad": "07-adagrad",
    "rmsprop": "08-rmsprop",
    "adadelta": "08-rmsprop",
    "adam": "09-adam",
    "adamax": "09-adam",
    "nadam": "09-adam",
    "adamw": "10-adamw",
}
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
NAMES = {"add_": "sub_", "sub_": "add_", "mul_": "div_", "div_": "mul_", "add": "sub", "mul": "div",
         "maximum": "minimum", "maximum_": "minimum_", "sqrt": "abs", "sqrt_": "abs_",
         "square": "abs", "addcdiv_": "addcmul_", "addcmul_": "addcdiv_"}  # fmt: skip


def mutants(function):
    """Pairs (what was changed, the function changed), for each single change."""
    for index, node in enumerate(ast.walk(function)):
        for what, change in changes(node):
            broken = copy.deepcopy(function)
            change(list(ast.walk(broken))[index])
            yield (
                f"line {node.lineno}: {ast.unparse(node)[:40]}: {what}",
                ast.fix_missing_locations(broken),
            )


def changes(node):
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield "another operator", lambda n: setattr(n, "op", OPERATORS[type(n.op)]())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "another number", lambda n: setattr(n, "value", n.value + 1)
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield "another function", lambda n: setattr(n, "attr", NAMES[n.attr])
    if isinstance(node, ast.keyword) and node.arg in ("alpha", "value", "weight"):
        yield "another sign", lambda n: setattr(n, "value", ast.UnaryOp(ast.USub(), n.value))
    if isinstance(node, ast.FunctionDef):
        for i, line in enumerate(node.body[:-1]):
            if isinstance(line, ast.Assign | ast.AugAssign | ast.Expr):
                yield f"without {ast.unparse(line)[:40]}", lambda n, i=i: n.body.pop(i)


def read(chapter):
    """The code cells, with what they printed, and whether an error is meant."""
    book = nbformat.read(notebooks.CHAPTERS / f"{chapter}.ipynb", as_version=4)
    for cell in notebooks.code_cells(book):
        printed = "".join(o.text for o in cell.outputs if o.output_type == "stream")
        if "setup" not in notebooks.tags(cell):
            yield cell.source, printed, "raises-exception" in notebooks.tags(cell)


def notices(chapter, owner, broken):
    """Whether the chapter fails, or prints something else, with the class's rule so broken."""
    module = sys.modules[owner.__module__]
    tree = ast.Module([broken], type_ignores=[])
    broken.decorator_list = []
    names = dict(vars(module))
    exec(compile(tree, module.__file__, "exec"), names)
    owner.update = staticmethod(names["update"])
    space = {"__name__": "__main__"}
    for source, printed, may_fail in read(chapter):
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                exec(compile(source, "cell", "exec"), space)
        except Exception:
            if not may_fail:
                return True
        if out.getvalue() != printed and not may_fail:
            return True
    return False


def judge(job):
    rule, side, what, broken = job
    module = importlib.import_module(f"optlib.{side}.{rule.split(',')[0]}")
    own = [c for c in vars(module).values() if getattr(c, "__module__", "") == module.__name__]
    (owner,) = (c for c in own if "update" in vars(c))
    return rule, side, what, notices(CHAPTERS[rule], owner, broken)


def jobs(rules):
    for rule in rules:
        for side in ("numpy", "torch"):
            path = notebooks.ROOT / "optlib" / side / f"{rule.split(',')[0]}.py"
            tree = ast.parse(path.read_text("utf8"))
            (function,) = (n for n in ast.walk(tree) if getattr(n, "name", "") == "update")
            yield rule, side, "", copy.deepcopy(function)  # the control: as it was
            for what, broken in mutants(function):
                yield rule, side, what, broken


def main(rules):
    matplotlib.use("agg")
    warnings.simplefilter("ignore")
    importlib.import_module("optlib.numpy")  # before the processes part: each then starts at once
    importlib.import_module("optlib.torch")
    importlib.import_module("optlib.show").display = lambda *_, **__: None
    counts = {}
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        for rule, side, what, noticed in pool.imap(judge, jobs(rules or CHAPTERS)):
            if not what:
                assert not noticed, f"{CHAPTERS[rule]} fails with the rule as it is"
                continue
            share = counts.setdefault((rule, side), [0, 0])
            share[0] += noticed
            share[1] += 1
            if not noticed:
                print(f"NOT NOTICED  {rule}, {side}: {what}", flush=True)
    print(f"{'rule':22}{'NumPy':>10}{'PyTorch':>10}   noticed by")
    for rule in rules or CHAPTERS:
        shares = ["{}/{}".format(*counts[rule, side]) for side in ("numpy", "torch")]
        print(f"{rule:22}{shares[0]:>10}{shares[1]:>10}   {CHAPTERS[rule]}")


if __name__ == "__main__":
    main(sys.argv[1:])
