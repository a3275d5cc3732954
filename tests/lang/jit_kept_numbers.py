"""A number that a variable has and other objects have, too, is the same object at the end of a round: who compares identities or counts sees it."""

import sys


class P:
    def __init__(self, x, y=None):
        self.x = x
        self.y = y


def replaced(n):
    a = P(P(0), [1])
    for i in range(n):
        old = a.x
        a.x = P(i, (i, old.x))
        old = None
    return i is a.x.x, i is a.x.y[0], sys.getrefcount(i)


def float_kept(n):
    a = P(P(0.5), [1])
    f = 0.0
    for i in range(n):
        old = a.x
        f = f + 0.5
        a.x = P(f, (f, old.x))
        old = None
    return f is a.x.x, f is a.x.y[0], sys.getrefcount(f)


def list_of_lists(n):
    out = []
    k = 1000
    while k < 1000 + n:
        out.append([k, k])
        if len(out) > 3:
            out.pop(0)
        k += 1
    last = out[-1]
    return last[0] is last[1], sys.getrefcount(last[0])


def several(n):
    d = {}
    for i in range(1000, 1000 + n):
        j = i * 3
        d["k"] = (j, i)
        p = P(j, i)
        if i % 97 == 0:
            d[i] = (j is d["k"][0], p.x is j, p.y is i, i is d["k"][1], sys.getrefcount(j), sys.getrefcount(i))
    return sorted(set(v for k, v in d.items() if k != "k"))


def counts_in_round(n):
    """Small ints, of which there is one of each value, and large ones by turns."""
    seen = set()
    a = P(P(0))
    for i in range(n):
        v = i % 500
        a.x = P(v, (v,))
        seen.add((v is a.x.x, v is a.x.y[0], min(sys.getrefcount(v), 100), v > 256))
    return sorted(seen)


def big(n):
    a = P(P(0))
    v = 1 << 70
    for i in range(n):
        v = v + 1
        a.x = P(v, (v,))
    return v is a.x.x, v is a.x.y[0], sys.getrefcount(v)


for f in replaced, float_kept, list_of_lists, several, counts_in_round, big:
    print(f.__name__, f(1000))
# expect: replaced (True, True, 4)
# expect: float_kept (True, True, 4)
# expect: list_of_lists (True, 3)
# expect: several [(True, True, True, True, 4, 4)]
# expect: counts_in_round [(True, True, 4, True), (True, True, 100, False)]
# expect: big (True, True, 4)
