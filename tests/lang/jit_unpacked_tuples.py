"""Tuples that die when they are unpacked, and containers of leaves that die at once: items live on, counts, what dies when, tuples that others have, comparisons of tuples."""
import sys
from collections import deque


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Loud.log.append(self.n)


def items(n):
    d, t = {i: [i] for i in range(20)}, 0
    for k in range(n):
        for a, b in d.items():
            t += a + b[0]
    return t


def counts(n):
    v = ['v']
    d = {i: v for i in range(10)}
    before, seen = sys.getrefcount(v), set()
    for _ in range(n):
        for a, b in d.items():
            seen.add(sys.getrefcount(b) - before)
        a = b = None
    return seen, sys.getrefcount(v) - before


print(items(60), counts(40))    # expect: 22800 ({2}, 0)


def queue(n):
    q, t = deque([(0, 'root', [1])]), 0
    while q and t < n:
        depth, name, path = q.popleft()
        t += 1
        if depth < 9:
            q.append((depth + 1, name + 'l', path + [depth]))
            q.append((depth + 1, name + 'r', path))
    return t, depth, name, path


print(queue(900))       # expect: (900, 9, 'rootrrllllrll', [1, 2, 3, 4, 5, 7, 8])


def made(l):
    out, at = [(i, Loud(i)) for i in l], []
    while out:
        i, o = out.pop()
        at.append(len(Loud.log))
        o = None
    return at[:3], at[-1], len(Loud.log)


print(made(range(300))) # expect: ([0, 1, 2], 299, 300)


def only_first(n):
    at = []
    l = [(i, Loud(i)) for i in range(n)]
    while l:
        i, _ = l.pop()
        at.append(len(Loud.log))
    return at[:3], at[-1]


Loud.log.clear()
print(only_first(300))  # expect: ([0, 1, 2], 299)


def shared(n):
    t, seen = (1, ['x']), 0
    l = [t] * n
    while l:
        a, b = l.pop()
        seen += a + len(b)
    return seen, sys.getrefcount(t) < 6, sys.getrefcount(b) < 6


print(shared(400))      # expect: (800, True, True)


def same_item(n):
    o, l = ['o'], []
    before = sys.getrefcount(o)
    for i in range(n):
        l.append((o, o, i))
    while l:
        a, b, i = l.pop()
    ok = a is b
    a = b = None
    return ok, sys.getrefcount(o) - before


print(same_item(400))   # expect: (True, 0)


def seen_places(n):
    seen, again = set(), 0
    for i in range(n):
        p = (i % 20, i % 15)
        if (i % 20, i % 15) in seen:
            again += 1
        else:
            seen.add(p)
        again += {i % 3, 1, 2} == {1, 2} or len({i & 1, 5} & {1, 5})
        again += [i % 3, 1] == [1, 1]
    return again, len(seen)


print(seen_places(900)) # expect: (2190, 60)


def lists(n):
    t = 0
    for i in range(n):
        l = [i, 1]
        m = l
        l = [m]
        t += len(l) + (m == [i, 1]) + m[0]
        m.append(Loud(i))
    return t


Loud.log.clear()
print(lists(300), len(Loud.log))        # expect: 45450 300


def compares(n):
    nan, hits = float('nan'), 0
    pair, odd = (1, nan), (1, 2.5)
    for i in range(n):
        hits += (1, nan) == pair
        hits += (1, float('nan')) != pair
        hits += (i % 2 + 0.0, 2.5) == odd
        hits += ((i, 'a'), None) == ((i, 'a'), None)
        hits += (i, 1) < (i, 2)
    return hits


print(compares(400))    # expect: 1800
