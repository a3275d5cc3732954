"""Operators on ints that give their left operand, and those that do not: `x % y` where y has more digits, `x >> 0`."""

import hashlib

A = (2**40, -2**40, 1000, -1000, 2**31, 2**29+5, 2**59, -2**59)
B = (2**40, 2**41+3, 1<<62, 3 << 60, 1001, 2**30, 2**31+1, -2**40)


def ops(xs, ys, n):
    out = set()
    z = 0; o = 1
    for k in range(n):
        for i in range(len(xs)):
            x = xs[i]
            y = ys[(i + k) & 7]
            y1 = y + k - k
            m = x % y
            m1 = x % y1
            s = x >> z
            s2 = x >> (k & 1)
            t = x << z
            q = x // o
            d = x & -1
            e = x | 0
            a = abs(x)
            p = +x
            f = int(x)
            g = round(x)
            h = x * o
            u = x - z
            v = ~~x
            mn = min(x, y)
            w = pow(x, 1)
            out.add((i, (i + k) & 7, m is x, m1 is x, s is x, s2 is x, t is x, q is x, d is x, e is x, a is x, p is x, f is x, g is x, h is x, u is x, v is x, mn is x, w is x))
            c = float(x)
            cf = float(c)
            ab = abs(c)
            pc = +c
            out.add((cf is c, ab is c, pc is c, c * 1.0 is c, c + 0.0 is c))
    return out


def ops2(xs, ys, n):
    out = set()
    for k in range(n):
        for i in range(len(xs)):
            x = xs[i]
            y = ys[(i + k) & 7]
            m = x % y
            out.add((i, (i + k) & 7, m is x))
    return out


def ops3(xs, ys, n):
    out = set()
    for k in range(n):
        for i in range(len(xs)):
            x = xs[i]
            s = x >> 0
            t = x >> (k & 1)
            out.add((i, k & 1, s is x, t is x))
    return out


def ops4(xs, ys, n):
    out = set()
    for k in range(n):
        for i in range(len(xs)):
            x = xs[i]
            a = abs(x); p = +x; f = int(x)
            out.add((i, a is x, p is x, f is x))
    return out


for o in ops, ops2, ops3, ops4:
    rows = sorted(o(A, B, 200), key=lambda t: (len(t), t))
    print(o.__name__, len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()[:16])

# expect: ops 65 1a5a2a81c53cf0f9
# expect: ops2 64 9661f07dc0e2d896
# expect: ops3 16 015d3daade730396
# expect: ops4 8 9c6c5a9c58247824
