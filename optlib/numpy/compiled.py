"""The rules compiled by numba: the very lines that the book prints, as a loop over elements.

One adjustment is needed. Where a Python number meets an array of float32, NumPy computes in
float32; where it meets an element of that array in a compiled loop, in float64, at half the speed.
So ``element(…)`` is put around every number that the source lets meet an element.
"""

import ast
import inspect
import textwrap
from functools import partial

import numpy as np

CHUNK = 2**19  # elements that one call of a compiled loop goes through
numba = None  # the module, while it is switched on
loops = {}


def use_numba(on=True):
    """Let numba run the elementwise rules from now on, or no longer.

    Results change by no more than rounding. The first step with a rule, dtype and set of flags
    takes a second or two, in which the rule is compiled. A rule that numba cannot compile is run
    by NumPy, as without this. Optimizers of :mod:`optlib.torch` that have no fused kernel in torch
    are run by it as well, if their parameters are on the CPU.

    Raises
    ------
    ImportError
        If numba is not installed: ``pip install 'optlib[fast]'``.
    """
    global numba
    if on:
        try:
            import numba
        except ImportError as error:
            message = "use_numba needs numba; install it with: pip install 'optlib[fast]'"
            raise ImportError(message) from error
    else:
        numba = None


def program(rule, w, state, hyper, maximize=False, decay=0.0):
    """The rule as a :class:`Program` for parameters like w, or None if numba cannot compile it.

    ``rule`` is the function as it is written, ``hyper`` what it takes by keyword. ``decay`` is the
    factor of the penalty's gradient, if that is to be added.
    """
    kinds = tuple(None if a is None else (a.ndim, a.dtype) for a in (w, *state))
    types = tuple(tuple(map(type, v)) if isinstance(v, tuple) else type(v) for v in hyper.values())
    key = (rule, kinds, tuple(hyper), types, bool(maximize), bool(decay))
    # t as a float: numba computes the power of an integer by a loop, for each element anew
    values = (w.dtype.type(decay), tuple(float(v) if k == "t" else v for k, v in hyper.items()))
    if key not in loops:
        loops[key] = _loop(rule, w.dtype.type, kinds[1:], tuple(hyper), maximize, decay, values)
    return None if loops[key] is None else Program(loops[key], values)


class Program:
    """A compiled loop and the values of the hyper-parameters."""

    def __init__(self, loop, values):
        self.loop, self.values = loop, values

    def jobs(self, flat, scalars):
        """Functions that together take one step, as :meth:`optlib.numpy.recorded.Program.jobs`."""
        w, arrays = flat[0], (*flat, *scalars)
        if w.size <= CHUNK:  # views would take longer than a small step
            return [partial(self.loop, *self.values, *arrays)]
        parts = [slice(start, start + CHUNK) for start in range(0, w.size, CHUNK)]
        return [
            partial(
                self.loop, *self.values, *(a[p] if a is not None and a.ndim else a for a in arrays)
            )
            for p in parts
        ]


def _loop(rule, element, kinds, names, maximize, decay, values):
    """The compiled loop over the elements, tried once; None if numba cannot compile it."""
    given = ["zero" if kind is None else f"s{k}[i]" if kind[0] else f"s{k}[()]"
             for k, kind in enumerate(kinds)]  # fmt: skip
    given += [f"{name}=hyper[{j}]" for j, name in enumerate(names)]
    new = "".join(f", n{k}" for k in range(len(kinds)))
    body = [
        f"g_i = {'-' * maximize}g[i]{' + decay * w[i]' if decay else ''}",
        f"n{new}, = rule({', '.join(['w[i]', 'g_i', *given])})",
    ]
    scalars = [f"o{k}[()] = n{k}" for k, kind in enumerate(kinds) if kind and not kind[0]]
    arrays = [f"s{k}[i] = n{k}" for k, kind in enumerate(kinds) if kind and kind[0]]
    slots = [f"{letter}{k}" for letter in "so" for k in range(len(kinds))]
    lines = [f"def loop({', '.join(['decay, hyper, w, g', *slots])}):"]
    if scalars:  # every element makes the same of them
        lines += [f"    {line}" for line in ["i = 0", *body, *scalars]]
    lines += ["    for i in range(w.size):"]
    lines += [f"        {line}" for line in [*body, "w[i] = n", *arrays]]
    try:
        scope = {"rule": _of_elements(rule, element), "zero": element(0)}
        exec("\n".join(lines), scope)
        loop = _jit(scope["loop"])
        ones = [None if kind is None else np.ones((1,) * kind[0], kind[1]) for kind in kinds]
        one = np.ones(1, element)
        loop(*values, one, one.copy(), *ones, *ones)
    except Exception:  # of many kinds: its source is not to be had, or is beyond numba
        return None
    return loop


def _jit(function):
    return numba.njit(function, nogil=True, error_model="numpy")  # where 1 / 0 is infinite


def _of_elements(rule, element):
    """The rule as a compiled function of elements."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule)))
    function = tree.body[0]
    function.decorator_list = []
    arguments = function.args
    scope = {**rule.__globals__, "element": element}
    tree = _Elements([a.arg for a in arguments.args], scope).visit(tree)
    arguments.args += arguments.kwonlyargs  # of which numba knows nothing
    arguments.kwonlyargs, arguments.kw_defaults = [], []
    exec(compile(ast.fix_missing_locations(tree), "<rule>", "exec"), scope)
    return _jit(scope[function.name])


class _Elements(ast.NodeTransformer):
    """Makes elements of the numbers that meet elements, and of other rules' calls compiled ones."""

    def __init__(self, names, scope):
        self.names, self.scope = set(names), scope  # the names of what is an element

    def is_element(self, node):
        if isinstance(node, ast.Compare):
            return False
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("float", "int", "bool"):
            return False
        if isinstance(node, ast.Name):
            return node.id in self.names
        return any(map(self.is_element, ast.iter_child_nodes(node)))

    def together(self, *nodes):
        """The nodes, numbers converted if one of them is an element."""
        if not any(map(self.is_element, nodes)):
            return list(nodes)
        name = ast.Name("element", ast.Load())
        return [n if self.is_element(n) else ast.Call(name, [n], []) for n in nodes]

    def visit_Assign(self, node):
        node.value = self.visit(node.value)
        change = self.names.update if self.is_element(node.value) else self.names.difference_update
        change(n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name))
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not (isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant)):
            node.left, node.right = self.together(node.left, node.right)
        return node

    def visit_IfExp(self, node):
        self.generic_visit(node)
        node.body, node.orelse = self.together(node.body, node.orelse)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        called = ast.unparse(node.func)
        owner, _, name = called.partition(".")
        if called in ("np.any", "np.all"):
            node.func = ast.Name("bool", ast.Load())  # of one number
        elif owner == "np":
            node.args = self.together(*node.args)
        elif isinstance(self.scope.get(owner), type):  # another rule, as AdamW's of Adam
            compiled = _of_elements(getattr(self.scope[owner], name), self.scope["element"])
            self.scope[f"{owner}_{name}"] = compiled
            node.func = ast.Name(f"{owner}_{name}", ast.Load())
        return node
