"""The results as a table and as a picture."""

import json

import matplotlib.pyplot as plt
import numpy as np

from optlib import figures

START, END = "<!-- table -->", "<!-- end of the table -->"


def table(results):
    """The results as Markdown, a table per workload and one for the other algorithms."""
    lines = [described(results["machine"])]
    rows = [row for row in results["rows"] if row["algorithm"] == "Adam"]
    for workload in dict.fromkeys(row["workload"] for row in rows):
        lines += ["", f"**Adam, {workload}**", ""]
        lines += ["| | time | share of the limit | torch's default ÷ it | peak extra memory |"]
        lines += ["|---|--:|--:|--:|--:|"]
        for row in (row for row in rows if row["workload"] == workload):
            share, memory = row.get("share of the limit"), row.get("peak extra MB")
            lines.append(
                f"| {row['contestant']} | {time(row['seconds'])} "
                f"| {'' if share is None else f'{share:.0%}'} "
                f"| {row['faster than torch default']:.2f} "
                f"| {'' if memory is None else f'{memory:.0f} MB'} |"
            )
    others = [row for row in results["rows"] if row["algorithm"] != "Adam"]
    for workload in dict.fromkeys(row["workload"] for row in others):
        there = [row for row in others if row["workload"] == workload]
        names = list(dict.fromkeys(row["contestant"] for row in there))
        names = [name for name in names if name not in ("NumPy, ours, plain", "limit")]
        lines += ["", f"**The others, {workload}**: time, and torch's default ÷ it", ""]
        lines += ["| | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]
        for algorithm in dict.fromkeys(row["algorithm"] for row in there):
            cells = {
                row["contestant"]: f"{time(row['seconds'])}, {row['faster than torch default']:.2f}"
                for row in there
                if row["algorithm"] == algorithm
            }
            lines.append(f"| {algorithm} | " + " | ".join(cells.get(n, "") for n in names) + " |")
    sweep = results["sweep"]
    lines += ["", "**A sweep** of 2,000 learning rates, 500 steps of Adam each: "
              f"{sweep['sweep, s']:.2f} s as one optimizer with an array of rates, "
              f"{sweep['loop over runs, s']:.0f} s as a loop over runs, "
              f"{sweep['ratio']:.0f} times as long."]  # fmt: skip
    return "\n".join(lines)


def described(machine):
    caches = ", ".join(f"{name} {size}" for name, size in machine["caches"].items())
    versions = ", ".join(f"{k} {machine[k]}" for k in ("python", "numpy", "torch"))
    return f"On {machine['cores']} cores; caches: {caches} (L1 and L2 for each core); {versions}."


def time(seconds):
    return f"{1e3 * seconds:.1f} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.0f} µs"


def picture(results, file):
    """The time of an Adam step, for two workloads, ours in a colour of its own."""
    figures.use()
    fig, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
    for ax, workload in zip(axes, ("ResNet-50", "10–50–1 network"), strict=True):
        rows = [
            row
            for row in results["rows"]
            if (row["algorithm"], row["workload"]) == ("Adam", workload)
        ]
        rows.sort(key=lambda row: -row["seconds"])
        ms = np.array([1e3 * row["seconds"] for row in rows])
        colors = [
            figures.INK if row["contestant"] == "limit"
            else figures.BLUE if "ours" in row["contestant"] else figures.GREY
            for row in rows
        ]  # fmt: skip
        bars = ax.barh([row["contestant"] for row in rows], ms, color=colors)
        ax.bar_label(bars, [time(row["seconds"]) for row in rows], padding=3, fontsize=9)
        ax.set(title=f"Adam, {workload}", xlabel="time of a step, milliseconds")
        ax.set_xlim(0, ms.max() * 1.25)
        ax.grid(False, axis="y")
    fig.savefig(file, metadata={"Software": None})
    plt.close(fig)


def write(results, folder):
    (folder / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    picture(results, folder / "results.png")
    readme = folder / "README.md"
    text = readme.read_text()
    before, after = text.split(START)[0], text.split(END)[1]
    readme.write_text(f"{before}{START}\n\n{table(results)}\n\n{END}{after}")
