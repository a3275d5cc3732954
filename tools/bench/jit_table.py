"""The figures that the tracing compiler is held to, one line each: what must be, what is aimed at, what was measured.

Made from the rows of jit_page.measure() and from a few measurements of its own: plain loops beside the same in C, a loop over a C function, memory."""

import math
import os
import pathlib
import re
import shlex
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS_OF_A_LOOP = 10_000_000
PARSED = 'PyArg_ParseTuple("dd")'
TRACE = 250             # instructions of a trace whose compile time is given

FAST = ("nbody", "float", "spectral_norm", "chaos", "fannkuch")
OBJECTS = ("raytrace", "deltablue", "richards", "scimark_fft", "scimark_lu", "scimark_monte_carlo", "scimark_sor", "scimark_sparse_mat_mult")
NO_LOSS = 0.95          # what the compiler may seem to lose in one measurement
BRANCHY = ("go", "hexiom", "nqueens", "meteor_contest", "pyflate", "mdp")


def geomean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def lowest(ratios):
    """'0.81 (go)', or '-' where nothing was measured."""
    if not ratios:
        return "-"
    name = min(ratios, key=ratios.get)
    return f"{ratios[name]:.2f} ({name})"


def over_base(rows, what):
    return {name: base[what] / on[what] for name, base, _, _, on in rows}


def over_other(rows, i, what):
    return {name: others[i][what] / on[what] for name, _, others, _, on in rows if others[i] is not None}


def picked(ratios, names):
    return {n: r for n, r in ratios.items() if n in names}


def rows_of_cases(rows, pythons):
    steady, first = over_base(rows, "steady"), over_base(rows, "first")
    base, out = pythons[0].label, []
    out.append((f"geomean steady over {base}", "2.0", "3", f"{geomean(list(steady.values())):.2f}, {len(steady)} cases"))
    out.append((f"geomean first call over {base}", "1.0", "1.3", f"{geomean(list(first.values())):.2f}"))
    out.append((f"slowest case over {base}, steady", "0.9", "1", lowest(steady)))
    out.append((f"slowest case over {base}, first call", "0.8", "1", lowest(first)))
    out.append((f"{', '.join(BRANCHY)}: the slowest over {base}", "1.0", "2", lowest(picked(steady, BRANCHY))))
    for i, p in enumerate(pythons[1:]):
        steady, first = over_other(rows, i, "steady"), over_other(rows, i, "first")
        out.append((f"geomean steady over {p.label}", "1.25", "1.8", f"{geomean(list(steady.values())):.2f}, {len(steady)} cases"))
        out.append((f"geomean first call over {p.label}", "2.5", "4", f"{geomean(list(first.values())):.2f}"))
        out.append((f"{', '.join(FAST)}: the slowest over {p.label}", "1", "1.5", lowest(picked(steady, FAST))))
        out.append((f"raytrace, deltablue, richards, scimark: the slowest over {p.label}", "0.7", "1", lowest(picked(steady, OBJECTS))))
    return out


def below(row, pythons, must):
    """What of this case stays under what must be (or under what is aimed at), as texts: 'steady 1.20 of 2 x CPython 3.13.5'."""
    name, base, others, off, on = row
    found = []

    def hold(what, other, whose, must_be, aim):
        limit = must_be if must else aim
        if (ratio := other[what] / on[what]) < limit:
            found.append(f"{'steady' if what == 'steady' else 'first call'} {ratio:.2f} of {limit:g} x {whose}")

    hold("steady", base, pythons[0].label, *((1, 2) if name in BRANCHY else (0.9, 1)))
    hold("first", base, pythons[0].label, 0.8, 1)
    hold("steady", off, "without the compiler", 0.9, NO_LOSS)
    for other, p in zip(others, pythons[1:]):
        if other is not None and name in FAST + OBJECTS:
            hold("steady", other, p.label, *((1, 1.5) if name in FAST else (0.7, 1)))
    return found


def row_of_compiling(rows):
    total = {k: sum(on["jit"][k] for *_, on in rows) for k in ("compile_ns", "instructions", "seconds")}
    share = [on["jit"]["compile_ns"] / 1e9 / on["jit"]["seconds"] for *_, on in rows]
    yield (f"compile time of a trace of {TRACE} instructions", "0.5 ms", "0.1 ms", f"{total['compile_ns'] / max(total['instructions'], 1) * TRACE / 1e6:.3f} ms")
    yield ("compiling, share of the time: all cases, most of a case", "15 %", "-", f"{total['compile_ns'] / 1e9 / total['seconds']:.1%}, {max(share):.1%}")


def row_of_peaks(rows, base):
    peaks = {name: on["peak"] / b["peak"] for name, b, _, _, on in rows if "peak" in b and "peak" in on}
    most = max(peaks, key=peaks.get, default=None)
    return (f"peak memory of the cases over {base}: geomean, most", "1.1", "1.0",
            f"{geomean(list(peaks.values())):.2f}, {peaks[most]:.2f} ({most})" if peaks else "-")


def in_c(folder):
    """ns of one round of each of loops.c's loops."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "loops"
    subprocess.run([*shlex.split(os.environ.get("CC", "cc")), "-O2", str(HERE / "loops.c"), "-o", str(program)], check=True)

    def run():
        p = subprocess.run([program.resolve(), str(ROUNDS_OF_A_LOOP)], stdout=subprocess.PIPE, text=True, check=True)
        return {m[1]: float(m[2]) for m in re.finditer(r'"([^"]+)": ([0-9.]+)', p.stdout)}
    return run


def row_of_loops(adder, folder, rounds):
    c, ours = {}, {}
    run_c = in_c(folder)
    for _ in range(rounds):
        for best, new in ((c, run_c()), (ours, adder.run(["-B", str(HERE / "loops.py"), str(ROUNDS_OF_A_LOOP)], 600)[0])):
            for name, ns in new.items():
                best[name] = min(ns, best.get(name, ns))
    return ("plain loops, time over C with overflow checks", "3", "1.5", ", ".join(f"{name} {ours[name] / c[name]:.2f}" for name in c))


def row_of_calls(pythons, border, rounds):
    best = [1e30] * len(pythons)
    for _ in range(rounds):
        for i, p in enumerate(pythons):
            try:
                best[i] = min(best[i], p.run([str(HERE / "border_cases.py"), str(border), re.escape(PARSED)], 600)[0][PARSED])
            except RuntimeError:                        # it cannot load the module
                pass
    return (f"a loop over a C function of two doubles, speed over {pythons[0].label}", "1.2", "2", f"{best[0] / best[-1]:.2f}" if best[0] < 1e30 else "-")


def row_of_start(pythons, rounds):
    def least(p, **env):
        return min(p.run(["-B", str(HERE / "inside.py"), "memory"], 600, **env)[0]["KiB"] for _ in range(rounds))
    off, on = least(pythons[-1], PYTHON_JIT="0"), least(pythons[-1])
    return ("peak memory of a start, with the compiler less without", "0.3 MB", "-", f"{(on - off) / 1024:.2f} MB ({on / 1024:.1f}; {pythons[0].label} {least(pythons[0]) / 1024:.1f})")


def table(rows, pythons, border, folder, rounds):
    """[(figure, must, aim, measured)]; pythons: the base, others, Adder. border: the folder with the compiled border.c."""
    out = rows_of_cases(rows, pythons[:-1])
    out.append(row_of_loops(pythons[-1], folder, rounds))
    out.append(row_of_calls(pythons, border, rounds))
    out += row_of_compiling(rows)
    out.append(row_of_start(pythons, rounds))
    out.append(row_of_peaks(rows, pythons[0].label))
    return out
