"""Plain data on its way between the grader and a student's process: one line of JSON a message.

Both sides use this module, and the grader trusts nothing that it gets: what is not plain data of a
bounded size is refused. There is no pickle, no eval of what a student sent, and no object of a
class that the student could define.

Sent are None, bool, int, float, str, lists, tuples, dicts with strings as keys, NumPy's arrays and
scalars; and from the grader to the student only, ``Code``.

>>> values = {"w": np.array([1.0, np.nan]), "steps": (3, np.float32(0.5)), "none": None}
>>> decode(json.loads(json.dumps(encode(values))))
{'w': array([ 1., nan]), 'steps': (3, np.float32(0.5)), 'none': None}
"""

import base64
import json
import math
from dataclasses import dataclass, field

import numpy as np

DTYPES = {np.dtype(name).str for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8",
                                          "f2", "f4", "f8")}  # fmt: skip
EXPECTED = "numbers, strings, NumPy arrays of these, or lists, tuples and dicts of them"
BYTES = 64 << 20  # one message; what is in an array takes 4/3 of its size
TEXT = 100_000  # characters of a string
NODES = 200_000  # numbers, strings and containers in one message: an array is one
DEPTH = 50
INTEGER = 2**63


class Refused(ValueError):
    """This is not plain data, or too much of it."""


@dataclass(frozen=True)
class Code:
    """An argument that can't be sent as data, such as a function: source that gives its value.

    It is evaluated in the student's process, where it sees ``np`` and what stands in ``names``.
    """

    source: str
    names: dict = field(default_factory=dict)


def text(string):
    """``string`` as it can be written to a file: half of a surrogate pair becomes a "?"."""
    return string.encode("utf-8", "replace").decode()


def encode(value, opaque=()):
    """``value`` as what JSON can hold; functions whose ``id`` is in ``opaque`` become None."""
    kind = type(value)  # not isinstance: an object of a subclass could lie about what it is
    if value is None or id(value) in opaque:
        return None
    if kind in (bool, float):
        return value
    if kind is int and -INTEGER <= value < INTEGER:
        return value
    if kind is str and len(value) <= TEXT:
        return text(value)
    if kind is list:
        return [encode(item, opaque) for item in value]
    if kind is tuple:
        return {"tuple": [encode(item, opaque) for item in value]}
    if kind is dict and all(type(key) is str for key in value):
        return {"dict": {text(key): encode(item, opaque) for key, item in value.items()}}
    if kind is np.ndarray or issubclass(kind, np.generic):
        array = np.asarray(value)
        if array.nbytes > BYTES * 3 // 4:
            raise Refused(f"an array of {array.nbytes:,} bytes: too large")
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
        if array.dtype.str in DTYPES:
            data = base64.b64encode(array.tobytes()).decode()
            shape = list(array.shape) if kind is np.ndarray else None
            return {"array": [array.dtype.str, shape, data]}
        raise Refused(f"a NumPy array of {array.dtype}; expected: {EXPECTED}")
    if kind is Code:
        return {"code": [value.source, encode(value.names)]}
    if kind in (int, str):
        raise Refused("an integer of more than 64 bits" if kind is int else "a string: too long")
    what = "a dict whose keys are not all strings" if kind is dict else f"a {kind.__name__}"
    raise Refused(f"{what}; expected: {EXPECTED}")


def decode(message, run=None, depth=0):
    """The value that ``encode`` was given. ``run`` makes the value of a Code; None refuses it."""
    kind = type(message)
    if message is None or kind in (bool, float) or (kind is int and abs(message) <= INTEGER):
        return message
    if kind is str:
        return text(message)
    if depth == DEPTH:
        raise Refused(f"containers within containers, {DEPTH} deep")
    if kind is list:
        return [decode(item, run, depth + 1) for item in message]
    if kind is not dict or len(message) != 1:
        raise Refused("not plain data")
    [(tag, content)] = message.items()
    if tag == "array" and type(content) is list and len(content) == 3:
        return _array(*content)
    if tag == "tuple" and type(content) is list:
        return tuple(decode(item, run, depth + 1) for item in content)
    if tag == "dict" and type(content) is dict:
        return {text(key): decode(item, run, depth + 1) for key, item in content.items()}
    if tag == "code" and run is not None:
        return run(content[0], decode(content[1]))
    raise Refused("not plain data")


def _array(dtype, shape, data):
    if type(dtype) is not str or dtype not in DTYPES or type(data) is not str:
        raise Refused("not an array of numbers")
    sizes = [] if shape is None else shape
    if (
        type(sizes) is not list
        or len(sizes) > 32
        or any(type(n) is not int or n < 0 for n in sizes)
    ):
        raise Refused("an array of an impossible shape")
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError:
        raise Refused("an array whose numbers can't be read") from None
    if math.prod(sizes) * np.dtype(dtype).itemsize != len(raw):
        raise Refused("an array whose shape does not fit its numbers")
    try:
        array = np.frombuffer(raw, dtype).reshape(sizes).copy()  # frombuffer's can't be written to
    except (ValueError, OverflowError):  # (0, 2**63)
        raise Refused("an array of an impossible shape") from None
    if dtype == "|b1":  # any byte but 0 is true
        array = array.view("u1") != 0
    return array[()] if shape is None else array


def dumps(message):
    """The line of JSON for a dict whose values are encoded already."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def loads(line):
    """The dict that stands in one line of JSON from a process that is not trusted.

    Counting first keeps a short line from becoming a large object: "[]" is 60 bytes in memory.
    """
    if sum(line.count(sign) for sign in (b",", b"[", b"{")) > NODES:
        raise Refused(f"more than {NODES} values in one answer")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused("not plain data") from None
    if type(message) is not dict:
        raise Refused("not plain data")
    return message
