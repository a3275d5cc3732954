"""Jumps past a few operations on numbers, of which traces compute both sides: values, types, identities, large ints, variables without value."""
import sys


def wraps(n):
    i = j = k = 0
    total = 0
    for _ in range(n):
        k += 7
        if k > 100:
            k -= 100
        if i == 0:
            i = 16
        else:
            i -= 1
        if j < 5:
            j += 1
        else:
            j = 0
        total += i * j + k
    return i, j, k, total


def floats(n):
    x, s, t = 0.5, 0.0, 0.0
    for i in range(n):
        y = x - i % 3
        if y < 0.0:
            y = -y
        if y > 1.25:
            s += y
        else:
            s -= y
            t += 0.5
        x = x * 1.5 - s * 0.001
        if x > 3.0:
            x = x - 2.0 * 1.25
    return round(x, 9), round(s, 9), t


class Table:
    step = 2.5
    most = 10

    def __init__(self):
        self.v = 0.0
        self.n = 0

    def go(self, i):
        v, n = self.v, self.n
        w = v - i % 7
        if w < 0:
            w += self.step
        if n == 0:
            n = self.most
        else:
            n -= 1
        self.v = w * 0.5
        self.n = n
        return w


def of_class(n):
    t, total = Table(), 0.0
    for i in range(n):
        if i == n // 2:
            Table.step = 3.5
        if i == n // 2 + 100:
            t.step = 0.25
        total += t.go(i)
    Table.step = 2.5
    return round(total, 6), round(t.v, 6), t.n


def large(n):
    a, b, out = 2**62, -(2**62), []
    for i in range(n):
        k = a + i
        if i & 64:
            k += a
        m = b - i
        if i & 32:
            m -= b
        else:
            m += b
        if i % 50 == 3:
            out.append(k)
            out.append(m)
    return sum(out), len(out)


def identities(n):
    """Names of one object stay so where a side leaves them alone."""
    same = [0] * 6
    x = 1000.5
    for i in range(n):
        a = x + i
        b = a
        if i & 1:
            a += 1.0
        same[0] += a is b
        c = i + 5000
        d = c
        if i & 2:
            d = c + 1
        same[1] += c is d
        e = i * 2.0
        f = e
        if e > 100.0:
            e = f
        same[2] += e is f
        g = i + 70000
        h = i + 90000
        if i & 1:
            g = h
        else:
            h = g
        same[3] += g is h
        if i & 4:
            p = i + 1.5
            q = p
        else:
            p = i - 1.5
            q = i + 0.5
        same[4] += p is q
        u = 5
        if i & 8:
            u = 200
        same[5] += u == 200
    return same


def counts(n):
    seen = set()
    k = 0
    for i in range(n):
        k += 1000
        if k > 30000:
            k -= 29000
        if i > n - 5:
            seen.add(sys.getrefcount(k))
    return seen, k


def changing(n):
    """A variable whose number becomes one of another type."""
    k, s = 0, 0
    for i in range(n):
        if i == n // 2:
            k = 0.5
        if i & 1:
            k += 3
        else:
            k -= 1
        s += k
        if i == n - 100:
            k = 2**70
    return k, s


def unbound(n):
    out = 0
    for i in range(n):
        if i & 1:
            v = i + 1
        else:
            w = i + 2
        if i > 0:
            out += v - w
    return out


class Odd(int):
    def __add__(self, other):
        return 77


def subclass(n):
    k, s = 0, 0
    for i in range(n):
        if i == n - 50:
            k = Odd(3)
        if i % 3:
            k += 1
        else:
            k = k - 1
        s += k
    return k, s


def inner(n):
    s = 0
    for i in range(n):
        for j in range(i % 5):
            if j == 2:
                s += 3
            else:
                s -= 1
        while s > 20:
            s -= 7
            if s == 15:
                s -= 1
    return s


def absent(n):
    try:
        for i in range(n):
            k = i
            if i == n - 1:
                del k
            if i & 1:
                k += 1
            else:
                k -= 1
    except UnboundLocalError as e:
        return str(e)


for n in (10, 300, 3000):
    print(wraps(n), floats(n), of_class(n))
    print(large(n), identities(n))
    print(counts(n), changing(n), unbound(n), subclass(n), inner(n), absent(n))

# expect: (7, 4, 70, 665) (1.736743502, 7.512615013, 2.5) (3.826172, 1.586914, 1)
# expect: (-4611686018427387904, 2) [5, 6, 10, 10, 4, 2]
# expect: ({2}, 10000) (7.5, 32.5) -8 (2, 11) -4 cannot access local variable 'k' where it is not associated with a value
# expect: (6, 0, 100, 21235) (1.135942888, 84.20059486, 96.0) (-316.279528, -3.860236, 8)
# expect: (13835058055282163712, 12) [150, 150, 300, 300, 148, 148]
# expect: ({2}, 10000) (1180591620717411303525, 1.1687857045102372e+23) -298 (94, 14550) -120 cannot access local variable 'k' where it is not associated with a value
# expect: (9, 0, 100, 211530) (-3.8311186788156423e+254, 7.616718044939927e+254, 524.5) (-9088.61811, -2.190945, 3)
# expect: (138350580552821637120, 120) [1500, 1500, 3000, 3000, 1500, 1496]
# expect: ({2}, 13000) (1180591620717411303525, 1.1687857045102372e+23) -2998 (94, 1453200) -1200 cannot access local variable 'k' where it is not associated with a value
