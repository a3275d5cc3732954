# Programs that wear the compiler out: loops without number, types that change in each round, code that is made and dropped, facts that change all
# the time, deep recursion. Memory stays bounded, results are right.
# few modes
import gc, sys


def peak():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def many_loops(count):
    total = 0
    for i in range(count):
        names = {}
        exec(f"def f(n):\n    s = {i}\n    while n > 0:\n        s += n * {i % 7}\n        n -= 1\n    return s", names)
        total += names["f"](130)
    return total


def kept_loops(count):
    kept = []
    for i in range(count):
        names = {}
        exec(f"def f(n, x):\n    s = x\n    for k in range(n):\n        if k & {i % 64}: s += x\n        else: s -= {i}\n    return s", names)
        kept.append(names["f"])
    return [sum(f(300, 2) for f in kept) for _ in range(2)]


def types_change(rounds):
    values = [1, 2.5, True, "a", (1,), 2**70, None, b"x", [1], {1: 2}, 1j, frozenset(), range(3), 3]
    classes = [type(f"C{i}", (), {"__add__": lambda self, other, i=i: i, "v": i}) for i in range(40)]
    objects = [c() for c in classes]
    n = total = 0
    for i in range(rounds):
        v = values[i % len(values)]
        o = objects[i * 7 % len(objects)]
        total += o.v + (o + v)
        if v.__class__ is int or v.__class__ is float:
            n += v
        elif isinstance(v, (str, tuple, list)):
            n += len(v)
    return n, total


class Storm:
    x = 0

    def m(self):
        return self.x


def storm(rounds):
    s = Storm()
    total = 0
    for i in range(rounds):
        for k in range(30):
            total += s.m()
        if i % 3 == 0:
            Storm.x = i
        elif i % 3 == 1:
            Storm.m = lambda self, i=i: i
        else:
            globals()["step"] = i
        total += step
    return total


step = 0


def deep(n):
    s = 0
    for i in range(3):
        s += i
    return s + deep(n - 1) if n else s


def branches(rounds):
    x = 12345
    counts = [0] * 16
    for i in range(rounds):
        x = (x * 1103515245 + 12345) & 0x7fffffff
        k = 0
        if x & 256: k += 1
        if x & 512: k += 2
        if x & 1024: k += 4
        if x & 2048: k += 8
        if x & 4096: k ^= 1
        if x & 8192: k ^= 3
        if x & 16384: k ^= 5
        if x & 32768: k ^= 9
        counts[k] += 1
    return counts


before = peak()
print(many_loops(1500))
print(kept_loops(300))
print(types_change(20000))
print(storm(600))
try:
    deep(10**6)
except RecursionError as e:
    print(e)
print([deep(n) for n in (1, 10, 100, 500)], branches(30000))
gc.collect()
print(peak() - before < 80_000)

# expect: 39399175
# expect: [-2350965, -2350965]
# expect: (1.6870654260051808e+24, 780000)
# expect: 5534222
# expect: maximum recursion depth exceeded
# expect: [6, 33, 303, 1503] [1888, 1867, 1848, 1903, 1919, 1884, 1916, 1822, 1863, 1852, 1873, 1887, 1854, 1853, 1936, 1835]
# expect: True
