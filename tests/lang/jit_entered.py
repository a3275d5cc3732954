"""Calls that compiled code does not take in without a frame: of functions with *args, **kwargs, cells; with arguments that nobody else has; recursions,
generators, functions with loops of their own, classes."""
import sys
import traceback
import weakref


def stars(n):
    s = 0
    for i in range(n):
        s += star(i, i + 1, 3, x=i) + star(i) + doubled(*(i, 2), **{"c": 3})
    return s


def star(a, *rest, **named):
    t = a
    for r in rest:
        t += r
    return t + len(named) + named.get("x", 7)


def doubled(a, b, *, c=5, d=6):
    return a * b + c * d


def closures(n):
    total = 0
    for i in range(n):
        x = i * 2
        total += make_cell(x, i)
        total ^= i
    return total


def make_cell(x, i):
    y = x + i

    def inner(z):
        nonlocal y
        y += z
        return y
    return inner(3) + y + inner(4)


class Dies:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append((self.name, sys._getframe(1).f_code.co_name))


def temporary(n):
    """Arguments that only the call has: they die in it, or when it returns."""
    log = []
    for i in range(n):
        x = i + 1
        x += takes(Dies(log, i), log)
        x += drops(Dies(log, -i), log)
        log.append(x)
    return len(log), log[-8:]


def takes(d, log):
    log.append("in takes")
    return d.name


def drops(d, log):
    k = d.name
    d = None
    log.append("dropped")
    return k


def tree(depth):
    return None if depth == 0 else (tree(depth - 1), depth, tree(depth - 1))


def walk(t):
    return 0 if t is None else walk(t[0]) + t[1] + walk(t[2])


def recursion(n):
    t, s = tree(6), 0
    for i in range(n):
        s += walk(t) + i
    return s


def generators(n):
    s = 0
    for i in range(n):
        g = count(i & 7)
        s += sum(g)
        s += next(count(3))
        s += i
    return s


def count(n):
    while n >= 0:
        yield n
        n -= 1


def loops(n):
    """A call with a loop that is too long to be unrolled."""
    s = 0
    for i in range(n):
        s += loop_inside(i & 31)
        s ^= i
    return s


def loop_inside(k):
    t = 0
    for j in range(k):
        t += j * k
        if t > 5000:
            return -t
    return t


class Point:
    made = 0

    def __init__(self, x, y=2):
        self.x, self.y = x, y
        Point.made += 1

    @property
    def size(self):
        return self.x * self.y

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __call__(self, i):
        return self.x + i

    def __add__(self, other):
        return Point(self.x + other.x, self.y)


def classes(n):
    s = 0
    p = Point(0)
    for i in range(n):
        q = Point(i, y=i & 3)
        s += q.size + q[0] + q[1] + q(i)
        p = p + q
        s &= 0xffffff
    return s, p.x, Point.made


def look(n):
    """Who looks from a nested or entered call."""
    seen = set()
    for i in range(n):
        a = i * 2
        b = looks(a, i, 1)
        a += b
    return sorted(names for names in looks.seen)


def looks(a, *rest):
    return deeper(2, a=a, rest=rest)


def deeper(k, **kw):
    if k:
        return deeper(k - 1, **kw)
    f, found = sys._getframe(0), []
    while f.f_code.co_name != "<module>":
        found.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno))
        f = f.f_back
    looks.seen.add(tuple(found))
    return kw["a"]


looks.seen = set()


def errors(n):
    out, s = [], 0
    for i in range(n):
        try:
            s += fails(i, n, i)
        except ValueError as e:
            out.append([(f.name, f.lineno - errors.__code__.co_firstlineno) for f in traceback.extract_tb(e.__traceback__)])
        try:
            s += wrong(i, i == n - 2)
        except TypeError as e:
            out.append(str(e))
    return s, out


def fails(i, n, *rest):
    return fails_deeper(i, n) + len(rest)


def fails_deeper(i, n, k=5):
    if k:
        return fails_deeper(i, n, k - 1)
    if i == n - 3:
        raise ValueError(i)
    return i


def wrong(i, now):
    f = two if now else one
    return f(i)


def one(*args):
    return args[0]


def two(a, b):
    return a


def deep(n):
    """Nested calls reach the limit of recursion, no sooner and no later."""
    old = sys.getrecursionlimit()
    results = set()
    try:
        for i in range(n):
            x = i + 1
            sys.setrecursionlimit(200)
            results.add(bottom(0))
            sys.setrecursionlimit(old)
            x += 1
    finally:
        sys.setrecursionlimit(old)
    return results


def bottom(k):
    try:
        return bottom(k + 1)
    except RecursionError:
        return k


def very_deep(n):
    """Deeper than the C stack would bear."""
    sys.setrecursionlimit(60000)
    try:
        return [nest(n) for _ in range(3)]
    finally:
        sys.setrecursionlimit(1000)


def nest(n):
    s = 0
    for i in range(2):
        if n and i:
            s += nest(n - 1) + 1
        s += i
    return s


def code_changed(n):
    s = 0
    for i in range(n):
        if i == n // 2:
            change(star_code)
        s += star_code(i, 1, 2)
    return s


def star_code(*args):
    return args[0]


def change(f):
    f.__code__ = (lambda *args: args[0] * 2).__code__


def weak(n):
    alive = 0
    for i in range(n):
        x = i + 1
        r = weakref.ref(Point(x), lambda _: None)
        alive += kept(Point(x), i)
        alive += r() is not None
    return alive


def kept(p, *rest):
    r = weakref.ref(p)
    del p
    return r() is not None


def unpacking(n):
    s = 0
    for i in range(n):
        (a, b), c = pair(i), star(i)
        s += a + b * c
        d, *e = three(*pair(i))
        s += d + len(e)
    return s


def pair(i, **kw):
    return i, i + 1


def three(*args):
    return args + (3,)


print(stars(600))
print(closures(600))
print(temporary(300))
print(recursion(300))
print(generators(600))
print(loops(2000))
print(classes(600))
print(look(400))
print(errors(400))
print(deep(60))
print(very_deep(20000))
print(code_changed(600))
print(weak(300))
print(unpacking(500))
# expect: 1096200
# expect: 1601032
# expect: (1500, [(-298, 'drops'), 'dropped', 299, 'in takes', (299, 'temporary'), (-299, 'drops'), 'dropped', 300])
# expect: 80850
# expect: 187800
# expect: -1765034
# expect: (810300, 179700, 1201)
# expect: [(('deeper', 5), ('deeper', 2), ('deeper', 2), ('looks', 1), ('look', 5))]
# expect: (159204, [[('errors', 4), ('fails', 15), ('fails_deeper', 20), ('fails_deeper', 20), ('fails_deeper', 20), ('fails_deeper', 20), ('fails_deeper', 20), ('fails_deeper', 22)], "two() missing 1 required positional argument: 'b'"])
# expect: {197}
# expect: [40001, 40001, 40001]
# expect: 314550
# expect: 0
# expect: 42793750
