"""walk.py PYTHON INCLUDE OUT: build extensions with the headers in INCLUDE and let PYTHON load and test them.

walk_module.c runs each macro and inline function of inline-reads.tsv; walk_limited.c is built for several versions of the limited
API. With the headers of another CPython 3.13 as INCLUDE, or itself as PYTHON, both sides can be checked against each other."""

import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LIMITED = [2, 5, 7, 9, 10, 11, 12, 13]


def build(cc, include, source, out, *flags):
    subprocess.run([cc, "-std=gnu17", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-deprecated-declarations", "-shared", "-fPIC", *flags,
                    *(f"-I{folder}" for folder in include.split(":")), source.name, "-o", out], check=True, cwd=HERE)


def main(python, include, out):
    cc = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
    if cc is None:
        print("no C compiler")
        return 77
    text = (HERE / "walk_module.c").read_text()
    names = (HERE / "inline-reads.tsv").read_text().split()[1:]
    missing = [name for name in names if not re.search(rf"\b{name}\b", text)]
    if missing:
        print("not walked:", *missing)
        return 1
    out = pathlib.Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    build(cc, include, HERE / "walk_module.c", out / "abi_walk.so")
    for minor in LIMITED:
        build(cc, include, HERE / "walk_limited.c", out / f"limited_3_{minor}.so", f"-DPy_LIMITED_API=0x03{minor:02x}0000", f"-DMODULE=limited_3_{minor}")
    print(f"{len(names)} names, {len(LIMITED)} versions of the limited API", flush=True)
    return max(subprocess.run([python, "-W", "ignore::RuntimeWarning", HERE / script, out]).returncode for script in ("walk_module.py", "walk_limited.py"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
