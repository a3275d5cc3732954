# Iterators and what they go through die at the end of their loop.
import sys
class P:
    def __init__(self, n): self.items = [n, n + 1]; self.n = n
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
log = []
def temp(n):
    t = 0
    for i in range(n):
        for x in [i, i + 1, (i, 2)]:
            t += 1 if type(x) is tuple else x
        for y in P(i).items:
            t += y
        for z in (i, i):
            t += z
    return t
def dying(n):
    t = 0
    for i in range(n):
        for d in [D(i), D(-i)]:
            t += d.n * d.n
        if i % 50 == 49:
            log.append("x")
        d = None
    out = log[:10], len(log), t
    log.clear()
    return out
def shrinking(n):
    t = 0
    for i in range(n):
        l = [1, 2, 3]
        for x in l:
            t += x
            if x == 2 and i % 3:
                l = None
    return t, l
def kept(n):
    keep = []
    for i in range(n):
        p = [i, [i]]
        for x in p:
            k = x
            if i % 90 == 0:
                keep.append((sys.getrefcount(p), sys.getrefcount(k)))
        p = None
    return keep[-2:], k, sys.getrefcount(k)
for f in temp, dying, shrinking, kept:
    print(f.__name__, f(400))
# expect: temp 480000
# expect: dying ([0, 0, 1, -1, 2, -2, 3, -3, 4, -4], 808, 42506800)
# expect: shrinking (2400, [1, 2, 3])
# expect: kept ([(3, 6), (3, 4)], [399], 4)
