"""headers.py limited|standards INCLUDE: what of the headers cannot be said in one C file.

limited     the names each Py_LIMITED_API shows and hides (limited.tsv), and the types of what it shows (prototypes.tsv)
standards   the headers alone, one after the other and together, in every standard of C and C++, without a warning

Compilers that are not installed are skipped. Nothing is linked or run: -fsyntax-only, two at a time."""

import concurrent.futures
import csv
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERSIONS = ["full"] + [f"3.{minor}" for minor in range(2, 14)]
C_STANDARDS = ["c99", "c11", "c17", "c2x", "gnu17"]
CXX_STANDARDS = ["c++11", "c++14", "c++17", "c++20", "c++2b"]
# Not brought by Python.h; all work under the limited API too.
MORE = ["structmember.h", "frameobject.h", "marshal.h", "opcode.h", "errcode.h", "osdefs.h", "structseq.h", "datetime.h",
        "dynamic_annotations.h", "pydtrace.h"]
CAREFUL = ["-Wconversion", "-Wsign-conversion", "-Wshadow"]      # asked for by some projects
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def rows(name):
    with open(HERE / name, newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def shown(versions):
    """The set of versions that a column of limited.tsv stands for."""
    if versions == "all":
        return set(VERSIONS)
    out = set()
    for part in versions.split(","):
        if part in ("full", "-"):
            out.add(part)
        else:
            first, _, last = part.partition("-")
            out |= {f"3.{minor}" for minor in range(int(first[2:]), int((last or first)[2:]) + 1)}
    return out


def define(version):
    return [] if version == "full" else [f"-DPy_LIMITED_API=0x03{int(version[2:]):02x}0000"]


def redeclared(name, proto):
    return re.sub(rf"\b{name}\(", f"({name})(", proto, count=1) if f"(*{name})" not in proto else proto


def visibility(version, names, prototypes):
    """A C file that compiles if the headers show and hide what they should."""
    out = ["#include <Python.h>"] + [f"#include <{h}>" for h in MORE if h != "dynamic_annotations.h" and h != "pydtrace.h"]
    checked = 0
    for row in names:
        name, kind = row["name"], row["kind"]
        declared, macro = version in shown(row["declared"]), version in shown(row["macro"])
        out.append(f"#{'ifndef' if macro else 'ifdef'} {name.split()[-1]}\n#error {name} is {'not ' if macro else ''}a macro\n#endif")
        checked += 1
        if kind in ("record", "enum"):
            if declared and kind == "record":
                out.append(f"enum {{ size_of_{name.split()[-1]} = sizeof({name}) }};")
            continue
        if declared:
            proto = prototypes.get(name)
            if proto and kind == "data":
                out.append(f"extern {proto};")
            elif proto and kind == "function":
                out.append(redeclared(name, proto) + ";")
            elif kind == "typedef":
                out.append(f"typedef {name} shown_{name};")
            else:
                out.append(f"typedef __typeof__({name}) shown_{name};")
        elif kind != "macro" and not macro:
            out.append(f"typedef struct hidden_{name} {name};")
    return "\n".join(out) + "\n", checked


def compile_one(job):
    what, command, source = job
    p = subprocess.run([*command, "-fsyntax-only", "-"], input=source, capture_output=True, text=True)
    wrong = p.returncode != 0
    return what, wrong, "\n".join(line for line in p.stderr.splitlines() if "error" in line)[:2000] if wrong else ""


def run(jobs):
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for what, wrong, errors in pool.map(compile_one, jobs):
            if wrong:
                failed += 1
                print(f"FAIL {what}\n{errors}")
    print(f"{len(jobs)} compilations, {failed} failed")
    return 1 if failed else 0


def limited(include):
    cc = next((c for c in ("gcc", "clang", "cc") if shutil.which(c)), None)
    if cc is None:
        print("no C compiler")
        return 77
    names = rows("limited.tsv")
    prototypes = {r["name"]: r["prototype"] for r in rows("prototypes.tsv")}
    jobs, facts = [], 0
    base = [cc, "-xc", "-std=gnu17", "-w", f"-I{include}"]
    for version in VERSIONS:
        source, checked = visibility(version, names, prototypes)
        facts += checked
        jobs.append((version, base + define(version), source))
    jobs.append(("3", base + ["-DPy_LIMITED_API=3"], visibility("3.2", names, prototypes)[0]))
    print(f"{facts} names by version")
    return run(jobs)


def standards(include):
    alone = [["Python.h"]] + [["Python.h", h] for h in MORE]
    together = ["Python.h"] + MORE
    jobs = []

    def job(compiler, language, standard, headers, version="full", extra=()):
        flags = [compiler, f"-x{language}", f"-std={standard}", *WARNINGS, *extra, f"-I{include}", *define(version)]
        source = "#define PY_SSIZE_T_CLEAN\n" + "".join(f"#include <{h}>\n" for h in headers) + "int used_by_nobody;\n"
        jobs.append((f"{compiler} {standard} {version} {' '.join(headers)} {' '.join(extra)}", flags, source))

    for compiler, language, several in (("gcc", "c", C_STANDARDS), ("clang", "c", C_STANDARDS),
                                        ("g++", "c++", CXX_STANDARDS), ("clang++", "c++", CXX_STANDARDS)):
        if not shutil.which(compiler):
            print(f"skipped: {compiler} is not installed")
            continue
        for standard in several:
            job(compiler, language, standard, together)
        middle = several[len(several) // 2]
        for headers in alone:
            job(compiler, language, middle, headers)
        for version in VERSIONS[1:]:
            job(compiler, language, middle, together, version)
        job(compiler, language, several[0], together, "3.2")
        job(compiler, language, several[-1], together, "3.13")
        job(compiler, language, middle, together, extra=["-DNDEBUG"])
        job(compiler, language, middle, together, extra=["-DPy_BUILD_CORE"])
        job(compiler, language, middle, together, extra=CAREFUL + (["-Wdeclaration-after-statement"] if language == "c" else []))
        if language == "c++":
            job(compiler, language, "c++03", together, extra=["-Wno-pedantic"])
    return run(jobs)


if __name__ == "__main__":
    sys.exit({"limited": limited, "standards": standards}[sys.argv[1]](sys.argv[2]))
