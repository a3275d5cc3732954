"""Compare what compile() makes of the whole standard library with the recorded digests of CPython's compiler.

    adder compare.py [--stdlib DIR] [--python COMMAND] [PATH ...]    compare all files, or those whose path starts with a PATH
    python3.13 compare.py --write [--stdlib DIR]      record digests.txt and places.bin anew, with the real CPython

Files outside test/ are compiled at all three optimisation levels, those in test/ without optimisation only. A file
whose source is not the recorded one is skipped: then the library has been updated, and nothing is known about it.
Of a file that differs, the code objects and their parts that differ are named (places.py), with our disassembly, or with
--python COMMAND (a CPython 3.13) with the difference of the two."""
import argparse
import base64
import os
import platform
import subprocess
import sys
import tempfile
import warnings

import places
from canonical import digest, error_bytes, tree_bytes

HERE = os.path.dirname(os.path.abspath(__file__))
DIGESTS = os.path.join(HERE, "digests.txt")
LEFT_OUT = {"site-packages", "dist-packages", "lib2to3", "__pycache__"}
MAX_EXPLAINED = 5                   # files of which the differing code objects are shown
MAX_CRASHES = 20                    # of one worker and its successors; then something else is wrong
HEADER = """\
# What CPython {python}'s compiler makes of the library of Debian's {library}:
# path, digest of the source, digests of the code objects at optimize=0 and (outside test/) 1 and 2.
# Made by: python3.13 tests/diff/compare.py --write
"""


def library_files(top):
    """Relative paths of the library's own Python files: none of the build's, of installed packages, of test runs (@...)."""
    found = []
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if f not in LEFT_OUT and not f.startswith(("config-", "@"))]
        for name in files:
            if name.endswith(".py") and not name.startswith(("_sysconfigdata_", "sitecustomize.", "@")):
                found.append(os.path.relpath(os.path.join(folder, name), top))
    return sorted(path.replace(os.sep, "/") for path in found)


def file_digest(source, path, optimize):
    try:
        form = tree_bytes(compile(source, path, "exec", dont_inherit=True, optimize=optimize))
    except Exception as e:                          # an unexpected one shows as a difference of this file
        form = error_bytes(e)
    return digest(form)


def place_record(source, path, optimize):
    try:
        return places.record(compile(source, path, "exec", dont_inherit=True, optimize=optimize))
    except Exception:
        return b""


def digest_line(top, path, with_places):
    with open(os.path.join(top, path), "rb") as f:
        source = f.read()
    levels = [0] if path.startswith("test/") else [0, 1, 2]
    line = [path, digest(source, 8)] + [file_digest(source, path, level) for level in levels]
    if with_places:
        line += ["="] + [base64.b64encode(place_record(source, path, level)).decode() for level in levels]
    return " ".join(line)


def work(top, with_places):
    """A worker: paths on stdin, their lines on stdout, at once: a crash must not lose what is done."""
    warnings.simplefilter("ignore")
    for path in sys.stdin.read().splitlines():
        print(digest_line(top, path, with_places), flush=True)


def start_worker(top, paths, with_places):
    given, made = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
    given.write("\n".join(paths))
    given.seek(0)
    command = [sys.executable, os.path.abspath(__file__), "--worker", "--stdlib", top] + ["--write"] * with_places
    return subprocess.Popen(command, stdin=given, stdout=made), made


def finish(top, paths, worker, with_places):
    """The lines of all paths but those on which a worker crashed: another one goes on behind such a file."""
    lines = {}
    for crashes in range(1, MAX_CRASHES + 1):
        process, made = worker
        status = process.wait()
        made.seek(0)
        lines.update(line.rstrip("\n").split(" ", 1) for line in made if line.endswith("\n"))
        paths = [path for path in paths if path not in lines]
        if status == 0 or not paths:
            break
        print(f"{paths[0]}: the worker that compiled it ended with status {status}")
        if crashes == MAX_CRASHES:
            break
        paths = paths[1:]
        worker = start_worker(top, paths, with_places)
    return lines


def run_workers(top, paths, jobs, with_places=False):
    """{path: rest of its line}, by one process a core; without the files that cannot be compiled because of a crash."""
    paths = sorted(paths, key=lambda path: os.path.getsize(os.path.join(top, path)), reverse=True)
    slices = [paths[i::jobs] for i in range(jobs)]
    workers = [start_worker(top, part, with_places) for part in slices]
    lines = {}
    for part, worker in zip(slices, workers):
        lines.update(finish(top, part, worker, with_places))
    return lines


def read_digests():
    with open(DIGESTS, encoding="utf-8") as f:
        return dict(line.rstrip("\n").split(" ", 1) for line in f if not line.startswith("#"))


def write_digests(opts):
    if sys.implementation.name != "cpython" or "Adder" in sys.version:
        sys.exit("--write is for the reference: run it with CPython")
    paths = library_files(opts.stdlib)
    lines = run_workers(opts.stdlib, paths, opts.jobs, with_places=True)
    if len(lines) != len(paths):
        sys.exit("not all files have been compiled: nothing is written")
    with open(DIGESTS, "w", encoding="utf-8") as f:
        f.write(HEADER.format(python=platform.python_version(), library=opts.library))
        f.writelines(f"{path} {lines[path].split(' = ')[0]}\n" for path in paths)
    places.write({path: [base64.b64decode(level) for level in lines[path].split(" = ")[1].split(" ")] for path in paths})
    print(f"{len(paths)} files recorded")
    return 0


def verdict(want, got):
    """"" if a file is as recorded, else how it differs."""
    if got is None:
        return "not compiled, because of a crash"
    levels = [str(i) for i, (a, b) in enumerate(zip(want.split()[1:], got.split()[1:])) if a != b]
    return f"differs at optimize={','.join(levels)}" if levels else ""


def explain(opts, path, problem):
    """Name the code objects that differ, at the first of the levels that do."""
    if "=" in problem:
        level = int(problem.split("=")[1][0])
        warnings.simplefilter("ignore")
        places.explain(opts.stdlib, path, level, places.read()[path][level], opts.python)


def compare(opts):
    recorded = {path: line for path, line in read_digests().items() if path.startswith(tuple(opts.paths) or "")}
    there = [path for path in recorded if os.path.exists(os.path.join(opts.stdlib, path))]
    lines = run_workers(opts.stdlib, there, opts.jobs)
    equal = differ = changed = 0
    for path in there:
        want, got = recorded[path], lines.get(path)
        if got is not None and got.split()[0] != want.split()[0]:
            changed += 1
            print(f"{path}: skipped: source differs from the recorded one")
        elif problem := verdict(want, got):
            differ += 1
            print(f"{path}: {problem}")
            if differ <= MAX_EXPLAINED:
                explain(opts, path, problem)
        else:
            equal += 1
    missing = len(recorded) - len(there)             # as without the package of the test suite
    print(f"bytecode: {equal} files equal, {differ} differ, {changed} sources changed" + (f", {missing} missing" if missing else ""))
    return differ > 0 or not recorded or 50 * (changed + missing) > len(recorded)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--stdlib", default=os.path.dirname(os.__file__), metavar="DIR")
    ap.add_argument("--write", action="store_true")
    ap.add_argument("--python", metavar="COMMAND", help="a CPython 3.13 to show differences from")
    ap.add_argument("--library", default="libpython3.13-stdlib", metavar="TEXT", help="package and version, for the header")
    ap.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    ap.add_argument("paths", nargs="*", metavar="PATH")
    opts = ap.parse_args()
    opts.stdlib = os.path.abspath(opts.stdlib)
    if opts.worker:
        return work(opts.stdlib, opts.write)
    return write_digests(opts) if opts.write else int(compare(opts))


if __name__ == "__main__":
    sys.exit(main())
