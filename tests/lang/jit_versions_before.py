"""A loop relies on what its first round has found out, and is then entered with something else: another trace for it, or the same where it only hands on what lay in a variable. Functions with
loops that call themselves."""
import sys
import weakref


class V:
    def __init__(self, x, y):
        self.x = x
        self.y = y


class A:
    def __init__(self, c):
        self.c = c

    def hit(self, v):
        d = (self.c.x - v.x) * (self.c.y - v.y)
        return None if d < 0 else d


class B(A):
    def hit(self, v):
        return v.x * 2 if v.y else None


class C(A):
    def hit(self, v):
        return self.c


def ask(things, v):
    found = [(o, o.hit(v), s) for (o, s) in things]
    last = None
    for o, t, s in found:
        if t is not None and (last is None or s > last):
            last = s
    return len(found), last


def first(things, l, p):
    for (o, s) in things:
        t = o.hit(V(p.x - l.x, p.y - l.y))
        if t is not None and s > 6:
            return s, type(o).__name__, t if t.__class__ is not V else t.x
    return None


things = [(A(V(i * 0.5 - 2, 1.5)), i) for i in range(6)] + [(A(V(1, 2)), 6), (B(V(0, 0)), 7)]
ways = [V(1, 2), V(0.5, 2.5), V(3, 0.25), V(0.25, 0), V(2, 2.0)]
sums = {}
for i in range(3000):
    v = ways[i % 7 % 5] if i % 400 < 200 else ways[i // 50 % 5]
    a = ask(things, v)
    b = first(things, v, ways[i % 3])
    key = (type(v.x).__name__, type(v.y).__name__)
    sums.setdefault(key, {}).setdefault((a, b), 0)
    sums[key][a, b] += 1
    if i == 2000:
        things.append((C(V(5, 6)), 8))
for key in sorted(sums):
    print(*key, sum(sums[key].values()), len(sums[key]), sorted(sums[key].items(), key=repr)[0])
# expect: float float 707 6 (((8, 7), (7, 'B', 1.0)), 163)
# expect: float int 479 6 (((8, 6), (7, 'B', 0.5)), 116)
# expect: int float 1057 10 (((8, 7), (7, 'B', -3.0)), 117)
# expect: int int 757 6 (((8, 7), (7, 'B', -1.0)), 163)
print([sys.getrefcount(o) for o in ways], [sys.getrefcount(o) for o, s in things])
# expect: [3, 3, 3, 4, 3] [3, 3, 3, 3, 3, 3, 3, 3, 3]


# ---- what the variable held before the round: another class each time, and it dies there
class Dies:
    def __init__(self, log, n):
        self.log = log
        self.n = n

    def __del__(self):
        self.log.append(self.n)


class Quiet:
    def __init__(self, n):
        self.n = n


def hand_on(items, k, log):
    kept = None
    total = 0
    for o in items:
        if o.n % 7 == k:
            kept = o
            total += kept.n
        elif o.n == 50:
            total += kept.n if kept is not None else 0
    return total, type(kept).__name__, sys.getrefcount(kept)


results = {}
for i in range(1200):
    log = []
    items = [(Dies(log, n) if n == 40 + i % 13 else Quiet(n) if n % 3 or i % 5 == 0 else B(None)) for n in range(30, 60)]
    for n, o in enumerate(items):
        o.n = n + 30
    r = hand_on(items, i % 7, log)
    w = weakref.ref(items[10 + i % 13])
    del items
    results.setdefault((r, tuple(log), w() is None), 0)
    results[r, tuple(log), w() is None] += 1
print(len(results), sum(results.values()), all(k[2] for k in results), sorted(results)[0], sorted({k[0][1:] for k in results}))
# expect: 117 1200 True ((186, 'B', 3), (40,), True) [('B', 3), ('Quiet', 3), ('Quiet', 5)]


# ---- recursion
class Node:
    def __init__(self, n, below):
        self.n = n
        self.below = below


def walk(node, depth, path):
    path = path + [node.n]
    found = [walk(b, depth + 1, path) for b in node.below]
    best = node.n
    for f in found:
        if f is not None and f > best:
            best = f
    if node.n % 11 == 5 and depth > 1:
        return None
    try:
        return best + (1 if node.n % 2 else 0.5)
    finally:
        node.n += depth % 2


def tree(n, depth):
    return Node(n, [tree((n * 3 + i) % 40, depth - 1) for i in range(3)] if depth else ())


root = tree(1, 4)
print([walk(root, 0, []) for _ in range(60)][::12])
# expect: [44, 20, 31, 43, 55]


def fails(node, depth):
    for b in node.below:
        fails(b, depth + 1)
    if depth > 2 and node.n % 13 == 3:
        raise ValueError(node.n, depth)


raised = []
for _ in range(120):
    try:
        fails(root, 0)
    except ValueError as e:
        tb, n = e.__traceback__, 0
        while tb is not None:
            tb, n = tb.tb_next, n + 1
        raised.append((e.args, n))
    walk(root, 0, [])
print(len(raised), sorted(set(raised))[:3])
# expect: 120 [((3, 4), 6)]
