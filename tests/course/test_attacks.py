"""A bank of attacks on the grader: none gains a point, harms anything, or disturbs the next one."""

import contextlib
import hashlib
import os
import socket
import subprocess
import threading
from pathlib import Path

import attacks
import numpy as np
import pytest

from assignments.grader import sandbox
from assignments.grader.sandbox import Limits, Session, StudentError

ROOT = Path(__file__).parents[2]
LIMITS = Limits(call=0.5, cell=0.5, cells=20, total=30, memory=1 << 30, scratch=4 << 20,
                output=1 << 18, message=4 << 20)  # fmt: skip
HONEST = ["import numpy as np\ndef solve(x):\n    return np.cumsum(x)"]
X = np.random.default_rng(7).normal(size=50)
RIGHT = np.cumsum(X)
SOLUTIONS = [
    ROOT / "optlib/numpy/adam.py",
    ROOT / "optlib/torch/adam.py",
    ROOT / "assignments/checking.py",
    Path(sandbox.__file__),
    Path(np.__file__).parents[1] / "torch/optim/adam.py",
]


@contextlib.contextmanager
def victim(folder, monkeypatch):
    """What the attacks are aimed at: files, a process, servers. ``harm()`` says what came of it."""
    files = {"gradebook.db": "full marks", "other.ipynb": "the solution"}
    for name, text in files.items():
        (folder / name).write_text(text)
    monkeypatch.setenv("GRADER_SECRET", "a-token-of-the-teacher")
    visits = []
    places = {"port": ("127.0.0.1", 0), "unix": f"{folder}-socket", "abstract": f"\0{folder}"}
    with contextlib.ExitStack() as stack:
        for place, address in places.items():
            family = socket.AF_INET if place == "port" else socket.AF_UNIX
            server = stack.enter_context(socket.create_server(address, family=family))
            threading.Thread(target=visitors, args=(server, visits), daemon=True).start()
            if place == "port":
                places[place] = server.getsockname()[1]
        process = stack.enter_context(subprocess.Popen(["sleep", "600"]))
        stack.callback(process.kill)

        def harm():
            found = {path.name: path.read_text() for path in folder.iterdir()}
            return visits or process.poll() or found != files

        yield harm, dict(
            places, victim=str(folder), victim_pid=process.pid, secret="a-token-of-the-teacher",
            repository=str(ROOT), solutions=list(map(str, SOLUTIONS)), home=str(Path.home()),
            digest=hashlib.sha256(RIGHT.tobytes()).hexdigest(),
        )  # fmt: skip


def visitors(server, visits):
    with contextlib.suppress(OSError):
        while True:
            server.accept()[0].close()
            visits.append(server.family)


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    folder = tmp_path_factory.mktemp("victim")
    with pytest.MonkeyPatch.context() as patch, victim(folder, patch) as (harm, facts):
        yield harm, facts


@pytest.fixture(scope="module")
def neighbour(kind):
    """Another student's session, open all the while."""
    with Session(HONEST, kind=kind) as session:
        yield session


def attack(name, facts, kind):
    """What came of it: the answer to the task, and what the attack says that it managed to do."""
    cells = [f"facts = {facts!r}\n{attacks.PRELUDE}", attacks.ALL[name]]
    with Session(cells, kind=kind, limits=LIMITS) as session:
        answer = reply(session, "solve", [X])
        loot = reply(session, "looted", [])
        assert all(error is None or len(error) < 5000 for error in session.errors)
    return answer, loot if type(loot) is list else []


def reply(session, name, args):
    try:
        return session.call(name, args)[0]
    except StudentError as error:
        assert error.kind in {"missing", "raised", "time", "memory", "died", "output", "value"}
        assert len(error.message) < 5000
        return error


# What is sent does not depend on the kind of sandbox.
CASES = [(kind, name) for kind in ("bwrap", "userns") for name in attacks.ALL
         if kind == "bwrap" or name not in attacks.DATA]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), CASES, indirect=["kind"])
def test_attack(name, kind, target, neighbour):
    harm, facts = target
    answer, loot = attack(name, facts, kind)
    if not isinstance(answer, StudentError):
        assert plain(answer)
        assert not np.array_equal(answer, RIGHT)
    assert not loot
    assert not harm()
    assert np.array_equal(neighbour.call("solve", [X])[0], RIGHT)
    with Session(HONEST, kind=kind) as following:
        assert np.array_equal(following.call("solve", [X])[0], RIGHT)


def plain(value):
    """No object of a class but those on the list, all the way down."""
    if type(value) in (list, tuple):
        return all(map(plain, value))
    if type(value) is dict:
        return all(map(plain, [*value, *value.values()]))
    if type(value) is np.ndarray or isinstance(value, np.generic):
        return value.dtype.kind in "biuf"
    return value is None or type(value) in (bool, int, float, str)


@pytest.mark.parametrize("name", attacks.REAL)
def test_the_attack_is_real(name, tmp_path, monkeypatch):
    """Without a sandbox it gets what it wants: else it would prove nothing that it fails."""
    if name in attacks.PROCESSES and os.geteuid() != 0:
        pytest.skip("the number of a user's processes is limited, but for root")
    monkeypatch.setattr(sandbox, "system_calls", lambda kind: None)
    folder = tmp_path / "victim"
    folder.mkdir()
    with victim(folder, monkeypatch) as (harm, facts):
        _, loot = attack(name, facts, "unsafe")
        assert loot or harm()
