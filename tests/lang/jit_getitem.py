"""Loops over items of instances whose class has __getitem__ in Python: calls that are inlined, and what changes about them."""
import sys
import traceback

log = []


class Row:
    def __init__(self, items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]


class Twice(Row):
    def __getitem__(self, i):
        return super().__getitem__(i) * 2 if i >= 0 else 0


class Matrix:
    def __init__(self, rows):
        self.rows = rows

    def __getitem__(self, i):
        if isinstance(i, tuple):
            return self.rows[i[0]][i[1]]
        return self.rows[i]


def total(o, n):
    s = 0
    for i in range(n):
        s += o[i % 5]
    return s


assert total(Row([1, 2, 3, 4, 5]), 500) == 1500
assert total(Row([1.5, 2, 3, True, 5]), 500) == 1250.0
assert total(Twice([1, 2, 3, 4, 5]), 500) == 3000


# Several classes at one place.
def alternate(rows, n):
    s = 0
    for i in range(n):
        s += rows[i & 1][2]
    return s


assert alternate([Row([1, 2, 3]), Twice([1, 2, 3])], 500) == 250 * 3 + 250 * 6
assert alternate([Row([1, 2, 3]), [1, 2, 30]], 500) == 250 * 3 + 250 * 30


# The items of items, by both ways.
def trace_of(m, n):
    s = 0
    for k in range(n):
        for i in range(3):
            s += m[i][i] + m[i, 2 - i]
    return s


assert trace_of(Matrix([Row([1, 2, 3]), Row([4, 5, 6]), Row([7, 8, 9])]), 100) == 100 * (15 + 15)


# Another __getitem__ in the middle, from outside and from inside.
def swap(self, i):
    log.append(i)
    return 1000


def changes(o, n):
    s = 0
    for i in range(n):
        s += o[0]
        if i == 300:
            type(o).__getitem__ = swap
    return s


class Changing(Row):
    def __getitem__(self, i):
        return self.items[i]


assert changes(Changing([1]), 400) == 301 + 99 * 1000 and log == [0] * 99
log.clear()


class Inside:
    n = 0

    def __getitem__(self, i):
        self.n += 1
        if self.n == 300:
            Inside.__getitem__ = swap
        return self.n


o = Inside()
assert total(o, 400) == sum(range(301)) + 100 * 1000 and len(log) == 100


# Exceptions name every frame, and what they leave is there.
def fails(o, n):
    got = 0
    try:
        for i in range(n):
            got = o[i]
    except IndexError as e:
        return got, i, [(f.name, f.lineno - start) for f in traceback.extract_tb(e.__traceback__)]


start = fails.__code__.co_firstlineno
want = ("__getitem__", Row.__getitem__.__code__.co_firstlineno + 1 - start)
assert fails(Row(list(range(300))), 400) == (299, 300, [("fails", 4), want]), fails(Row(list(range(300))), 400)


# The frame is seen from inside.
class Seen:
    def __getitem__(self, i):
        return depth(i)


def depth(i):
    if i % 100 == 99:
        f = sys._getframe(1)
        log.append((f.f_code.co_name, f.f_locals["i"], f.f_back.f_code.co_name, f.f_back.f_locals["i"]))
    return i


def seen(o, n):
    for i in range(n):
        o[i]


log.clear()
seen(Seen(), 400)
assert log == [("__getitem__", k, "seen", k) for k in (99, 199, 299, 399)], log


# Counts of what is passed and returned.
class Same:
    def __getitem__(self, i):
        return i


def counts(o, key, n):
    for i in range(n):
        x = o[key]
    return sys.getrefcount(key), sys.getrefcount(o)


key, o = ["k"], Same()
want = sys.getrefcount(key) + 3, sys.getrefcount(o) + 2
assert counts(o, key, 10)[1] == counts(o, key, 400)[1] and counts(o, key, 10) == counts(o, key, 400)


# A function with defaults, a generator, a class, a builtin as __getitem__.
class Default:
    def __getitem__(self, i, k=3, *, z=4):
        return i + k + z


class Gen:
    def __getitem__(self, i):
        yield i


class Builtin:
    __getitem__ = lambda self, i: len(i)


class OfMeta(type):
    def __getitem__(cls, i):
        return i + 1


class HasMeta(metaclass=OfMeta):
    pass


assert total(Default(), 300) == sum(i % 5 + 7 for i in range(300))
assert total(HasMeta, 300) == sum(i % 5 + 1 for i in range(300))


def kinds(o, n):
    for i in range(n):
        x = o[(1, 2)]
    return x


assert next(kinds(Gen(), 300)) == (1, 2) and kinds(Builtin(), 300) == 2
try:
    kinds(Row([1]), 300)
    assert False
except TypeError:
    pass


# As deep as the stack goes.
class Deep:
    def __getitem__(self, i):
        return 0 if i == 0 else self[i - 1] + 1


def deep(o, n):
    best = 0
    for k in range(n):
        try:
            best = o[k]
        except RecursionError:
            return best, k


old = sys.getrecursionlimit()
sys.setrecursionlimit(200)
a = deep(Deep(), 400)
sys.setrecursionlimit(old)
assert a is not None and a[0] + 1 == a[1] and 150 < a[1] < 200, a
