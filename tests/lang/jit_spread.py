"""f(a, *b): arguments that come from tuples and lists, of functions, bound methods, classes and what is neither; whose counts are looked at, and which go wrong."""
import sys

log = []


class Dies:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append(self.v)


class Canvas:
    def __init__(self):
        self.sums = [0, 0, 0]

    def plot(self, x, y, r, g=1, *, b=2):
        s = self.sums
        s[0] += x * r
        s[1] += y * g
        s[2] += b
        return r

    def frames(self, x, r, g):
        f = sys._getframe()
        return f.f_locals['x'] + len(f.f_back.f_locals['colour']) + r + g

    def __call__(self, x, y):
        return x - y


def three(a, b, c):
    return a + b * c


def all_of_them(*args):
    return len(args)


def counts(a, b):
    return sys.getrefcount(a) * 100 + sys.getrefcount(b)


def methods(n):
    c = Canvas()
    total = 0
    for i in range(n):
        colour = (i, i + 1) if i % 3 else (i % 5, 7)
        total += c.plot(i, 2, *colour)
        total += c.frames(i, *colour)
        total += c(*colour)
    return c.sums, total


def sizes(n):
    """A tuple of another length, and what is none, in some rounds."""
    total = wrong = 0
    for i in range(n):
        t = (1, 2, 3)
        if i % 50 == 20:
            t = (1, 2)
        elif i % 50 == 30:
            t = [4, 5, 6]
        elif i % 50 == 40:
            t = range(3)
        elif i % 100 == 45:
            t = 5
        try:
            total += three(*t)
            total += all_of_them(i, *t)
            total += three(1, *t[1:], )
        except TypeError as e:
            wrong += len(str(e))
    return total, wrong


def references(n):
    """Who refers to the arguments while the call runs."""
    seen = set()
    for i in range(n):
        a, b = Dies(i), [i]
        pair = (a, b)
        seen.add(counts(*pair))
        seen.add(counts(*(a, b)))
        seen.add(counts(a, *(b,)))
        seen.add(counts(*[a], b))
        del pair
        seen.add(counts(a, b))
    return sorted(seen)


def deaths(n):
    """The arguments' only references go with the tuple."""
    log.clear()
    out = []
    for i in range(n):
        out.append(three(*(i, i + 1, i + 2)) + all_of_them(*(Dies(i), Dies(-i))))
        if i % 40 == 39:
            out.append(len(log))
    return out[-2:], log[-4:]


def nested(n):
    def inner(a, b, c=5, d=6):
        return three(*(a, b), *(c,)) + d
    total = 0
    for i in range(n):
        total += inner(i, *(1, 2)) + inner(*(i, 1), *[2, 3]) + inner(*(), i, *(i,))
        total += max(*(i, 5)) + max(3, *(i,))
    return total


def keywords(n):
    total = 0
    for i in range(n):
        d = {'c': i}
        total += three(*(1, 2), **d) + three(1, *(2,), c=i) + Canvas().plot(1, *(2, 3), b=5)
    return total


def constructed(n):
    total = 0
    for i in range(n):
        p = Pair(i, *(i % 7,))
        total += p.a * p.b
        if i % 30 == 3:
            args = (1, 2, 3)
            try:
                Pair(*args)
            except TypeError as e:
                total += len(str(e))
    return total


class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b


for n in (30, 700, 3000):
    print(n, methods(n), sizes(n), references(n))
    print(deaths(n), nested(n), constructed(n), keywords(n))
# expect: 30 ([6290, 780, 60], 1455) (522, 51) [303, 404]
# expect: ([900, 961], [-28, 28, -29, 29]) 4941 1336 1890
# expect: 700 ([76060060, 329942, 1400], 736055) (12810, 1148) [303, 404]
# expect: ([490000, 491401], [-698, 698, -699, 699]) 2459821 738214 982100
# expect: 3000 ([6002999000, 6018000, 6000], 13510500) (54900, 4920) [303, 404]
# expect: ([9006001, 6000], [-2998, 2998, -2999, 2999]) 45042021 13495604 18009000
