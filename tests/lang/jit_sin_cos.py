"""sin() and cos() of one number in a trace give what they give alone, whichever comes first, for small and large numbers, infinities and NaNs."""
from math import cos, inf, nan, sin, tan

NUMBERS = [0.0, -0.0, 1e-300, 0.5, -1.0, 2.0, 2.4375, 2.43750001, -3.0, 3.141592653589793, 100.0, -12345.678, 1e7, 99999999.0, 1e8, -1e8, 1.5e9, 1e22, 1e300]


def alone(xs):
    s = [sin(x) for x in xs]
    c = [cos(x) for x in xs]
    return s, c


def both(xs):
    s, c = [], []
    for x in xs:
        s.append(sin(x))
        c.append(cos(x))
    return s, c


def other_way(xs):
    s, c = [], []
    for x in xs:
        c.append(cos(x))
        t = tan(x)
        s.append(sin(x))
        if sin(x) != s[-1] or cos(x) != c[-1]:
            print("not the same", x, t)
    return s, c


def two(xs):
    """Two numbers in turn."""
    s, c = [], []
    for x in xs:
        y = x * 0.75
        a, b = sin(x), sin(y)
        d, e = cos(y), cos(x)
        s.append(a if b == sin(y) else None)
        c.append(e if d == cos(y) else None)
    return s, c


def fails(xs):
    n = 0
    for x in xs:
        try:
            n += sin(x) * cos(x) < 2
        except ValueError as e:
            n += 1000
    return n


numbers = NUMBERS * 30 + [i * 0.37 - 2000.0 for i in range(4000)]
expected = alone(numbers)
print(both(numbers) == expected, other_way(numbers) == expected, two(numbers) == expected)
print(fails([3.0] * 300 + [inf, -inf, 4.0, nan, 5.0] * 3))

# expect: True True True
# expect: 6306
