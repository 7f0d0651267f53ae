"""Reading without a mouse and without a network: the keyboard, the search, what can be copied."""

from itertools import pairwise

import pytest

CHAPTER = "chapters/09-adam.html"
PHONE = (390, 844)

# What has the focus; None at the end of the page. It may be reached by scrolling only.
FOCUSED = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(node);
  node.scrollIntoView({ block: "nearest", behavior: "instant" });
  return {
    html: node.outerHTML.slice(0, 150),
    top: node.getBoundingClientRect().top + scrollY,
    ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    article: Boolean(node.closest("article")),
    seen: node.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
  };
}"""


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", CHAPTER, "reference/numpy.html", "search.html"])
def test_tab_reaches_everything(visit, name, color_scheme):
    """From the first to the last, in the order of the text, and it is seen where one is."""
    page = visit(name, color_scheme=color_scheme)
    page.add_style_tag(content="* { transition: none !important; }")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    while "skip-link" not in page.evaluate("document.activeElement.parentElement.className"):
        page.keyboard.press("Shift+Tab")
    stops = []
    while (stop := page.evaluate(FOCUSED)) and len(stops) < 1000:
        stops.append(stop)
        page.keyboard.press("Tab")
    assert len(stops) < 1000, "a trap"
    assert not [stop["html"] for stop in stops if not (stop["ring"] and stop["seen"])]
    tops = [stop["top"] for stop in stops if stop["article"]]
    assert all(after > before - 400 for before, after in pairwise(tops))
    operable = "button, a[href], input, select, summary, textarea"
    inside = page.locator(f"article :is({operable}):not(.headerlink)").evaluate_all(
        "(all) => all.filter((node) => node.checkVisibility({ visibilityProperty: true })"
        " && node.tabIndex >= 0).length"
    )
    assert sum(stop["article"] for stop in stops) >= inside


def test_skip_link(visit):
    page = visit(CHAPTER)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("query, chapter", [
    ("weight decay", "AdamW"), ("Seattle", "averages"), ("adadelta", "Adadelta"),
])  # fmt: skip
@pytest.mark.parametrize("served", [False, True])
def test_search_finds_the_chapter(visit, query, chapter, served):
    page = visit(CHAPTER, served=served)
    dialog = page.locator("#pst-search-dialog")
    page.keyboard.press("Control+k")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("Control+k")
    page.keyboard.type(query)
    page.keyboard.press("Enter")
    page.get_by_text("Search finished").wait_for()
    found = page.locator("#search-results li")
    assert chapter in " ".join(found.locator("a").all_inner_texts()[:3])
    if served:
        found.locator(".context").first.wait_for()


def test_excerpts_have_each_formula_once(visit):
    page = visit("search.html", served=True)
    text = page.evaluate("""fetch("notation.html").then((answer) => answer.text())
      .then((html) => Search.htmlToText(html))""")
    text = text.replace("\N{FUNCTION APPLICATION}", "")
    assert "condition number, λmax/λmin\n" in text and "\\" not in text


def test_solutions_unfold_by_keyboard(visit):
    page = visit(CHAPTER)
    solution = page.locator(".solution.dropdown").first
    text = solution.locator("p:not(.admonition-title)").first
    assert not text.is_visible()
    solution.get_by_role("button").first.press("Enter")
    text.wait_for()


def copied(page, cell):
    """What a cell's copy button copies."""
    cell.locator("button.copybtn").press("Enter")
    page.evaluate("document.body.prepend(document.createElement('textarea'))")
    area = page.locator("textarea").first
    area.press("Control+v")
    return area.input_value()


def test_copy_button(visit):
    page = visit(CHAPTER)
    cell = page.locator("div.cell").first
    assert copied(page, cell).strip() == cell.locator("pre").inner_text().strip()


def test_what_is_edited_is_what_is_copied(visit):
    page = visit("chapters/05-momentum.html")
    cell = page.locator(".tag_live").nth(1)  # with lines that are too long for the page
    original = cell.locator("pre").first.text_content()
    cell.get_by_role("button", name="Edit").click()
    assert cell.locator("textarea").evaluate("(area) => area.scrollLeft") == 0
    page.keyboard.type("# mine\n")
    assert copied(page, cell).strip() == f"# mine\n{original}".strip()
    cell.get_by_role("button", name="Restore").click()
    assert copied(page, cell).strip() == original.strip()


# Formulas whose number stands on them, and commas that begin a line.
ASTRAY = """() => {
  const last = (formula) => [...formula.querySelectorAll(".base")].at(-1).getBoundingClientRect();
  const covered = [...document.querySelectorAll("div.math:has(.eqno)")].filter((formula) =>
    formula.querySelector(".eqno").getBoundingClientRect().left < last(formula).right);
  const torn = [...document.querySelectorAll("p > span.math")].filter((formula) => {
    const after = formula.nextSibling;
    if (!/^[,.;:)]/.test(after?.data) || !formula.checkVisibility()) return false;
    const mark = document.createRange();
    mark.setStart(after, 0);
    mark.setEnd(after, 1);
    return mark.getBoundingClientRect().left < last(formula).right - 2;
  });
  return [...covered, ...torn].map((formula) => formula.querySelector("annotation").textContent);
}"""


@pytest.mark.parametrize("name", ["chapters/01-minimising.html", "chapters/05-momentum.html"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_formulas_keep_their_number_and_their_comma(visit, name, width):
    page = visit(name, viewport=(width, 844))
    assert page.locator("div.math .eqno").count() and page.locator("p > span.math").count()
    assert page.evaluate(ASTRAY) == []


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_sidebars_on_a_phone(visit, side):
    page = visit(CHAPTER, viewport=PHONE)
    toggle = page.locator(f".{side}-toggle").first
    toggle.press("Enter")
    sidebar = page.locator(f"#pst-{side}-sidebar-modal")
    sidebar.get_by_role("link").first.wait_for()
    page.keyboard.press("Escape")
    sidebar.get_by_role("link").first.wait_for(state="hidden")
    assert toggle.evaluate("(node) => node === document.activeElement")


def test_less_motion(visit):
    page = visit(CHAPTER)
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate("""[...document.querySelectorAll("*")].filter((node) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(node);
      return parseFloat(transitionDuration) || animationName !== "none"
        || scrollBehavior === "smooth";
    }).length""")
    assert moving == 0


@pytest.mark.parametrize("name", ["about.html", CHAPTER])
def test_a_page_from_a_file_has_the_fonts_of_the_book(visit, name):
    page = visit(name)
    page.evaluate("document.fonts.ready")
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    found = devtools.send("DOM.querySelector", {"nodeId": root, "selector": "article p"})
    fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": found["nodeId"]})["fonts"]
    assert fonts[0]["familyName"] == "Source Serif 4"
