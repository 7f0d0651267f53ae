"""Work on the chapters: execute them in place, count what is in them, set the book's address.

    python tools/notebooks.py execute [05-momentum ...]
    python tools/notebooks.py stats
    python tools/notebooks.py address https://github.com/OWNER/NAME

A chapter is stored executed, with its outputs. So that an unchanged chapter stays an unchanged
file, whatever differs from run to run or from machine to machine is left out when it is saved.
"""

import argparse
import ast
import re
import sys
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert.filters import strip_ansi

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
ASSIGNMENTS = ROOT / "assignments"
CONFIG = ROOT / "_config.yml"
CELL_TIMEOUT = 120  # seconds

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
CELL_METADATA = ("tags", "mystnb", "explorable")  # what the book reads, not an editor's state

SETUP = """\
# On Google Colab this installs optlib, the library of the book; anywhere else it does nothing.
import importlib.util
import sys

REPOSITORY = "{address}"
if importlib.util.find_spec("optlib") is None:
    if not REPOSITORY or "google.colab" not in sys.modules:
        raise ModuleNotFoundError(
            "This notebook needs optlib, which comes with the book: run `make lab` in the "
            "book's folder, or `pip install -e .` there, and restart the kernel."
        )
    %pip install --quiet "git+{{REPOSITORY}}"
"""


def repository_address():
    """The public address of the repository, or "" as long as there is none."""
    return yaml.safe_load(CONFIG.read_text("utf8"))["repository"]["url"]


def setup_source(address):
    return SETUP.format(address=address).rstrip("\n")


def chapter_paths(names=()):
    """The paths of the named chapters, with or without folder and suffix; of all without a name."""
    paths = [CHAPTERS / f"{Path(name).stem}.ipynb" for name in names]
    for path in paths:
        if not path.exists():
            known = ", ".join(p.stem for p in chapter_paths()) or "none yet"
            raise SystemExit(f"There is no chapter {path.stem!r}. Chapters: {known}.")
    return paths or sorted(CHAPTERS.glob("*.ipynb"))


def tags(cell):
    return cell.metadata.get("tags", [])


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def refresh_setup(notebook, address):
    """Write the setup cell as it must be; put one after the first cell if there is none."""
    cells = code_cells(notebook)
    if not cells or "setup" not in tags(cells[0]):
        notebook.cells.insert(1, nbformat.v4.new_code_cell(id="setup"))
    cell = code_cells(notebook)[0]
    cell.metadata["tags"] = ["setup", "remove-cell"]
    cell.source = setup_source(address)


def merge_streams(outputs):
    """Join neighbouring stream outputs: where they are cut depends on timing."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output.output_type == "stream" and output.name == last.get("name"):
            last["text"] += output.text
        else:
            merged.append(output)
    return merged


def normalise(notebook):
    """Leave out of an executed notebook whatever differs between two runs or two machines."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        cell.pop("attachments", None)
    for count, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
        cell.outputs = merge_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def save(notebook, path):
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, indent=1).rstrip("\n") + "\n"
    path.write_text(text, "utf8", newline="\n")


def execute(path, address):
    """Execute a chapter in a fresh kernel and save it; one that fails is left as it was."""
    notebook = nbformat.read(path, as_version=4)
    refresh_setup(notebook, address)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # not the kernel's remarks about its transport
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError) as error:
        number = client.code_cells_executed
        message = strip_ansi(str(error))
        raise SystemExit(f"{path.name}: code cell [{number}] failed.\n\n{message}") from None
    normalise(notebook)
    save(notebook, path)


def count(path):
    """What is in a chapter: words of prose, figures, exercises, asserts, code cells."""
    notebook = nbformat.read(path, as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"(?s)```.*?```|\$\$.*?\$\$|\$[^$]*\$|\{[\w:-]+\}`[^`]*`", " ", prose)
    text = re.sub(r"(?m)^:.*$", " ", text)  # fences and options of directives
    code = [cell.source for cell in code_cells(notebook) if "setup" not in tags(cell)]
    trees = [ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source)) for source in code]
    return {
        "words": len(re.findall(r"[^\W\d_][\w’'-]*", text)),
        "figures": len(re.findall(r"(?m)^\*\*Figure\.\*\*", prose)),
        "exercises": len(re.findall(r"(?m)^:::+\{exercise", prose)),
        "asserts": sum(isinstance(node, ast.Assert) for tree in trees for node in ast.walk(tree)),
        "code cells": len(code),
    }


def print_stats():
    rows = [{"chapter": path.stem, **count(path)} for path in chapter_paths()]
    if not rows:
        raise SystemExit("There is no chapter yet.")
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(len(str(value)) for value in column) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(str(value).rjust(width) for value, width in zip(row, widths, strict=True)))


def set_address(address):
    """Write the repository's address into _config.yml and into each notebook's setup cell."""
    if address and not re.fullmatch(r"https://[\w./-]+[\w-]", address):
        raise SystemExit(f"Not an address like https://github.com/OWNER/NAME: {address!r}")
    config = CONFIG.read_text("utf8")
    CONFIG.write_text(re.sub(r"(?m)^(  url: ).*$", rf'\g<1>"{address}"', config), "utf8")
    assignments = [
        path for place in ("source/*", "handout") for path in ASSIGNMENTS.glob(f"{place}/*.ipynb")
    ]
    for path in [*chapter_paths(), *assignments]:
        notebook = nbformat.read(path, as_version=4)
        refresh_setup(notebook, address)
        save(notebook, path)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("execute", help="execute chapters in place (default: all)")
    command.add_argument("chapter", nargs="*", help="name of a chapter, such as 05-momentum")
    commands.add_parser("stats", help="print a table of what is in each chapter")
    command = commands.add_parser("address", help="set the public address of the repository")
    command.add_argument("url", help='such as https://github.com/OWNER/NAME; "" to unset it')
    options = parser.parse_args(arguments)

    if options.command == "execute":
        for path in chapter_paths(options.chapter):
            print(f"executing {path.relative_to(ROOT)} …", file=sys.stderr, flush=True)
            execute(path, repository_address())
    elif options.command == "stats":
        print_stats()
    else:
        set_address(options.url)


if __name__ == "__main__":
    main()
