"""The built site in a real browser, without a network: Chromium, from the system."""

import os
import shutil
from pathlib import Path

import notebooks
import pytest

SITE = notebooks.ROOT / "_build" / "html"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync",
         "disable-background-networking", "disable-component-update")  # fmt: skip


def pytest_collection_modifyitems(items):
    if CHROMIUM or "REQUIRE_BROWSER" in os.environ:
        return
    reason = "there is no Chromium here (on Debian: sudo apt install chromium)"
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": CHROMIUM, "args": [f"--{flag}" for flag in QUIET]}


@pytest.fixture
def visit(context):
    """Open a page by its name; an error on it, or a request to a host, fails the test."""
    wrong = []

    def only_files(route):
        if route.request.url.startswith(("file:", "data:", "blob:")):
            return route.continue_()
        wrong.append(f"asked for {route.request.url}")
        return route.abort()

    context.route("**/*", only_files)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda said: said.type == "error" and wrong.append(said.text))

    def open_page(name, *, viewport=(1280, 900), color_scheme="light"):
        page = context.new_page()
        page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
        page.emulate_media(color_scheme=color_scheme)
        page.goto((SITE / name).as_uri())
        return page

    yield open_page
    assert not wrong
