"""How long a step takes: python benchmarks/run.py [--quick]

Contestants take turns, one step (or a number of small ones) each, for as many rounds as there is
time for. A ratio is the median over the rounds of the ratios within a round, so that whatever else
the machine does hits both alike. Each comparison has a process of its own: what contestants leave
behind in the memory of C's malloc can double another one's speed. Written: results.json,
results.png and the table in README.md.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from contestants import arrays, contestants
from limit import compiled, stepper
from workloads import WORKLOADS

import optlib.numpy

HERE = Path(__file__).parent
BASE = "torch, default"
RULES = ("AdamW", "SGD", "Adagrad", "RMSprop", "Adadelta", "NAdam", "Adamax")
FEW = ("NumPy, ours", "NumPy, ours, numba", "torch, default", "torch, fused", "PyTorch, ours")
# (algorithm, workload, seconds)
PLAN = [
    ("Adam", "one tensor of 25M", 40),
    ("Adam", "ResNet-50", 40),
    ("Adam", "GPT-2 small", 40),
    ("Adam", "10–50–1 network", 10),
    *((rule, "ResNet-50", 12) for rule in RULES),
    *((rule, "one tensor of 25M", 12) for rule in RULES[3:]),
    *((rule, "10–50–1 network", 3) for rule in RULES),
]


def measure(steppers, seconds, least=5):
    """The times of the rounds, an array per contestant, in seconds a step."""
    repeats = {}
    for name, step in steppers.items():
        step()
        step()  # the first steps make the state and compile
        repeats[name] = max(1, int(0.002 / min(timed(step, 1) for _ in range(5))))
    times = {name: [] for name in steppers}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[name]) < least:
        for name, step in steppers.items():
            pause()
            times[name].append(timed(step, repeats[name]))
    return {name: np.array(t) for name, t in times.items()}


def timed(step, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) / repeats


def pause(seconds=0.01):
    """Let OpenMP's threads fall asleep, which go on waiting for more work and take a core by it.

    This thread stays awake: a core that slept would be slow at first.
    """
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def peak(algorithm, contestant, workload):
    """The memory in MB that a step needs at its peak over what is there before it."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import run; print(run.extra(*sys.argv[2:]))"
    )
    command = [sys.executable, "-c", code, str(HERE), algorithm, contestant, workload]
    done = subprocess.run(command, capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else None


def extra(algorithm, contestant, workload):
    warm = contestants(algorithm)[contestant](((100_000,),))  # code and libraries, not data
    warm()
    warm()
    step = contestants(algorithm)[contestant](WORKLOADS[workload])
    step()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = resident("VmRSS")
    step()
    return (resident("VmHWM") - before) / 1000


def resident(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def sweep(seconds):
    """2,000 learning rates, 500 Adam steps each: one optimizer of many rows against a loop."""
    lrs, steps = np.geomspace(1e-4, 1, 2000), 500

    def gradient(w):
        return 2 * w * np.array([1.0, 25.0])

    start = time.perf_counter()
    w = np.ones((2000, 2))
    optimizer = optlib.numpy.Adam([w], lr=lrs[:, None])
    for _ in range(steps):
        optimizer.step([gradient(w)])
    together = time.perf_counter() - start
    runs, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        one = np.ones(2)
        optimizer = optlib.numpy.Adam([one], lr=lrs[97 * runs % 2000])
        for _ in range(steps):
            optimizer.step([gradient(one)])
        np.testing.assert_allclose(one, w[97 * runs % 2000], rtol=1e-9, atol=1e-12)
        runs += 1
    loop = (time.perf_counter() - start) / runs * 2000
    return {"sweep, s": together, "loop over runs, s": loop, "ratio": loop / together}


def machine():
    caches = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = (index / "type").read_text().strip()
        if kind != "Instruction":
            caches[f"L{(index / 'level').read_text().strip()}"] = (
                (index / "size").read_text().strip()
            )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "caches": caches,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__.partition("+")[0],
    }


def compare(algorithm, workload, seconds, quick):
    """The rows of the table for one algorithm and workload."""
    shapes, steppers, library = WORKLOADS[workload], {}, compiled()
    if library and algorithm in ("Adam", "AdamW", "NAdam", "Adadelta", "Adamax", "RMSprop"):
        number = 3 if algorithm == "RMSprop" else 4
        steppers["limit"] = stepper(library, [arrays(shapes) for _ in range(number)])
    steppers |= {
        name: make(shapes)
        for name, make in contestants(algorithm).items()
        if workload != "GPT-2 small" or name in FEW  # each takes 2 GB there
    }
    times = measure(steppers, seconds / 10 if quick else seconds)
    memory = algorithm == "Adam" and workload == "one tensor of 25M" and not quick
    rows = []
    for name, t in times.items():
        row = {
            "algorithm": algorithm,
            "workload": workload,
            "contestant": name,
            "seconds": float(np.median(t)),
            "rounds": len(t),
            "faster than torch default": float(np.median(times[BASE] / t)),
        }
        for other, key in (
            ("limit", "share of the limit"),
            ("torch, fused", "faster than torch's fused"),
            ("NumPy as blogs write it", "faster than blogs"),
        ):
            if other in times and name != other:
                row[key] = float(np.median(times[other] / t))
        if memory and name != "limit":
            row["peak extra MB"] = peak(algorithm, name, workload)
        rows.append(row)
        values = 1e3 * row["seconds"], row["faster than torch default"]
        print(f"{algorithm:9} {workload:18} {name:24} {values[0]:10.3f} ms {values[1]:6.2f}")
    sys.stdout.flush()
    return rows


def run(quick):
    if compiled() is None:
        print("No C compiler (cc): the limit is left out.")
    rows = []
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        for plan in PLAN:
            rows += pool.submit(compare, *plan, quick).result()
    return {"machine": machine(), "rows": rows, "sweep": sweep(1 if quick else 8)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, written nowhere")
    options = parser.parse_args()
    results = run(options.quick)
    from report import table, write

    print(table(results))
    if not options.quick:
        write(results, HERE)


if __name__ == "__main__":
    main()
