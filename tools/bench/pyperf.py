"""Stands in for the module pyperf while pyperformance's programs run under tools/bench: measures within the process that runs.

A program asks its Runner to time something; the Runner prints one JSON object a line, in seconds per pass:

    first   the very first pass, warm-up included
    best    the least time seen
    steady  median of the second half of the samples

One sample is as many passes as last 20 ms together: their number doubles until that is so, and what was sampled before is dropped.
Sampling goes on for BENCH_SECONDS, and for three samples at least."""

import argparse
import json
import os
import sys
from statistics import median
from time import perf_counter

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
    n, samples = 1, []
    while len(samples) < 3 or perf_counter() - begin < SECONDS:
        took = passes(n)
        if took < LEAST_SAMPLE and n < 1 << 24:
            n *= 2
            samples = []
        else:
            samples.append(took / n)
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
        print(json.dumps({"name": name, **measure(passes)}), flush=True)

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
