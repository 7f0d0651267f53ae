"""The limit: what a step costs that only moves the bytes, as a loop in C with OpenMP, in place."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

SOURCE = """
#include <stddef.h>
/* Adam's traffic: reads w, g, m and v, writes w, m and v; hardly any arithmetic. */
void move4(size_t n, float *restrict w, const float *restrict g,
           float *restrict m, float *restrict v) {
    #pragma omp parallel for simd if (n > 32768)
    for (size_t i = 0; i < n; i++) {
        m[i] += 0.1f * (g[i] - m[i]);
        v[i] += 0.001f * (g[i] - v[i]);
        w[i] -= 0.001f * m[i];
    }
}
/* RMSprop's: reads w, g and v, writes w and v. */
void move3(size_t n, float *restrict w, const float *restrict g, float *restrict v) {
    #pragma omp parallel for simd if (n > 32768)
    for (size_t i = 0; i < n; i++) {
        v[i] += 0.001f * (g[i] - v[i]);
        w[i] -= 0.001f * g[i];
    }
}
"""


def compiled():
    """The library, or None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "move.c"), Path(folder, "move.so")
        source.write_text(SOURCE)
        command = [compiler, "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", "-o"]
        done = subprocess.run([*command, library, source], capture_output=True)
        return None if done.returncode else ctypes.CDLL(str(library))


def stepper(library, arrays):
    """A function that moves what a step moves; ``arrays`` are lists: w, g, m, v or w, g, v."""
    move = library.move4 if len(arrays) == 4 else library.move3
    calls = []
    for tensors in zip(*arrays, strict=True):
        assert all(a.dtype == np.float32 and a.flags.c_contiguous for a in tensors)
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in tensors]
        calls.append((ctypes.c_size_t(tensors[0].size), *pointers))

    def step(held=arrays):  # or else their memory were given back
        for call in calls:
            move(*call)

    return step
