#!/usr/bin/env python3
"""libpython, the installed prefix and embedding: run.py --build DIR (`make test-install`).

Wants DIR/lib/libpython3.13.so (`make libpython`). Installs into a temporary folder, moves it, and uses what stands there:
the program and its links, python3.13-config, pkg-config, an environment with pip, an extension, a program that embeds us
and starts a hundred times; a cut of CPython's tests over the library; the same exports as the program's."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CUT = "test_builtin test_types test_descr test_dict test_list test_str test_int test_exceptions test_generators test_import test_capi.test_run test_gc test_threading_local test_struct".split()
LEAK_KB = 512           # what a hundred starts may take; pages, not a leak of each start
failed = 0


def run(*command, **kw):
    p = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if p.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: exit status {p.returncode}\n{p.stdout[-3000:]}")
    return p.stdout.strip()


def exports(path):
    """Names that the linker gives to others, without those the C library lent us."""
    lines = run("nm", "-D", "--defined-only", path).splitlines()
    return {line.split()[-1] for line in lines if "@" not in line}


def check_exports(build, prefix):
    ours, theirs = exports(build / "bin/adder"), exports(build / "lib/libpython3.13.so.1.0")
    assert ours == theirs, sorted(ours ^ theirs)
    assert "libpython3.13.so.1.0" in run("readelf", "-d", prefix / "lib/libpython3.so")


def check_program(build, prefix):
    what = "import sys, sysconfig; print(sys.prefix, sys.base_prefix, sysconfig.get_path('stdlib'), sysconfig.get_config_var('LIBDIR'))"
    expected = f"{prefix} {prefix} {prefix}/lib/python3.13 {prefix}/lib"
    link = prefix.parent / "anywhere"
    link.symlink_to(prefix / "bin/python3")
    for program in prefix / "bin/adder", prefix / "bin/python3.13", prefix / "bin/python3", link:
        assert run(program, "-I", "-c", what) == expected, program
    assert run("adder", "-I", "-c", what, env={**os.environ, "PATH": f"{prefix}/bin:{os.environ['PATH']}"}) == expected
    run(prefix / "bin/adder", "-I", "-c", "import json, ctypes, asyncio, decimal")
    assert (prefix / "lib/python3.13/asyncio/__pycache__/events.cpython-313.pyc").exists()


def check_config(build, prefix):
    config = prefix / "bin/python3.13-config"
    assert run(config, "--prefix") == str(prefix)
    assert run(config, "--extension-suffix") == ".cpython-313-x86_64-linux-gnu.so"
    assert (pathlib.Path(run(config, "--configdir")) / "Makefile").exists()
    env = {**os.environ, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    for name in "python3", "python-3.13":
        assert run("pkg-config", "--libs", name, env=env) == "", name
    assert os.path.samefile(re.search(r"-I(\S+)", run("pkg-config", "--cflags", "python3", env=env))[1], prefix / "include/python3.13")
    assert "-lpython3.13" in run("pkg-config", "--libs", "python-3.13-embed", env=env)
    assert subprocess.run([config, "--what"], capture_output=True).returncode == 1


def check_environment(build, prefix):
    env = prefix.parent / "env"
    run(prefix / "bin/python3", "-m", "venv", env)
    assert run(env / "bin/python", "-c", "import sys; print(sys.prefix, sys.base_prefix)") == f"{env} {prefix}"
    run(env / "bin/pip", "--version")


def check_extension(build, prefix):
    run(sys.executable, TOP / "tests/extensions/run.py", "--build", prefix, "tutorial")


def check_embedding(build, prefix):
    program = prefix.parent / "embed"
    flags = run(prefix / "bin/python3.13-config", "--embed", "--cflags", "--ldflags").split()
    run("cc", TOP / "examples/embed/embed.c", *flags, f"-Wl,-rpath,{prefix}/lib", "-o", program)
    out = run(program, "100")
    assert out.splitlines()[0] == '{"double": 200, "words": {"spam": 2, "eggs": 1}, "nodes": 100}', out
    m = re.search(r"100 rounds, 100 calls, (\d+) kB after ten, (\d+) kB at the end", out)
    assert m and int(m[2]) - int(m[1]) < LEAK_KB, out


def check_cut(build, prefix):
    program = build.parent / (build.name + "-libpython") / "bin/adder"
    out = run(program, "-m", "test", "-u", "none", "--timeout", "500", *CUT, cwd=prefix.parent)
    assert re.search(r"^Result: SUCCESS", out, re.M), out


def check_destdir(build, prefix):
    """Below DESTDIR, with the paths that it will have; the library is compiled."""
    destdir = prefix.parent / "image"
    run(sys.executable, TOP / "tools/install", "--build", build, "/opt/adder", env={**os.environ, "DESTDIR": str(destdir)})
    library = "opt/adder/lib/python3.13"
    what = "import marshal, sys; print(marshal.loads(open(sys.argv[1], 'rb').read()[16:]).co_filename)"
    pyc = destdir / library / "asyncio/__pycache__/events.cpython-313.pyc"
    assert run(destdir / "opt/adder/bin/adder", "-I", "-c", what, pyc) == f"/{library}/asyncio/events.py"


def main():
    global failed
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default="build", type=pathlib.Path)
    build = ap.parse_args().build.resolve()
    for name in [n for n in os.environ if n.startswith("PYTHON")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="adder-install-") as folder:
        first, prefix = pathlib.Path(folder, "first"), pathlib.Path(folder, "second", "moved")
        run(sys.executable, TOP / "tools/install", "--build", build, first)
        run(first / "bin/adder", "-c", "pass")
        prefix.parent.mkdir()
        first.rename(prefix)
        for check in check_exports, check_program, check_config, check_extension, check_embedding, check_environment, check_destdir, check_cut:
            try:
                check(build, prefix)
                print(f"ok   install/{check.__name__[6:]}", flush=True)
            except AssertionError as e:
                failed += 1
                print(f"FAIL install/{check.__name__[6:]}\n{e}", flush=True)
    return 1 if failed else 0


sys.exit(main())
