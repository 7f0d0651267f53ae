"""tools/notebooks.py on chapters of its own making."""

import nbformat
import notebooks
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def path(tmp_path):
    cells = [
        new_markdown_cell(
            "# Title\n\nThree words here, $x$ apart.\n\n:::{exercise} A\n:label: ex-a\n\nWhy?\n:::"
        ),
        new_code_cell("import sys\nfor i in range(3):\n    print(i, flush=True)\n1 + 1"),
        new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
        new_markdown_cell("**Figure.** A line."),
        new_code_cell("assert True, 'always'\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)"),
    ]
    cells[1].metadata["scrolled"] = True
    nbformat.write(new_notebook(cells=cells, metadata={"widgets": {}}), tmp_path / "01-one.ipynb")
    return tmp_path / "01-one.ipynb"


def test_an_unchanged_chapter_stays_an_unchanged_file(path):
    notebooks.execute(path, "")
    first = path.read_bytes()
    notebooks.execute(path, "")
    assert path.read_bytes() == first


def test_normal_form(path):
    notebooks.execute(path, "")
    chapter = nbformat.read(path, as_version=4)
    assert chapter.metadata == notebooks.METADATA
    setup, first, *_, last = notebooks.code_cells(chapter)
    assert chapter.cells[1] is setup and notebooks.tags(setup) == ["setup", "remove-cell"]
    assert first.metadata == {} and first.execution_count == 2
    assert [o.output_type for o in first.outputs] == ["stream", "execute_result"]
    assert first.outputs[0].text == "0\n1\n2\n"
    assert {o.name: o.text for o in last.outputs}["stderr"] == "2\n"


def test_a_failing_chapter_is_left_as_it_was(path):
    chapter = nbformat.read(path, as_version=4)
    chapter.cells.append(new_code_cell("1 / 0"))
    nbformat.write(chapter, path)
    before = path.read_bytes()
    with pytest.raises(
        SystemExit, match=r"01-one.ipynb: code cell \[5\] failed(.|\n)*ZeroDivision"
    ):
        notebooks.execute(path, "")
    assert path.read_bytes() == before


def test_stats(path):
    assert notebooks.count(path) == {
        "words": 9,
        "figures": 1,
        "exercises": 1,
        "asserts": 1,
        "code cells": 3,
    }


def test_address_is_written_everywhere(path, monkeypatch):
    config = path.parent / "_config.yml"
    config.write_text(notebooks.CONFIG.read_text("utf8"), "utf8")
    before = len(config.read_text("utf8").splitlines())
    monkeypatch.setattr(notebooks, "CONFIG", config)
    monkeypatch.setattr(notebooks, "CHAPTERS", path.parent)
    monkeypatch.setattr(notebooks, "ASSIGNMENTS", path.parent)
    handout = path.parent / "handout" / "adam.ipynb"
    handout.parent.mkdir()
    handout.write_bytes(path.read_bytes())
    for address in ("https://github.com/someone/optimizers", ""):
        notebooks.main(["address", address])
        assert notebooks.repository_address() == address
        assert len(config.read_text("utf8").splitlines()) == before
        for notebook in (path, handout):
            setup = notebooks.code_cells(nbformat.read(notebook, as_version=4))[0]
            assert f'REPOSITORY = "{address}"\n' in setup.source
    with pytest.raises(SystemExit, match="Not an address"):
        notebooks.main(["address", "not an address"])


def test_an_unknown_chapter_is_named(path, monkeypatch):
    monkeypatch.setattr(notebooks, "CHAPTERS", path.parent)
    with pytest.raises(SystemExit, match=r"no chapter '09-nine'\. Chapters: 01-one"):
        notebooks.main(["execute", "09-nine"])
