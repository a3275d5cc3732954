"""getattr() with names that are another in each round: attributes, methods, slots, what runs code, what is missing, what changes."""
import sys


class Node:
    kind = 'node'

    def __init__(self, v):
        self.v = v
        self.w = -v

    def visit_a(self, x):
        return x + self.v

    def visit_b(self, x):
        return x * 2

    def visit_c(self, x):
        return x - 3


def dispatch(n):
    o, t = Node(1), 0
    for i in range(n):
        t = getattr(o, 'visit_' + 'abc'[i % 3])(t) % 1000003
    return t


print(dispatch(3000))   # expect: 489358


def fields(n):
    o, t = Node(5), 0
    for i in range(n):
        t += getattr(o, 'vw'[i & 1]) * i
    return t


print(fields(1001))     # expect: 2500


class Slots:
    __slots__ = ('a', 'b')


def slots(n):
    o, t = Slots(), 0
    o.a, missing = 2, 0
    for i in range(n):
        try:
            t += getattr(o, 'ab'[i % 10 == 9])
        except AttributeError:
            missing += 1
        t += getattr(o, 'xyz'[i % 3], 1)
    return t, missing


print(slots(600))       # expect: (1680, 60)


class Dynamic:
    asked = 0

    def __getattr__(self, name):
        Dynamic.asked += 1
        return len(name)

    @property
    def half(self):
        return 0.5


def dynamic(n):
    o, t = Dynamic(), 0
    for i in range(n):
        t += getattr(o, ('a', 'bb', 'half')[i % 3])
    return t, Dynamic.asked


print(dynamic(900))     # expect: (1050.0, 600)


def changes(n):
    class C:
        def f(self):
            return 1

        def g(self):
            return 2
    o, t, log = C(), 0, []
    for i in range(n):
        t += getattr(o, 'fg'[i % 2])()
        if i == n // 2:
            o.f = lambda: 10
        if i == n - 10:
            C.g = lambda self: 100
            log.append(t)
    return t, log


print(changes(1000))    # expect: (4231, [3691])


def bound(n):
    o = Node(3)
    before, worst = sys.getrefcount(o), 0
    for i in range(n):
        m = getattr(o, 'visit_' + 'ab'[i & 1])
        worst = max(worst, sys.getrefcount(o) - before)
        worst += m.__self__ is not o
    m = None
    return worst, sys.getrefcount(o) - before


print(bound(500))       # expect: (1, 0)


def others(n):
    t = 0
    for i in range(n):
        t += len(getattr(sys, ('version', 'platform')[i & 1])) > 0
        t += getattr(3, ('real', 'imag')[i & 1])
        t += getattr([], ('__len__', 'count')[i & 1]) is not None
    return t


print(others(400))      # expect: 1400


class Walker:
    def visit(self, tree):
        return getattr(self, 'visit_' + type(tree).__name__, self.generic)(tree)

    def visit_tuple(self, t):
        op, a, b = t
        a, b = self.visit(a), self.visit(b)
        return a + b if op == '+' else a * b

    def visit_int(self, v):
        return v

    def generic(self, v):
        return len(v)


def walk(n):
    w, tree, t = Walker(), ('+', ('*', 2, 3), ('+', 'abc', ('*', 4, 5))), 0
    for i in range(n):
        t += w.visit(tree)
    return t


print(walk(400))        # expect: 11600


class Key(str):
    """Compares itself: that runs in the frame that asks."""
    lines = set()
    __hash__ = str.__hash__

    def __eq__(self, other):
        Key.lines.add(sys._getframe(1).f_lineno - asked.__code__.co_firstlineno)
        return str.__eq__(self, other)


class Plain:
    pass


class Keyed:
    pass


def asked(o, names, n):
    t = 0
    for i in range(n):
        t += getattr(o, names[i & 1])
    return t


plain, keyed = Plain(), Keyed()
plain.x, plain.y = 1, 2
keyed.__dict__[Key('x')] = 7
keyed.__dict__['y'] = 8
print(asked(plain, 'xy', 300))        # expect: 450
Key.lines.clear()
print(asked(keyed, 'xy', 300), Key.lines)     # expect: 2250 {3}
