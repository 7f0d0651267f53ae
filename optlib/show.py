"""Show in a chapter the very code that runs: NumPy's on the left, PyTorch's on the right.

>>> import optlib.numpy
>>> from optlib.show import source
>>> print(source(optlib.numpy.Adagrad.update).splitlines()[-1].strip())
return w, s
"""

import inspect
import textwrap

from IPython.display import display
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer


def side_by_side(left, right, *, titles=("NumPy", "PyTorch")):
    """Display the source of two functions or classes next to each other.

    The output is HTML where there is a page to show it (narrow ones stack the two), Markdown for
    print and plain text elsewhere. It is taken from the running code, and nbval compares it: a
    chapter cannot show code that is not the code.
    """
    pair = list(zip(titles, map(source, (left, right)), strict=True))
    display(
        {
            "text/html": _html(pair),
            "text/markdown": "\n\n".join(f"**{t}**\n\n```python\n{code}\n```" for t, code in pair),
            "text/plain": "\n\n".join(f"# {t}\n{code}" for t, code in pair),
        },
        raw=True,
    )


def source(thing):
    """The source of a function or class, without indentation and without its decorators."""
    lines = textwrap.dedent(inspect.getsource(thing)).rstrip().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "class ")))
    return "\n".join(lines[start:])


def _html(pair):
    # The layout is in the output itself, since Jupyter and Colab lack the book's style sheet;
    # colours come from the page: its Pygments classes in the book, plain text elsewhere.
    formatter = HtmlFormatter()
    sides = "".join(
        f'<div class="optlib-side"><p class="optlib-title"><strong>{title}</strong></p>'
        f"{highlight(code, PythonLexer(), formatter)}</div>"
        for title, code in pair
    )
    style = (
        "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));gap:1rem"
    )
    return f'<div class="optlib-pair" style="{style}">{sides}</div>'
