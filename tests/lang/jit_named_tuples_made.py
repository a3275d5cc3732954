"""Named tuples made in compiled loops, subclasses, defaults, wrong arguments, who counts; stores into counters and other dicts with a __delitem__ of their own."""
import sys
from collections import Counter, defaultdict, namedtuple
from typing import NamedTuple

Point = namedtuple('Point', 'x y')
Full = namedtuple('Full', 'a b c', defaults=(5,))


class Vec(Point):
    __slots__ = ()

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def norm(self):
        return self.x * self.x + self.y * self.y


class Typed(NamedTuple):
    name: str
    n: int = 3


class Noisy(Point):
    made = 0

    def __init__(self, *args):
        Noisy.made += 1


def make(n):
    t, kept = 0, []
    for i in range(n):
        p = Point(i, i + 1)
        t += p.x * 2 - p.y
        if i % 100 == 0:
            kept.append(p)
    return t, kept[-1], type(kept[0]).__name__


def add(n):
    v, d = Vec(0, 0), Vec(1, -2)
    for i in range(n):
        v = v + d
    return v, v.norm()


def more(n):
    t = 0
    for i in range(n):
        f = Full(i, 2) if i % 2 else Full(i, 2, c=1)
        t += f.c + Typed('x').n + len(Typed('ab', i).name) + Noisy(i, 2)[1]
    return t, Noisy.made


print(make(1001))       # expect: (499499, Point(x=1000, y=1001), 'Point')
print(add(1000))        # expect: (Vec(x=1000, y=-2000), 5000000)
print(more(600))        # expect: (6000, 600)


def wrong(n):
    bad = 0
    for i in range(n):
        try:
            Point(i) if i % 7 == 6 else Point(i, 1)
        except TypeError:
            bad += 1
    return bad


print(wrong(700))       # expect: 100


def counts(n):
    item = ['item']
    before, classes, worst = sys.getrefcount(item), sys.getrefcount(Point), 0
    for i in range(n):
        p = Point(item, i)
        worst = max(worst, sys.getrefcount(item) - before)
    gone = p = None
    return worst, sys.getrefcount(item) - before, sys.getrefcount(Point) - classes


print(counts(500))      # expect: (1, 0, 0)


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Loud.log.append(self.n)


def deaths(n):
    at = []
    for i in range(n):
        p = Point(Loud(i), i)
        at.append(len(Loud.log))
    return at == list(range(n))


print(deaths(300), len(Loud.log))       # expect: True 300


def new_changes(n):
    Q = namedtuple('Q', 'a b')
    t, plain = 0, Q.__new__
    for i in range(n):
        if i == n // 2:
            Q.__new__ = lambda cls, a, b: plain(cls, a, 1000)
        t += Q(i, 1)[1]
    return t


print(new_changes(600)) # expect: 300300

WORDS = 'the quick brown fox jumps over the lazy dog the end'.split()


def words(n):
    c = Counter()
    for i in range(n):
        c[WORDS[i % 11]] += 1
    return c['the'], c.most_common(1), c['none'], len(c)


print(words(1100))      # expect: (300, [('the', 300)], 0, 9)


def chains(n):
    m = defaultdict(Counter)
    for i in range(n):
        m[WORDS[i % 11]][WORDS[(i + 1) % 11]] += 1
    return m['the'].most_common(2), len(m)


print(chains(1100))     # expect: ([('quick', 100), ('lazy', 100)], 9)


class Guarded(dict):
    deleted = 0

    def __delitem__(self, key):
        Guarded.deleted += 1
        super().__delitem__(key)


def stores(n):
    d, t = Guarded(), 0
    for i in range(n):
        d[i % 5] = i
        if i % 10 == 9:
            del d[i % 5]
    return len(d), Guarded.deleted


print(stores(1000))     # expect: (4, 100)


def set_later(n):
    class D(dict):
        def __delitem__(self, key):
            pass
    d, log = D(), []
    for i in range(n):
        if i == n // 2:
            D.__setitem__ = lambda self, k, v: log.append(v)
        d[i % 3] = i
    return len(log), d


print(set_later(400))   # expect: (200, {0: 198, 1: 199, 2: 197})
