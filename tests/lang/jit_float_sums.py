"""Sums of floats that generators yield: compensated as sum() does it, ints and bools among them, infinities, NaNs, zeros with a sign, other items, exits in the middle."""
import math


def show(x):
    return x.hex() if isinstance(x, float) else repr(x)


def squares(n):
    return sum(i * 0.1 * i for i in range(n))


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


print(show(squares(3000)), show(dot([i / 7 for i in range(500)], [1 / (i + 1) for i in range(500)])))    # expect: 0x1.acf05b1000000p+29 0x1.19d52a0377402p+6
tenths = [0.1] * 1000
print(show(sum(x for x in tenths)), show(math.fsum(tenths)))    # expect: 0x1.9000000000000p+6 0x1.9000000000000p+6
big = [1e100, 1.0, -1e100, 1e-9] * 300
print(show(sum(x for x in big)), show(sum(-x for x in big)))    # expect: 0x1.2c000005087bap+8 -0x1.2c000005087bap+8
mixed = [0.1, 1, True, 2.5, -3, False, 1 << 40] * 100
print(show(sum(x for x in mixed)), show(sum(x for x in reversed(mixed))))       # expect: 0x1.9000000002800p+46 0x1.9000000002800p+46


def special(values, k):
    l = [0.5] * 400
    l[k:k] = values
    return show(sum(x for x in l))


inf, nan = math.inf, math.nan
print(special([inf], 200), special([-inf, inf], 300), special([nan], 350), special([1e308] * 3, 390))   # expect: inf nan nan inf
print(show(sum(x for x in [-0.0] * 500)), show(sum(-0.0 * i for i in range(300))), show(sum(x for x in [])))    # expect: 0x0.0p+0 0x0.0p+0 0
class Third:
    def __radd__(self, other):
        return other + 1 / 3


print(special([1 << 80], 300), special([Third()], 350), special([1j], 399))      # expect: 0x1.0000000000000p+80 0x1.90aaaaaaaaaabp+7 (200+1j)


def raises(n):
    try:
        return sum(1.0 / (n - i) for i in range(2 * n))
    except ZeroDivisionError as e:
        return str(e)


print(raises(400))      # expect: float division by zero


class Loud:
    log = []

    def __init__(self, v):
        self.v = v

    def __radd__(self, other):
        Loud.log.append(show(other))
        return other + self.v


def others(n):
    return show(sum(i * 0.3 if i % 200 else Loud(i) for i in range(n)))


print(others(700), Loud.log)    # expect: 0x1.21fb000000000p+16 ['0', '0x1.7520000000000p+12', '0x1.7840000000000p+14', '0x1.a874000000000p+15']


def norm(v):
    return math.sqrt(sum(x * x for x in v))


def mean(v):
    return sum(x for x in v) / len(v)


def short(n):
    t, v = 0.0, [0.1, 0.7, -1.3]
    for i in range(n):
        v[i % 3] += 0.01
        t += norm(v) - mean(v) + sum(x if x > 0 else 1 for x in v)
    return show(t)


print(short(2000))      # expect: 0x1.86161e02ffa71p+14


def edges(n):
    out = set()
    for i in range(n):
        v = ([1e16, 1.0, -1e16], [1, 2.5, True], [-0.0, -0.0], [0.1] * 3, [inf, 1.0], [1e308, 1e308, -1e308])[i % 6]
        out.add(show(sum(x for x in v)))
    return sorted(out)


print(edges(600))       # expect: ['0x0.0p+0', '0x1.0000000000000p+0', '0x1.2000000000000p+2', '0x1.3333333333334p-2', 'inf']


class Shape:
    def __init__(self, w):
        self.w = w

    def area(self):
        return self.w * 3.14


class Square(Shape):
    def area(self):
        return self.w * self.w


def areas(n):
    shapes = [(Shape if i % 3 else Square)(i) for i in range(50)]
    return show(sum(sum(s.area() for s in shapes) for _ in range(n)))


print(areas(60))        # expect: 0x1.d59c59999999ap+19


def matrix(n):
    a = [[(i * j % 7) / 3 for j in range(n)] for i in range(n)]
    c = [[sum(x * y for x, y in zip(r, k)) for k in zip(*a)] for r in a]
    return show(c[1][2]), show(sum(sum(r) for r in c))


print(matrix(12), matrix(30))   # expect: ('0x1.838e38e38e38ep+3', '0x1.4c6aaaaaaaaabp+10') ('0x1.138e38e38e38ep+5', '0x1.4bace38e38e39p+14')
