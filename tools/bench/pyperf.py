"""Stands in for the module pyperf while pyperformance's programs run under tools/bench: measures within the process that runs.

A program asks its Runner to time something; the Runner prints one JSON object a line, in seconds per pass:

    first   the very first pass, warm-up included
    best    the least time seen
    steady  median of the second half of the samples

One sample is as many passes as last 20 ms together: their number doubles until that is so, and what was sampled before is dropped.
Sampling goes on for BENCH_SECONDS, and for three samples at least. Further members on demand:

    curve   BENCH_CURVE=N: the times of the first N passes, one by one; of three at least, no more where they take long
    peak    BENCH_CURVE, too: KiB, the most memory that the process had by then
    jit     BENCH_JIT=1, Adder only: what sys._adder.jit_stats() counted meanwhile, `seconds` of it, and the loops

BENCH_FIRST=1 ends with the first pass: `first` only, for its least over several processes.
BENCH_CLOCK=cpu takes CPU time instead of wall time, for machines that do something else as well."""

import argparse
import json
import os
import sys
from statistics import median
from time import perf_counter, process_time

if os.environ.get("BENCH_CLOCK") == "cpu":
    perf_counter = process_time

LEAST_SAMPLE = 0.02
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))


def python_implementation():
    return sys.implementation.name


def python_has_jit():
    return False


def measure(passes):
    """passes(n) runs n passes and returns the seconds they took."""
    begin = perf_counter()
    result = {"first": passes(1)}
    if os.environ.get("BENCH_FIRST") == "1":
        return result
    curve, most = [result["first"]], int(os.environ.get("BENCH_CURVE", "0"))
    while len(curve) < most and (len(curve) < 3 or sum(curve) < 4 * SECONDS):
        curve.append(passes(1))
    if len(curve) > 1:
        result["curve"] = curve
        begin = perf_counter()
    n, samples = 1, []
    while len(samples) < 3 or perf_counter() - begin < SECONDS:
        took = passes(n)
        if took < LEAST_SAMPLE and n < 1 << 24:
            n *= 2
            samples = []
        else:
            samples.append(took / n)
    if len(curve) > 1:
        with open("/proc/self/status") as f:
            result["peak"] = next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))
    result.update(best=min(samples), steady=median(samples[len(samples) // 2:]))
    return result


def repeated(func, args):
    def passes(n):
        todo = range(n)
        begin = perf_counter()
        for _ in todo:
            func(*args)
        return perf_counter() - begin
    return passes


class Runner:
    """The part of pyperf.Runner that the programs use. Options of pyperf itself (processes, loops) mean nothing here."""

    def __init__(self, *_, **__):
        self.argparser = argparse.ArgumentParser()
        self.metadata = {}
        self.args = None

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def _run(self, name, passes):
        if self.args is None:
            self.args = self.argparser.parse_known_args()[0]
        if os.environ.get("BENCH_JIT") != "1" or not hasattr(sys, "_adder"):
            return print(json.dumps({"name": name, **measure(passes)}), flush=True)
        if log := sys._xoptions.get("jit-log"):          # what comes before is not of interest
            with open(log, "a") as f:
                print(json.dumps({"event": "begin"}), file=f)
        before, begin = sys._adder.jit_stats(), perf_counter()
        row = {"name": name, **measure(passes)}
        jit = {k: v - before[k] if type(v) is int else v for k, v in sys._adder.jit_stats().items()}
        print(json.dumps({**row, "jit": {**jit, "loops": [x for x in jit["loops"] if x not in before["loops"]], "seconds": perf_counter() - begin}}), flush=True)

    def bench_func(self, name, func, *args, **_):
        self._run(name, repeated(func, args))

    def bench_time_func(self, name, func, *args, **_):
        self._run(name, lambda n: func(n, *args))

    def bench_async_func(self, name, func, *args, **_):
        import asyncio
        self._run(name, repeated(lambda: asyncio.run(func(*args)), ()))

    def bench_command(self, name, command, **_):
        import subprocess
        self._run(name, repeated(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True), ()))
