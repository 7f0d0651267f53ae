"""Every page: no error, no request to a host, accessible in both themes, and at home on a phone."""

import notebooks
import pytest

SITE = notebooks.ROOT / "_build" / "html"
PAGES = sorted(
    str(path.relative_to(SITE)) for path in SITE.rglob("*.html") if "_static" not in path.parts
)


# A chapter has thousands of coloured words of code, and of parts of formulas: their colours are
# those of the reference pages, and of the text.
ALIKE = {"exclude": [["pre"], [".katex"]]}


@pytest.mark.parametrize("name", PAGES)
def test_accessible_and_narrow(visit, violations, name):
    page = visit(name)
    page.add_style_tag(content="* { transition: none !important; }")  # colours half-way to dark
    for color_scheme in ("light", "dark"):
        page.emulate_media(color_scheme=color_scheme)
        context = ALIKE if name.startswith("chapters/") else None
        assert not violations(page, context), color_scheme
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
