"""The explorables, dragged, typed into and reset; their numbers are the library's."""

import re

import notebooks
import numpy as np
import pytest
from pages import SITE

import optlib.numpy
from optlib import averages, data, problems, schedules

PLACES = {
    kind: str(path.relative_to(SITE))
    for path in sorted(SITE.glob("chapters/*.html"), reverse=True)
    for kind in re.findall(r'data-explorable="([\w-]+)"', path.read_text("utf8"))
}


class Explorable:
    def __init__(self, page, kind):
        self.page = page
        self.root = page.locator(f'[data-explorable="{kind}"]').first
        self.root.scroll_into_view_if_needed()
        self.wait()

    def wait(self):
        self.page.evaluate("new Promise((f) => requestAnimationFrame(() => setTimeout(f, 20)))")

    def get(self, what):
        return self.root.evaluate(f"(root) => JSON.parse(JSON.stringify(root.{what}))")

    def slide(self, key, value):
        slider = self.root.locator(f'input[id$="-{key}"]')
        slider.evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
            value,
        )
        self.wait()

    def choose(self, key, value):
        self.root.locator(f'select[id$="-{key}"]').select_option(value)
        self.wait()

    def drag(self, n, dx, dy):
        handle = self.root.locator(".xp-handle").nth(n)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx / 2, y + dy / 2)
        self.page.mouse.move(x + dx, y + dy)
        self.page.mouse.up()
        self.wait()

    def press(self, n, key):
        self.root.locator(".xp-handle").nth(n).press(key)
        self.wait()

    def reset(self):
        self.root.get_by_role("button", name="Reset").click()
        self.wait()


@pytest.fixture
def explorable(visit):
    return lambda kind: Explorable(visit(PLACES[kind]), kind)


def loss_of(problem, steps, start, rule="SGD", **hyper):
    w = np.array(start, dtype=float)
    optimizer = getattr(optlib.numpy, rule)([w], **hyper)
    for _ in range(steps):
        optimizer.step([problem.grad(w)])
    return problem.f(w)


def test_momentum(explorable):
    xp = explorable("momentum")
    initial = xp.get("state")

    def check():
        state = xp.get("state")
        problem = problems.quadratic((1.0, state["kappa"]))
        hyper = dict(lr=state["lr"], momentum=state["mu"])
        expected = loss_of(problem, 150, state["start"], **hyper)
        np.testing.assert_allclose(xp.get("result.loss"), expected, rtol=1e-9, atol=1e-300)

    check()
    xp.slide("mu", 0.5)
    xp.slide("lr", -1.5)
    assert xp.get("state.mu") == 0.5 and abs(xp.get("state.lr") - 10**-1.5) < 1e-3
    check()
    xp.drag(0, 60, 30)
    assert xp.get("state.start") != initial["start"]
    check()
    xp.drag(1, -40, 20)
    assert xp.get("state.lr") < 10**-1.5 and xp.get("state.mu") < 0.5
    check()
    xp.root.get_by_role("button", name="best").click()
    xp.wait()
    root = xp.get("state.kappa") ** 0.5
    np.testing.assert_allclose(xp.get("result.rate"), (root - 1) / (root + 1), rtol=0.02)
    xp.press(0, "ArrowRight")
    check()
    xp.reset()
    assert xp.get("state") == initial
    check()


def test_learning_rate(explorable):
    xp = explorable("learning-rate")
    initial = xp.get("state")
    for rate, says in ((0.5, "without oscillation"), (1.5, "oscillates"), (2.2, "diverges")):
        xp.slide("rate", rate)
        state = xp.get("state")
        problem = problems.quadratic((1.0, state["kappa"]))
        expected = loss_of(problem, 60, state["start"], lr=rate / state["kappa"])
        np.testing.assert_allclose(xp.get("result.loss"), expected, rtol=1e-9)
        xp.root.get_by_text(says).wait_for()
    xp.drag(0, 30, 30)
    assert xp.get("state.start") != initial["start"]
    xp.reset()
    assert xp.get("state") == initial


def test_averages(explorable):
    xp = explorable("averages")
    temperatures = data.seattle_weather().temp_max[:366]
    xp.slide("beta", 0.95)
    xp.press(0, "Shift+ArrowLeft")
    for corrected in (True, False):
        if xp.get("state.corrected") != corrected:
            xp.root.get_by_role("checkbox").click()
            xp.wait()
        state = xp.get("state")
        line = averages.ewa(temperatures, state["beta"], bias_correction=corrected)
        np.testing.assert_allclose(xp.get("result.average"), line[state["day"] - 1], rtol=1e-12)
    xp.drag(0, -100, 0)
    assert xp.get("state.day") < state["day"]


def test_race(explorable):
    xp = explorable("race")
    initial = xp.get("state")
    xp.choose("problem", "plateau")
    xp.choose("0-name", "Adam")
    xp.slide("0-lr", -2)
    xp.drag(0, -30, -20)
    state, problem = xp.get("state"), problems.plateau()
    assert state["problem"] == "plateau" and state["racers"][0]["name"] == "Adam"
    for racer, loss in zip(state["racers"], xp.get("result.losses"), strict=True):
        if racer["name"] == "RMSprop":
            continue  # hops about the minimum, where the last digit decides
        hyper = {"momentum": racer["momentum"]} if racer["name"] == "SGD" else {}
        expected = loss_of(problem, 500, state["start"], racer["name"], lr=racer["lr"], **hyper)
        np.testing.assert_allclose(loss, max(expected, 1e-13), rtol=1e-6)
    xp.root.get_by_role("button", name="Link").click()
    address = xp.page.url
    xp.reset()
    assert xp.get("state") == initial
    xp.page.goto("about:blank")
    xp.page.goto(address)
    assert Explorable(xp.page, "race").get("state") == state
    for broken in ("race=nonsense", 'race={"problem":"no"}'):
        xp.page.goto("about:blank")
        xp.page.goto(address.split("#")[0] + "#" + broken)
        assert Explorable(xp.page, "race").get("state") == initial


def test_adaptive(explorable):
    xp = explorable("adaptive")
    for method in ("SGD", "Adagrad", "RMSprop", "Adam"):
        xp.choose("method", method)
        first, second = xp.get("result.rate")
        if method == "SGD":
            assert first == second == xp.get("state.lr")
        elif method == "Adagrad":
            assert second > 1.5 * first, "the rare coordinate keeps the larger rate"
        else:  # its rate depends on when it was last seen
            assert first > 0 and second > 0 and first != second
    xp.choose("task", "scaled")
    xp.slide("ratio", 1)
    assert xp.get("state.ratio") == 10
    xp.reset()
    assert xp.get("state.task") == "sparse"


def test_adam(explorable):
    xp = explorable("adam")
    for stream in ("constant", "sparse", "reddi"):
        xp.choose("stream", stream)
        xp.slide("beta1", 0.8)
        state = xp.get("state")
        w, steps = np.zeros(1), []
        optimizer = optlib.numpy.Adam([w], lr=1.0, betas=(state["beta1"], state["beta2"]))
        for g in state["g"]:
            before = w.copy()
            optimizer.step([np.array([float(g)])])
            steps.append((w - before)[0])
        np.testing.assert_allclose(xp.get("result.delta"), steps, rtol=1e-6, atol=1e-9)
    xp.press(0, "ArrowRight")
    assert xp.get("state.at") == 2 and xp.get("state.g") == state["g"]
    xp.press(0, "ArrowUp")
    assert abs(xp.get("state.g[1]") - state["g"][1] - 0.1) < 1e-9
    xp.drag(0, 30, 0)
    assert xp.get("state.at") > 2


def test_schedule(explorable):
    xp = explorable("schedule")
    xp.choose("kind", "linear")
    xp.slide("n", 20)
    state = xp.get("state")
    steps = state["steps"]
    schedule = schedules.warmup(schedules.linear(state["lr"], 1.0, 0.0, steps - 20), 20)
    rates = schedule(np.arange(steps))
    np.testing.assert_allclose(xp.get("result.rates"), rates, rtol=1e-9, atol=1e-15)
    curvatures, squares = np.array([0.02, 0.2, 2.0]), np.ones(3)
    for lr in rates:
        squares = (1 - lr * curvatures) ** 2 * squares + (lr * state["noise"]) ** 2
    expected = (curvatures * squares).sum() / 2
    np.testing.assert_allclose(xp.get(f"result.expected[{steps}]"), expected, rtol=1e-9)


@pytest.mark.parametrize("kind", PLACES)
def test_on_a_phone(visit, kind):
    """Nothing is wider than a phone, and what there is to see is said."""
    xp = Explorable(visit(PLACES[kind], viewport=(390, 844), color_scheme="dark"), kind)
    assert xp.root.bounding_box()["width"] <= 390
    xp.root.locator(".xp-status:not(:empty)").wait_for()


def test_all_are_placed():
    main = (notebooks.ROOT / "web" / "explorables" / "main.js").read_text("utf8")
    kinds = re.search(r"^const kinds = \{(.*)\};$", main, re.M)[1].split(",")
    assert {kind.split(":")[0].strip(' "') for kind in kinds} == PLACES.keys()
