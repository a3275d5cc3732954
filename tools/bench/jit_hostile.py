#!/usr/bin/env python3
"""Programs that a tracing compiler cannot help: tools/bench/jit_hostile.py --adder PATH [--seconds 10] [--only REGEX] [--rounds 4]

Each program works for so many seconds with `-X jit=1` and with `-X jit=0`, in alternation. One line each: the work done in a second of CPU time with the
compiler over that without (at least 0.91: no more than 1.1 times as slow), the same for the first tenth of the time, peak memory in MB with and without, and what was
compiled. Exit status 1 if one is below 0.91, or takes more than 40 MB more."""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time

# ---- the programs: each is a generator; a step is a unit of work ----


def exec_loops():
    """A loop of its own in each step, hot once; its code object is dropped."""
    k = 0
    while True:
        space = {}
        exec(f"def f(n):\n    s = {k}\n    for i in range(n):\n        s += i ^ {k % 1000}\n    return s\n", space)
        for _ in range(3):
            space["f"](150)
        k += 1
        yield


def exec_kept():
    """The same, but the functions stay."""
    kept = []
    k = 0
    while True:
        space = {}
        exec(f"def f(n):\n    s = {k}\n    while n:\n        n -= 1\n        s = s + n if s < {k + 50} else s - {k % 7}\n    return s\n", space)
        kept.append(space["f"])
        for f in kept[-8:]:
            f(60)
        k += 1
        if k % 20000 == 0:
            del kept[:10000]
        yield


class Number:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return Number(self.v + (other.v if isinstance(other, Number) else 1))


def types_change():
    """No two rounds of the loop see the same types."""
    values = [1, 2.5, True, 1 << 40, 1 << 80, Number(3), 1j]
    strings = ["a", "bc", b"d", (1,), [2], "\u1234"]
    while True:
        total = 0
        for i in range(400):
            v = values[i * 5 % 7]
            w = values[i % 7]
            try:
                total = v + w
            except TypeError:
                total = strings[i % 6] * 2
            s = strings[i * 5 % 6] + strings[i * 5 % 6]
            total = len(s)
        yield total


def many_classes():
    """Each step has a class of its own, and a loop over its instances."""
    k = 0
    while True:
        cls = type(f"C{k % 100}", (), {"step": lambda self, d: self.x + d, "__slots__": ("x",)} if k % 2 else {"step": lambda self, d: self.x - d})
        o = cls()
        o.x = k
        for i in range(120):
            o.x = o.step(i)
        k += 1
        yield


LIMIT = 3


def storm():
    """What traces take for constant changes all the time."""
    global LIMIT

    class A:
        factor = 2

        def get(self):
            return self.factor

    def work(n):
        s = 0
        a = A()
        for i in range(n):
            s += a.get() * LIMIT
        return s
    k = 0
    while True:
        for _ in range(8):
            work(120)
        LIMIT = k
        A.factor = k & 3
        if k % 5 == 0:
            A.get = lambda self, k=k: self.factor + k
        work.__defaults__ = None
        k += 1
        yield


def many_ways():
    """Twenty tests a round, each as good as a coin."""
    rnd = random.Random(5)
    while True:
        bits = [rnd.getrandbits(20) for _ in range(200)]
        a = b = 0
        for x in bits:
            if x & 1: a += 1
            else: b += 2
            if x & 2: a ^= b
            else: b ^= 3
            if x & 4: a -= 1
            if x & 8: b += a
            else: a += 5
            if x & 16: a = a & 0xffff
            if x & 32: b = b & 0xfff
            else: b = b | 1
            if x & 64: a, b = b, a
            if x & 128: a += len(bits)
            else: b -= 1
            if x & 256: a = int(a)
            if x & 512: b = abs(b)
            else: a = -a
            if x & 1024: a = max(a, b)
            if x & 2048: b = min(a, b)
            a &= 0xffffff
            b &= 0xffffff
        yield


def short_loops():
    """Loops of two and three rounds, in functions that C calls."""
    def key(x):
        s = 0
        for i in range(2 + (x & 1)):
            s += x ^ i
        return s
    items = list(range(50))
    while True:
        items.sort(key=key)
        max(items, key=key)
        yield


def late_errors():
    """Most rounds raise, each time elsewhere."""
    data = {i: i for i in range(0, 200, 3)}
    items = [0] * 50
    while True:
        n = 0
        for i in range(200):
            try:
                n += data[i]
                n += items[i]
                n //= i % 4
            except KeyError:
                n += 1
            except IndexError:
                n += 2
            except ZeroDivisionError:
                n += 3
        yield


def generators():
    """Generators that stop in mid-loop, of many kinds."""
    def count(n):
        for i in range(n):
            yield i if i % 3 else str(i)
    while True:
        for n in range(1, 20):
            for x in count(n):
                if x == n - 2:
                    break
            sum(1 for y in count(n) if y != 3)
        yield


def recursion():
    """Deep recursion of functions whose loops are hot."""
    def tree(depth, width):
        s = 0
        for i in range(width):
            if depth and (i + depth) % 3 != 1:
                s += tree(depth - 1, width)
            else:
                s += 1
        return s
    while True:
        tree(5, 4)
        yield


def containers():
    """Lists of lists of all lengths and kinds; dicts whose layout changes."""
    rnd = random.Random(7)
    while True:
        d = {}
        out = []
        for i in range(150):
            k = rnd.choice(("a", i, (i, 1), 1.5, "b"))
            d[k] = out
            if i % 4 == 0:
                out = [out, i]
            elif i % 4 == 1:
                out = (i, len(out))
            elif i % 4 == 2:
                out = {i: 1}
            else:
                out = str(i)
            for x in out:
                d[x if x.__hash__ else i] = i
        yield


PROGRAMS = [exec_loops, exec_kept, types_change, many_classes, storm, many_ways, short_loops, late_errors, generators, recursion, containers]


def child(name, seconds):
    """Steps a second of CPU time: in the first tenth, in all."""
    import resource
    program = globals()[name]()
    begin = time.process_time()
    done, early = 0, None
    while (now := time.process_time() - begin) < seconds:
        for _ in range(5):
            next(program)
        done += 5
        if early is None and now >= seconds / 10:
            early = done / (time.process_time() - begin)
    rate = done / (time.process_time() - begin)
    stats = getattr(getattr(sys, "_adder", None), "jit_stats", dict)()
    print(json.dumps({"rate": rate, "early": early or rate, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                      "compiled": stats.get("compiled", 0), "aborted": stats.get("aborted", 0)}))


def measure(adder, name, seconds, jit):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    p = subprocess.run([adder, "-X", f"jit={jit}", __file__, "--child", name, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True, env=env, check=True)
    return json.loads(p.stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--adder", default="build/bin/adder")
    p.add_argument("--seconds", type=float, default=10)
    p.add_argument("--only", default="")
    p.add_argument("--rounds", type=int, default=4)
    p.add_argument("--child")
    a = p.parse_args()
    if a.child:
        return child(a.child, a.seconds)
    failed = False
    for program in PROGRAMS:
        name = program.__name__
        if not re.search(a.only, name):
            continue
        runs = [(measure(a.adder, name, a.seconds, 0), measure(a.adder, name, a.seconds, 1)) for _ in range(a.rounds)]
        ratio, early = (max(r[1][k] for r in runs) / max(r[0][k] for r in runs) for k in ("rate", "early"))
        rss = [max(r[i]["rss"] for r in runs) for i in (0, 1)]
        bad = ratio < 0.91 or rss[1] > rss[0] + 40
        failed |= bad
        print(f"{name:14} {ratio:5.2f}  early {early:5.2f}  MB {rss[1]:6.1f} / {rss[0]:6.1f}  traces {runs[0][1]['compiled']:6} aborts {runs[0][1]['aborted']:6}{'  !' if bad else ''}",
              flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
