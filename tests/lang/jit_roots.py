"""Traces that begin where a function does, or where one goes on behind a call, and end where one returns: calls from C, recursion, deaths at returns."""
import functools
import gc
import sys
import threading
import traceback
import weakref


def key(p):
    a, b = p
    c = a * 3 + b
    d = c - a if c & 1 else c + b
    return (d % 17, a, b)


def from_c(n):
    """No loop of Python around it."""
    pairs = [(i * 7 % 31, i * 5 % 29) for i in range(n)]
    pairs.sort(key=key)
    return pairs[:5], list(map(key, pairs))[-3:], max(pairs, key=key), functools.reduce(lambda x, p: x * 3 % 1009 + p[0], pairs, 1)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def ack(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))


def even(n):
    if n == 0:
        return True
    return odd(n - 1)


def odd(n):
    if n == 0:
        return False
    return even(n - 1)


class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right

    def total(self):
        s = self.value
        if self.left is not None:
            s += self.left.total()
        if self.right is not None:
            s += self.right.total()
        return s

    def walk(self, seen):
        for child in (self.left, self.right):
            if child is not None:
                child.walk(seen)
        seen.append(self.value)
        return len(seen)

    def find(self, depth):
        node = self.left
        if depth > 0 and node is not None:
            node = node.find(depth - 1)
            self.value += 1
        return self if node is None else node


def tree(depth):
    return Node(depth, tree(depth - 1), tree(depth - 1)) if depth else Node(1)


def half_made(n):
    """Returns into calls whose arguments are on the stack."""
    out = []
    for i in range(n):
        out.append(three(fib(i % 7), *[fib(3)], k=fib(i % 5)) + fib(i % 6) * (i - fib(4)))
    return sum(out), out[-3:]


def three(a, b, k):
    return a * 100 + b * 10 + k


class Noisy:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Noisy.log.append(self.name)


def dies(n, keep):
    """What locals hold goes in their order, in the caller's frame."""
    a = Noisy(("a", n))
    b = Noisy(("b", n))
    c = b
    if n:
        d = dies(n - 1, keep)
        b = Noisy(("b again", n))
    if n % 3 == 1:
        keep.append(c)
    return a if n % 2 else None


def deaths(n):
    keep = []
    for i in range(n):
        x = dies(i % 5, keep)
        Noisy.log.append(("round", i, x is None))
        if i % 4 == 3:
            keep.clear()
    del x
    keep.clear()
    log, Noisy.log = Noisy.log, []
    return len(log), log[-12:]


def counted(o, n):
    local = o
    other = [o]
    if n:
        return counted(local, n - 1) + sys.getrefcount(o)
    return sys.getrefcount(local)


class Holder:
    pass


def weak(n):
    h = Holder()
    r = weakref.ref(h)
    if n:
        return weak(n - 1) + (r() is h)
    h = None
    return r() is None


def raising(n, limit):
    if n == limit:
        raise ValueError(n)
    try:
        return raising(n + 1, limit) + 1
    finally:
        raising.seen += 1


raising.seen = 0


def caught(n):
    total = 0
    for i in range(n):
        try:
            raising(0, i % 6)
        except ValueError as e:
            total += e.args[0] + len(traceback.extract_tb(e.__traceback__))
    return total, raising.seen


def deep(n):
    return 0 if n == 0 else deep(n - 1) + 1


def endless(n):
    endless.depth = n
    return endless(n + 1) + 1


def limits():
    """The depth at which RecursionError is raised does not change when functions are compiled."""
    depths = []
    old = sys.getrecursionlimit()
    for limit in (300, 300, 700, 300, 300):
        sys.setrecursionlimit(limit)
        try:
            endless(0)
        except RecursionError as e:
            depths.append((limit - endless.depth, str(e)))
    sys.setrecursionlimit(old)
    return depths, deep(500), deep(900)


def frames(n):
    if n == 0:
        f, names = sys._getframe(), []
        while f is not None and f.f_code.co_name == "frames":
            names.append((f.f_lineno - f.f_code.co_firstlineno, f.f_locals["n"]))
            f = f.f_back
        return names
    below = frames(n - 1)
    return below


def unbound(n):
    if n & 1:
        x = n
    if n % 7 == 0:
        del n
    try:
        return x + n
    except UnboundLocalError as e:
        return str(e)


def closures(n):
    total = 0

    def add(k):
        nonlocal total
        total += k
        if k > 1:
            return add(k - 1) + total
        return total
    s = 0
    for i in range(n):
        s += add(i % 6)
    return s, total


def varied(x, n):
    """Another type at some depth."""
    if n == 0:
        return x
    y = varied(x * 2 if n % 5 else float(x), n - 1)
    return y + x


class Number:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return Number(self.v + other.v) if isinstance(other, Number) else Number(self.v + other)

    def __radd__(self, other):
        return self + other

    def __getitem__(self, i):
        return self.v if i == 0 else self[i - 1] + 1

    def __setitem__(self, i, v):
        if i == 0:
            self.v = v
        else:
            self[i - 1] = v

    @property
    def twice(self):
        return self.v * 2 if self.v < 10 else Number(self.v - 1).twice + 2


def operators(n):
    a, out = Number(3), 0
    for i in range(n):
        a[i % 5] = i
        b = a + Number(i) + 2
        out += b[i % 7] + b.twice
    return out


def generators(n):
    def walk(k):
        yield fib(k)
        if k:
            yield from walk(k - 1)
    return [sum(walk(i % 8)) for i in range(n)]


def replaced(n):
    def f(k):
        return 0 if k == 0 else f(k - 1) + 1

    def g(k):
        return 0 if k <= 0 else f(k - 2) + 5
    out = []
    for i in range(n):
        out.append(f(6))
        if i == n // 2:
            old, f.__code__ = f.__code__, g.__code__
        if i == n // 2 + 20:
            f.__code__ = old
    return out[::n // 8]


def traced(n):
    """A tool in the middle of a recursion."""
    calls = []

    def tool(frame, event, arg):
        if frame.f_code is probe.__code__:
            calls.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return tool

    def probe(k, on):
        if k == 0:
            if on:
                sys.settrace(tool)
            return 0
        r = probe(k - 1, on) + 1
        return r
    out = [probe(5, False) for _ in range(n)]
    out.append(probe(5, True))
    out.append(probe(2, False))
    sys.settrace(None)
    out.extend(probe(5, False) for _ in range(n))
    return sum(out), calls


def in_threads():
    out = []

    def work(k):
        out.append((k, fib(15), deep(300), ack(2, 5)))
    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted(out)


def collected(n):
    """Cycles that die while functions call themselves."""
    def grow(k, parent):
        node = [parent, k]
        parent.append(node)
        if k:
            grow(k - 1, node)
        return len(parent)
    total = 0
    for i in range(n):
        total += grow(i % 9, [])
    gc.collect()
    return total


for turn in range(3):
    print(from_c(300))
    print(fib(16), ack(2, 6), even(60), odd(61), even(33))
    t = tree(7)
    seen = []
    print(t.total(), t.walk(seen), seen[:4], [t.find(i % 9).value for i in range(200)][-5:], t.value)
    print(half_made(200))
    print(deaths(120))
    print([counted(Holder(), i % 5) for i in range(200)][-5:], sum(weak(i % 6) for i in range(200)))
    print(caught(200))
    print(limits())
    print([frames(i % 6) for i in range(120)][-3:])
    print([unbound(i) for i in range(300)][-8:])
    print(closures(300))
    print([varied(i, i % 11) for i in range(300)][-4:])
    print(operators(300))
    print(generators(60)[-5:])
    print(replaced(160))
    print(traced(200))
    print(in_threads())
    print(collected(300))
# expect: ([(0, 0), (1, 7), (2, 13), (2, 14), (3, 21)], [(16, 28, 11), (16, 29, 7), (16, 30, 14)], (30, 14), 584)
# expect: 987 15 True True False
# expect: 375 255 [1, 1, 1, 1] [1, 1, 1, 160, 137] 184
# expect: (99222, [1091, 122, 419])
# expect: (1080, [('b again', 3), ('b', 3), ('a', 4), ('b again', 4), ('a', 3), ('a', 3), ('round', 119, True), ('b', 4), ('b', 1), ('b', 1), ('b', 1), ('b', 1)])
# expect: [4, 11, 21, 34, 50] 696
# expect: (1392, 496)
# expect: ([(3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded')], 500, 900)
# expect: [[(4, 0), (7, 1), (7, 2), (7, 3)], [(4, 0), (7, 1), (7, 2), (7, 3), (7, 4)], [(4, 0), (7, 1), (7, 2), (7, 3), (7, 4), (7, 5)]]
# expect: ["cannot access local variable 'x' where it is not associated with a value", 586, "cannot access local variable 'x' where it is not associated with a value", 590, "cannot access local variable 'x' where it is not associated with a value", 594, "cannot access local variable 'x' where it is not associated with a value", 598]
# expect: (700700, 1750)
# expect: [156288.0, 297, 894, 2093]
# expect: 271797
# expect: [33, 0, 1, 2, 4]
# expect: [6, 6, 6, 6, 6, 15, 6, 6]
# expect: (2007, [('call', 0), ('line', 1), ('line', 5), ('call', 0), ('line', 1), ('line', 5), ('call', 0), ('line', 1), ('line', 2), ('line', 4), ('return', 4), ('line', 6), ('return', 6), ('line', 6), ('return', 6)])
# expect: [(0, 610, 300, 13), (1, 610, 300, 13), (2, 610, 300, 13), (3, 610, 300, 13)]
# expect: 300
# expect: ([(0, 0), (1, 7), (2, 13), (2, 14), (3, 21)], [(16, 28, 11), (16, 29, 7), (16, 30, 14)], (30, 14), 584)
# expect: 987 15 True True False
# expect: 375 255 [1, 1, 1, 1] [1, 1, 1, 160, 137] 184
# expect: (99222, [1091, 122, 419])
# expect: (1080, [('b again', 3), ('b', 3), ('a', 4), ('b again', 4), ('a', 3), ('a', 3), ('round', 119, True), ('b', 4), ('b', 1), ('b', 1), ('b', 1), ('b', 1)])
# expect: [4, 11, 21, 34, 50] 696
# expect: (1392, 992)
# expect: ([(3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded')], 500, 900)
# expect: [[(4, 0), (7, 1), (7, 2), (7, 3)], [(4, 0), (7, 1), (7, 2), (7, 3), (7, 4)], [(4, 0), (7, 1), (7, 2), (7, 3), (7, 4), (7, 5)]]
# expect: ["cannot access local variable 'x' where it is not associated with a value", 586, "cannot access local variable 'x' where it is not associated with a value", 590, "cannot access local variable 'x' where it is not associated with a value", 594, "cannot access local variable 'x' where it is not associated with a value", 598]
# expect: (700700, 1750)
# expect: [156288.0, 297, 894, 2093]
# expect: 271797
# expect: [33, 0, 1, 2, 4]
# expect: [6, 6, 6, 6, 6, 15, 6, 6]
# expect: (2007, [('call', 0), ('line', 1), ('line', 5), ('call', 0), ('line', 1), ('line', 5), ('call', 0), ('line', 1), ('line', 2), ('line', 4), ('return', 4), ('line', 6), ('return', 6), ('line', 6), ('return', 6)])
# expect: [(0, 610, 300, 13), (1, 610, 300, 13), (2, 610, 300, 13), (3, 610, 300, 13)]
# expect: 300
# expect: ([(0, 0), (1, 7), (2, 13), (2, 14), (3, 21)], [(16, 28, 11), (16, 29, 7), (16, 30, 14)], (30, 14), 584)
# expect: 987 15 True True False
# expect: 375 255 [1, 1, 1, 1] [1, 1, 1, 160, 137] 184
# expect: (99222, [1091, 122, 419])
# expect: (1080, [('b again', 3), ('b', 3), ('a', 4), ('b again', 4), ('a', 3), ('a', 3), ('round', 119, True), ('b', 4), ('b', 1), ('b', 1), ('b', 1), ('b', 1)])
# expect: [4, 11, 21, 34, 50] 696
# expect: (1392, 1488)
# expect: ([(3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded'), (3, 'maximum recursion depth exceeded')], 500, 900)
# expect: [[(4, 0), (7, 1), (7, 2), (7, 3)], [(4, 0), (7, 1), (7, 2), (7, 3), (7, 4)], [(4, 0), (7, 1), (7, 2), (7, 3), (7, 4), (7, 5)]]
# expect: ["cannot access local variable 'x' where it is not associated with a value", 586, "cannot access local variable 'x' where it is not associated with a value", 590, "cannot access local variable 'x' where it is not associated with a value", 594, "cannot access local variable 'x' where it is not associated with a value", 598]
# expect: (700700, 1750)
# expect: [156288.0, 297, 894, 2093]
# expect: 271797
# expect: [33, 0, 1, 2, 4]
# expect: [6, 6, 6, 6, 6, 15, 6, 6]
# expect: (2007, [('call', 0), ('line', 1), ('line', 5), ('call', 0), ('line', 1), ('line', 5), ('call', 0), ('line', 1), ('line', 2), ('line', 4), ('return', 4), ('line', 6), ('return', 6), ('line', 6), ('return', 6)])
# expect: [(0, 610, 300, 13), (1, 610, 300, 13), (2, 610, 300, 13), (3, 610, 300, 13)]
# expect: 300
