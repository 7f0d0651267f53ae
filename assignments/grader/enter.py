"""Where there is no bubblewrap: make the sandbox's file system, go into it, and start the runner.

Started by unshare, in namespaces of its own, with what layout.py says as its argument. Only the
standard library, since nothing else is loaded yet.
"""

import ctypes
import json
import os
import sys

BIND, RECURSIVE, PRIVATE, NOSUID, NODEV, DETACH = 0x1000, 0x4000, 1 << 18, 2, 4, 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
MOUNT_SETATTR, HERE, WHOLE_TREE, READ_ONLY = 442, -100, 0x8000, 1 | NOSUID
DROP_FROM_BOUND, NO_NEW_PRIVS, AMBIENT, CLEAR_ALL = 24, 38, 47, 4
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *args):
    """A function of the C library; what fails ends everything."""
    args = [os.fsencode(arg) if isinstance(arg, str) else arg for arg in args]
    args = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    if getattr(libc, function)(*args) == -1:
        raise OSError(ctypes.get_errno(), f"{function}: {os.strerror(ctypes.get_errno())}")


def mount(source, place, kind="none", flags=0, options=""):
    call("mount", source, place, kind, flags, options)


def bind(source, place):
    if os.path.isdir(source):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.close(os.open(place, os.O_CREAT, 0o600))
    mount(source, place, flags=BIND | RECURSIVE)


def make(layout):
    """A file system in memory becomes the root; what may be seen is bound into it, read-only."""
    mount("none", "/", flags=RECURSIVE | PRIVATE)
    mount("tmpfs", "/tmp", "tmpfs", NOSUID | NODEV, "mode=755,size=1m")
    os.chdir("/tmp")
    os.mkdir("old")
    call("syscall", PIVOT_ROOT[os.uname().machine], ".", "old")
    os.chdir("/")
    for target, place in layout["links"]:
        os.symlink(target, place)
    for source, place in layout["binds"]:
        bind(f"/old{source}", place)
    for device in layout["devices"]:
        bind(f"/old{device}", device)
    for place in layout["hidden"]:
        mount("tmpfs", place, "tmpfs", NOSUID | NODEV, "size=4k")
    call("umount2", "/old", DETACH)
    os.rmdir("/old")
    os.mkdir(layout["scratch"])
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY)
    call("syscall", MOUNT_SETATTR, HERE, "/", WHOLE_TREE, attributes, ctypes.sizeof(attributes))
    mount("tmpfs", layout["scratch"], "tmpfs", NOSUID | NODEV,
          f"mode=700,size={layout['size']},nr_inodes=10000")  # fmt: skip
    os.chdir(layout["scratch"])


def drop_capabilities():
    """None now, and none by any program started later."""
    for number in range(64):
        libc.prctl(DROP_FROM_BOUND, number, 0, 0, 0)  # -1 beyond the last that this kernel knows
    libc.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0)
    call("capset", (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())
    call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)


if __name__ == "__main__":
    layout = json.loads(sys.argv[1])
    call("sethostname", "grader", len("grader"))
    make(layout)
    drop_capabilities()
    os.execv(layout["command"][0], layout["command"])
