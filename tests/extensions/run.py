#!/usr/bin/env python3
"""Build the extensions of examples/extension/ with Adder and use them: run.py --build DIR [NAME ...]

Names: tutorial (setup.py build_ext --inplace, without network: the default), pip (the same by `pip install .` in a virtual
environment), cython, pybind11, cffi (packages from the index, versions in requirements.txt; with --wheels DIR from that
folder). `make test-extensions` does all. What was built is also imported by python3.13 where there is one."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples/extension"
SUFFIX = ".cpython-313-x86_64-linux-gnu.so"
USE = {
    "tutorial": "import tutorial as t; assert (t.hypot(3, 4), t.collatz(27)) == (5.0, 111); "
                "assert t.collatz.__text_signature__ == '(n)'\n"
                "try: t.collatz(0)\nexcept ValueError as e: assert str(e) == 'collatz() wants a positive number'\n"
                "try: t.hypot(1)\nexcept TypeError as e: assert str(e) == 'hypot() takes exactly 2 arguments (1 given)', e\n"
                "try: t.collatz(2**80)\nexcept OverflowError as e: assert str(e) == 'Python int too large to convert to C long', e\n",
    "cython": "import tutorial_cython as t; assert (t.hypot(3, 4), t.collatz(27)) == (5.0, 111); "
              "assert list(t.Counter().add('b').add('a').add('b')) == [('a', 1), ('b', 2)]\n"
              "try: t.collatz(0)\nexcept ValueError as e: assert e.__traceback__.tb_next.tb_frame.f_code.co_name.endswith('collatz')\n",
    "pybind11": "import tutorial_pybind11 as t; assert (t.hypot(3, 4), t.collatz(27)) == (5.0, 111); "
                "assert t.Counter().add('b').add('a').add('b').seen == {'a': 1, 'b': 2}\n"
                "try: t.collatz(0)\nexcept ValueError as e: assert 'positive' in str(e)\n",
    "cffi": "from tutorial_cffi import ffi, lib; ffi.def_extern('answer')(lambda x: 2 * x); "
            "assert (lib.length(3, 4), lib.collatz(27), lib.ask(20)) == (5.0, 111, 41)\n",
}


def run(*command, **kw):
    p = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if p.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit status {p.returncode}\n{p.stdout[-4000:]}")
    return p.stdout


def use(python, name, folder, path=""):
    run(python, "-c", USE[name], cwd=folder, env={**os.environ, "PYTHONPATH": path})


def use_elsewhere(name, folder):
    """The same file in CPython, where there is one; cffi needs its own package there."""
    python = os.environ.get("CPYTHON313", "python3.13")
    if name != "cffi" and shutil.which(python) and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
        use(python, name, folder)


class Work:
    def __init__(self, adder, wheels, folder):
        self.adder, self.wheels, self.folder = adder, wheels, folder
        self.python = None

    def copy(self, name):
        to = self.folder / name
        shutil.copytree(EXAMPLES if name in ("tutorial", "pip") else EXAMPLES / name, to)
        return to

    def setuptools(self):
        """ensurepip's wheel of setuptools, unpacked."""
        to = self.folder / "setuptools"
        if not to.exists():
            wheels = run(self.adder, "-c", "import sysconfig; print(sysconfig.get_config_var('WHEEL_PKG_DIR'))").strip()
            zipfile.ZipFile(next(pathlib.Path(wheels).glob("setuptools-*.whl"))).extractall(to)
        return str(to)

    def environment(self):
        """A virtual environment with what requirements.txt names."""
        if self.python is None:
            run(self.adder, "-m", "venv", self.folder / "env")
            self.python = self.folder / "env/bin/python"
            source = ["--no-index", "--find-links", self.wheels] if self.wheels else []
            run(self.python, "-m", "pip", "install", *source, "-r", HERE / "requirements.txt")
        return self.python

    def tutorial(self):
        folder = self.copy("tutorial")
        run(self.adder, "setup.py", "build_ext", "--inplace", cwd=folder, env={**os.environ, "PYTHONPATH": self.setuptools()})
        assert (folder / ("tutorial" + SUFFIX)).exists(), list(folder.iterdir())
        use(self.adder, "tutorial", folder)
        use_elsewhere("tutorial", folder)

    def pip(self):
        python = self.environment()
        run(python, "-m", "pip", "install", "--no-build-isolation", ".", cwd=self.copy("pip"))
        use(python, "tutorial", self.folder)

    def in_place(self, name):
        python, folder = self.environment(), self.copy(name)
        command = [python, "build_tutorial_cffi.py"] if name == "cffi" else [python, "setup.py", "build_ext", "--inplace"]
        run(*command, cwd=folder)
        use(python, name, folder)
        use_elsewhere(name, folder)

    def one(self, name):
        return self.in_place(name) if name in ("cython", "pybind11", "cffi") else getattr(self, name)()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default="build", type=pathlib.Path)
    ap.add_argument("--wheels", default=os.environ.get("ADDER_WHEELS"), help="a folder of wheels to use instead of the index")
    ap.add_argument("names", nargs="*", default=["tutorial"])
    opts = ap.parse_args()
    for name in [n for n in os.environ if n.startswith("PYTHON")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="adder-ext-") as folder:
        work = Work(opts.build.resolve() / "bin/adder", opts.wheels and os.path.abspath(opts.wheels), pathlib.Path(folder))
        for name in opts.names:
            work.one(name)
            print(f"ok   extension/{name}", flush=True)


main()
