"""Results out of functools.lru_cache in compiled loops: hits by leaf calls, misses by calls, hits and misses counted, what is oldest, keys with code."""
import functools
import sys


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def hits(n):
    t = 0
    for i in range(n):
        t += fib(i % 60) % 1009
    return t


print(hits(3000), fib.cache_info())     # expect: 1233700 CacheInfo(hits=3056, misses=60, maxsize=None, currsize=60)


@functools.lru_cache(maxsize=4)
def few(a, b=2):
    few.calls.append(a)
    return [a, b]


few.calls = []


def oldest(n):
    t = 0
    for i in range(n):
        t += few(i % 3)[0] + few(i % 3, 7)[1] if i % 2 else few(0)[1]
        if i % 200 == 199:
            few(100 + i)
    return t


print(oldest(1200), few.cache_info(), len(few.calls))   # expect: 6000 CacheInfo(hits=799, misses=1007, maxsize=4, currsize=4) 1007


@functools.lru_cache(maxsize=3)
def three(a):
    three.calls += 1
    return object()


three.calls = 0


def same(n):
    one, two, mixed = three(1), three('1'), 0
    for i in range(n):
        mixed += three(1) is one
        mixed += three('1') is two
        if i % 100 == 0:
            three(i + 5)
    return mixed, three.calls, three.cache_info()


print(same(1000))       # expect: (2000, 12, CacheInfo(hits=2000, misses=12, maxsize=3, currsize=3))


@functools.lru_cache(typed=True)
def typed(a):
    return type(a).__name__


@functools.lru_cache
def loose(a):
    return type(a).__name__


def types(n):
    seen = set()
    for i in range(n):
        for v in (1, 1.0, True):
            seen.add((typed(v), loose(v)))
    return sorted(seen)


print(types(300))       # expect: [('bool', 'float'), ('float', 'float'), ('int', 'int')]


@functools.lru_cache(maxsize=0)
def never(a):
    return a + 1


print(sum(never(i % 3) for i in range(1000)), never.cache_info())       # expect: 1999 CacheInfo(hits=0, misses=1000, maxsize=0, currsize=0)


class Key:
    compared = 0

    def __init__(self, v):
        self.v = v

    def __hash__(self):
        return 5

    def __eq__(self, other):
        Key.compared += 1
        return self.v == other.v


@functools.lru_cache(maxsize=None)
def by_key(k):
    return k.v * 2


def keys(n):
    pool, t = [Key(i) for i in range(3)], 0
    for i in range(n):
        t += by_key(pool[i % 3]) + by_key(Key(i % 3))
    return t, Key.compared


print(keys(300))        # expect: (1200, 903)


@functools.lru_cache(maxsize=None)
def pairs(a, b):
    return a * 100 + b


def grid(n):
    t = 0
    for k in range(n):
        for a in range(5):
            for b in range(5):
                t += pairs(a, b)
    return t, pairs.cache_info().hits


print(grid(40))         # expect: (202000, 975)


def clears(n):
    t = 0
    for i in range(n):
        if i % 250 == 0:
            pairs.cache_clear()
        t += pairs(1, i % 4)
    return t, pairs.cache_info()


print(clears(1000))     # expect: (101500, CacheInfo(hits=246, misses=4, maxsize=None, currsize=4))


def unhashable(n):
    bad = 0
    for i in range(n):
        try:
            loose([1] if i % 50 == 49 else 2)
        except TypeError:
            bad += 1
    return bad


print(unhashable(500))  # expect: 10


class Shape:
    made = 0

    def __init__(self, w):
        self.w = w

    @functools.lru_cache(maxsize=None)
    def area(self, k):
        Shape.made += 1
        return self.w * k


def methods(n):
    s, t = Shape(3), 0
    for i in range(n):
        t += s.area(i % 4)
    return t, Shape.made


print(methods(800))     # expect: (3600, 4)


def counts(n):
    results = [few(1000 + i) for i in range(3)]
    before = [sys.getrefcount(r) for r in results]
    for i in range(n):
        r = few(1000 + i % 3)
        r is results[i % 3] or print('another')
    r = None
    return [sys.getrefcount(x) - b for x, b in zip(results, before)]


print(counts(600))      # expect: [1, 1, 1]


def grid_paths(w, h):
    @functools.cache
    def paths(x, y):
        if x == 0 or y == 0:
            return 1
        return paths(x - 1, y) + paths(x, y - 1)
    return paths(w, h)


print([grid_paths(k, k) for k in (5, 20, 30)])  # expect: [252, 137846528820, 118264581564861424]
