"""The built site in a real browser, without a network: Chromium, from the system."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import CHROMIUM, QUIET, SITE, served

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],  # the elements that pass are many
    "preload": False,
}


def pytest_collection_modifyitems(items):
    if CHROMIUM or "REQUIRE_BROWSER" in os.environ:
        return
    reason = "there is no Chromium here (on Debian: sudo apt install chromium)"
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def server():
    """The address of the site, for the pages that need one."""
    with served() as address:
        yield f"{address}/"


@pytest.fixture
def visit(context, server):
    """Open a page by its name; an error on it, or a request to a host, fails the test."""
    wrong = []

    def only_files(route):
        if route.request.url.startswith(("file:", "data:", "blob:", server)):
            return route.continue_()
        wrong.append(f"asked for {route.request.url}")
        return route.abort()

    context.route("**/*", only_files)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda said: said.type == "error" and wrong.append(said.text))

    def open_page(name, *, viewport=(1280, 900), color_scheme="light", served=False):
        page = context.new_page()
        page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
        page.emulate_media(color_scheme=color_scheme)
        page.goto(server + name if served else (SITE / name).as_uri())
        return page

    yield open_page
    assert not wrong


@pytest.fixture
def violations():
    """What axe finds on a page, or in a part of it, against WCAG 2.2 A and AA."""

    def violations(page, context=None):
        return [
            f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
            for violation in Axe().run(page, context=context, options=WCAG).response["violations"]
            for node in violation["nodes"][:3]
        ]

    return violations
