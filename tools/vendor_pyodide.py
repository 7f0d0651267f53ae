"""Fetch what live cells need into web/vendor/pyodide: Pyodide from npm, its packages from PyPI.

    python tools/vendor_pyodide.py

Pyodide's own builds of NumPy and Matplotlib are on neither by themselves, but the CARRIER brings
them along unchanged. Each is compared with the hash in Pyodide's lock file.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PYODIDE = "pyodide@314.0.3"
CARRIER = "open-webui==0.12.4"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
PACKAGES = ("numpy", "matplotlib")
UNUSED = {"fonttools", "pytz"}  # for PDFs and for pandas
VENDOR = Path(__file__).resolve().parents[1] / "web" / "vendor"


def closure(packages):
    """The lock file's entries for PACKAGES and what they depend on, but not for what is UNUSED."""
    found, waiting = {}, list(PACKAGES)
    while waiting:
        name = waiting.pop()
        if name not in found:
            depends = [other for other in packages[name]["depends"] if other not in UNUSED]
            found[name] = packages[name] | {"depends": depends}
            waiting += depends
    return dict(sorted(found.items()))


def main():
    folder = VENDOR / "pyodide"
    folder.mkdir(exist_ok=True)
    for path in [*folder.glob("*.whl"), *folder.glob("pyodide*")]:
        path.unlink()
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(["npm", "pack", "--silent", PYODIDE], cwd=temporary, check=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", temporary,
             "--only-binary=:all:", "--python-version=3.12", CARRIER],
            check=True,
        )  # fmt: skip
        with tarfile.open(next(Path(temporary).glob("*.tgz"))) as archive:
            for name in CORE:
                data = archive.extractfile(f"package/{name}").read()
                (folder / name).write_bytes(data)
            lock = json.load(archive.extractfile("package/pyodide-lock.json"))
        lock["packages"] = closure(lock["packages"])
        with zipfile.ZipFile(next(Path(temporary).glob("*.whl"))) as wheel:
            for package in lock["packages"].values():
                data = wheel.read(f"open_webui/frontend/pyodide/{package['file_name']}")
                if hashlib.sha256(data).hexdigest() != package["sha256"]:
                    raise SystemExit(
                        f"{package['file_name']} is not what Pyodide's lock file says."
                    )
                (folder / package["file_name"]).write_bytes(data)
    (folder / "pyodide-lock.json").write_text(json.dumps(lock, indent=1) + "\n", "utf8")
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder}: {size / 1e6:.1f} MB. Now renew SHA256SUMS, as README.md there says.")


if __name__ == "__main__":
    main()
