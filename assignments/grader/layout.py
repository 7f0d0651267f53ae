"""What a student's process can see, and the commands that start it so.

It sees Python's own library, NumPy and matplotlib with what these need, the parts of optlib that
solve nothing, and the runner; all of it read-only, and nothing else.
"""

import json
import os
import shutil
import sys
import sysconfig
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCRATCH = "/scratch"
PACKAGES = "/packages"
RUNNER = "/grader/runner.py"
OPTLIB = ("__init__.py", "problems.py", "data.py", "datasets", "figures.py", "checks.py",
          "feedback.py")  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
OPTIONS = ("-B", "-S", "-s")  # no .pyc files, no site-packages


@cache
def packages():
    """(path, name) of each file and folder of the allowed packages, name being its place."""
    wanted, seen, found = ["numpy", "matplotlib"], set(), {}
    for name in wanted:
        distribution = metadata.distribution(name)
        if distribution.name in seen:
            continue
        seen.add(distribution.name)
        for requirement in distribution.requires or ():
            requirement = Requirement(requirement)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
        for file in distribution.files:
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not top.endswith(".dist-info"):
                found[top] = str(distribution.locate_file(top))
    found |= {f"optlib/{name}": str(ROOT / "optlib" / name) for name in OPTLIB}
    return [(path, name) for name, path in found.items() if os.path.exists(path)]


@cache
def view():
    """What there is in the sandbox: pairs (path, place), folders to hide, symbolic links."""
    import matplotlib.font_manager  # noqa: F401  (loads all the libraries that a plot needs)
    import numpy.random  # noqa: F401

    stdlib = sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})
    libraries = {PYTHON, stdlib, sysconfig.get_config_var("DESTSHARED"), "/etc/ld.so.cache"}
    own = f"{sys.base_prefix}/lib"
    with open("/proc/self/maps") as maps:  # the libraries of the system: their folders
        for line in maps:
            path = line.split(maxsplit=5)[-1].strip()
            ours = "-packages/" in path or path.startswith(f"{stdlib}/")
            if ".so" in path and path.startswith(("/lib", "/usr/lib", f"{own}/")) and not ours:
                python = path.startswith(f"{own}/libpython")
                libraries.add(path if python else os.path.dirname(path))
    for folder in ("/lib", "/lib64"):  # what loads the libraries
        real = os.path.realpath(folder)
        loaders = Path(real).glob("ld-*.so*") if os.path.isdir(real) else ()
        libraries.update(map(str, loaders))
    binds = [(path, path) for path in sorted(libraries) if path and os.path.exists(path)]
    binds += [(path, f"{PACKAGES}/{name}") for path, name in packages()]
    binds += [(str(HERE / name), f"/grader/{name}") for name in ("runner.py", "channel.py")]
    others = {str(path) for folder in libraries if folder and os.path.isdir(folder)
              for path in Path(folder).glob("python3*")} - {stdlib}  # fmt: skip
    hidden = [f"{stdlib}/site-packages", f"{stdlib}/dist-packages", *sorted(others)]
    links = [(os.readlink(f"/{name}"), f"/{name}") for name in ("lib", "lib64")
             if os.path.islink(f"/{name}")]  # fmt: skip
    return binds, [path for path in hidden if os.path.isdir(path)], links


@cache
def fonts():
    """matplotlib's list of its own fonts: else each student's first plot would look for them."""
    from matplotlib import font_manager

    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        font_manager.json_dump(font_manager.fontManager, file.name)
        known = json.load(file)
    for kind in ("ttflist", "afmlist"):
        known[kind] = [font for font in known[kind] if not os.path.isabs(font["fname"])]
    return {f"fontlist-v{font_manager.FontManager.__version__}.json": json.dumps(known)}


def environment(packages=PACKAGES, scratch=SCRATCH):
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    return one_thread | {
        "PYTHONPATH": packages,
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "HOME": scratch,
        "TMPDIR": scratch,
        "MPLCONFIGDIR": f"{scratch}/.matplotlib",
        "MPLBACKEND": "agg",
    }


def bwrap(size):
    """By bubblewrap, which gives up all privileges before it starts the process."""
    binds, hidden, links = view()
    command = [
        shutil.which("bwrap") or "bwrap", "--unshare-user", "--uid", "1000", "--gid", "1000",
        "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "grader", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
    ]  # fmt: skip
    for target, place in links:
        command += ["--symlink", target, place]
    for path, place in binds:
        command += ["--ro-bind", path, place]
    for place in hidden:
        command += ["--tmpfs", place, "--remount-ro", place]
    for device in DEVICES:
        command += ["--dev-bind", device, device]
    command += ["--size", str(size), "--tmpfs", SCRATCH, "--remount-ro", "/", "--chdir", SCRATCH]
    return [*command, "--", PYTHON, *OPTIONS, RUNNER]


def userns(size):
    """By util-linux's unshare, and enter.py, which makes the file system within."""
    binds, hidden, links = view()
    layout = dict(binds=binds, hidden=hidden, links=links, devices=DEVICES, scratch=SCRATCH,
                  size=size, command=[PYTHON, *OPTIONS, RUNNER])  # fmt: skip
    return [
        "setpriv", "--pdeathsig", "KILL", "--", "unshare", "--user", "--map-root-user", "--mount",
        "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "--",
        PYTHON, *OPTIONS, str(HERE / "enter.py"), json.dumps(layout),
    ]  # fmt: skip


def unsafe(folder):
    """An ordinary process in ``folder``, which sees whatever its user sees."""
    place = Path(folder, "packages")
    for path, name in packages():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(path)
    return [PYTHON, *OPTIONS, str(HERE / "runner.py")]
