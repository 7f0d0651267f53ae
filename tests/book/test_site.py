"""The built site, read as files: links, anchors, assets, formulas. `make book` builds it."""

import base64
import hashlib
import importlib
import io
import pkgutil
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import notebooks
import pytest
import yaml
from fontTools.ttLib import TTFont
from pages import SITE

import optlib

VENDOR = notebooks.ROOT / "web" / "vendor"
NOT_TEXT = {"script", "style", "pre", "code", "annotation"}


class Page(HTMLParser):
    """What the tests ask of a page: anchors, references, classes, and the text outside of code."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.references, self.classes = set(), [], []
        self.images, self.text, self.open = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.open.append(tag)
        self.ids.add(attributes.get("id"))
        self.classes += (attributes.get("class") or "").split()
        for name in ("href", "src", "poster", "data"):
            if attributes.get(name):
                self.references.append((tag, attributes[name]))
        if tag == "img":
            self.images.append(attributes)

    def handle_endtag(self, tag):
        while tag in self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not NOT_TEXT & set(self.open):
            self.text += data


PAGES = {path: Page(path.read_text("utf8")) for path in sorted(SITE.rglob("*.html"))}


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(SITE)))
def path(request):
    return request.param


@pytest.fixture
def page(path):
    return PAGES[path]


def toc_entries(node):
    """The names of the pages in _toc.yml."""
    if isinstance(node, list):
        return [entry for item in node for entry in toc_entries(item)]
    nested = [
        entry
        for key in ("parts", "chapters", "sections")
        for entry in toc_entries(node.get(key, []))
    ]
    return [node[key] for key in ("root", "file") if key in node] + nested


TOC = toc_entries(yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text("utf8")))


@pytest.mark.parametrize("name", TOC)
def test_every_page_of_the_contents_is_there(name):
    assert SITE / f"{name}.html" in PAGES, "build the site: make book"


def test_all_that_is_public_in_optlib_has_its_place_in_the_reference():
    ids = set().union(
        *(page.ids for path, page in PAGES.items() if path.parent.name == "reference")
    )
    for module in pkgutil.iter_modules(optlib.__path__, "optlib."):
        if module.name in ("optlib.algorithm", "optlib.checks"):  # what the others are made of
            continue
        names = vars(importlib.import_module(module.name))
        own = (n for n, v in names.items() if getattr(v, "__module__", "") == module.name)
        for name in names.get("__all__", own):
            assert name.startswith("_") or f"{module.name}.{name}" in ids, (module.name, name)


def test_every_chapter_is_in_the_contents():
    assert {f"chapters/{path.stem}" for path in notebooks.chapter_paths()} <= set(TOC)


@pytest.mark.parametrize("name", [name for name in TOC if name.startswith("chapters/")])
def test_every_chapter_can_be_downloaded(name):
    """The notebook that the page offers is the one in the repository, so the site is not stale."""
    download = SITE / "_sources" / f"{name}.ipynb"
    assert download.read_bytes() == (notebooks.ROOT / f"{name}.ipynb").read_bytes()
    links = [target for _, target in PAGES[SITE / f"{name}.html"].references]
    assert f"../_sources/{name}.ipynb" in links


def test_local_links_and_anchors(path, page):
    for _, target in page.references:
        url = urlsplit(target)
        if url.scheme or url.netloc:
            continue
        file = (path.parent / unquote(url.path)).resolve() if url.path else path
        file = file / "index.html" if file.is_dir() else file
        assert file.exists(), f"no such file: {target}"
        if url.fragment and file in PAGES:
            assert unquote(url.fragment) in PAGES[file].ids, f"no such anchor: {target}"


def test_nothing_comes_from_another_host(path, page):
    for tag, target in page.references:
        assert tag == "a" or not re.match(r"(https?:)?//", target), f"external: <{tag}> {target}"
    assert not re.search(
        r"mathjax\.js|tex-mml|thebe|fontawesome\.js|jsdelivr|unpkg", path.read_text("utf8"), re.I
    )


def test_style_sheets_stay_here():
    for sheet in SITE.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", sheet.read_text("utf8")), (
            sheet
        )


def test_icons_are_in_the_font():
    """Those of boxes and of the search, which the style sheet writes out as letters."""
    css = next(SITE.rglob("pydata-sphinx-theme.css")).read_text("utf8")
    icons = re.findall(r'--pst-icon-(?:info-circle|exclamation-triangle|search-minus):"(.)"', css)
    data = re.search(r"data:font/woff;base64,([^\")]+)", css)[1]
    font = TTFont(io.BytesIO(base64.b64decode(data)))
    assert len(icons) == 3 and {ord(icon) for icon in icons} <= font.getBestCmap().keys()


def test_formulas_are_rendered(page):
    assert page.classes.count("math") == page.classes.count("katex")
    assert "katex-error" not in page.classes
    assert not re.search(r"\\[(\[]|\$\$", page.text)


def test_pictures_say_what_they_show(page):
    for image in page.images:
        assert image.get("alt") is not None, image


def test_directives_and_roles_are_rendered(page):
    assert not re.search(r":::|\{(cite|numref|ref|eq)(:\w+)?\}", page.text)


def test_vendored_files_are_unchanged():
    lines = (VENDOR / "SHA256SUMS").read_text("utf8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ./") for line in lines)}
    files = [path for path in VENDOR.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    found = {
        p.relative_to(VENDOR).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    assert found == listed
