"""Loops that store items of instances whose class has __setitem__ in Python: calls that are inlined, and what changes about them."""
import sys
import traceback
import weakref
from array import array

log = []


class Grid:
    def __init__(self, w, h):
        self.w = w
        self.h = h
        self.data = array("d", [0]) * (w * h)

    def _at(self, x, y):
        if 0 <= x < self.w and 0 <= y < self.h:
            return y * self.w + x
        raise IndexError(x, y)

    def __getitem__(self, x_y):
        (x, y) = x_y
        return self.data[self._at(x, y)]

    def __setitem__(self, x_y, value):
        (x, y) = x_y
        self.data[self._at(x, y)] = value


def relax(g, rounds):
    for k in range(rounds):
        for y in range(1, g.h - 1):
            for x in range(1, g.w - 1):
                g[x, y] = (g[x, y - 1] + g[x, y + 1] + g[x - 1, y] + g[x + 1, y]) * 0.25 + k
    return sum(g.data)


class Plain(Grid):
    def __setitem__(self, at, value):
        Grid.__setitem__(self, at, value)


g, p = Grid(12, 9), Plain(12, 9)
assert relax(g, 30) == relax(p, 30) and g.data == p.data


# Exceptions name every frame, and what was done before them stays.
def outside(g, n):
    i = 0
    try:
        while True:
            g[i % n, i // n] = i
            i += 1
    except IndexError as e:
        return i, e.args, [(f.name, f.lineno - first) for f in traceback.extract_tb(e.__traceback__)]


first = outside.__code__.co_firstlineno
at, of = Grid._at.__code__.co_firstlineno - first, Grid.__setitem__.__code__.co_firstlineno - first
g = Grid(20, 20)
assert outside(g, 20) == (400, (0, 20), [("outside", 4), ("__setitem__", of + 2), ("_at", at + 3)]), outside(g, 20)
assert g.data.tolist() == [float(i) for i in range(400)]


# The result of __setitem__ is nobody's.
class Returns:
    def __init__(self):
        self.last = None

    def __setitem__(self, i, value):
        self.last = value
        return [i, value]


def put(o, n):
    for i in range(n):
        o[i] = i * 0.5
    return o.last


assert put(Returns(), 500) == 249.5


# Another one in the middle, from outside and from inside.
def note(self, i, value):
    log.append((i, value))


class Inside:
    def __init__(self):
        self.n = 0

    def __setitem__(self, i, value):
        self.n += 1
        if self.n == 300:
            Inside.__setitem__ = note


o = Inside()
for i in range(400):
    o[i] = -i
assert o.n == 300 and log == [(i, -i) for i in range(300, 400)]
log.clear()


class Outside:
    def __setitem__(self, i, value):
        pass


def exchange(o, n):
    for i in range(n):
        o[i] = i
        if i == 350:
            type(o).__setitem__ = note


exchange(Outside(), 400)
assert log == [(i, i) for i in range(351, 400)]
log.clear()


# What is stored dies when CPython lets it die.
class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Holds:
    def __init__(self):
        self.items = [None, None]

    def __setitem__(self, i, value):
        self.items[i] = value
        log.append(("set", value.name))


def hold(n):
    o = Holds()
    for i in range(n):
        o[i & 1] = Dies(i)
    refs = weakref.ref(o.items[0]), sys.getrefcount(o.items[1])
    return refs[0]() is o.items[0], refs[1]


assert hold(300) == (True, 2)
want = []
for i in range(300):
    if i >= 2:
        want.append(i - 2)
    want.append(("set", i))
assert log[:-2] == want, log[:10]
log.clear()


# Counts of keys, values and containers.
class Drops:
    def __setitem__(self, key, value):
        pass


def counts(o, key, value, n):
    for i in range(n):
        o[key] = value
        o[key, i] = value
    return sys.getrefcount(o), sys.getrefcount(key), sys.getrefcount(value)


o, key, value = Drops(), ["k"], ["v"]
assert counts(o, key, value, 3) == counts(o, key, value, 500)


# The frame, and its caller, are seen from inside.
class Seen:
    def __setitem__(self, i, value):
        if i % 100 == 99:
            f = sys._getframe()
            log.append((f.f_code.co_name, f.f_locals["i"], f.f_back.f_code.co_name, f.f_back.f_locals["k"], f.f_back.f_lineno - line))


def seen(o, n):
    for k in range(n):
        o[k] = None


line = seen.__code__.co_firstlineno
seen(Seen(), 400)
assert log == [("__setitem__", k, "seen", k, 2) for k in (99, 199, 299, 399)], log
log.clear()


# Defaults, keywords, generators, a class as __setitem__; calls that do not fit.
class More:
    def __setitem__(self, i, value, more=[], *, other=3):
        more.append(i)
        log.append(other)


class Gen:
    def __setitem__(self, i, value):
        yield log.append(i)


class Two:
    def __setitem__(self, i):
        pass


class Builtin:
    __setitem__ = staticmethod(lambda i, value: log.append(i))


def store(o, n):
    for i in range(n):
        o[i] = i
    return i


store(More(), 300)
assert log == [3] * 300 and More.__setitem__.__defaults__ == (list(range(300)),)
log.clear()
assert store(Gen(), 300) == 299 and log == []
store(Builtin(), 300)
assert log == list(range(300))
log.clear()
try:
    store(Two(), 300)
    assert False
except TypeError as e:
    assert "takes 2 positional arguments but 3 were given" in str(e), e


# As deep as the stack goes, cold and hot.
class Deep:
    def __setitem__(self, i, value):
        if i > 0:
            self[i - 1] = value


def deep(o, n):
    best = None
    for k in range(n):
        try:
            o[k] = k
            best = k
        except RecursionError:
            return best


def deepest(limit):
    old = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        return deep(Deep(), 600)
    finally:
        sys.setrecursionlimit(old)


cold = deepest(60)
store(Drops(), 500)
hot = deepest(300)
assert hot - cold == 240, (cold, hot)


# Tools that are switched on and off inside.
events = []


def tracer(f, what, arg):
    events.append((f.f_code.co_name, what, f.f_lineno - top))
    return tracer


class Traced:
    def __setitem__(self, i, value):
        if value == 300:
            sys.settrace(tracer)
        self.last = value
        if value == 303:
            sys.settrace(None)


def traced(o, n):
    for i in range(n):
        o[i, 1] = i
    return o.last


top = Traced.__setitem__.__code__.co_firstlineno
assert traced(Traced(), 500) == 499
body = [("__setitem__", "call", 0), ("__setitem__", "line", 1), ("__setitem__", "line", 3), ("__setitem__", "line", 4)]
assert events == (body + [("__setitem__", "return", 4)]) * 2 + body + [("__setitem__", "line", 5)], events
