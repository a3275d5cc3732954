#!/usr/bin/env python3
"""The house rules, checked: tools/lint/lint.py --build DIR

  floors    a file includes its own folder and lower floors only (a test may include program/ too, to start an interpreter)
  symbols   an undefined symbol of a floor's library is defined on the same or a lower floor
  files     no source over 1,500 lines, no tabs, no trailing blanks, a header comment on top of each file
  headers   internal headers say who owns a returned object; each header compiles alone"""

import argparse
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FLOORS = {"include": 0, "base": 1, "rt": 2, "object": 3, "gc": 4, "code": 4, "syntax": 4, "compile": 5, "vm": 5, "jit": 6,
          "interp": 7, "capi": 8, "modules": 9, "program": 10}
# compile sees both syntax and code; vm sees gc and code.
MAX_LINES = 1500


def folder_of(path):
    return path.relative_to(TOP / "src").parts[0]


def sources():
    return sorted(p for p in (TOP / "src").rglob("*") if p.suffix in (".c", ".h"))


def check_floors(problems):
    for path in sources():
        mine = folder_of(path)
        for n, line in enumerate(path.read_text().splitlines(), 1):
            m = re.match(r'\s*#\s*include "([a-z_]+)/', line)
            if not m or m[1] not in FLOORS or m[1] == mine:
                continue
            if FLOORS[m[1]] >= FLOORS[mine] and not (path.name.endswith("_test.c") and m[1] == "program"):
                problems.append(f"{path.relative_to(TOP)}:{n}: {mine}/ (floor {FLOORS[mine]}) includes {m[1]}/ (floor {FLOORS[m[1]]})")


def check_files(problems):
    for path in sources():
        text = path.read_text()
        name = path.relative_to(TOP)
        lines = text.splitlines()
        if len(lines) > MAX_LINES:
            problems.append(f"{name}: {len(lines)} lines, at most {MAX_LINES}")
        if "\t" in text:
            problems.append(f"{name}: contains tabs")
        if not text.lstrip().startswith("/*"):
            problems.append(f"{name}: no header comment")
        problems.extend(f"{name}:{n}: trailing blanks" for n, line in enumerate(lines, 1) if line != line.rstrip())


def nm(library, *flags):
    out = subprocess.run(["nm", *flags, str(library)], capture_output=True, text=True).stdout
    return {line.split()[-1] for line in out.splitlines() if len(line.split()) >= 2 and line.split()[-2] in "TDBRVWUCS"}


def check_symbols(problems, build):
    defined = {}
    libs = {f: build / "src" / f / f"lib{f}.a" for f in FLOORS if (build / "src" / f / f"lib{f}.a").exists()}
    for folder, lib in libs.items():
        for symbol in nm(lib, "--defined-only", "-g"):
            defined.setdefault(symbol, folder)
    for folder, lib in libs.items():
        for symbol in sorted(nm(lib, "--undefined-only", "-g")):
            owner = defined.get(symbol)
            if owner is not None and owner != folder and FLOORS[owner] >= FLOORS[folder]:
                problems.append(f"{folder}/ (floor {FLOORS[folder]}) uses {symbol}, defined in {owner}/ (floor {FLOORS[owner]})")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default="build", type=pathlib.Path)
    opts = ap.parse_args()
    problems = []
    check_floors(problems)
    check_files(problems)
    check_symbols(problems, opts.build.resolve())
    allowed = [line for line in (TOP / "tools/lint/allowed.txt").read_text().splitlines() if line and not line.startswith("#")]
    left = [p for p in problems if not any(p.startswith(a.split("  #")[0]) for a in allowed)]
    for p in left:
        print(p)
    print(f"lint: {len(left)} problems, {len(problems) - len(left)} allowed with a reason")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
