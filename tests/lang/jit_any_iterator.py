"""Loops over iterators of all kinds: zip, enumerate, dicts, sets, strings, files of Python classes; what they give, when they end, what dies then."""
import gc
import sys

gc.disable()                            # exceptions that their iterators hold are in cycles: when those go is nobody's promise

log = []


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Counter:
    def __init__(self, n, end=None):
        self.n, self.end = n, end

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            if self.end is not None:
                raise self.end
            raise StopIteration
        return self.n

    def __del__(self):
        log.append("counter gone")


class Old:
    def __getitem__(self, i):
        if i == 5:
            raise IndexError
        return i * 1.5


def said():
    out = log[:]
    log.clear()
    return out


def zipped(n):
    a, b, t = list(range(n)), [i * 0.5 for i in range(n)], 0
    for x, y in zip(a, b):
        t += x * y
        a[x - 1] = x
    return t


def counted(n):
    words, out, t = ["a", "bb", "ccc"] * n, [], 0
    for i, w in enumerate(words):
        t += len(w) * i
        if i % 50 == 0:
            out.append((i, w))
    return t, out[-1], sys.getrefcount(i)


def inner(n):
    d, t = {"a": 1, "b": 2, "c": 3}, 0
    for i in range(n):
        for k, v in d.items():
            t += v * i
        for k in d:
            t += len(k)
        for v in d.values():
            t -= v
        for c in "xyz":
            t += ord(c)
        for b in b"\x01\x02":
            t += b
        for x in {1, 2, 3}:
            t += x
        for x in reversed([1, 2]):
            t += x
        for x in map(str, (1, 22)):
            t += len(x)
        for x in Old():
            t += x
    return t


def ends_early(n):
    it = iter({i: i for i in range(n)})
    t = 0
    for k in it:
        t += k
        if k == n - 20:
            break
    rest = list(it)
    return t, rest[0], len(rest)


def dict_changes(n):
    d, t = {i: i for i in range(n)}, 0
    try:
        for k in d:
            t += d[k]
            if k == n - 50:
                d["new"] = 1
    except RuntimeError as e:
        return t, str(e)


def python_iterator(n):
    t = 0
    for i in range(n):
        for x in Counter(4):
            t += x
    return t, len(said())


def raising(n):
    t = 0
    for i in range(n):
        try:
            for x in Counter(3, ValueError(i)):
                t += x
        except ValueError as e:
            t += e.args[0]
    return t, len(said())


def dies_with_iterator(n):
    seen = []
    for i in range(n):
        for j, o in enumerate([Dies("d")]):
            o = None
            seen.append(len(log))
        seen.append(len(log))
    del said()[:-1]
    return len(seen), seen[:2], seen[-1] >= n


def kept_by_zip(n):
    counts = set()
    a = [object() for _ in range(n)]
    for x, y in zip(a, a):
        counts.add(sys.getrefcount(x))
    return sorted(counts)


def pairs_kept(n):
    out = []
    for p in zip(range(n), "ab" * n):
        out.append(p)
    return out[3], out[-1], len(set(map(id, out)))


def shared_iterator(n):
    it, t = iter(range(n)), 0
    for a, b in zip(it, it):
        t += a * 3 - b
    for a in map(abs, it):
        t += 1000000
    return t


def generators(n):
    def g(k):
        for i in range(k):
            yield i * 2
    t = 0
    for i in range(n):
        its = [g(3), (1, 2, 3), zip("ab"), {7: 8}][i % 4]
        for x in its:
            t += 1 if isinstance(x, tuple) else x
    return t


def other_kinds(n):
    t = 0
    for i in range(n):
        for x in ((1, 2), {3: 4}, {5}, "6", [7])[i % 5]:
            t += int(x)
    return t


def frame_seen(n):
    class It:
        def __init__(self):
            self.n = n

        def __iter__(self):
            return self

        def __next__(self):
            self.n -= 1
            if self.n == n // 2:
                sys._getframe(1).f_locals["t"] = 1000000
            if self.n < 0:
                raise StopIteration
            return self.n
    t = 0
    for x in It():
        t += x
    return t


def nested_empty(n):
    t = 0
    for i in range(n):
        for a in ():
            t += 1
        for a in {}:
            t += 1
        for a, b in zip([], [1]):
            t += 1
        else:
            t += 2
    return t


def in_function(n):
    def total(d):
        s = 0
        for k, v in d.items():
            s += k * v
        return s
    t = 0
    for i in range(n):
        t += total({1: i, 2: 3})
    return t


for f, *args in [
    (zipped, 400), (counted, 150), (inner, 150), (ends_early, 300), (dict_changes, 300), (python_iterator, 150), (raising, 150), (dies_with_iterator, 150),
    (kept_by_zip, 300), (pairs_kept, 300), (shared_iterator, 401), (generators, 300), (other_kinds, 300), (frame_seen, 400), (nested_empty, 300),
    (in_function, 200),
]:
    print(f.__name__, f(*args))
# expect: zipped 10547099.5
# expect: counted (202350, (400, 'bb'), 2)
# expect: inner 125550.0
# expect: ends_early (39340, 281, 19)
# expect: dict_changes (31375, 'dictionary changed size during iteration')
# expect: python_iterator (900, 150)
# expect: raising (11625, 0)
# expect: dies_with_iterator (300, [0, 1], True)
# expect: kept_by_zip [6]
# expect: pairs_kept ((3, 'b'), (299, 'b'), 300)
# expect: shared_iterator 79400
# expect: generators 1575
# expect: other_kinds 1440
# expect: frame_seen 1020100
# expect: nested_empty 600
# expect: in_function 21100
