#!/usr/bin/env python3
"""Packages as they are published: run.py --build DIR [--write] [NAME ...] (`make test-wheels`).

Makes a virtual environment with Adder, installs the wheels of requirements.txt with pip (from the index, or with --wheels DIR
from a folder), and runs use/NAME.py for each package: one scripted use, which prints nothing when it passes. --write
writes docs/packages.md. The file for `import x` is use/x.py; the names in PACKAGES say which package that is."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
PACKAGES = {"PIL": "pillow", "sqlalchemy": "SQLAlchemy", "yaml": "PyYAML", "markupsafe": "MarkupSafe"}
PAGE = """# Packages

What `make test-wheels` did last: the published `cp313` and `abi3` wheels, unmodified, installed by the unpatched `pip` into an environment
that `adder -m venv` made, each with one scripted use (`tests/wheels/use/`).

| package | version | scripted use |
| --- | --- | --- |
"""


def versions():
    lines = (HERE / "requirements.txt").read_text().splitlines()
    return {m[1].lower(): m[2] for m in (re.match(r"([\w.-]+)==(\S+)", line) for line in lines) if m}


def make_environment(adder, wheels, folder):
    subprocess.run([adder, "-m", "venv", folder], check=True)
    source = ["--no-index", "--find-links", wheels] if wheels else []
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", "--only-binary=:all:", *source, "-r", HERE / "requirements.txt"], check=True)
    return folder / "bin/python"


def one(python, name, folder):
    """What went wrong, or nothing."""
    try:
        p = subprocess.run([python, "-P", HERE / f"use/{name}.py"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return "timed out"
    return "" if p.returncode == 0 else f"exit status {p.returncode}\n{p.stdout[-3000:]}"


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default="build", type=pathlib.Path)
    ap.add_argument("--wheels", default=os.environ.get("ADDER_WHEELS"), help="a folder of wheels to use instead of the index")
    ap.add_argument("--write", action="store_true", help="write docs/packages.md")
    ap.add_argument("names", nargs="*")
    opts = ap.parse_args()
    for name in [n for n in os.environ if n.startswith("PYTHON")]:
        del os.environ[name]
    names = opts.names or sorted((f.stem for f in (HERE / "use").glob("*.py")), key=str.lower)
    pinned, rows, failed = versions(), [], 0
    with tempfile.TemporaryDirectory(prefix="adder-wheels-") as folder:
        wheels = opts.wheels and os.path.abspath(opts.wheels)
        python = make_environment(opts.build.resolve() / "bin/adder", wheels, pathlib.Path(folder, "env"))
        for name in names:
            start = time.monotonic()
            wrong = one(python, name, folder)
            failed += bool(wrong)
            package = PACKAGES.get(name, name)
            rows.append(f"| {package} | {pinned[package.lower()]} | {'fails: ' + wrong.splitlines()[-1] if wrong else 'passes'} |")
            print(f"{'FAIL' if wrong else 'ok  '} wheels/{package} ({time.monotonic() - start:.1f} s)" + (f"\n{wrong}" if wrong else ""), flush=True)
    if opts.write and not opts.names:
        (TOP / "docs/packages.md").write_text(PAGE + "\n".join(rows) + "\n")
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
