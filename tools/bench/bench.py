#!/usr/bin/env python3
"""Compare the release build with other interpreters: tools/bench/bench.py --adder PATH [--only REGEX] [--parts LIST] PYTHON...

PYTHON is a program or a quoted command with arguments; the first one is the base of all ratios. Everything is run in turn, a round
by each interpreter, so that a busy machine slows down all of them. Ratios are speeds (above 1.00: faster than the base) for cases and
border, and times or sizes (below 1.00: better than the base) for the rest. The border to compiled packages (NumPy and others) is measured
when `make test-wheels` has installed them, or --packages names a folder that holds them."""

import argparse
import json
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys
import zipfile

import jit_page

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "pyperformance==1.14.0"
MORE_PARTS = ("jit",)                   # only when asked for
PARTS = ("start", "memory", "micro", "frontend", "border", "cases")
SLOW = 0.95             # at the border, less than this of the base's speed is pointed at


class Interpreter:
    def __init__(self, command, label=None):
        self.argv = shlex.split(command)
        if "/" in self.argv[0]:
            self.argv[0] = os.path.abspath(self.argv[0])
        self.label = label or self.own_name()
        self.cases = {}
        self.failed = {}

    def run(self, args, timeout, cwd=None, **env):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        p = subprocess.run([*self.argv, *args], cwd=cwd, env={**clean, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, timeout=timeout)
        if p.returncode:
            raise RuntimeError((p.stderr.strip().splitlines() or [f"exit status {p.returncode}"])[-1])
        return [json.loads(line) for line in p.stdout.splitlines() if line.startswith("{")]

    def own_name(self):
        """As it calls itself: what stands on the command line may be a wrapper's name. Two builds of one version get one name."""
        asked = "import platform, sys; v = getattr(sys, 'pypy_version_info', sys.version_info); print(platform.python_implementation(), '%d.%d.%d' % v[:3])"
        try:
            p = subprocess.run([*self.argv, "-c", asked], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=600, check=True)
        except (OSError, subprocess.SubprocessError) as e:
            sys.exit(f"bench: {shlex.join(self.argv)} does not run: {e}")
        return p.stdout.strip()

    def inside(self, *args):
        return self.run(["-B", str(HERE / "inside.py"), *map(str, args)], timeout=900)[0]


def programs(folder):
    """pyperformance's benchmark folder, downloaded once."""
    found = folder / "pyperformance/data-files/benchmarks"
    if not found.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        p = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wheel = next(folder.glob("pyperformance-*.whl"), None)
        if p.returncode or wheel is None:
            sys.exit(f"bench: could not download {PACKAGE} from PyPI:\n  {(p.stdout.strip().splitlines() or ['no message'])[-1]}\n"
                     "bench: it needs pip (apt-get install python3-pip) and the network; or unpack the package yourself and give\n"
                     "bench: its folder data-files/benchmarks with BENCHMARKS=DIR; or leave the cases out: PARTS='start memory micro frontend'")
        with zipfile.ZipFile(wheel) as z:
            z.extractall(folder)
    return found


def run_case(python, folder, words):
    try:
        for row in python.run(["-B", "run_benchmark.py", *words[1:]], 300, folder / f"bm_{words[0]}", PYTHONPATH=str(HERE)):
            best = python.cases.setdefault(row["name"], row)
            python.cases[row["name"]] = {k: v if k == "name" else min(v, best[k]) for k, v in row.items()}
    except (RuntimeError, subprocess.TimeoutExpired) as e:
        python.failed[" ".join(words)] = str(e)[:100]


def geomean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def table(head, rows, first=36):
    print(f"{head[0]:{first}}" + "".join(f"{h:>18}" for h in head[1:]))
    for row in rows:
        print(f"{row[0]:{first}}" + "".join(f"{cell:>18}" for cell in row[1:]))
    print(flush=True)


def show_inside(title, pythons, results, unit):
    rows = []
    for name in results[0]:
        base = results[0][name]
        rows.append([name] + [f"{r[name]:.2f} {unit} {r[name] / base:5.2f}" for r in results])
    table([title] + [p.label for p in pythons], rows)


def in_turn(pythons, rounds, ask):
    """Each interpreter's least figures over some rounds."""
    best = [{} for _ in pythons]
    for _ in range(rounds):
        for i, p in enumerate(pythons):
            for name, value in ask(p).items():
                best[i][name] = min(value, best[i].get(name, value))
    return best


def show_start(pythons, opts):
    best = in_turn(pythons, opts.rounds, lambda p: p.inside("start", 25))
    show_inside("start, time against the base", pythons, best, "ms")


def show_memory(pythons, opts):
    best = in_turn(pythons, 1, lambda p: {"-c pass": p.inside("memory")["KiB"] / 1024})
    show_inside("peak memory, size against the base", pythons, best, "MiB")


def show_micro(pythons, opts):
    show_inside("micro, time against the base", pythons, in_turn(pythons, opts.rounds, lambda p: p.inside("micro")), "ns")


def show_frontend(pythons, opts):
    lib = opts.lib or pathlib.Path(opts.adder).resolve().parent.parent / "lib/python3.13"
    best = in_turn(pythons, opts.rounds, lambda p: {"compile the library": p.inside("frontend", lib.resolve())["seconds"]})
    show_inside("front end, time against the base", pythons, best, "s")


def compiled_border(opts):
    """The folder with the extension module that all of them load."""
    folder = opts.download / "border"
    folder.mkdir(parents=True, exist_ok=True)
    module = folder / "border.cpython-313-x86_64-linux-gnu.so"
    source = HERE / "border.c"
    if not module.exists() or module.stat().st_mtime < source.stat().st_mtime:
        cc = shlex.split(os.environ.get("CC", "cc"))
        subprocess.run([*cc, "-O2", "-fPIC", "-shared", f"-I{HERE.parent.parent / 'include'}", str(source), "-o", str(module)], check=True)
    return folder


def show_border(pythons, opts):
    folder, packages = compiled_border(opts).resolve(), opts.packages.resolve()
    if not (packages / "numpy").is_dir():
        print(f"bench: no packages in {packages}: run make test-wheels, or give PACKAGES=DIR", file=sys.stderr)

    def ask(p):
        try:
            return p.run([str(HERE / "border_cases.py"), str(folder), opts.only], 1800, PYTHONPATH=str(packages))[0]
        except RuntimeError as e:                        # an interpreter that cannot load the module
            print(f"bench: {p.label}: {e}", file=sys.stderr)
            return {}
    best = in_turn(pythons, opts.rounds, ask)
    base, slow = best[0], []
    rows = []
    for name in base:
        rows.append([name, f"{base[name]:.1f} ns"])
        for p, other in zip(pythons[1:], best[1:]):
            ratio = base[name] / other[name] if name in other else float("nan")
            rows[-1].append(f"{other.get(name, 0):.1f} ns {ratio:5.2f}")
            if ratio < SLOW:
                slow.append(f"{p.label}: {name} {ratio:.2f}")
    table(["border, speed against the base"] + [p.label for p in pythons], rows)
    for p, other in zip(pythons[1:], best[1:]):
        both = [base[n] / other[n] for n in base if n in other]
        print(f"{p.label}: geomean {geomean(both):.3f}, {len(both)} operations")
    for line in slow:
        print(f"below {SLOW}: {line}")


def show_cases(pythons, opts):
    folder = (opts.benchmarks or programs(opts.download)).resolve()
    for line in (HERE / "cases.txt").read_text().splitlines():
        words = line.split()
        if words and words[0] != "#" and re.search(opts.only, line):
            if not (folder / f"bm_{words[0]}/run_benchmark.py").exists():
                sys.exit(f"bench: no {words[0]} in {folder}")
            print(f"  {line}", end="\r", file=sys.stderr, flush=True)
            for _ in range(opts.rounds):
                for p in pythons:
                    run_case(p, folder, words)
    base, others = pythons[0], pythons[1:]
    rows = []
    for name, b in base.cases.items():
        rows.append([name, f"{b['steady'] * 1e3:.3f} ms"])
        for p in others:
            o = p.cases.get(name)
            rows[-1].append(f"{b['steady'] / o['steady']:.2f} {b['first'] / o['first']:7.2f}" if o else "-")
    table(["case, speed: steady, first call"] + [p.label for p in pythons], rows)
    for p in others:
        both = [n for n in base.cases if n in p.cases]
        steady = {n: base.cases[n]["steady"] / p.cases[n]["steady"] for n in both}
        first = geomean([base.cases[n]["first"] / p.cases[n]["first"] for n in both])
        if both:
            slowest = min(steady, key=steady.get)
            print(f"{p.label}: geomean steady {geomean(list(steady.values())):.3f}, first call {first:.3f}, {len(both)} cases; "
                  f"slowest: {slowest} {steady[slowest]:.2f}")
    for p in pythons:
        for case, why in p.failed.items():
            print(f"{p.label}: {case}: {why}")


def show_jit(pythons, opts):
    jit_page.show_jit(pythons, (opts.benchmarks or programs(opts.download)).resolve(), compiled_border(opts).resolve(), opts)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("pythons", nargs="+", metavar="PYTHON")
    ap.add_argument("--adder", required=True)
    ap.add_argument("--only", default="", help="a regular expression over the lines of cases.txt and the names at the border")
    ap.add_argument("--parts", default=" ".join(PARTS), help="some of: " + " ".join(PARTS + MORE_PARTS))
    ap.add_argument("--page", type=pathlib.Path, help="the part jit writes its table there, in Markdown")
    ap.add_argument("--rounds", type=int, default=2)
    ap.add_argument("--benchmarks", type=pathlib.Path, help="pyperformance's data-files/benchmarks, instead of downloading it")
    ap.add_argument("--download", type=pathlib.Path, help="where to download it to")
    ap.add_argument("--packages", type=pathlib.Path, help="a folder with installed packages, for the border")
    ap.add_argument("--lib", type=pathlib.Path, help="the library to compile for the front end's figure")
    opts = ap.parse_args()
    opts.download = opts.download or pathlib.Path(opts.adder).resolve().parent.parent / "bench"
    venv = HERE.parent.parent / "build/wheels/venv/lib/python3.13/site-packages"
    opts.packages = opts.packages or venv
    pythons = [Interpreter(p) for p in opts.pythons] + [Interpreter(shlex.quote(opts.adder), "adder")]
    wrong = [part for part in opts.parts.split() if part not in PARTS + MORE_PARTS]
    if wrong:
        sys.exit(f"bench: unknown part {wrong[0]!r}; known: {' '.join(PARTS + MORE_PARTS)}")
    try:
        for part in opts.parts.split():
            globals()[f"show_{part}"](pythons, opts)
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        sys.exit(f"bench: an interpreter failed: {e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
