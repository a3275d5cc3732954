"""What a frame's variables hold when it returns is not made, if nobody can look: behind calls of functions with traces of their own, and where somebody has got hold of the frame."""
import sys
import weakref

log = []
frames = []


class V:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __sub__(self, other):
        return V(self.x - other.x, self.y - other.y)

    def norm(self):
        return (self.x * self.x + self.y * self.y) ** 0.5


class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


def search(items, k, look):
    """Has a large loop with branches, so that callers go on in its trace."""
    best = None
    place = -1
    i = -1
    for x in items:
        i += 1
        if x > k and (best is None or x < best):
            best = x
            place = i
        elif x == k:
            place = i
            best = x
            break
        elif x < 0 and place >= 0 and best is not None:
            best = best - 0 * x
        if i > 30 and place < 0:
            place = 0
            best = x
    if look and k % 97 == 13:
        frames.append(sys._getframe(1))
    return place if place >= 0 else 0


def uses(items, k, look, d=None):
    w = V(k * 0.5, 1.0)
    at = search(items, k, look)
    t = items[at] * 0.25
    a = V(t, k + 0.5)
    b = a - w
    u = t + b.norm()
    pair = (a, u)
    one = [d, t]
    s = "x" * (k % 3)
    del t
    return u + len(s) + pair[1] + len(one)


items = [7 * i % 53 - 5 for i in range(40)]


def many(n, look, d=None):
    total = 0.0
    for k in range(n):
        total += uses(items, k % 40, look, d)
    return total


print(round(many(3000, False), 6), round(many(3000, True), 6), len(frames))
# expect: 156303.073944 156303.073944 75
total = 0.0
for k in range(1500):
    total += uses(items, k, k > 700)
print(round(total, 6), len(frames))
# expect: 2515426.830876 83
for f in frames[::27]:
    names = f.f_locals
    print(sorted(names), names["k"], round(names["u"], 6), names["pair"][0] is names["a"], names["one"], names["b"].__class__.__name__, sys.getrefcount(names["b"]) - sys.getrefcount(names["w"]))
# expect: ['a', 'at', 'b', 'd', 'items', 'k', 'look', 'one', 'pair', 's', 'u', 'w'] 13 16.35496 True [None, 3.5] V 0
# expect: ['a', 'at', 'b', 'd', 'items', 'k', 'look', 'one', 'pair', 's', 'u', 'w'] 13 16.35496 True [None, 3.5] V 0
# expect: ['a', 'at', 'b', 'd', 'items', 'k', 'look', 'one', 'pair', 's', 'u', 'w'] 13 16.35496 True [None, 3.5] V 0
# expect: ['a', 'at', 'b', 'd', 'items', 'k', 'look', 'one', 'pair', 's', 'u', 'w'] 1371 1531.686989 True [None, -1.25] V 0
del f, names
frames.clear()

d = Dies(1)
r = weakref.ref(d)
print(round(many(2000, False, d), 6), sys.getrefcount(d) == sys.getrefcount(Dies(2)) + 1, log)
# expect: 104202.049296 True [2]
log.clear()


def gives_up(items, n):
    """What a list that is not made holds dies at the return, where everybody sees it."""
    out = 0
    for k in range(n):
        out += lets_go(items, k)
        if k % 100 == 99:
            log.append("round")
    return out


def lets_go(items, k):
    at = search(items, k % 40, False)
    holder = V(Dies(k), at)
    both = (holder, at)
    return at + both[1]


print(gives_up(items, 400), len(log), log[97:104])
# expect: 17820 404 [97, 98, 99, 'round', 100, 101, 102]
log.clear()


def deep(n, items):
    """Calls itself, has a loop, and raises from below at times."""
    x = n * 0.5
    found = [deep(m, items) for m in range(n - 2, n) if m > 0]
    v = V(x, n + 0.25)
    y = v.norm()
    if n == 5 and len(found) == 2 and found[0] > found[1] * 3:
        raise ValueError(y)
    return y + sum(found)


print(round(sum(deep(7, items) for _ in range(60)), 6))
# expect: 5748.062099


def lines():
    """A generator and an exception whose traceback keeps frames."""
    kept = []
    for k in range(900):
        try:
            v = V(k, search(items, k % 40, False))
            if k % 90 == 7:
                raise KeyError(v.norm())
        except KeyError as e:
            kept.append(e)
        uses(items, k % 40, False)
    tb = kept[-1].__traceback__
    return len(kept), tb.tb_frame.f_locals["k"], round(kept[3].args[0], 6), tb.tb_frame.f_locals["v"].x


print(lines())
# expect: (10, 899, 277.064974, 899)
