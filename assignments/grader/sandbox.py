"""A student's notebook at work in a sandbox, asked from outside for what its functions return.

>>> cells = ["import numpy as np", "def step(w, g, lr):\\n    return w - lr * g"]
>>> with Session(cells, kind="unsafe") as session:
...     value, args, kwargs = session.call("step", [1.0, 2.0], dict(lr=0.25))
>>> value, session.errors
(0.5, [None, None])

The answers are data, whatever the process did to arrive at them: compare them out here.
"""

import contextlib
import os
import secrets
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from . import channel, layout, seccomp

KINDS = ("bwrap", "userns", "unsafe")
SAID = {"missing", "raised", "time", "memory", "value"}  # what the process may say of a call
PROGRAMS = {
    "bwrap": ["bwrap"],
    "userns": ["unshare", "setpriv"],
    "unsafe": [],
}
UNASKED = "an answer came that nobody had asked for"
GRACE = 3  # what an interruption does not end is killed after this many times its seconds


@dataclass(frozen=True)
class Limits:
    """Seconds are of computing; by the clock twice as many. Sizes are in bytes.

    A call or a cell that takes longer is interrupted; what can't be interrupted is ended.
    """

    call: float = 10  # seconds, each
    cell: float = 30  # seconds, each
    cells: float = 120  # seconds by the clock, all cells together
    total: float = 600  # seconds by the clock, all that one session does
    memory: int = 2 << 30  # address space
    scratch: int = 64 << 20  # what can be written to files
    output: int = 4 << 20  # what can be printed
    message: int = channel.BYTES  # one answer
    restarts: int = 3


class Unavailable(RuntimeError):
    """This kind of sandbox does not work on this machine; the message says what to do."""

    def __init__(self, message=None):
        super().__init__(message or "\n".join(map(problem, ("bwrap", "userns"))))


class StudentError(Exception):
    """No answer to a call, and why not.

    ``kind`` is "missing" (no such function), "raised" (an exception), "time", "memory", "died",
    "output" (printed too much) or "value" (returned what is not plain data).
    """

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind, self.message = kind, message


class Ended(StudentError):
    """The process is no more, or no longer to be listened to."""


def readable(value):
    """At most the last 4,000 characters of what should be a text, without control characters."""
    value = channel.text(value[-4000:]) if type(value) is str else ""
    return "".join(sign for sign in value if sign.isprintable() or sign in "\n\t")


class Process:
    """The runner in a sandbox: one question, one answer."""

    def __init__(self, kind, limits, output):
        self.limits, self.output = limits, output
        self.printed, self.came = 0, bytearray()
        self.folder = None
        packages, scratch = layout.PACKAGES, layout.SCRATCH
        if kind == "unsafe":
            self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            packages, scratch = f"{self.folder.name}/packages", f"{self.folder.name}/scratch"
            os.mkdir(scratch)
            command = layout.unsafe(self.folder.name)
        else:
            command = getattr(layout, kind)(limits.scratch)
        self.process = subprocess.Popen(
            command, stdin=-1, stdout=-1, stderr=-1, bufsize=0, start_new_session=True,
            env=layout.environment(packages, scratch), cwd=scratch if self.folder else "/",
        )  # fmt: skip
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), False)
        rlimits = dict(AS=limits.memory, CPU=int(limits.total) + 1, FSIZE=limits.scratch,
                       NOFILE=128, NPROC=0, CORE=0)  # fmt: skip
        try:
            first = dict(
                files=layout.fonts(),
                rlimits=rlimits,
                seccomp=system_calls(kind),
                message=limits.message,
            )
            self.ask(first, patience=60)
        except BaseException:
            self.close()
            raise

    def ask(self, question, patience):
        """The answer to a question. An end of the process, or of patience with it, is an Ended."""
        number = secrets.randbits(48)
        if self.came or self.process.stdout.read(1):
            raise Ended("died", UNASKED)
        line = self._exchange(channel.dumps(question | {"id": number}), patience)
        try:
            answer = channel.loads(line)
        except channel.Refused as error:
            raise Ended("died", f"its answer is {error}") from None
        if answer.get("id") != number:
            raise Ended("died", UNASKED)
        return answer

    def _exchange(self, question, seconds):
        """Write, read and count what is printed at once, so that nothing can be held up."""
        deadline, left = time.monotonic() + seconds, memoryview(question)
        stdin, stdout, stderr = self.process.stdin, self.process.stdout, self.process.stderr
        with selectors.DefaultSelector() as selector:
            selector.register(stdin, selectors.EVENT_WRITE)
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stderr, selectors.EVENT_READ)
            while not self.came.endswith(b"\n"):
                if time.monotonic() > deadline:
                    raise Ended("time", f"no answer after {seconds:.3g} s")
                ready = {key.fileobj for key, _ in selector.select(deadline - time.monotonic())}
                if stdin in ready:
                    try:
                        left = left[stdin.write(left[: 1 << 16]) or 0 :]
                    except BrokenPipeError:
                        left = left[:0]
                    if not left:
                        selector.unregister(stdin)
                if stderr in ready and self._print() == b"":
                    selector.unregister(stderr)
                if stdout in ready:
                    self._receive()
        while self._print():
            pass
        line, self.came = bytes(self.came), bytearray()
        if left or line.count(b"\n") > 1:
            raise Ended("died", UNASKED)
        return line

    def _receive(self):
        data = self.process.stdout.read(1 << 20)
        if data == b"":
            raise Ended("died", f"the process ended ({self._end()})")
        self.came += data or b""
        if len(self.came) > self.limits.message:
            raise Ended("value", f"an answer of more than {self.limits.message:,} bytes")

    def _print(self):
        data = self.process.stderr.read(1 << 16)
        self.printed += len(data or b"")
        self.output[:] = (self.output + (data or b""))[-4096:]
        if self.printed > self.limits.output:
            raise Ended("output", f"more than {self.limits.output:,} bytes were printed")
        return data

    def _end(self):
        """How the process ended: the name of a signal, or the exit status."""
        while self._print():
            pass
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "it closed the channel to the grader"
        number = -status if status < 0 else status - 128
        try:
            return signal.strsignal(number) or f"signal {number}"
        except ValueError:
            return f"exit status {status}"

    def close(self):
        """End it, and wait until nothing of it is left: the last to go closes the pipe."""
        self.process.kill()
        self.process.wait()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while selector.select(5) and self.process.stdout.read(1 << 20) != b"":
                pass
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        if self.folder:
            self.folder.cleanup()


class Session:
    """The student's cells, executed in a sandbox of the given kind, and their functions to call.

    ``errors`` has for each cell None or the traceback that ended it. ``output`` is the end of what
    was printed. A process that died, or had to be killed, is replaced by another at the next call,
    in which the cells are executed anew, but for a cell that was the reason.
    """

    def __init__(self, cells, kind="bwrap", limits=None):
        self.cells, self.kind, self.limits = list(cells), kind, limits or Limits()
        self.errors = ["not executed"] * len(self.cells)
        self._output = bytearray()
        self._process = self._over = None
        self._fatal, self._starts, self._left = set(), 0, self.limits.total

    @property
    def output(self):
        return readable(self._output.decode("utf-8", "replace"))

    def __enter__(self):
        if why := problem(self.kind):
            raise Unavailable(why)
        try:
            with contextlib.suppress(StudentError):  # each call says so again
                self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_):
        self._stop()

    def call(self, name, args=(), kwargs=None):
        """The value of ``name(*args, **kwargs)``, and what args and kwargs are after the call."""
        args, kwargs = list(args), dict(kwargs or {})
        self._start()
        sent = {"args": channel.encode(args), "kwargs": channel.encode(kwargs)}
        try:
            answer = self._ask({"name": name, **sent}, self.limits.call)
            if "failed" in answer:
                kind, message = answer["failed"]
                if kind not in SAID:
                    raise channel.Refused("not plain data")
                raise StudentError(kind, f"{name}: {readable(message)}")
            value = channel.decode(answer["value"])
            if "args" in answer:
                args, kwargs = channel.decode(answer["args"]), channel.decode(answer["kwargs"])
            return value, args, kwargs
        except Ended as end:
            raise StudentError(end.kind, f"{name}: {end.message}") from None
        except (channel.Refused, KeyError, TypeError, ValueError):
            self._stop()
            raise StudentError("died", f"{name}: its answer is not plain data") from None

    def _ask(self, question, seconds):
        """An answer within the time; without one, the process is ended."""
        start = time.monotonic()
        try:
            patience = min(GRACE * seconds, max(self._left, 0))
            return self._process.ask(question | {"seconds": seconds}, patience)
        except BaseException:
            self._stop()
            raise
        finally:
            self._left -= time.monotonic() - start

    def _start(self):
        """Have a process in which the cells were executed, or raise why there can be none."""
        while self._process is None:
            if self._over:
                raise self._over
            if self._starts > self.limits.restarts or self._left <= 0:
                why = "the notebook used up its time" if self._left <= 0 else "it died too often"
                self._over = StudentError("time" if self._left <= 0 else "died", why)
                continue
            self._starts += 1
            try:
                self._process = Process(self.kind, self.limits, self._output)
            except Ended as end:  # it is not the student's doing
                raise Unavailable(f"{end.message}\n{self.output}") from None
            with contextlib.suppress(Ended):
                self._execute()

    def _execute(self):
        deadline = time.monotonic() + self.limits.cells
        for index, source in enumerate(self.cells):
            if index in self._fatal:
                continue
            if time.monotonic() > deadline:
                break
            try:
                answer = self._ask(dict(number=index + 1, cell=source), self.limits.cell)
            except Ended as end:
                self._fatal.add(index)
                self.errors[index] = end.message
                raise
            told = answer.get("error")
            self.errors[index] = None if told is None else readable(told) or "an error"

    def _stop(self):
        if self._process is not None:
            self._process.close()
            self._process = None


@cache
def problem(kind):
    """Why this kind of sandbox does not work here and what to do; "" if it does."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    missing = [name for name in PROGRAMS[kind] if not shutil.which(name)]
    if missing:
        package = "bubblewrap" if kind == "bwrap" else "util-linux"
        return (
            f"{' and '.join(missing)} not found; on Debian and Ubuntu: sudo apt install {package}"
        )
    try:
        system_calls(kind)
    except (ImportError, RuntimeError, OSError) as error:
        return (
            f"system calls can't be limited ({error}); on Debian and Ubuntu: "
            "sudo apt install libseccomp2, then: pip install pyseccomp"
        )
    output = bytearray()
    try:
        process = Process(kind, Limits(), output)
    except Ended as end:
        return f"{kind}: {end.message}: {readable(output.decode('utf-8', 'replace'))}{advice()}"
    process.close()
    return ""


def kinds():
    """The kinds of sandbox that work on this machine, the best first."""
    return [kind for kind in KINDS if not problem(kind)]


def system_calls(kind):
    """The filter that the process puts on itself; an unsafe one does without, if need be."""
    try:
        return channel.encode(np.frombuffer(seccomp.program(), "u1"))
    except (ImportError, RuntimeError, OSError):
        if kind == "unsafe":
            return None
        raise


def advice():
    """What keeps an ordinary user from making a sandbox, as far as the system says."""
    switches = {
        "kernel/apparmor_restrict_unprivileged_userns": ("1", APPARMOR),
        "kernel/unprivileged_userns_clone": ("0", "sudo sysctl kernel.unprivileged_userns_clone=1"),
        "user/max_user_namespaces": ("0", "sudo sysctl user.max_user_namespaces=10000"),
    }
    for name, (value, remedy) in switches.items():
        file = Path("/proc/sys", name)
        if file.exists() and file.read_text().strip() == value:
            return f"\nThis system forbids user namespaces (/proc/sys/{name} is {value}). {remedy}"
    return "\nIf this is a container, its runtime may forbid namespaces: grade outside of it."


APPARMOR = """Allow them to bubblewrap alone:
sudo apt install bubblewrap apparmor-profiles
sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/
sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict"""
