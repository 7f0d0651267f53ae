"""Every page: no error, no request to a host, accessible in both themes, and at home on a phone."""

import pages
import pytest

# A chapter has thousands of coloured words of code, and of parts of formulas, which would take axe
# minutes. A block whose every part looks like one that came before it is marked, to be left out.
MARK_ALIKE = """() => {
  const backgrounds = new Map();
  const background = (node) => {
    if (!node) return "none";
    if (!backgrounds.has(node)) {
      const own = getComputedStyle(node).backgroundColor;
      backgrounds.set(node, own.endsWith(", 0)") ? background(node.parentElement) : own);
    }
    return backgrounds.get(node);
  };
  const seen = new Set();
  for (const block of document.querySelectorAll("pre, .katex")) {
    let alike = true;
    for (const node of [block, ...block.querySelectorAll("*")]) {
      const { color, fontSize, fontWeight } = getComputedStyle(node);
      const looks = [node.tagName, node.className, node.role, node.tabIndex,
                     color, fontSize, fontWeight, background(node)].join();
      alike &&= seen.has(looks);
      seen.add(looks);
    }
    block.toggleAttribute("data-alike", alike);
  }
}"""


@pytest.mark.parametrize("name", pages.names())
def test_accessible_and_narrow(visit, violations, name):
    page = visit(name)
    page.add_style_tag(content="* { transition: none !important; }")  # colours half-way to dark
    for color_scheme in ("light", "dark"):
        page.emulate_media(color_scheme=color_scheme)
        page.evaluate(MARK_ALIKE)
        assert not violations(page, {"exclude": [["[data-alike]"]]}), color_scheme
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
