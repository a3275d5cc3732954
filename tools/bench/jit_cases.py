#!/usr/bin/env python3
"""What the compiler makes of the cases: tools/bench/jit_cases.py --adder PATH --benchmarks DIR [--only REGEX] [--compare] [--why N]

For each of cases.txt that REGEX finds, one line: how much of the time ran in traces (calls they leave to C included), was spent recording, compiling;
traces, recordings that came to nothing, entries and exits a second. Below it, N (3) lines each of: why recordings stopped, how often; why loops
are not compiled at all; what exits are taken most that lead to no other trace; facts that took traces away. With --compare the speed without the compiler
over that with it, first call and steady, least of --rounds (2), in CPU time. DIR is pyperformance's data-files/benchmarks."""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(adder, folder, words, seconds, *options, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    p = subprocess.run([adder, *options, "-B", "run_benchmark.py", *words[1:]], cwd=folder / f"bm_{words[0]}", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, timeout=300,
                       env={**clean, "PYTHONPATH": str(HERE), "BENCH_SECONDS": str(seconds), **env})
    if p.returncode:
        raise RuntimeError((p.stderr.strip().splitlines() or [f"exit status {p.returncode}"])[-1])
    return {row["name"]: row for row in map(json.loads, (line for line in p.stdout.splitlines() if line.startswith("{")))}


def least(best, rows):
    for name, row in rows.items():
        old = best.setdefault(name, row)
        for k in ("first", "steady"):
            old[k] = min(old[k], row[k])


def events(log):
    with open(log) as f:
        for line in f:
            try:
                yield json.loads(line)
            except ValueError:
                pass


def top(title, counts, n):
    for what, count in counts.most_common(n):
        print(f"    {title:8} {count:>9}  {what}")


def details(log, rows, n):
    aborts, exits, facts, loops = (collections.Counter() for _ in range(4))
    started = False
    for e in events(log):
        started |= e["event"] == "begin"                 # the program's imports come before
        if not started:
            continue
        if e["event"] == "abort":
            aborts[e["why"]] += 1
        elif e["event"] == "invalidate":
            facts[f"{e['fact']} {e.get('name', '')}"] += 1
    for loop in (loop for row in rows for loop in row["jit"]["loops"]):
        for e in loop["exits"]:
            if e["side"] is None:
                exits[f"{e['reason']} ({e['function']}, line {e['line']}{', ' + e['why'] if e['why'] else ''})"] += e["count"]
        if loop["state"] != "compiled":
            loops[f"{loop['why']} ({loop['function']}, line {loop['why_line']})"] += 1
    top("stopped", aborts, n)
    top("refused", loops, n)
    top("exit", exits, n)
    top("gone", facts, n)


def show(opts, words):
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        with_jit = run(opts.adder, opts.benchmarks, words, opts.seconds, "-X", "jit=1", "-X", "jit-clock=1", "-X", f"jit-log={log.name}", BENCH_JIT="1")
        on, off = {}, {}
        for _ in range(opts.rounds if opts.compare else 0):
            least(off, run(opts.adder, opts.benchmarks, words, opts.seconds, "-X", "jit=0", BENCH_CLOCK="cpu"))
            least(on, run(opts.adder, opts.benchmarks, words, opts.seconds, "-X", "jit=1", BENCH_CLOCK="cpu"))
        for name, row in with_jit.items():
            j, ns = row["jit"], row["jit"]["seconds"] * 1e9
            speed = f"{off[name]['first'] / on[name]['first']:6.2f} {off[name]['steady'] / on[name]['steady']:6.2f}" if name in on else f"{'':13}"
            print(f"{name:32} {speed} {j['trace_ns'] / ns:6.0%} {(j['record_ns'] - j['compile_ns']) / ns:6.1%} {j['compile_ns'] / ns:6.1%} {j['compiled']:6} "
                  f"{j['aborted']:6} {j['entries'] / ns * 1e6:8.1f} {j['exits'] / ns * 1e6:8.1f}")
        if opts.why > 0 and with_jit:
            details(log.name, list(with_jit.values()), opts.why)
    sys.stdout.flush()


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--adder", required=True, type=os.path.abspath)
    ap.add_argument("--benchmarks", required=True, type=pathlib.Path)
    ap.add_argument("--only", default="")
    ap.add_argument("--why", type=int, default=3, metavar="N")
    ap.add_argument("--compare", action="store_true")
    ap.add_argument("--rounds", type=int, default=2)
    ap.add_argument("--seconds", type=float, default=0.3)
    opts = ap.parse_args()
    opts.benchmarks = opts.benchmarks.resolve()
    print(f"{'case':32} {'first steady' if opts.compare else '':>13} traces record compil compil. failed entr/ms  exit/ms")
    for line in (HERE / "cases.txt").read_text().splitlines():
        if line.strip() and line[0] != "#" and re.search(opts.only, line):
            try:
                show(opts, line.split())
            except (RuntimeError, FileNotFoundError, subprocess.TimeoutExpired) as e:
                print(f"{line:32} failed: {str(e)[:90]}")


if __name__ == "__main__":
    main()
