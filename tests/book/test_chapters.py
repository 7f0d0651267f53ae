"""The state of the notebooks: nbval compares outputs, but lets a stripped notebook pass."""

import re
from collections import Counter

import nbformat
import notebooks
import pytest

MAX_NOTEBOOK = 1_500_000  # bytes
MAX_PICTURE = 140_000  # characters of base64
MACHINE_PATH = re.compile(r"/(home|root|tmp|work|Users|var/folders)/|\bC:\\")

PATHS = notebooks.chapter_paths()
BOOK = {path.stem: nbformat.read(path, as_version=4) for path in PATHS}


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def chapter(path):
    return BOOK[path.stem]


def outputs(chapter):
    for cell in notebooks.code_cells(chapter):
        for output in cell.outputs:
            yield cell, output


def pictures(cell):
    return [data for o in cell.outputs for kind, data in o.get("data", {}).items() if "png" in kind]


def test_there_are_chapters():
    assert PATHS


def test_every_code_cell_was_executed_in_order(chapter):
    counts = [cell.execution_count for cell in notebooks.code_cells(chapter)]
    assert counts == list(range(1, len(counts) + 1)), "execute the chapter: make execute"


def test_outputs_are_stored(chapter):
    """What prints or draws has its output: a notebook can be stripped of outputs alone."""
    for cell in notebooks.code_cells(chapter):
        if re.search(r"(?m)^(print\(|.*plt\.show\(\))", cell.source):
            assert cell.outputs, f"no output is stored for cell [{cell.execution_count}]"


def test_no_stored_error_without_a_tag(chapter):
    for cell, output in outputs(chapter):
        if output.output_type == "error":
            assert "raises-exception" in notebooks.tags(cell), "".join(output.traceback)


def test_no_warning_is_printed(chapter):
    for cell, output in outputs(chapter):
        assert output.get("name") != "stderr", f"cell [{cell.execution_count}]: {output.text}"


def test_no_path_of_a_machine(chapter):
    for cell in chapter.cells:
        texts = [cell.source, str(cell.metadata)]
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += [str(text) for kind, text in data.items() if not kind.startswith("image/")]
            texts += [str(output.get("text", "")), str(output.get("traceback", ""))]
        for text in texts:
            found = MACHINE_PATH.search(text)
            assert not found, f"{found[0]} in: {text[max(0, found.start() - 60) :][:200]}"


def test_size(path, chapter):
    assert path.stat().st_size <= MAX_NOTEBOOK
    for cell in notebooks.code_cells(chapter):
        for picture in pictures(cell):
            assert len(picture) <= MAX_PICTURE, f"cell [{cell.execution_count}]: {len(picture)}"


def test_stored_in_the_normal_form(path, tmp_path):
    chapter = nbformat.read(path, as_version=4)
    notebooks.normalise(chapter)
    notebooks.save(chapter, tmp_path / path.name)
    normal = (tmp_path / path.name).read_bytes()
    assert path.read_bytes() == normal, "store the chapter in its normal form: make execute"


def test_first_code_cell_is_the_setup_cell(chapter):
    first = notebooks.code_cells(chapter)[0]
    assert notebooks.tags(first) == ["setup", "remove-cell"]
    assert first.source == notebooks.setup_source(notebooks.repository_address())
    assert not first.outputs


def test_every_picture_is_a_figure(chapter):
    """One picture in a cell, with alternative text, a label, and a caption in the next cell."""
    for cell, following in zip(chapter.cells, [*chapter.cells[1:], {}], strict=True):
        if cell.cell_type != "code" or not pictures(cell):
            continue
        where = f"cell [{cell.execution_count}]"
        options = cell.metadata.get("mystnb", {})
        alt = options.get("image", {}).get("alt", "")
        assert len(pictures(cell)) == 1, f"{where} draws more than one picture"
        assert len(alt) >= 40 and alt.endswith("."), f"{where} has no sentence as alternative text"
        assert options.get("figure", {}).get("name", "").startswith("fig-"), f"{where} has no label"
        assert following.get("source", "").startswith("**Figure.** "), f"{where} has no caption"


def test_labels_are_unique():
    prose = "\n".join(c.source for b in BOOK.values() for c in b.cells if c.cell_type == "markdown")
    figures = [
        c.metadata.get("mystnb", {}).get("figure", {}).get("name")
        for b in BOOK.values()
        for c in b.cells
    ]
    labels = re.findall(r"(?m)^:label: (\S+)|^\((\S+)\)=", prose)
    counts = Counter([*filter(None, figures), *("".join(pair) for pair in labels)])
    assert not [label for label, count in counts.items() if count > 1]


def test_every_exercise_has_a_solution(chapter):
    prose = "\n".join(cell.source for cell in chapter.cells if cell.cell_type == "markdown")
    exercises = re.findall(r"(?m)^:::+\{exercise[^\n]*\n:label: (ex-\S+)", prose)
    assert len(exercises) == len(re.findall(r"(?m)^:::+\{exercise", prose)), "label: ex-…"
    assert exercises == re.findall(r"(?m)^:::+\{solution(?:-start)?\} (\S+)", prose)


def test_relative_links_lead_somewhere(path, chapter):
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+)[^)\s]*\)", cell.source):
                if not re.match(r"\w+:", target):
                    assert (path.parent / target).exists(), f"broken link: {target}"
