"""Measure the built site in Chromium: what its pages weigh, what moves in them, how fast they draw.

    python tools/pages.py [chapters/05-momentum.html ...]

For each page, on a desktop and on a phone, over a slow connection: the kilobytes loaded when it is
opened, compressed as servers do; and the layout shift (the sum of all while it loads and is
scrolled to its end). For each explorable: the time from a change to the finished drawing.
"""

import argparse
import functools
import gzip
import http.server
import re
import shutil
import statistics
import threading
from contextlib import contextmanager

from notebooks import ROOT

SITE = ROOT / "_build" / "html"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = [
    f"--{flag}"
    for flag in ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync",
                 "disable-background-networking", "disable-component-update")
]  # fmt: skip
SCREENS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
SLOW = {  # a phone's connection, as Lighthouse assumes it
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
LOADED = """
Object.fromEntries([...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].map((e) => [e.name, e.encodedBodySize]))
"""
SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise((done) => setTimeout(done, 60));
  }
}"""

# Each slider and each point of an explorable is moved a little, 40 times. A frame counts from the
# callback to the pixels, which reading one of them awaits.
FRAMES = """async (root) => {
  const drawn = [];
  const ask = window.requestAnimationFrame;
  window.requestAnimationFrame = (callback) => ask((now) => {
    const began = performance.now();
    callback(now);
    for (const canvas of root.querySelectorAll("canvas")) {
      canvas.getContext("2d").getImageData(0, 0, 1, 1);
    }
    drawn.push(performance.now() - began);
  });
  const found = {};
  const note = async (name, change) => {
    drawn.length = 0;
    for (let k = 0; k < 40; k++) {
      change(k);
      await new Promise((done) => ask(() => setTimeout(done)));
    }
    found[name] = [...drawn];
  };
  for (const slider of root.querySelectorAll("input[type=range]")) {
    if (!slider.checkVisibility()) continue;
    const middle = +slider.value;
    await note(slider.labels[0].textContent, (k) => {
      slider.value = middle + ((k % 8) - 4) * slider.step;
      slider.dispatchEvent(new Event("input"));
    });
  }
  for (const handle of root.querySelectorAll(".xp-handle")) {
    await note(handle.ariaLabel, (k) => handle.dispatchEvent(
      new KeyboardEvent("keydown", { key: k % 8 < 4 ? "ArrowRight" : "ArrowLeft" })));
  }
  window.requestAnimationFrame = ask;
  return found;
}"""


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Text is sent compressed, as on every server that hosts pages."""

    def do_GET(self):
        path = self.translate_path(self.path)
        if not path.endswith((".html", ".css", ".js", ".svg")):
            return super().do_GET()
        try:
            with open(path, "rb") as file:
                body = gzip.compress(file.read(), 6)
        except OSError:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def served():
    """The address of the built site, as long as the block lasts."""
    handler = functools.partial(Compressing, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def names():
    """All pages, by their path within the site."""
    paths = sorted(SITE.rglob("*.html"))
    return [str(p.relative_to(SITE)) for p in paths if "_static" not in p.parts]


def weigh(browser, url, screen):
    """What a page loads when it is opened, {address: bytes}, and by how much its parts shift."""
    page = browser.new_page(viewport=SCREENS[screen], is_mobile=screen == "phone")
    page.add_init_script(SHIFTS)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
    page.goto(url, wait_until="networkidle")
    loaded = page.evaluate(LOADED)
    page.evaluate(SCROLL)
    page.wait_for_load_state("networkidle")
    shifts = page.evaluate("shifts")
    page.close()
    return loaded, sum(shifts)


def frames(browser, url, kind, slower):
    """The milliseconds of each drawing of an explorable, {what was moved: [...]}."""
    page = browser.new_page(viewport=SCREENS["desktop"])
    page.goto(url, wait_until="load")
    root = page.locator(f'[data-explorable="{kind}"]').first
    root.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    found = root.evaluate(FRAMES)
    page.close()
    return found


def main():
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", default=names(), help="all, unless some are named")
    pages = parser.parse_args().pages
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        print(f"{'':32}{'desktop':>16}{'phone':>16}\n{'':32}" + "      KB   shift" * 2)
        for name in pages:
            row = ""
            for screen in SCREENS:
                loaded, shift = weigh(browser, f"{address}/{name}", screen)
                row += f"{sum(loaded.values()) / 1000:8.0f}{shift:8.3f}"
            print(f"{name:32}{row}", flush=True)
        print("\nmilliseconds to compute and draw: median, and of what is slowest to move")
        for name in pages:
            for kind in re.findall(r'data-explorable="([\w-]+)"', (SITE / name).read_text("utf8")):
                row = ""
                for slower in (1, 4):
                    found = frames(browser, f"{address}/{name}", kind, slower)
                    slowest = max(found, key=lambda what: statistics.median(found[what]))
                    median = statistics.median(time for times in found.values() for time in times)
                    row += f"{median:8.2f}{statistics.median(found[slowest]):8.2f}"
                print(f"{kind:16}{name:32}{row} {slowest}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
