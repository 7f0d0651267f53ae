"""Live cells: the page's script, and what Python in the browser needs beside web/vendor/pyodide.

Packed at each build from the tree, so that the optlib on the page is the book's.
"""

import json
import zipfile
from pathlib import Path

from docutils import nodes

ROOT = Path(__file__).resolve().parents[1]
PYODIDE = ROOT / "web" / "vendor" / "pyodide"
PYTHON = ("pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def load_live(app, pagename, templatename, context, doctree):
    cells = doctree.findall(nodes.container) if doctree else []
    if any("tag_live" in cell["classes"] for cell in cells):
        app.add_js_file("live/page.js", loading_method="defer")
        app.add_css_file("live/live.css")


def pack_optlib(path):
    """The library without its other half, since PyTorch does not run in a browser."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for pattern in ("*.py", "numpy/*.py", "datasets/*"):
            for source in sorted((ROOT / "optlib").glob(pattern)):
                archive.write(source, source.relative_to(ROOT))


def write_live(app, exception):
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir, "_static", "live")
    pack_optlib(folder / "optlib.zip")
    size = {path.name: path.stat().st_size for path in PYODIDE.iterdir()}
    numpy = [name for name in size if name.startswith("numpy-")]
    wheels = [name for name in size if name.endswith(".whl")]
    sizes = {
        "python": sum(size[name] for name in [*PYTHON, *numpy]),
        "matplotlib": sum(size[name] for name in wheels if name not in numpy),
    }
    (folder / "sizes.json").write_text(json.dumps(sizes), "utf8")


def leave_out_of_print(app):
    """An e-book runs no code: it need not carry Python along."""
    if app.builder.name != "html":
        app.config.exclude_patterns += ["pyodide/**", "live/**"]


def setup(app):
    app.connect("builder-inited", leave_out_of_print)
    app.connect("html-page-context", load_live)
    app.connect("build-finished", write_live)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
