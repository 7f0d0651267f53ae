"""Small books built with the real settings: launch buttons, figures, and what must fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import notebooks
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ADDRESS = "https://github.com/someone/optimizers"
POINT = (  # a PNG of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICTURE = new_output("display_data", {"image/png": POINT})
CAPTION = new_markdown_cell("**Figure.** A caption with $x$ in it.\n\nSee [Figure](#fig-one).")


def picture(name="fig-one", alt="A single point."):
    cell = new_code_cell("plot()", outputs=[PICTURE], execution_count=1)
    cell.metadata["mystnb"] = {"image": {"alt": alt} if alt else {}, "figure": {"name": name}}
    return cell


def build(folder, cells, address=""):
    """Build a book of one chapter; what Sphinx said, and its exit status."""
    shutil.copytree(notebooks.ROOT / "web", folder / "web")
    for file in ("_config.yml", "references.bib"):
        shutil.copy(notebooks.ROOT / file, folder)
    config = (folder / "_config.yml").read_text("utf8")
    assert config.count(f'  url: "{notebooks.repository_address()}"') == 1
    config = config.replace(f'url: "{notebooks.repository_address()}"', f'url: "{address}"')
    (folder / "_config.yml").write_text(config, "utf8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters: [file: chapters/one]\n"
    )
    (folder / "index.md").write_text("# Book\n")
    (folder / "chapters").mkdir()
    chapter = new_notebook(cells=[new_markdown_cell("# One"), *cells], metadata=notebooks.METADATA)
    nbformat.write(chapter, folder / "chapters" / "one.ipynb")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-q", "-W", "-n"]
    log = folder / "log"  # not a pipe: a helper process left behind would keep that open
    with log.open("w") as said:
        status = subprocess.call([*command, "--keep-going", folder], stdout=said, stderr=said)
    return log.read_text("utf8"), status


def chapter_html(folder):
    return (folder / "_build" / "html" / "chapters" / "one.html").read_text("utf8")


def test_without_an_address_there_are_no_launch_buttons(tmp_path):
    said, status = build(tmp_path, [picture(), CAPTION])
    assert status == 0, said
    html = chapter_html(tmp_path)
    for word in ("colab", "binder", "github.com", "git+"):
        assert word not in html.lower().replace("logo_", "")
    assert "downloads/" not in html
    assert '<span class="caption-number">Figure 1 </span>' in html
    assert 'alt="A single point."' in html
    assert "Figure." not in html


def test_with_an_address_the_launch_buttons_lead_there(tmp_path):
    said, status = build(tmp_path, [picture(), CAPTION], ADDRESS)
    assert status == 0, said
    html = chapter_html(tmp_path)
    path = "someone/optimizers"
    for url in (
        f"https://colab.research.google.com/github/{path}/blob/main/chapters/one.ipynb",
        f"https://mybinder.org/v2/gh/{path}/main?urlpath=lab/tree/chapters/one.ipynb",
        f"https://github.com/{path}/issues/new",
    ):
        assert url in html


def test_the_site_offers_what_is_built_with_it(tmp_path, monkeypatch):
    file = tmp_path / "book.pdf"
    file.write_bytes(b"%PDF")
    monkeypatch.setenv("DOWNLOADS", str(file))
    said, status = build(tmp_path, [picture(), CAPTION])
    assert status == 0, said
    assert '<a href="../downloads/book.pdf" download>PDF' in chapter_html(tmp_path)
    assert (tmp_path / "_build/html/downloads/book.pdf").read_bytes() == file.read_bytes()


MISTAKES = {
    "A picture without alternative text.": [picture("fig-a", alt=""), CAPTION],
    "A picture without a label.": [picture(name="")],
    "A figure without a caption in the next cell.": [picture("fig-b"), new_markdown_cell("Text.")],
    "A caption without a labelled picture above it.": [new_markdown_cell("**Figure.** Orphan.")],
    "fig-none": [new_markdown_cell("See [Figure](#fig-none).")],
    "other.ipynb": [new_markdown_cell("See [there](other.ipynb).")],
    "nobody1900": [new_markdown_cell("After {cite:t}`nobody1900`.")],
    r"\wrong": [new_markdown_cell(r"A formula $\wrong$.")],
}


def test_mistakes_fail_the_build(tmp_path):
    said, status = build(tmp_path, [cell for cells in MISTAKES.values() for cell in cells])
    assert status != 0
    for complaint in MISTAKES:
        assert complaint in said
