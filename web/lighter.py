"""Lighter and more accessible pages than the theme's, in the order of the file:

- each page describes itself, and asks early for the fonts that it will need;
- pictures are smaller, loaded when they come into sight, and have their place kept for them;
- of the icons, only those that are used;
- no script of 1.5 MB for them, and a name for what has none.
"""

import base64
import io
import re
import textwrap
from functools import partial
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image

TEXT_FONTS = [
    "fonts/source-serif-4-latin-wght-normal.woff2",
    "fonts/source-serif-4-latin-wght-italic.woff2",
    "fonts/source-code-pro-latin-wght-normal.woff2",
]
FORMULA_FONTS = ["katex/fonts/KaTeX_Main-Regular.woff2", "katex/fonts/KaTeX_Math-Italic.woff2"]


def describe(app, pagename, templatename, context, doctree):
    """What the template layout.html puts into the head of the page."""
    first = doctree and doctree.next_node(nodes.paragraph)
    text = first.astext().replace("\\", "") if first else ""  # formulas as words
    context["description"] = textwrap.shorten(text, 200, placeholder=" …")
    formulas = bool(doctree and doctree.next_node(nodes.math))
    context["preloaded_fonts"] = TEXT_FONTS + FORMULA_FONTS * formulas


def lighten(app, exception):
    if exception or app.builder.name != "html":
        return
    outdir = Path(app.outdir)
    sizes = {path.name: compress(path) for path in outdir.glob("_images/*.png")}
    for page in outdir.rglob("*.html"):
        html = page.read_text("utf8")
        html = re.sub(r'src="([./]*_images/)([^"]*\.png)"', partial(source, sizes), html)
        html = re.sub(r"<script[^>]*/fontawesome\.js[^>]*></script>", "", html)
        html = html.replace("<summary><span", '<summary aria-label="Pages within"><span')
        html = html.replace(' aria-label="Toggle hidden content"', "")  # its text says more
        html = re.sub(' role="(doc-biblioentry|list)"', "", html)  # deprecated, or without items
        page.write_text(html, "utf8")
    for pattern in ("fontawesome.js*", "*.map", "*webpack-macros.html"):
        for file in (outdir / "_static").rglob(pattern):
            file.unlink()
    drop_unused_icons(outdir)


def compress(path):
    """Turn a PNG into WebP, without loss and 60% smaller; its width and height."""
    with Image.open(path) as image:
        image.save(path.with_suffix(".webp"), lossless=True)
        size = image.size
    path.unlink()
    return size


def source(sizes, match):
    """The attributes of a picture, in place of its src."""
    folder, name = match.groups()
    width, height = sizes[name]
    new = Path(name).with_suffix(".webp")
    return f'src="{folder}{new}" width="{width}" height="{height}" loading="lazy" decoding="async"'


def drop_unused_icons(outdir):
    """A font of 156 KB, and 1,900 rules, for the 20 icons that the pages show."""
    pages = "".join(path.read_text("utf8") for path in outdir.rglob("*.html"))
    used = set(re.findall(r"\bfa-[\w-]+", pages))
    theme = outdir / "_static" / "styles" / "pydata-sphinx-theme.css"
    css = re.sub(
        r'((?:\.fa-[\w-]+:before,?)+)\{content:"[^"]*"\}',
        lambda rule: rule[0] if used & set(re.findall(r"fa-[\w-]+", rule[1])) else "",
        theme.read_text("utf8"),
    )
    fonts = outdir / "_static" / "vendor" / "fontawesome" / "webfonts"
    font = TTFont(fonts / "fa-solid-900.ttf", recalcTimestamp=False)
    subsetter = subset.Subsetter()
    escaped = [int(code, 16) for code in re.findall(r'"\\(\w{4})"', css)]
    subsetter.populate(unicodes=escaped, text="".join(re.findall("[\ue000-\uf8ff]", css)))
    subsetter.subset(font)
    font.flavor = "woff"
    with io.BytesIO() as file:
        font.save(file)
        data = base64.b64encode(file.getvalue()).decode()
    css, found = re.subn(
        r'url\([^)]*fa-solid-900\.woff2\)[^,]*,url\([^)]*fa-solid-900\.ttf\) format\("truetype"\)',
        f'url("data:font/woff;base64,{data}") format("woff")',
        css,
    )
    assert found == 1, "the theme's icons are no longer where they were"
    theme.write_text(css, "utf8")


def setup(app):
    app.connect("html-page-context", describe)
    app.connect("build-finished", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
