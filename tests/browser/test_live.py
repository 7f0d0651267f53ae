"""Live cells in the page: run, edited, stopped, restored. What each prints: tests/book."""

import nbformat
import notebooks
import pytest

LONG = 120_000  # milliseconds: Python is loaded, perhaps on a busy machine


class LiveCell:
    def __init__(self, page, n=0):
        self.page = page
        self.root = page.locator(".tag_live").nth(n)
        self.status = self.root.get_by_role("status")
        self.output = self.root.locator(".live-output")
        self.editor = self.root.locator("textarea")

    def click(self, name):
        self.root.get_by_role("button", name=name).click()

    def wait(self, text):
        self.status.get_by_text(text).wait_for(timeout=LONG)

    def run(self, code=None, expect="Done"):
        if code is None:
            self.click("Run")
        else:
            self.editor.fill(code)
            self.editor.press("Shift+Enter")
        self.wait(expect)
        return self.output.inner_text().strip()


def stored(name, n):
    """Source and text output of a live cell, as they stand in the notebook."""
    chapter = nbformat.read(notebooks.CHAPTERS / f"{name}.ipynb", as_version=4)
    live = [c for c in notebooks.code_cells(chapter) if "live" in notebooks.tags(c)]
    return live[n].source, "".join(o.get("text", "") for o in live[n].outputs).strip()


def test_run_edit_stop_restore(visit):
    page = visit("chapters/05-momentum.html", served=True)
    cell = LiveCell(page)
    source, printed = stored("05-momentum", 0)
    before = cell.root.locator(".cell_output").inner_text().strip()
    assert before == printed
    assert cell.run() == printed
    assert not cell.root.locator(".cell_output .output").is_visible()
    assert "Python 3." in cell.status.inner_text() and "NumPy 2." in cell.status.inner_text()

    cell.click("Edit")
    assert cell.editor.input_value() == source
    edited = cell.run(source.replace("(10, 100, 1000)", "(10, 30)"))
    assert edited.splitlines()[0] == printed.splitlines()[0] and "κ =   30" in edited
    told = cell.run("print(3)\nproblems.quadratic((1.0, 0.0))", expect="Ended by an error")
    assert told.startswith("3\n") and 'File "this cell", line 2' in told
    assert "eigenvalues must be positive" in told.splitlines()[-1] and "optlib" not in told
    assert "No longer true: assert lr < 1" in cell.run("lr = 2\nassert lr < 1")
    cell.run("import optlib.torch", expect="This cell needs PyTorch")

    cell.run("print('on and on')\nwhile True:\n    pass", expect="Running…")
    cell.output.get_by_text("on and on").wait_for(timeout=LONG)
    assert LiveCell(page, 1).run(expect="Another cell is running.") == ""
    cell.click("Stop")
    cell.wait("Stopped.")
    assert cell.run("print(1 + 1)") == "2"

    cell.click("Restore")
    assert cell.root.locator("pre").first.inner_text().strip() == source
    assert cell.root.locator(".cell_output").inner_text().strip() == before
    assert cell.output.inner_text() == "" and not cell.editor.count()


def test_a_cell_above_counts_as_it_stands(visit):
    """What is edited above is used below; what is restored has left no trace."""
    page = visit("chapters/01-minimising.html", served=True)
    above, below = LiveCell(page, 1), LiveCell(page, 2)
    _, printed = stored("01-minimising", 2)
    above.click("Edit")
    above.editor.fill("def descend(problem, steps, lr):\n    return np.ones((3, 2))")
    assert below.run(expect="Done") != printed
    above.click("Restore")
    assert below.run() == printed


def test_a_figure(visit):
    page = visit("chapters/05-momentum.html", served=True)
    cell = LiveCell(page, 1)
    stored_picture = cell.root.locator("figure img")
    stored_picture.scroll_into_view_if_needed()
    width = stored_picture.evaluate("(image) => image.decode().then(() => image.clientWidth)")
    cell.run()
    drawn = cell.root.locator("img.live-picture")
    drawn.wait_for()
    assert cell.root.locator("figure img:visible").count() == 1
    assert abs(drawn.evaluate("(image) => image.clientWidth") - width) <= 5
    assert cell.root.locator("figcaption").is_visible()
    cell.click("Restore")
    assert drawn.count() == 0 and stored_picture.is_visible()


def test_from_a_file_it_says_what_to_do(visit):
    cell = LiveCell(visit("chapters/05-momentum.html"))
    cell.run(expect="make serve")
    assert cell.root.locator(".cell_output .output").is_visible()


def test_by_keyboard(visit):
    page = visit("chapters/05-momentum.html")
    cell = LiveCell(page)
    cell.root.get_by_role("button", name="Edit").press("Enter")
    page.keyboard.type("if True:")
    page.keyboard.press("Enter")
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    page.keyboard.type("= 1\n")
    assert cell.editor.input_value().startswith("if True:\n    x    = 1\n    def steps")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Run"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert not cell.editor.count()
    assert page.evaluate("document.activeElement.textContent") == "Run"


def test_costs_nothing_before_the_first_run(visit):
    page = visit("chapters/05-momentum.html", served=True)
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    ours = {url.partition("_static/")[2].partition("?")[0] for url in loaded if "_static/" in url}
    assert {name for name in ours if name.startswith(("live/", "pyodide/"))} == {
        "live/page.js",
        "live/live.css",
    }


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_accessible_while_edited(visit, violations, color_scheme):
    page = visit("chapters/01-minimising.html", viewport=(390, 844), color_scheme=color_scheme)
    for n in (0, 1):
        LiveCell(page, n).click("Edit")
    assert not violations(page, ".tag_live")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
