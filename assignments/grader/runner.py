"""What runs inside the sandbox: execute a student's cells, then call the functions asked for.

Started as a script, with the questions on standard input and the answers on standard output. Once
the first line has come, the process gives up whatever rights it has left; the student's code sees
neither of the two streams under a number that anything would use by accident.
"""

import builtins
import difflib
import fcntl
import io
import linecache
import os
import random
import resource
import signal
import sys
import traceback
import types

import channel
import numpy as np

HINT = (
    "The grader has NumPy, matplotlib and, of optlib, problems, data and figures: "
    "nothing else can be imported."
)


class TimeIsUp(BaseException):
    """Not an Exception, so that a cell's ``except Exception`` does not hold it up."""

    __module__ = "builtins"  # in a traceback, just its name


class Alarm:
    """Interrupts what takes too long: ``seconds`` of computing, or twice as many by the clock.

    What catches even that is ended by the grader.
    """

    def __init__(self):
        self.seconds = 0
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, self._ring)

    def _ring(self, *_):
        if self.seconds:  # 0: the work has just ended, and the signal was on its way
            seconds, self.seconds = self.seconds, 0
            raise TimeIsUp(f"interrupted after {seconds:g} s")

    def set(self, seconds):
        self.seconds = seconds
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds)


def confine(config):
    """Give up all that a notebook does not need; for good, since nothing of it can be undone."""
    for name, limit in config["rlimits"].items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(number, (limit, limit))
    if config["seccomp"] is not None:
        load_filter(channel.decode(config["seccomp"]).tobytes())


def load_filter(program):
    """Have the kernel refuse every system call that is not on the list (seccomp.py)."""
    import ctypes

    class Program(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    no_new_privs, set_seccomp, mode_filter = 38, 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    pointer = ctypes.byref(Program(len(program) // 8, program))
    if libc.prctl(no_new_privs, 1, 0, 0, 0) or libc.prctl(set_seccomp, mode_filter, pointer, 0, 0):
        raise OSError(ctypes.get_errno(), "the system calls can't be limited")


def compiled(source, name):
    """The code of a cell, whose lines tracebacks will find under ``name``.

    IPython's own lines (``%matplotlib inline``, ``!pip``, ``np.mean?``) do nothing here. They are
    told by their being no Python, since a line of a formula or a text may begin with % as well.
    """
    lines = source.splitlines()
    linecache.cache[name] = (len(source), None, [f"{line}\n" for line in lines], name)
    while True:
        try:
            return compile("\n".join(lines) + "\n", name, "exec", dont_inherit=True)
        except SyntaxError as error:
            number = (error.lineno or len(lines) + 1) - 1
            line = lines[number] if number < len(lines) else ""
            words = line.strip()
            if not words.startswith(("%", "!", "?")) and not words.endswith("?"):
                raise
            lines[number] = line[: len(line) - len(line.lstrip())] + "pass"


def explained(error):
    """The traceback as far as it concerns the student: the frames in the notebook."""
    if isinstance(error, ModuleNotFoundError):
        error.add_note(HINT)
    if isinstance(error, TimeIsUp):
        error.__cause__ = error.__context__ = None
    story = traceback.TracebackException.from_exception(error, limit=-20, compact=True)
    part = story
    while part is not None:
        part.stack = traceback.StackSummary.from_list(
            frame for frame in part.stack if frame.filename.startswith("cell ")
        )
        part = part.__cause__ or part.__context__
    return "".join(story.format())[-4000:]


class Student:
    """The namespace in which a notebook's cells were executed."""

    def __init__(self):
        self.alarm = Alarm()
        module = types.ModuleType("__main__")
        self.names = vars(module)
        self.names.update(__builtins__=builtins, display=print)
        sys.modules["__main__"] = module
        self.seed()

    def seed(self):
        """What the student draws is the same each time, whatever was executed before."""
        random.seed(0)
        np.random.seed(0)

    def limited(self, seconds, work):
        """What ``work()`` returns, and the error that ended it early."""
        try:
            try:
                self.alarm.set(seconds)
                return work(), None
            finally:
                self.alarm.set(0)
        except BaseException as error:  # whatever the student's code may raise
            return None, error

    def cell(self, number, source, seconds):
        """Execute a cell; None, or what went wrong."""
        name = f"cell {number}"
        told, error = self.limited(seconds, lambda: exec(compiled(source, name), self.names))
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            self.limited(seconds, lambda: pyplot.close("all"))  # as a notebook does
        if error is not None:
            told, failed = self.limited(1, lambda: explained(error))
            told = told if failed is None else type(error).__name__
        return {"error": told}

    def call(self, name, args, kwargs, seconds):
        """Call a function; its value and what its arguments are afterwards, or what went wrong."""
        function = self.names.get(name)
        if not callable(function):
            near = difflib.get_close_matches(name, [key for key in self.names if key[0] != "_"])
            hint = f"; there is {' and '.join(near)}" if near else ""
            if function is not None:
                hint = f": it is of type {type(function).__name__}"
            return {"failed": ["missing", f"there is no function {name}{hint}"]}
        opaque = set()
        self.seed()

        def run(source, names):
            value = eval(compile(source, "the grader", "eval"), {"np": np, **names})
            opaque.add(id(value))
            return value

        given = channel.decode(args, run), channel.decode(kwargs, run)
        value, error = self.limited(seconds, lambda: function(*given[0], **given[1]))
        if error is not None:
            told, failed = self.limited(1, lambda: explained(error))
            told = told if failed is None else type(error).__name__
            kinds = {TimeIsUp: "time", MemoryError: "memory"}
            kind = next((kinds[base] for base in kinds if isinstance(error, base)), "raised")
            return {"failed": [kind, told]}
        return self.answered(value, *given, opaque, seconds)

    def answered(self, value, args, kwargs, opaque, seconds):
        what = "it returned"

        def answer():
            nonlocal what
            answer = {"value": channel.encode(value)}
            what = "after the call, its arguments hold"
            return answer | {"args": channel.encode(args, opaque),
                             "kwargs": channel.encode(kwargs, opaque)}  # fmt: skip

        answer, error = self.limited(seconds, answer)
        if error is None:
            return answer
        if isinstance(error, channel.Refused):
            return {"failed": ["value", f"{what} {error}"]}
        if isinstance(error, MemoryError):
            return {"failed": ["memory", "its value is too large to send"]}
        why = type(error).__name__
        return {"failed": ["value", f"{what} something that can't be sent ({why})"]}


def main():
    # High numbers, so that nothing meets them by accident; 0, 1 and 2 become nothing and a log.
    requests = os.fdopen(fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 100), "rb")
    answers = io.FileIO(fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 100), "w")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)

    def say(request, answer):
        line = channel.dumps({"id": request["id"], **answer})
        if len(line) > first["message"]:
            failed = ["value", f"what it returned takes {len(line):,} bytes to send: too many"]
            line = channel.dumps({"id": request["id"], "failed": failed})
        line = memoryview(line)
        while line:
            line = line[answers.write(line) :]

    first = channel.json.loads(requests.readline())
    del sys.path[0]  # this folder
    os.makedirs(os.environ["MPLCONFIGDIR"], exist_ok=True)
    for name, text in first["files"].items():
        with open(os.path.join(os.environ["MPLCONFIGDIR"], name), "w") as file:
            file.write(text)
    confine(first)
    student = Student()
    say(first, {})
    for line in requests:
        request = channel.json.loads(line)
        if "cell" in request:
            answer = student.cell(request["number"], request["cell"], request["seconds"])
        else:
            answer = student.call(*(request[key] for key in ("name", "args", "kwargs", "seconds")))
            if answer.get("args", 0) == request["args"] and answer["kwargs"] == request["kwargs"]:
                del answer["args"], answer["kwargs"]  # unchanged, as they should be
        for stream in (sys.stdout, sys.stderr):
            student.limited(1, lambda stream=stream: stream.flush())
        say(request, answer)


if __name__ == "__main__":
    main()
    os._exit(0)
