"""The sandbox does what honest notebooks need, says what went wrong, and leaves nothing behind."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from assignments.grader import channel, layout, sandbox
from assignments.grader.channel import Code, Refused
from assignments.grader.sandbox import Limits, Session, StudentError, Unavailable

VALUES = [
    None, True, 3, -(2**63), 0.1, float("inf"), "é\n\0", [], [1, [2.0]], (1, (2,), []), {"a": {}},
    np.float32(0.1), np.int64(3), np.bool_(True), np.float16(2), np.array(3.0), np.zeros((0, 3)),
    np.arange(6.0).reshape(2, 3), np.arange(3, dtype="u1"), np.array([True, False]),
    np.arange(6.0).reshape(2, 3).T, np.array([np.nan, -0.0, np.inf]), np.arange(3, dtype=">f4"),
]  # fmt: skip
TOOLS = """
import os, sys, time
import numpy as np
calls = 0

def same(x):
    return x

def count():
    global calls
    calls += 1
    return calls

def fail(what):
    if what == "loop":
        while True: pass
    if what == "die":
        os._exit(3)
    if what == "print":
        while True: print("x" * 1000)
    if what == "memory":
        return np.ones(1 << 40)
    raise ValueError(what)
"""


def kind_of(error):
    return error.value.kind


def same(a, b):
    """The same values of the same types; arrays in the byte order of this machine."""
    assert type(a) is type(b)
    if isinstance(a, np.ndarray | np.generic):
        assert a.dtype == b.dtype.newbyteorder("=")
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    else:
        assert a == b


@pytest.fixture(scope="module")
def tools(kind):
    with Session([TOOLS], kind=kind) as session:
        assert session.errors == [None]
        yield session


def test_values_come_back_as_they_were_sent(tools):
    value, [argument], kwargs = tools.call("same", [VALUES])
    same(value, VALUES)
    assert argument is VALUES  # unchanged
    assert kwargs == {}


def test_nan_comes_back(tools):
    assert np.isnan(tools.call("same", [float("nan")])[0])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("(i for i in ())", "a generator"),
        ("1j", "a complex"),
        ("np.array([1j])", "a NumPy array of complex128"),
        ("np.array([None])", "a NumPy array of object"),
        ("{1: 2}", "a dict whose keys are not all strings"),
        ("2**64", "an integer of more than 64 bits"),
        ("np.matrix([[1]])", "a matrix"),
        ("np.empty(1 << 24)", "an array of 134,217,728 bytes"),
        ("np.longdouble(1)", "a NumPy array of"),
    ],
)
def test_other_values_are_refused_by_name(source, message, tools):
    with pytest.raises(StudentError, match=f"same: it returned {message}") as error:
        tools.call("same", [Code(source)])
    assert kind_of(error) == "value"


def test_an_argument_changed_in_place_is_seen(kind):
    cell = "def step(w, state, lr):\n    w -= lr\n    state['t'] += 1"
    with Session([cell], kind=kind) as session:
        w, state = np.ones(2), {"t": 0}
        value, args, kwargs = session.call("step", [w, state], {"lr": 0.25})
    assert value is None
    same(args, [np.array([0.75, 0.75]), {"t": 1}])
    assert kwargs == {"lr": 0.25}
    assert w[0] == 1


def test_functions_are_handed_over_as_source(kind):
    cell = "def twice(f, w):\n    return f(f(w))"
    f = Code("lambda w: A @ w - np.ones(2)", {"A": np.array([[0.0, 2.0], [1.0, 0.0]])})
    with Session([cell], kind=kind) as session:
        value, args, _ = session.call("twice", [f, np.ones(2)])
    same(value, np.array([-1.0, 0.0]))
    same(args[1], np.ones(2))


def test_errors_are_told_as_the_student_would_see_them(kind):
    cells = [
        "def half(x):\n    return x // 0",
        "half(2)",
        "def broken(:",
        "import optlib.numpy",
        "x = 1",
        "import sys\nsys.exit()",
        "input()",
        "raise ValueError('\\x1b[31m' + 'x' * 10**6)",
    ]
    with Session(cells, kind=kind) as session:
        errors = session.errors
        with pytest.raises(StudentError) as error:
            session.call("half", [1])
    assert errors[0] is errors[4] is None
    assert 'File "cell 2", line 1' in errors[1]
    assert 'File "cell 1", line 2, in half\n    return x // 0' in errors[1]
    assert errors[1].endswith("ZeroDivisionError: integer division or modulo by zero\n")
    assert "runner.py" not in "".join(filter(None, errors))
    assert errors[2].count("SyntaxError") == 1
    assert "The grader has NumPy, matplotlib and" in errors[3]
    assert "SystemExit" in errors[5]
    assert "EOFError" in errors[6]
    assert len(errors[7]) <= 4000
    assert "\x1b" not in errors[7]
    assert kind_of(error) == "raised"
    assert 'File "cell 1", line 2, in half' in error.value.message


def test_what_a_notebook_has_beyond_python(kind):
    cells = [
        "%matplotlib inline\n!pip install numpy\nimport numpy as np\nnp.mean?",
        "%%time\nx = (7\n % 4)\ntext = '''\n% not a magic\n'''",
        "import matplotlib.pyplot as plt\nfrom optlib import figures, problems\nfigures.use()",
        "plt.plot([1, 2], label='$x^2$')\nplt.legend()\nplt.savefig('a.png')\nplt.show()",
        "display(x, text)\nassert not plt.get_fignums()",
        "import dataclasses, pickle\n@dataclasses.dataclass\nclass A:\n    x: int = 1\n"
        "assert pickle.loads(pickle.dumps(A())) == A()",
        "open('note', 'w').write('x')\nassert open('note').read() == 'x'",
        "import tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(b'x')",
    ]
    with Session(cells, kind=kind) as session:
        assert session.errors == [None] * len(cells)
        assert "3 \n% not a magic" in session.output


def test_random_numbers_are_the_same_each_time(kind):
    cells = [
        "import numpy as np, random\nfirst = np.random.normal()\nsecond = np.random.normal()",
        "def draw():\n    return first, second, np.random.normal(), random.random(), hash('x')",
    ]
    drawn = []
    for _ in range(2):
        with Session(cells, kind=kind) as session:
            drawn += [session.call("draw")[0], session.call("draw")[0]]
    assert drawn[0] == drawn[1] == drawn[2] == drawn[3]
    assert drawn[0][0] != drawn[0][1]


def test_a_name_that_is_missing_or_no_function(tools):
    with pytest.raises(StudentError, match="there is no function cuont; there is count") as error:
        tools.call("cuont")
    assert kind_of(error) == "missing"
    with pytest.raises(StudentError, match="it is of type int") as error:
        tools.call("calls")
    assert kind_of(error) == "missing"


LIMITS = Limits(call=0.4, cell=0.4, output=10000, restarts=2)


@pytest.mark.parametrize(
    ("what", "expected"),
    [("loop", "time"), ("die", "died"), ("print", "output"), ("memory", "memory"), ("x", "raised")],
)
def test_a_failed_call_does_not_cost_the_next(what, expected, kind):
    with Session([TOOLS], kind=kind, limits=LIMITS) as session:
        with pytest.raises(StudentError) as error:
            session.call("fail", [what])
        assert kind_of(error) == expected
        assert session.call("count")[0] == 1


def test_after_some_deaths_there_is_no_more(kind):
    with Session([TOOLS], kind=kind, limits=LIMITS) as session:
        for _ in range(3):
            with pytest.raises(StudentError, match="exit status 3"):
                session.call("fail", ["die"])
        with pytest.raises(StudentError, match="died too often"):
            session.call("count")


def test_a_cell_that_ends_the_process_is_left_out(kind):
    cells = ["x = 1", "import os\nos._exit(7)", "def get():\n    return x"]
    with Session(cells, kind=kind) as session:
        assert session.errors == [None, "the process ended (exit status 7)", None]
        assert session.call("get")[0] == 1


def test_the_time_of_all_together_is_limited(kind):
    with Session([TOOLS], kind=kind, limits=Limits(call=60, total=1)) as session:
        with pytest.raises(StudentError) as error:
            session.call("fail", ["loop"])
        assert kind_of(error) == "time"
        with pytest.raises(StudentError, match="used up its time"):
            session.call("count")


def test_what_there_is_to_see(kind):
    cell = """
import os
def tree(top):
    return [os.path.join(path, name) for path, folders, names in os.walk(top) for name in names]
def packages():
    return sorted(os.listdir("/packages")), sorted(os.listdir("/packages/optlib"))
"""
    with Session([cell], kind=kind) as session:
        files = session.call("tree", ["/"])[0]
        packages, optlib = session.call("packages")[0]
    assert {"numpy", "matplotlib", "optlib"} <= set(packages)
    assert not {"torch", "sklearn", "assignments", "scipy", "pip"} & set(packages)
    assert set(optlib) == {"__init__.py", "problems.py", "data.py", "datasets", "figures.py",
                           "checks.py", "feedback.py"}  # fmt: skip
    devices = {file for file in files if file.startswith("/dev/")}
    assert devices == set(layout.DEVICES)
    solutions = ("adam", "rmsprop", "adagrad", "torch", "checking", "enter.py", "sandbox.py")
    assert not [file for file in files if any(name in file.lower() for name in solutions)]
    assert not [file for file in files if "site-packages" in file or "dist-packages" in file]


def test_the_process_has_no_rights(kind):
    """What the kernel says of it, from outside."""
    cell = "import time\ndef sleep():\n    time.sleep(60)"
    with Session([cell], kind=kind) as session:
        *_, student = descendants(session._process.process.pid)
        status = Path(f"/proc/{student}/status").read_text().split("\n")
        for name in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
            assert f"Cap{name}:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status
        for space in ("user", "mnt", "net", "pid", "ipc", "uts"):
            inside, outside = (Path(f"/proc/{pid}/ns/{space}") for pid in (student, "self"))
            assert inside.readlink() != outside.readlink()


def descendants(pid):
    """The processes that a process has started, and these in turn."""
    found = []
    for file in Path("/proc").glob(f"{pid}/task/*/children"):
        for child in file.read_text().split():
            found += [int(child), *descendants(child)]
    return found


def gone(pids):
    """Wait for their end."""
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def test_nothing_is_left(kind):
    mounts = Path("/proc/self/mountinfo").read_text()
    with pytest.raises(KeyboardInterrupt), Session([TOOLS], kind=kind) as session:
        pids = [session._process.process.pid, *descendants(session._process.process.pid)]
        assert len(pids) > 1
        raise KeyboardInterrupt
    assert gone(pids)
    assert Path("/proc/self/mountinfo").read_text() == mounts


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_when_the_grader_is_killed_the_student_is_too(number, kind):
    cell = """
def loop():
    while True:
        try:
            while True: pass
        except BaseException: pass
"""
    program = f"""
import signal
from assignments.grader.sandbox import Limits, Session
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background of a shell
with Session([{cell!r}], kind={kind!r}, limits=Limits(call=100)) as session:
    print("ready", flush=True)
    session.call("loop")
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=-1, stderr=-1) as grader:
        assert grader.stdout.readline() == b"ready\n"
        pids = descendants(grader.pid)
        grader.send_signal(number)
        assert len(pids) > 1
        assert gone(pids)


def test_sessions_side_by_side(kind):
    with Session([TOOLS], kind=kind) as one, Session([TOOLS], kind=kind) as other:
        assert [one.call("count")[0], other.call("count")[0], one.call("count")[0]] == [1, 1, 2]


def test_where_a_sandbox_does_not_work_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    assert "sudo apt install bubblewrap" in sandbox.problem.__wrapped__("bwrap")
    assert "util-linux" in sandbox.problem.__wrapped__("userns")
    monkeypatch.setattr(sandbox, "problem", lambda kind: f"no {kind}")
    with pytest.raises(Unavailable, match="no bwrap"), Session([], kind="bwrap"):
        pass
    assert str(Unavailable()) == "no bwrap\nno userns"


def test_a_sandbox_that_can_not_be_made(monkeypatch):
    monkeypatch.setattr(layout, "bwrap", lambda size: ["sh", "-c", "echo forbidden >&2; exit 1"])
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: name)
    assert "forbidden" in sandbox.problem.__wrapped__("bwrap")


def test_without_libseccomp_there_is_no_sandbox(monkeypatch):
    def missing():
        raise RuntimeError("Unable to find libseccomp")

    monkeypatch.setattr(sandbox.seccomp, "program", missing)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: name)
    assert "sudo apt install libseccomp2" in sandbox.problem.__wrapped__("bwrap")


def test_kinds_are_checked():
    with pytest.raises(ValueError, match="kind must be one of bwrap, userns, unsafe"):
        Session([], kind="docker").__enter__()


@pytest.mark.parametrize(
    "message",
    [{}, {"tuple": {}}, {"dict": []}, {"code": ["1", {}]}, {"other": 1}, {"tuple": [], "dict": {}},
     {"array": ["<f8", [1], "AAAA"]}, {"array": ["|O", [1], "AAAAAAAAAAA="]}, 2**64],
)  # fmt: skip
def test_what_a_process_may_not_say(message):
    with pytest.raises(Refused):
        channel.decode(message)


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"\xff", b"[" * 10**5, b"1" * 10**5, b"[" + b"0," * 10**6]
)
def test_what_is_no_message(line):
    with pytest.raises(Refused):
        channel.loads(line)


def test_containers_are_not_too_deep():
    message = 0
    for _ in range(channel.DEPTH):
        message = [message]
    channel.decode(message)
    with pytest.raises(Refused):
        channel.decode([message])


def test_half_a_surrogate_pair_can_be_written_to_a_file():
    assert channel.decode(json.loads('{"dict": {"\\ud800": "\\udfff"}}')) == {"?": "?"}
