"""Two variables stored by one instruction: what the first store makes superfluous for the second one is not looked for halfway."""
import sys

log = []


class Gone:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append((self.n, sys._getframe(1).f_lineno))


def pick(a, b, first=True):
    return a if first else b


def star(*args):
    return args


def rotate(objects, n, c):
    out = []
    for i in range(n):
        a = b = c
        for c in list(objects):
            a, b, c = pick(first=n > 2, a=[a, b][i & 1], b=star(*objects)[0]), c, a
            a = c
            out.append(sys.getrefcount(a))
    return a.n, b.n, c.n, sum(out), sys.getrefcount(b)


def through_frames(n):
    def inner(v, i):
        w = Gone(v.n)
        w.v = v
        if i % 8 == 7:
            return sys._getframe().f_locals["w"], w
        return w.v, w
    for i in range(n):
        a, w = inner(Gone(i), i)
    return a.n, w.n, sys.getrefcount(a), sys.getrefcount(w)


for k in range(3):
    print(rotate([Gone(100), Gone(101), Gone(102)], 120, Gone(103)))
    print(through_frames(400))
    print(len(log), len(set(log)), sum(n * line for n, line in log))
    log.clear()
# expect: (103, 102, 103, 1080, 3)
# expect: (399, 399, 3, 3)
# expect: 804 404 6727070
# expect: (103, 102, 103, 1080, 3)
# expect: (399, 399, 3, 3)
# expect: 804 404 6727070
# expect: (103, 102, 103, 1080, 3)
# expect: (399, 399, 3, 3)
# expect: 804 404 6727070
