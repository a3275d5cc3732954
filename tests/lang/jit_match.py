"""Match statements, unpacking with a star, divmod(), small powers, repeated lists, isinstance() with tuples made at run time: in traces all of them are virtual or numbers."""
import sys


class Point:
    __match_args__ = ('x', 'y')

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Sub(Point):
    pass


class Slotted:
    __slots__ = ('a', 'b')
    __match_args__ = ('a', 'b')

    def __init__(self, a, b):
        self.a = a
        self.b = b


class Computed:
    __match_args__ = ('v',)

    @property
    def v(self):
        return 7


class Rows:
    def __len__(self): return 2
    def __getitem__(self, i): return (4, 5)[i]


def shape(o):
    match o:
        case ('num', v): return v
        case ('add', a, b): return a + b
        case ['many', first, *rest]: return first + len(rest)
        case {'neg': x}: return -x
        case {1: x, **others} if others: return x
        case {'a': x, 'b': y}: return x * y
        case Sub(x=1): return 'sub of 1'
        case Point(0, y): return y
        case Point(x, y): return x, y
        case Slotted(a, b=b): return a - b
        case Computed(v): return v
        case int(): return 'int'
        case str(s): return s
        case float(f): return f * 2
        case None: return 'none'
        case (): return 'empty'
        case [x, y]: return 'two', x, y
        case _: return 'other'


def shapes(n):
    out = {}
    for i in range(n):
        for o in (('num', i), ('add', i, 2), ['many', i, 1, 2], {'neg': i}, {'a': i, 'b': 3}, Sub(i & 1, 2), Point(0, i), Point(i, 3), Slotted(i, 1), Computed(), i, 'text', i / 2,
                  None, (), [i, i], {i}, {}, True, b'xy'):
            r = shape(o)
            if i == n - 1 or (i == n // 2 and isinstance(o, Sub)):
                out[repr(o) if not isinstance(o, (Point, Slotted, Computed)) else (type(o).__name__, i)] = r
    return list(out.values())


def made_here(n):
    t = 0
    for i in range(n):
        match (i, 2):
            case (0, 1): t += 1
            case (x, 2): t += x
        match Point(i, i & 3):
            case Point(x, 3): t -= x
            case Point(y=2, x=z): t += z
    return t


def registered(n):
    """A class that becomes a sequence while the loop runs."""
    from collections.abc import Sequence
    t = []
    r = Rows()
    for i in range(n):
        match r:
            case [a, b]: t.append(a * b)
            case _: t.append(0)
        if i == n - 20:
            Sequence.register(Rows)
    return sum(t), t[-1]


def match_args_change(n):
    t = 0
    p = Point(3, 5)
    for i in range(n):
        match p:
            case Point(a, b): t += a * 10 + b
        if i == n - 30:
            Point.__match_args__ = ('y', 'x')
    Point.__match_args__ = ('x', 'y')
    return t


def stars(n):
    t = 0
    sizes = set()
    for i in range(n):
        a, *b, c = (i, i + 1, i + 2, i + 3)
        t += a + len(b) + c + b[0]
        *b, c = [i, 2]
        b.append(i)
        t += sum(b) + c
        sizes.add(sys.getsizeof(b) - sys.getsizeof([]))
        l = [i] * (3 + (i & 1))
        a, *b = l
        sizes.add(sys.getsizeof(b) - sys.getsizeof([]))
        t += a + len(b)
        (x, *y), *z = [(i, 1), 2, 3]
        t += x + y[0] + z[1]
    return t, sorted(sizes)


def star_errors(n):
    t = 0
    for i in range(n):
        try:
            a, b, *c = (i,) if i % 50 == 49 else (i, 2, 3)
            t += len(c)
        except ValueError as e:
            t += len(str(e))
    return t


def counts(n):
    x = object()
    for i in range(n):
        a, *b = (x, x, x)
        r1 = sys.getrefcount(x)
        l = [x] * 4
        r2 = sys.getrefcount(x)
        match (x, i):
            case (y, z): r3 = sys.getrefcount(x)
        del a, b, l, y
    return r1, r2, r3, sys.getrefcount(x)


def numbers(n):
    t = 0
    f = 0.0
    same = 0
    for i in range(n):
        q, r = divmod(i * 7919 - 400, 13)
        t += q * 3 + r
        q, r = divmod(i - 50, -7)
        t += q * 3 + r
        p, s = divmod(i * 0.75 - 9.0, 2.5)
        f += p + s
        big = (1 << 35) + i
        q, r = divmod(i + 5, 1 << 40)
        q2, r2 = divmod(big, 1 << 40)
        same += r2 is big
        t += q + r + i ** 2 - (i - 60) ** 3 + big % 1000
    return t, f, same


def powers(n):
    x = 3
    for i in range(n):
        x = x ** 2 % 1000000007
        y = x ** 3
    z = 2
    for i in range(n):
        z = z ** 2 if z < 1 << 200 else 2
    return x, y, z, (-5) ** 3


def zero(n):
    t = 0
    for i in range(n):
        try:
            t += divmod(i, (i % 40) - 39)[0]
        except ZeroDivisionError as e:
            t += len(str(e))
    return t


def repeats(n):
    t = 0
    for i in range(n):
        l = [0] * 5
        l[i % 5] = i
        m = [i, l] * 3
        t += sum(l) + len(m) + (m[1] is m[5]) + m[4]
        t += len((i, 1) * 4) + len([i] * 0) + len([1, 2] * 9)
        l.append(1)
        t += sys.getsizeof(l) - sys.getsizeof([])
    return t


def kinds(n):
    t = 0
    vals = [1, 'a', 2.0, None, [], (1,)]
    for i in range(n):
        v = vals[i % 6]
        if isinstance(v, (int, str)): t += 1
        if isinstance(v, (float, (list, tuple))): t += 10
        if isinstance(i, (str, Point)): t += 1000
        if isinstance(v, (type(None), Point)): t += 100
    return t


def equal(n):
    t = 0
    k = [1, 2, 'x']
    nan = float('nan')
    for i in range(n):
        t += [1, 2] == [1, 2]
        t += [i, 'a', 2.5] == [i, 'a', 2.5]
        t += k == [1, 2, 'y']
        t += (1, 2, 3) == (1, 2, i)
        t += [nan] == [nan]
        t += [nan] != [float('nan')]
        k[1] = i
        t += k == [1, i, 'x']
        t += [1] == (1,)
        t += [i] != [i, i]
    return t


class Eq:
    def __init__(self, log): self.log = log
    def __eq__(self, o):
        self.log.append(1)
        return True


def equal_runs_code(n):
    log = []
    e = Eq(log)
    a = [1, 2]
    for i in range(n):
        b = [1, 2]
        if i > n - 20:
            b[1] = e
        if b != a:
            log.append(2)
    return len(log)


print(shapes(300))
# expect: [2, 299, 301, 301, -299, 897, 'sub of 1', (299, 3), 298, 7, 'int', 'text', 299.0, 'none', 'empty', ('two', 299, 299), 'other', 'other', 'int', 'other']
print(made_here(500))
# expect: 124625
print(registered(300))
# expect: (380, 20)
print(match_args_change(300))
# expect: 11022
print(stars(400))
# expect: (564400, [16, 32])
print(star_errors(400))
# expect: 840
print(counts(300))
# expect: (5, 9, 10, 2)
print(numbers(400))
# expect: (-3150536790, 22770.0, 400)
print(powers(300))
# expect: (602735364, 218967681575767360677908544, 256, -125)
print(zero(400))
# expect: -8754
print(repeats(400))
# expect: 211200
print(kinds(600))
# expect: 13200
print(equal(400))
# expect: 2401
print(equal_runs_code(300))
# expect: 19
