"""What a student who wants points, or harm, might put into a notebook.

Each source is a cell. It may define ``solve(x)``, which the test calls as if it were the task, and
may write into ``loot`` whatever it managed to do that it should not. ``facts`` has what it would
have to find out in earnest: the paths of the victim's files, the port of a server.

Each gives up by itself after a count or some seconds, and touches only what the test has made for
it, so that a sandbox with a hole in it fails a test and harms nobody.
"""

# Executed first. ``attempt`` notes what was done without an error and gave something.
PRELUDE = """
import os, sys, time
import numpy as np
loot = []

def attempt(what, work):
    try:
        result = work()
    except Exception:
        return
    if result is not None and result is not False:
        loot.append(what)

def looted():
    return loot

def solve(x):
    return np.zeros_like(x)

def read(path):
    with open(path, "rb") as file:
        return file.read(100) or None

def write(path):
    with open(path, "w") as file:
        file.write("harmed")
    return True

def frames():
    frame = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back

def request():
    # the runner's own question, found in its frames: an answer with the right number
    return next(f.f_locals["request"] for f in frames() if "id" in f.f_locals.get("request", ()))

def channel_ends():
    import fcntl
    for number in range(3, 256):
        try:
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                yield number
        except OSError:
            pass

def say(line):
    for number in channel_ends():
        os.write(number, line)

def native(name, *args):
    # a function of the C library; -1 is its way to say no
    import ctypes
    args = [a if isinstance(a, bytes) else ctypes.c_long(a) for a in args]
    return getattr(ctypes.CDLL(None), name)(*args) != -1
"""

TIME = {
    "an endless loop in a cell": "while True: pass",
    "an endless loop in a function": """
def solve(x):
    while True:
        pass
""",
    "an endless loop that catches its interruption": """
def solve(x):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            while time.monotonic() < end:
                pass
        except BaseException:
            pass
    loot.append("20 s")
""",
    "a long sleep that nothing wakes": """
import signal
def solve(x):
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGVTALRM):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(20)
    loot.append("20 s")
""",
    "a regular expression without end": """
import re
def solve(x):
    return float(bool(re.match("(a*)*b", "a" * 30)))
""",
    "a power without end, in C": """
def solve(x):
    return float(len(str(7 ** (10 ** 8))) > 0)
""",
    "an exception that takes for ever to print": """
class Slow(Exception):
    def __str__(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                time.sleep(1)
            except BaseException:
                pass
        return ""

def solve(x):
    raise Slow
""",
}

PROCESSES = {
    "a fork bomb": """
def bomb():
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(0.2)
            os._exit(0)
    return True
attempt("fork", bomb)
""",
    "other programs": """
import subprocess
attempt("subprocess", lambda: subprocess.run(["/bin/true"]))
attempt("system", lambda: os.system("exit 0") == 0)
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("exec", lambda: native("execve", b"/nowhere", 0, 0) or None)
""",
    "threads that outlive": """
import threading
def work():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        time.sleep(0.01)
attempt("thread", lambda: threading.Thread(target=work).start() or True)
import _thread
attempt("daemon", lambda: _thread.start_new_thread(work, ()))
""",
    "signals": """
import signal
attempt("parent", lambda: os.kill(os.getppid(), 0) or True)
attempt("all", lambda: os.kill(-1, 0) or True)
attempt("group", lambda: os.killpg(0, 0) or True)
attempt("victim", lambda: os.kill(facts["victim_pid"], signal.SIGKILL) or True)
""",
    "tracing and reading another process": """
pid = facts["victim_pid"]
attempt("ptrace", lambda: native("ptrace", 16, pid, 0, 0))
attempt("process_vm_readv", lambda: native("process_vm_readv", pid, 0, 0, 0, 0, 0))
for name in ("mem", "environ", "cmdline", "maps"):
    attempt(name, lambda: read(f"/proc/{pid}/{name}"))
attempt("pidfd", lambda: os.pidfd_open(pid))
""",
}

AMOUNT = {
    "a memory bomb": """
def solve(x):
    hoard = []
    for _ in range(64):
        hoard.append(np.empty(1 << 23))
    loot.append("4 GB")
""",
    "a memory bomb in one array": "def solve(x): return np.ones(1 << 33)",
    "memory that is not the process's own": """
import mmap
attempt("shm", lambda: native("shmget", 0, 1 << 20, 0o1600))
attempt("memfd", lambda: os.memfd_create("hoard"))
attempt("/dev/shm", lambda: write("/dev/shm/hoard"))
""",
    "much printed": """
for _ in range(3000):
    print("x" * 1000)
""",
    "much printed, past Python": """
def solve(x):
    for _ in range(3000):
        os.write(1, b"x" * 1000)
        os.write(2, b"x" * 1000)
    loot.append("6 MB")
""",
    "a huge array returned": "def solve(x): return np.ones(10**7)",
    "a huge list returned": "def solve(x): return [0.0] * 10**6",
    "a huge string returned": "def solve(x): return 'x' * 10**7",
    "a huge integer returned": "def solve(x): return 1 << 10**6",
    "a huge error": "def solve(x): raise ValueError('x' * 10**8)",
    "a chain of errors": """
def solve(x):
    error = None
    for _ in range(20000):
        later = ValueError("again")
        later.__cause__ = error
        error = later
    raise error
""",
    "a full disk": """
written = 0
for number in range(64):
    try:
        with open(f"hoard{number}", "wb") as file:
            for _ in range(64):
                written += file.write(bytes(1 << 14))
                file.flush()
    except OSError:
        break
if written > 16 << 20:
    loot.append("16 MB")
""",
    "a large file full of holes": """
def holes():
    with open("holes", "wb") as file:
        file.truncate(1 << 40)
    return True
attempt("truncate", holes)
""",
    "limits lifted": """
import resource
for name in ("AS", "CPU", "FSIZE", "NOFILE", "NPROC"):
    number = getattr(resource, f"RLIMIT_{name}")
    most = resource.RLIM_INFINITY
    attempt(name, lambda: resource.setrlimit(number, (most, most)) or True)
    attempt(name, lambda: resource.prlimit(0, number, (most, most)) and True)
""",
}

ENDS = {
    "sys.exit": "def solve(x): sys.exit(0)",
    "os._exit": "def solve(x): os._exit(0)",
    "os._exit in a cell": "os._exit(0)",
    "os.abort": "def solve(x): os.abort()",
    "a segmentation fault": """
import ctypes
def solve(x):
    ctypes.string_at(0)
""",
    "a stack overflow": "def solve(x): return solve(x)",
    "a stack overflow in C": """
sys.setrecursionlimit(10**9)
def solve(x):
    deep = []
    for _ in range(10**6):
        deep = [deep]
    return len(repr(deep))
""",
    "a KeyboardInterrupt": "def solve(x): raise KeyboardInterrupt",
    "code at the end of the process": """
import atexit
atexit.register(say, b'{"id": 0}')
class Late:
    def __del__(self):
        say(b'{"id": 0}')
late = Late()
def solve(x):
    sys.exit()
""",
    "the channel closed": """
def solve(x):
    os.closerange(3, 256)
    return x
""",
}

FILES = {
    "the victim's files": """
for name in ("gradebook.db", "other.ipynb"):
    path = os.path.join(facts["victim"], name)
    attempt(f"read {name}", lambda: read(path))
    attempt(f"write {name}", lambda: write(path))
    attempt(f"remove {name}", lambda: os.remove(path) or True)
import shutil
shutil.rmtree(facts["victim"], ignore_errors=True)
""",
    "the book's solutions": """
for name in facts["solutions"]:
    attempt(name, lambda: read(name))
attempt("repository", lambda: os.listdir(facts["repository"]))
for name in ("optlib.numpy", "optlib.torch", "optlib.schedules", "optlib.averages", "torch",
             "assignments", "pytorch_optimizer", "schedulefree", "sklearn", "mlxtend"):
    attempt(name, lambda: __import__(name))
for folder in sys.path:
    for name in ("torch", "pytorch_optimizer", "assignments"):
        attempt(f"{folder}/{name}", lambda: os.path.exists(f"{folder}/{name}"))
""",
    "the system's files": """
for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", facts["home"] + "/.bashrc",
             "/proc/self/environ", "/proc/mounts", "/sys/kernel/notes", "/var/log/dpkg.log",
             "/usr/bin/env"):
    attempt(path, lambda: read(path))
for folder in ("/home", "/proc", "/sys", "/tmp", "/var", "/run"):
    attempt(folder, lambda: os.listdir(folder))
# no more of the home than the way to a Python that is installed there
attempt("home", lambda: len(os.listdir(facts["home"])) > 1)
""",
    "links": """
os.symlink(facts["victim"], "link")
attempt("through a symbolic link", lambda: os.listdir("link"))
attempt("hard link", lambda: os.link(facts["victim"] + "/gradebook.db", "hard") or True)
attempt("upwards", lambda: read("../" * 20 + facts["victim"].strip("/") + "/gradebook.db"))
""",
    "files of the grader": """
for module in list(sys.modules.values()):
    file = getattr(module, "__file__", None)
    if file:
        attempt(f"append {file}", lambda: os.open(file, os.O_WRONLY | os.O_APPEND))
        attempt(f"beside {file}", lambda: write(os.path.dirname(file) + "/evil.py"))
attempt("chmod", lambda: os.chmod("/", 0o777) or True)
attempt("mkdir", lambda: os.mkdir("/evil") or True)
""",
    "environment": """
if any(facts["secret"] in value for value in os.environ.values()):
    loot.append("secret")
""",
    "the terminal and devices": """
for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/kmsg", "/dev/mem", "/dev/vda",
             "/dev/sda", "/dev/ptmx", "/dev/fuse", "/dev/kvm", "/dev/net/tun"):
    attempt(path, lambda: os.open(path, os.O_RDONLY | os.O_NONBLOCK))
import fcntl, termios
for number in range(3):
    attempt("TIOCSTI", lambda: fcntl.ioctl(number, termios.TIOCSTI, b"x"))
attempt("mknod", lambda: os.mknod("device", 0o20600, os.makedev(1, 1)) or True)
""",
    "a module left for the next": """
for name in ("json.py", "numpy.py", "channel.py", "sitecustomize.py", "usercustomize.py"):
    write(name)
os.makedirs(".matplotlib", exist_ok=True)
write(".matplotlib/matplotlibrc")
""",
}

RIGHTS = {
    "the network": """
import socket
def tcp():
    socket.create_connection(("127.0.0.1", facts["port"]), 1).close()
    return True
def unix(address):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(address)
    return True
attempt("tcp", tcp)
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
attempt("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("unix", lambda: unix(facts["unix"]))
attempt("abstract", lambda: unix(facts["abstract"]))
attempt("pair", lambda: socket.socketpair())
""",
    "another user": """
attempt("setuid", lambda: os.setuid(65534) or True)
attempt("setgid", lambda: os.setgid(65534) or True)
attempt("setgroups", lambda: os.setgroups([0]) or True)
attempt("chown", lambda: os.chown(".", 65534, 65534) or True)
attempt("capset", lambda: native("capset", 0, 0))
""",
    "namespaces and mounts": """
import ctypes
attempt("user namespace", lambda: native("unshare", 0x10000000))
attempt("mount namespace", lambda: native("unshare", 0x20000))
attempt("mount", lambda: native("mount", b"tmpfs", b".", b"tmpfs", 0, 0))
attempt("umount", lambda: native("umount2", b"/scratch", 2))
attempt("chroot", lambda: os.chroot(".") or True)
attempt("pivot_root", lambda: native("syscall", 155, b".", b"."))
attempt("setns", lambda: native("setns", 0, 0))
""",
    "the kernel's odd corners": """
# bpf, perf_event_open, userfaultfd, io_uring_setup, keyctl, kexec_load, personality, clone3,
# open_by_handle_at, init_module, ptrace, pidfd_getfd, seccomp, mount_setattr, landlock
numbers = (321, 298, 323, 425, 250, 246, 135, 435, 304, 175, 101, 438, 317, 442, 444)
for number in numbers if os.uname().machine == "x86_64" else ():
    attempt(number, lambda: native("syscall", number, 0, 0, 0, 0, 0))
""",
}

LIES = {
    "numpy.allclose that always agrees": """
for name in ("allclose", "isclose", "array_equal", "array_equiv", "equal"):
    setattr(np, name, lambda *a, **k: True)
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
""",
    "numpy.asarray replaced": """
for name in ("asarray", "array", "frombuffer", "ndarray", "generic", "dtype"):
    setattr(np, name, lambda *a, **k: True)
def solve(x):
    return x * 0
""",
    "an array that equals everything": """
class Agreeable(np.ndarray):
    __array_priority__ = 1e9
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __array_ufunc__(self, *a, **k): return np.True_
def solve(x):
    return np.zeros_like(x).view(Agreeable)
""",
    "an object that claims to be an array": """
class Liar:
    def __array__(self, *a, **k): return np.ones(3)
    __class__ = np.ndarray
    dtype, shape, ndim = np.dtype(float), (3,), 1
def solve(x):
    return Liar()
""",
    "a float that equals everything": """
class Agreeable(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    __hash__ = float.__hash__
def solve(x):
    return Agreeable(1)
""",
    "a pickle in an object array": """
class Bomb:
    def __reduce__(self): return os.system, ("true",)
def solve(x):
    return np.array([Bomb()], dtype=object)
""",
    "a dict with odd keys": "def solve(x): return {1: x, None: x}",
    "a list that contains itself": """
def solve(x):
    x = []
    x.append(x)
    return x
""",
    "json replaced": """
import json
json.dumps = lambda *a, **k: '{"id": 0, "value": true}'
json.loads = lambda *a, **k: {"id": 0, "name": "solve", "args": [], "kwargs": {}, "seconds": 1}
""",
    "builtins replaced": """
import builtins
for name in ("len", "type", "isinstance", "exec", "eval", "compile", "id", "callable", "max"):
    setattr(builtins, name, lambda *a, **k: True)
""",
    "the runner's modules replaced": """
for name in ("channel", "numpy", "json", "traceback", "signal", "__main__"):
    sys.modules[name] = None
for frame in frames():
    for name, value in list(frame.f_globals.items()):
        if name in ("channel", "explained", "compiled", "confine"):
            frame.f_globals[name] = lambda *a, **k: None
""",
    "the runner's encoder replaced": """
sys.modules["channel"].encode = lambda *a, **k: {"array": ["<f8", [3], "AAAAAAAA8D8" * 3]}
""",
    "the function looked up by the runner is not a function": "solve = 'solve'",
    "a function that looks at its callers": """
import gc, hashlib
def solve(x):
    # the right answer, or the check that would tell, in any frame or object of this process
    for thing in gc.get_objects():
        if type(thing) is np.ndarray:
            thing = thing.tobytes()
        if type(thing) in (bytes, str):
            data = thing if type(thing) is bytes else thing.encode("utf-8", "replace")
            attempt("answer", lambda: hashlib.sha256(data).hexdigest() == facts["digest"])
    for frame in frames():
        for name in frame.f_locals:
            attempt(name, lambda: name in ("want", "right", "reference", "checks", "expected"))
    return x * 0
""",
    "a trace on everything": """
def trace(frame, event, arg):
    if event == "return" and "answer" in frame.f_code.co_name:
        frame.f_locals["answer"] = {"value": True}
    return trace
sys.settrace(trace)
sys.setprofile(trace)
sys.addaudithook(lambda *a: None)
""",
}

CHANNEL = {
    "an answer before the question": """
say(b'{"id": 0, "value": 1.0}' + bytes([10]))
""",
    "an answer before the next question": """
import base64
def solve(x):
    return x * 0
class Later:
    def write(self, text): pass
    def flush(self): say(b'{"id": 0, "value": 1.0}' + bytes([10]))
sys.stdout = Later()
""",
    "two answers": """
import json
def solve(x):
    say(json.dumps({"id": request()["id"], "value": 1.0}).encode() + bytes([10]))
    return 2.0
""",
    "a forged answer with the right number": """
import json
def solve(x):
    say(json.dumps({"id": request()["id"], "value": 1.0}).encode() + bytes([10]))
    time.sleep(20)
    loot.append("20 s")
""",
    "garbage": """
def solve(x):
    say(os.urandom(5000) + bytes([10]))
    return 1.0
""",
    "a line without an end": """
def solve(x):
    for _ in range(2000):
        say(b"1" * 10000)
    loot.append("20 MB")
""",
    "many lines": """
def solve(x):
    for _ in range(20000):
        say(b'{"id": 0, "value": 1.0}' + bytes([10]))
    loot.append("many")
""",
}


ONE = "AAAAAAAAAAA="  # 0.0 in base64


def forged_array(dtype, shape, data=ONE):
    return f""" '"value": {{"array": ["{dtype}", {shape}, "{data}"]}}}}' """


def forged(content):
    """An answer with the right number, whose other fields are ``content``, as JSON."""
    return f"""
def solve(x):
    text = '{{"id": %d, ' % request()["id"] + {content}
    say(text.encode("utf-8", "surrogatepass") + bytes([10]))
    os._exit(0)
"""


FORGED = {
    name: forged(content)
    for name, content in {
        "deep nesting": """ '"value": ' + "[" * 100000 + "]" * 100000 + "}" """,
        "nesting just deep enough to be read": """ '"value": ' + "[" * 900 + "]" * 900 + "}" """,
        "many empty lists": """ '"value": [' + "[]," * 1000000 + "0]}" """,
        "a huge integer": """ '"value": ' + "9" * 1000000 + "}" """,
        "a large integer": """ '"value": ' + "9" * 1000 + "}" """,
        "half a surrogate pair": r""" '"value": "\\ud800"}' """,
        "no value": """ '"other": 1}' """,
        "a value twice": """ '"value": 1.0, "value": 2.0}' """,
        "a failure of an unknown kind": """ '"failed": ["full marks", "x"]}' """,
        "a failure that is no pair": """ '"failed": {"a": 1, "b": [2]}}' """,
        "a failure without text": """ '"failed": ["raised", {"a": 1}]}' """,
        "a failure of a list": """ '"failed": [["raised"], "x"]}' """,
        "an array of objects": forged_array("|O", "[1]"),
        "an array of a type with a name": forged_array("float64", "[1]"),
        "an array with a shape that does not fit": forged_array("<f8", "[2]"),
        "an array of negative size": forged_array("<f8", "[-1, -1]"),
        "an array of size true": forged_array("<f8", "[true]"),
        "an array whose shape is no list": forged_array("<f8", "1"),
        "an empty array of great size": forged_array("<f8", f"[0, {10**20}]", ""),
        "an array of many dimensions": forged_array("<f8", str([1] * 99)),
        "an array that is no base64": forged_array("<f8", "[1]", "?????"),
        "an array of base64 beyond ASCII": forged_array("<f8", "[1]", "éééééééé"),
        "code": """ '"value": {"code": ["print(1)", {"dict": {}}]}}' """,
        "an unknown tag": """ '"value": {"__reduce__": []}}' """,
        "two tags": """ '"value": {"tuple": [], "dict": {}}}' """,
        "a tuple of a number": """ '"value": {"tuple": 1}}' """,
        "arguments that are no list": """ '"value": 1.0, "args": 5, "kwargs": []}' """,
        "arguments without keywords": """ '"value": 1.0, "args": [1.0]}' """,
    }.items()
}  # fmt: skip

DATA = {**LIES, **CHANNEL, **{f"a forged answer: {name}": FORGED[name] for name in FORGED}}
ALL = {**TIME, **PROCESSES, **AMOUNT, **ENDS, **FILES, **RIGHTS, **DATA}

# Harmless enough to be tried without a sandbox, where each has to get something.
REAL = [
    "a fork bomb", "other programs", "threads that outlive", "signals", "a full disk",
    "tracing and reading another process", "memory that is not the process's own",
    "the book's solutions", "the system's files", "links", "the network",
]  # fmt: skip
