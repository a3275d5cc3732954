"""What the compiler does for each case: the part `jit` of bench.py, and with --page FILE a page about it (docs/jit-performance.md).

For each case the speed against the base (first call, the least of five processes, and steady), that against Adder without the compiler, the warm-up curve (speed of pass 1, 2, 3 ... against the same
pass of the base), traces, recordings that came to nothing, entries a millisecond; what stays below a must is done again by all of them; and where the speed is below the aim, what was in the way. Then the figures of jit_table.py."""

import collections
import json
import math
import pathlib
import re
import subprocess

import jit_table

HERE = pathlib.Path(__file__).resolve().parent
CURVE = 8
AGAIN = 2        # times at most that all do a case again that stays below what must be: where others use the machine, one run may be off by a third
FIRST = 4        # processes more, a round, that end with the first call: of one alone chance has a third


def geomean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def merge(best, row):
    """The least of what was measured before and of this."""
    old = best.setdefault(row["name"], row)
    for k in ("first", "steady"):
        old[k] = min(old[k], row[k])
    old["curve"] = [min(a, b) for a, b in zip(old["curve"], row["curve"])]
    if "jit" in row:
        old["jit"] = row["jit"]


def run_case(python, folder, words, rounds, **env):
    best = {}
    for _ in range(rounds):
        for row in python.run(["-B", "run_benchmark.py", *words[1:]], 300, folder / f"bm_{words[0]}", PYTHONPATH=str(HERE), BENCH_CURVE=str(CURVE), **env):
            merge(best, row)
        for _ in range(FIRST):
            rows = python.run(["-B", "run_benchmark.py", *words[1:]], 300, folder / f"bm_{words[0]}", PYTHONPATH=str(HERE), **{**env, "BENCH_FIRST": "1", "BENCH_JIT": "0"})
            for row in list(rows)[:1]:                     # the next of a program begin behind a whole run of those before, here they would not
                if row["name"] in best:
                    best[row["name"]]["first"] = min(best[row["name"]]["first"], row["first"])
    return best


def tried(python, who, line, failed, folder, words, rounds, **env):
    """run_case(), or {} with the reason added to `failed`: the others are compared all the same."""
    try:
        return run_case(python, folder, words, rounds, **env)
    except subprocess.TimeoutExpired as e:
        failed[line] = f"{who}: longer than {e.timeout:.0f} s"
    except (RuntimeError, OSError) as e:
        failed[line] = f"{who}: {str(e)[:100]}"
    return {}


def reasons(jit, n=2):
    """What kept loops of this case out of traces, and exits without a trace behind them, most frequent first."""
    refused, exits = collections.Counter(), collections.Counter()
    for loop in jit["loops"]:
        if loop["state"] != "compiled" and loop["why"]:
            refused[f"{loop['function']}: {loop['why']}"] += 1
        for e in loop["exits"]:
            if e["side"] is None and e["count"] > 1000:
                exits[f"{e['function']}, line {e['line']}: {e['why'] or e['reason']}"] += e["count"]
    said = [f"{what} (exits {count} times)" for what, count in exits.most_common(n)] + [what for what, _ in refused.most_common(n)]
    return "; ".join(said[:n + 1]) or "nothing that traces would be stopped by: the time is in C functions, or in code that is not hot"


def run_all(pythons, adder, line, failed, folder, rounds):
    """What each of pythons, adder without the compiler and adder give for the cases of this line."""
    words = line.split()
    found = [tried(p, p.label, line, failed, folder, words, rounds) for p in pythons]
    found.append(tried(adder, "without the compiler", line, failed, folder, words, rounds, PYTHON_JIT="0"))
    found.append(tried(adder, "adder", line, failed, folder, words, rounds, BENCH_JIT="1"))
    return found


def rows_of(found):
    base, *others, off, on = found
    return [(name, base[name], [o.get(name) for o in others], off[name], row) for name, row in on.items() if name in base and name in off]


def measure(pythons, adder, folder, only, rounds):
    """[(name, base row, [other rows], row without the compiler, row with it)], {case: why it failed}"""
    rows, failed = [], {}
    for line in (HERE / "cases.txt").read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#" or not re.search(only, line):
            continue
        if not (folder / f"bm_{words[0]}").is_dir():
            failed[line] = "not among the downloaded programs"
            continue
        found = run_all(pythons, adder, line, failed, folder, rounds)
        for _ in range(AGAIN):
            if not any(jit_table.below(row, pythons, True) for row in rows_of(found)):
                break
            for best, more in zip(found, run_all(pythons, adder, line, {}, folder, rounds)):
                for row in more.values():
                    if row["name"] in best:
                        merge(best, row)
        for row in rows_of(found):
            rows.append(row)
            print(row_text(*row), flush=True)
    return rows, failed


def row_text(name, base, others, off, on):
    curve = " ".join(f"{b / a:.2f}" for b, a in zip(base["curve"], on["curve"]))
    j = on["jit"]
    return (f"{name:30} {base['first'] / on['first']:6.2f} {base['steady'] / on['steady']:7.2f} {off['steady'] / on['steady']:7.2f}   {curve}   "
            f"{j['compiled']:5} {j['aborted']:5} {j['entries'] / j['seconds'] / 1e3:8.1f}")


def summary(rows, pythons):
    base = pythons[0].label
    steady, first = [b["steady"] / on["steady"] for _, b, _, _, on in rows], [b["first"] / on["first"] for _, b, _, _, on in rows]
    lines = [f"geomean of {len(rows)} cases over {base}: steady {geomean(steady):.2f}, first call {geomean(first):.2f}"]
    for i, p in enumerate(pythons[1:]):
        both = [(o[i], on) for _, _, o, _, on in rows if o[i] is not None]
        lines.append(f"geomean of {len(both)} cases over {p.label}: steady {geomean([o['steady'] / on['steady'] for o, on in both]):.2f}, "
                     f"first call {geomean([o['first'] / on['first'] for o, on in both]):.2f}")
    off = [o["steady"] / on["steady"] for _, _, _, o, on in rows]
    lines.append(f"geomean over Adder without the compiler: steady {geomean(off):.2f}, slowest {min(off):.2f}")
    lines.append(f"slowest case over {base}: steady {min(steady):.2f}, first call {min(first):.2f}")
    compile_ns, traces = sum(on["jit"]["compile_ns"] for *_, on in rows), sum(on["jit"]["compiled"] for *_, on in rows)
    lines.append(f"{traces} traces, {compile_ns / max(traces, 1) / 1e6:.2f} ms to compile one, "
                 f"{compile_ns / 1e9 / sum(on['jit']['seconds'] for *_, on in rows):.1%} of the time")
    return lines


def write_page(path, rows, failed, pythons, figures):
    out = ["# What the tracing compiler does for the benchmark programs", "",
           "Made by `make bench PARTS=jit PAGE=docs/jit-performance.md`. Speeds: above 1, Adder with the compiler is faster. The curve has the speed of pass 1, 2, 3 ... "
           "against the same pass of the base, so that warming up is seen. *Without* is Adder with `-X jit=0`. What stays below a must in one run was run again by all of them, "
           f"{AGAIN} times at most, and has the least of these times. In the last table: the exits taken most that no side trace takes up, "
           "and why other loops have no trace.", ""]
    out += ["| figure | must | aim | measured |", "| --- | --- | --- | --- |"] + ["| " + " | ".join(row) + " |" for row in figures]
    out += [""] + [f"- {line}" for line in summary(rows, pythons)]
    head = ["case", "first call", "steady"] + [f"over {p.label}" for p in pythons[1:]] + ["over without", "curve", "traces", "failed", "entries / ms"]
    out += ["", "| " + " | ".join(head) + " |", "| --- " * len(head) + "|"]
    for name, b, others, off, on in rows:
        j = on["jit"]
        cells = [name, f"{b['first'] / on['first']:.2f}", f"{b['steady'] / on['steady']:.2f}"]
        cells += [f"{o['steady'] / on['steady']:.2f}" if o else "-" for o in others]
        cells += [f"{off['steady'] / on['steady']:.2f}", " ".join(f"{x / y:.1f}" for x, y in zip(b["curve"], on["curve"])), str(j["compiled"]), str(j["aborted"]),
                  f"{j['entries'] / j['seconds'] / 1e3:.1f}"]
        out.append("| " + " | ".join(cells) + " |")
    below = [(row[0], short, row[-1]["jit"]) for row in rows if (short := jit_table.below(row, pythons, False))]
    out += ["", "## Below the aim", "", "| case | figure, aim | in the way |", "| --- | --- | --- |"]
    out += [f"| {name} | {', '.join(short)} | {reasons(jit).replace('|', '/')} |" for name, short, jit in below]
    out += [f"| {case} | not measured | {why} |" for case, why in failed.items()]
    path.write_text("\n".join(out) + "\n")


def show_jit(pythons, folder, border, opts):
    print(f"{'case':30}  first  steady without   speed of pass 1, 2 ...{'':22} traces failed  entr/ms")
    rows, failed = measure(pythons[:-1], pythons[-1], folder, opts.only, opts.rounds)
    if rows:
        print("\n".join(summary(rows, pythons[:-1])))
        figures = jit_table.table(rows, pythons, border, opts.download, opts.rounds)
        print(f"\n{'figure':80} {'must':>8} {'aim':>8}   measured")
        for figure, must, aim, measured in figures:
            print(f"{figure:80} {must:>8} {aim:>8}   {measured}")
    for case, why in failed.items():
        print(f"{case}: {why}")
    if opts.page and rows:
        write_page(opts.page, rows, failed, pythons[:-1], figures)
