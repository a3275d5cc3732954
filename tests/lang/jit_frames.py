"""Calls that compiled code has taken in, with instructions in them that may run anything: who looks finds all frames."""
import gc
import sys
import threading
import traceback
import warnings
import weakref


def chain(n):
    """Two levels, the inner one with dicts and strings; numbers on the way in and out."""
    table, s = {}, 0
    for i in range(n):
        s += middle(table, i, step=i & 3)
    return s, len(table), sum(table.values())


def middle(table, i, *, step):
    a = inner(table, i + step)
    b = a * 2
    c = inner(table, i - step)
    return a + b - c


def inner(table, k):
    key = "k%d" % (k % 13)
    old = table.get(key, 0)
    table[key] = old + k
    return len(key) + (old & 7)


def looking(n):
    """The frames below the call that looks, with lines and variables."""
    seen = []
    for i in range(n):
        x = i * 2
        y = outer_look(seen, x, i)
        x += y
    return seen, x, y


def outer_look(seen, x, i):
    a = x + 1
    b = float(a)
    c = inner_look(seen, i)
    return a + c + int(b)


def inner_look(seen, i):
    v = i ^ 5
    look(seen, i)
    w = v + 1
    return w


def look(seen, i):
    if i % 97 == 60:
        f, found = sys._getframe(1), []
        while f.f_code.co_name != "<module>":
            found.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, sorted((k, v) for k, v in f.f_locals.items() if k != "seen")))
            f = f.f_back
        seen.append(found)


def writing(n):
    """f_locals of callers writes through."""
    s = 0
    for i in range(n):
        x = i
        y = write_outer(i)
        s += x + y
    return s


def write_outer(i):
    p = i + 1
    q = write_inner(i)
    return p + q


def write_inner(i):
    r = i * 3
    if i % 50 == 31:
        change(i)
    return r + len(str(i))


def change(i):
    f = sys._getframe(1)
    f.f_locals["r"] = 100000
    f.f_back.f_locals["p"] = 2000000
    f.f_back.f_back.f_locals["x"] = 30000000


def raising(n):
    """Exceptions from the innermost call: through all, or to a handler in the middle."""
    table, out, s = {i: i for i in range(n - 3)}, [], 0
    for i in range(n):
        try:
            s += raise_outer(table, i)
        except KeyError as e:
            out.append([(f.name, f.lineno - raising.__code__.co_firstlineno) for f in traceback.extract_tb(e.__traceback__)] + [e.args])
    return s, out


def raise_outer(table, i):
    a = i + 1
    b = raise_inner(table, i, a)
    return a + b


def raise_inner(table, i, a):
    c = a * 2
    d = table[i]
    return c + d


def caught_inside(n):
    table, s = {i: i for i in range(0, 2 * n, 7)}, 0
    for i in range(n):
        s += catches(table, i)
    return s


def catches(table, i):
    v = i * 2
    try:
        v += table[i]
    except KeyError as e:
        v -= len(e.args)
    return v


class Dies:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        f = sys._getframe(1)
        self.log.append((self.name, f.f_code.co_name))


def deaths(n):
    """Objects that die when an inlined call returns, in the order of its variables, in its caller."""
    log = []
    for i in range(n):
        x = i + 1
        y = die(log, i)
        x += y
        log.append(("end", x))
    return len(log), log[-9:]


def die(log, i):
    b = Dies(log, "b%d" % i)
    a = Dies(log, "a%d" % i)
    c = [b, i]
    b = None
    k = len(c) + i
    return k


def overwritten(n):
    log = []
    for i in range(n):
        x = i + 1
        x += overwrite(log, i)
    return len(log), log[-4:]


def overwrite(log, i):
    v = Dies(log, i)
    log.append("made")
    v = [i]
    log.append("gone")
    return v[0]


def counts(n):
    o, seen = object(), set()
    for i in range(n):
        x = i + 1
        seen.add(count_outer(o, x))
    return seen, sys.getrefcount(o)


def count_outer(o, x):
    p = o
    y = x + 1
    return count_inner(p, y)


def count_inner(q, y):
    r = q
    z = y * 2
    return sys.getrefcount(r)


def weak(n):
    live = 0
    for i in range(n):
        x = i + 1
        r = make_weak(i)
        live += r() is not None
        x += live
    return live


class Thing:
    pass


def make_weak(i):
    t = Thing()
    r = weakref.ref(t)
    assert r() is t
    return r


def identity(n):
    """What goes in and comes out is the same object."""
    t, same = {}, 0
    for i in range(n):
        x = i * 1000003
        y = pass_on(t, x)
        same += x is y
        same += t["x"] is y
    return same


def pass_on(t, x):
    t["x"] = x
    z = x
    return z


def traced(n):
    """A trace function that begins inside."""
    events = []

    def tracer(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return tracer

    s = 0
    for i in range(n):
        s += trace_outer(tracer, i, n - 2)
    sys.settrace(None)
    return s, len(events), events[:6]


def trace_outer(tracer, i, when):
    a = i + 1
    b = trace_inner(tracer, i, when)
    return a + b


def trace_inner(tracer, i, when):
    c = i * 2
    if i >= when:
        start_tracing(tracer)
    return c + 1


def start_tracing(tracer):
    sys.settrace(tracer)
    f = sys._getframe(1)
    while f is not None:
        f.f_trace = tracer
        f = f.f_back


def depth(limit):
    """RecursionError comes at the same depth, in the call that is one too many."""
    old, results = sys.getrecursionlimit(), []
    sys.setrecursionlimit(limit)
    try:
        for extra in reversed(range(12)):
            results.append(down(limit - 4 - extra))
    finally:
        sys.setrecursionlimit(old)
    return results


def down(n):
    if n > 0:
        return down(n - 1)
    s = 0
    table = {}
    try:
        for i in range(200):
            s += deep_one(table, i)
    except RecursionError:
        return "too deep", s, len(table)
    return s, len(table)


def deep_one(table, i):
    table[i % 5] = str(i)
    return deep_two(table, i)


def deep_two(table, i):
    table[str(i % 3)] = i
    return deep_three(table, i)


def deep_three(table, i):
    return len(table) + i


def limit_changed(n):
    old, s = sys.getrecursionlimit(), 0
    try:
        for i in range(n):
            s += lower(i, n - 5)
    except RecursionError as e:
        sys.setrecursionlimit(old)
        return "raised", s, [f.name for f in traceback.extract_tb(e.__traceback__)]
    finally:
        sys.setrecursionlimit(old)
    return s


def lower(i, when):
    if i == when:
        sys.setrecursionlimit(here() + 1)
    return not_so_deep(i) + 1


def not_so_deep(i):
    return deeper(i) + 1


def deeper(i):
    return i + 1


def here():
    f, n = sys._getframe(1), 0
    while f is not None:
        f, n = f.f_back, n + 1
    return n


def warned(n):
    with warnings.catch_warnings(record=True) as got:
        warnings.simplefilter("always")
        for i in range(n):
            x = i + 1
            x += warn_outer(i)
    first = warned.__code__.co_firstlineno
    return len(got), [w.lineno - first for w in got[-2:]]


def warn_outer(i):
    y = i * 2
    warn_inner(i)
    return y


def warn_inner(i):
    z = i + 2
    if i % 40 == 17:
        warnings.warn("here", stacklevel=2)
        warnings.warn("there", stacklevel=3)
    return z


def threads(n):
    results = []

    def work(k):
        table, s = {}, 0
        for i in range(n):
            s += middle(table, i, step=k)
        results.append((k, s, len(table)))

    ts = [threading.Thread(target=work, args=(k,)) for k in range(3)]
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    sys.setswitchinterval(old)
    return sorted(results)


def local_names(n):
    got = None
    for i in range(n):
        x = i + 1
        got = names_inner(i, x)
    return got


def names_inner(i, x):
    y = i * x
    if y < 0:
        z = 1
    return dict(locals())


def collected(n):
    """The collector runs inside, and finds what only frames hold alive."""
    s = 0
    for i in range(n):
        s += collect_inner(i)
    return s


def collect_inner(i):
    cycle = []
    cycle.append(cycle)
    x = {"i": i, "c": cycle}
    if i % 100 == 50:
        gc.collect()
    return x["i"] + len(x["c"])


class Base:
    def __init__(self, v):
        self.v = v

    def up(self, by):
        self.v += by
        return self.note(by)

    def note(self, by):
        notes.setdefault(by % 5, []).append(self.v % 10)
        return self.v


notes = {}


def methods(n):
    b, s = Base(1), 0
    for i in range(n):
        s += b.up(i)
        s &= 0xffff
    return s, {k: len(v) for k, v in notes.items()}


def pairs(n):
    """A tuple that is unpacked at once, from a call that has a frame and from one that has none."""
    table, s = {}, 0
    for i in range(n):
        a, b = pair(table, i)
        c, d, e = three(a, b)
        s += a - b + c + d * 2 - e
    return s, len(table)


def pair(table, i):
    table[i % 9] = i
    return i * 2, i + len(table)


def three(a, b):
    return b, a, a ^ b


def unbound(n):
    s = 0
    for i in range(n):
        s += maybe(i, n)
    return s


def maybe(i, n):
    if i == n - 1:
        x = str(i)
    y = str(i * 2)
    try:
        return len(x) + len(y)
    except UnboundLocalError:
        return len(y)


print(chain(2000))
print(looking(300))
print(writing(300))
print(raising(300))
print(caught_inside(600))
print(deaths(200))
print(overwritten(200))
print(counts(300))
print(weak(300))
print(identity(500))
print(traced(200))
print(depth(120))
print(limit_changed(300))
print(warned(300))
print(threads(1500))
print(local_names(300))
print(collected(300))
print(methods(1000))
print(unbound(300))
print(pairs(500))
# expect: (19869, 13, 3998000)
# expect: ([[('inner_look', 2, [('i', 60), ('v', 57)]), ('outer_look', 3, [('a', 121), ('b', 121.0), ('i', 60), ('x', 120)]), ('looking', 5, [('i', 60), ('n', 300), ('x', 120), ('y', 301)])], [('inner_look', 2, [('i', 157), ('v', 152)]), ('outer_look', 3, [('a', 315), ('b', 315.0), ('i', 157), ('x', 314)]), ('looking', 5, [('i', 157), ('n', 300), ('x', 314), ('y', 780)])], [('inner_look', 2, [('i', 254), ('v', 251)]), ('outer_look', 3, [('a', 509), ('b', 509.0), ('i', 254), ('x', 508)]), ('looking', 5, [('i', 254), ('n', 300), ('x', 508), ('y', 1263)])]], 2099, 1501)
# expect: 192820654
# expect: (176715, [[('raising', 5), ('raise_outer', 13), ('raise_inner', 19), (297,)], [('raising', 5), ('raise_outer', 13), ('raise_inner', 19), (298,)], [('raising', 5), ('raise_outer', 13), ('raise_inner', 19), (299,)]])
# expect: 384471
# expect: (600, [('a197', 'deaths'), ('b197', 'deaths'), ('end', 397), ('a198', 'deaths'), ('b198', 'deaths'), ('end', 399), ('a199', 'deaths'), ('b199', 'deaths'), ('end', 401)])
# expect: (600, ['gone', 'made', (199, 'overwrite'), 'gone'])
# expect: ({6}, 2)
# expect: 0
# expect: 1000
# expect: (60100, 36, [('trace_inner', 'line', 4), ('trace_inner', 'return', 4), ('trace_outer', 'line', 3), ('trace_outer', 'return', 3), ('traced', 'line', 9), ('traced', 'line', 10)])
# expect: [(21487, 8), (21487, 8), (21487, 8), (21487, 8), (21487, 8), (21487, 8), (21487, 8), (21487, 8), (21487, 8), (21487, 8), ('too deep', 0, 2), ('too deep', 0, 1)]
# expect: ('raised', 44250, ['limit_changed', 'lower', 'not_so_deep'])
# expect: (16, [12, 5])
# expect: [(0, 15320, 13), (1, 15590, 13), (2, 16044, 13)]
# expect: {'i': 299, 'x': 300, 'y': 89700}
# expect: 45150
# expect: (9452, {0: 200, 1: 200, 2: 200, 3: 200, 4: 200})
# expect: 848
# expect: (497406, 9)
