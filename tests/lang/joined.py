"""Instructions that the interpreter runs two at a time, and values that it changes in place: nobody may notice."""
import sys


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, sys._getframe(1).f_lineno - BASE)


class Flat:
    def __init__(self):
        self.x = 1000
        self.y = [1]


def counting():
    i = 1000
    seen = []
    for _ in range(6):
        i += 1
        if _ % 2:
            seen.append(i)
    a = b = 5000
    for _ in range(3):
        a += 7
    c = 300
    for _ in range(60):
        c -= 1
    f = 0.5
    g = f
    for _ in range(4):
        f += 0.25
    big = (1 << 30) - 3
    for _ in range(6):
        big += 1
    return seen, a, b, c, f, g, big


def range_variable():
    kept = []
    for n in range(300, 306):
        kept.append(n)
    for m in range(-7, -3):
        kept.append(m)
    for m in range(254, 259):
        pass
    last = m
    for m in range(2 ** 30 - 2, 2 ** 30 + 2):
        kept.append(m)
    return kept, last


def attributes(o, n):
    out = []
    for i in range(n):
        if i == n - 2:
            o.__dict__ = {"x": "dict"}
        if i == n - 1:
            del o.x
        try:
            out.append((i, o.x))
        except AttributeError as e:
            out.append(str(e))
    return out


def tests(values):
    out = []
    for a, b in values:
        out.append((1 if a < b else 0, 1 if a == b else 0, 1 if not a != b else 0, 1 if a is b else 0, 1 if a else 0, 1 if a in (1, 2.5) else 0))
    return out


def drop():
    return Loud("result")


def calls():
    for _ in range(3):
        drop()
    x, y = 1, 2
    for pair in [(3, 4)] * 3 + [(Loud("left"), Loud("right")), (5, 6)]:
        x, y = pair
        pair = None
    return x, y


def operators(pairs):
    for a, b in pairs:
        row = []
        for f in (lambda: a // b, lambda: a % b, lambda: a & b, lambda: a | b, lambda: a ^ b, lambda: a << b, lambda: a >> b, lambda: a / b):
            try:
                row.append(f())
            except (ZeroDivisionError, ValueError, TypeError) as e:
                row.append(str(e))
        print(a, b, row)


def slices():
    for s in ("abcdef", [1, 2, 3, 4], (1, 2, 3)):
        print(s[1:], s[:-1], s[-2:], s[5:2], s[:], s[-100:100], s[2 ** 70:] == s[:0], s[True:])


BASE = sys._getframe().f_lineno
print(counting())
print(range_variable())
print(attributes(Flat(), 9))
print(tests([(1, 2), (2, 1), (1000, 1000), (1.5, 2.5), (2.5, 2.5), (float("nan"), 1.0), ("a", "a"), ("a", "b"), (1, 2), (3, 3)]))
print(calls())
operators([(7, 2), (-7, 2), (7, -2), (-7, -2), (0, 3), (5, 0), (2 ** 30 - 1, 31), (1, 40), (-1, 70), (3, -1), (2.5, 2), (1.5, 0.0), (True, 3)])
slices()
print(min(3, 1, 2), max("b", "a"), min(2.0, 1), max(1, True), min([5, 3], key=lambda v: -v), max(-1, -5, key=abs))

# expect: ([1002, 1004, 1006], 5021, 5000, 240, 1.5, 0.5, 1073741827)
# expect: ([300, 301, 302, 303, 304, 305, -7, -6, -5, -4, 1073741822, 1073741823, 1073741824, 1073741825], 258)
# expect: [(0, 1000), (1, 1000), (2, 1000), (3, 1000), (4, 1000), (5, 1000), (6, 1000), (7, 'dict'), "'Flat' object has no attribute 'x'"]
# expect: [(1, 0, 0, 0, 1, 1), (0, 0, 0, 0, 1, 0), (0, 1, 1, 1, 1, 0), (1, 0, 0, 0, 1, 0), (0, 1, 1, 1, 1, 1), (0, 0, 0, 0, 1, 0), (0, 1, 1, 1, 1, 0), (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 1, 1), (0, 1, 1, 1, 1, 0)]
# expect: del result -24
# expect: del result -24
# expect: del result -24
# expect: del right -22
# expect: del left -22
# expect: (5, 6)
# expect: 7 2 [3, 1, 2, 7, 5, 28, 1, 3.5]
# expect: -7 2 [-4, 1, 0, -5, -5, -28, -2, -3.5]
# expect: 7 -2 [-4, -1, 6, -1, -7, 'negative shift count', 'negative shift count', -3.5]
# expect: -7 -2 [3, -1, -8, -1, 7, 'negative shift count', 'negative shift count', 3.5]
# expect: 0 3 [0, 0, 0, 3, 3, 0, 0, 0.0]
# expect: 5 0 ['integer division or modulo by zero', 'integer modulo by zero', 0, 5, 5, 5, 5, 'division by zero']
# expect: 1073741823 31 [34636833, 0, 31, 1073741823, 1073741792, 2305843007066210304, 0, 34636833.0]
# expect: 1 40 [0, 1, 0, 41, 41, 1099511627776, 0, 0.025]
# expect: -1 70 [-1, 69, 70, -1, -71, -1180591620717411303424, -1, -0.014285714285714285]
# expect: 3 -1 [-3, 0, 3, -1, -4, 'negative shift count', 'negative shift count', -3.0]
# expect: 2.5 2 [1.0, 0.5, "unsupported operand type(s) for &: 'float' and 'int'", "unsupported operand type(s) for |: 'float' and 'int'", "unsupported operand type(s) for ^: 'float' and 'int'", "unsupported operand type(s) for <<: 'float' and 'int'", "unsupported operand type(s) for >>: 'float' and 'int'", 1.25]
# expect: 1.5 0.0 ['float floor division by zero', 'float modulo by zero', "unsupported operand type(s) for &: 'float' and 'float'", "unsupported operand type(s) for |: 'float' and 'float'", "unsupported operand type(s) for ^: 'float' and 'float'", "unsupported operand type(s) for <<: 'float' and 'float'", "unsupported operand type(s) for >>: 'float' and 'float'", 'float division by zero']
# expect: True 3 [0, 1, 1, 3, 2, 8, 0, 0.3333333333333333]
# expect: bcdef abcde ef  abcdef abcdef True bcdef
# expect: [2, 3, 4] [1, 2, 3] [3, 4] [] [1, 2, 3, 4] [1, 2, 3, 4] True [2, 3, 4]
# expect: (2, 3) (1, 2) (2, 3) () (1, 2, 3) (1, 2, 3) True (2, 3)
# expect: 1 b 1 1 5 -5
