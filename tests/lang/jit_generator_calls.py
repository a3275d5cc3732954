"""Functions called in loops of generators: their frames do not lie behind the generator's. What they make, take over and drop is as it should be."""
import sys
import weakref

log = []


class D:
    def __init__(self, k):
        self.k = k

    def __del__(self):
        log.append(self.k)


class P:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def joined(i):
    items = [i, i + 1]
    more = items + [P(i, items)]
    return more


def popped(items):
    a = items.pop(0)
    items.append(a)
    return a


def stored(p, i):
    old = p.y
    p.y = P(i, None)
    return old.x


def deep(i):
    return inner(P(i, (i,)), [i]) + len(joined(i))


def inner(p, items):
    items.append(p)
    q = items.pop()
    q.y = (q.y, items)
    return q.x


def steps(n):
    items, p = [P(k, k) for k in range(3)], P(0, P(1, None))
    for i in range(n):
        x = joined(i)
        y = popped(items)
        z = stored(p, i)
        yield len(x) + y.x + z + deep(i)


def dying(n):
    for i in range(n):
        d = D(i) if i % 40 == 0 else None
        r = joined(d) if d is None and False else [d, i]
        yield len(r)


def checked(n):
    return tuple(sum(joined(k)[:2]) for k in range(n))


print(sum(steps(600)), sum(dying(400)), log, sum(checked(500)))
print([sys.getrefcount(x) for x in list(steps(300))[:3]], sorted(steps(50))[-1], max(steps(400)))
# expect: 363002 800 [0, 40, 80, 120, 160, 200, 240, 280, 320, 360] 250000
# expect: [4294967295, 4294967295, 4294967295] 104 803
