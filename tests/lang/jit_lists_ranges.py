"""Lists and ranges that a trace does not make; instances that are called."""
import sys


class Gone:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


log = []


class Spline:
    def __init__(self, points, degree):
        self.points = points
        self.degree = degree

    def at(self, i):
        for k in range(1, 6):
            if i < 3 * k:
                return k
        return 6

    def __call__(self, u, *, scale=1.0):
        i = self.at(int(u * 20))
        d = [self.points[i + k] for k in range(self.degree + 1)]
        for k in range(1, self.degree + 1):
            for j in range(i - self.degree + k + 1, i + 2):
                index = j - i + self.degree - k - 1
                d[index] = d[index] * (1 - u) + d[index + 1] * u
        return d[0] * scale


def curve(n):
    s = Spline([float(k * k % 7) for k in range(12)], 3)
    total = 0.0
    for i in range(n):
        total += s(i % 97 / 97) + s(i % 31 / 31, scale=2.0)
    return round(total, 6)


print(curve(1500), curve(200))


def sizes(a, b, n):
    x = [a, b]
    y = [a for k in range(n)]
    z = [x, y, [a, [b]]]
    x[0] = b
    x[-1] = a
    if n == 5:
        return sys.getsizeof(x), sys.getsizeof(y), sys.getsizeof(z), len(y), x, y[-1], y is z[1]
    return x[0] + x[1] + len(y) + z[2][1][0]


def many(n):
    out = []
    total = 0
    for i in range(n):
        v = sizes(i, i + 1, i % 7)
        if type(v) is tuple:
            out.append(v)
        else:
            total += v
    return total, len(out), out[0], out[-1]


print(many(400))


def grown(k, v):
    y = []
    for j in range(k):
        y += [v] if j & 1 else []
    z = [j for j in range(k)]
    w = [None] * 0
    return z, y, w


def growing(n):
    seen = set()
    for i in range(n):
        z, y, w = grown(i % 23, i)
        seen.add((len(z), sys.getsizeof(z), len(y), sys.getsizeof(y)))
    return sorted(seen)


print(growing(600))


def die(i):
    a = [Gone(i), Gone(i + 0.25)]
    b = a[i & 1]
    a[0] = a[1]
    for k in range(i % 3):
        a[k] = None
        log.append(sys.getrefcount(b))
    return b.n


def deaths(n):
    return sum(die(i) for i in range(n)), [die(i) for i in range(n)][-1]


def plain_deaths(n):
    total = 0
    for i in range(n):
        total += die(i)
    return total


print(plain_deaths(300), len(log), log[:12], sum(log))
log.clear()
print(deaths(100), len(log), log[-6:])
log.clear()


class Count:
    def __init__(self):
        self.n = 0

    def __call__(self, k=1, *rest):
        self.n += k
        return sys.getrefcount(self), sys._getframe().f_back.f_code.co_name


class Fails:
    def __call__(self, i):
        if i % 50 == 49:
            raise KeyError(i)
        return i


def called(n):
    c, f = Count(), Fails()
    got = set()
    wrong = 0
    for i in range(n):
        got.add(c(i & 3))
        try:
            wrong += f(i)
        except KeyError as e:
            wrong += 1000 * e.args[0]
            tb = e.__traceback__
            got.add((tb.tb_lineno - tb.tb_next.tb_lineno, tb.tb_next.tb_frame.f_code.co_name))
            tb = None
        if i == n // 2:
            Count.__call__ = lambda self, k=1: (k, "other")
    return c.n, sorted(got), wrong


print(called(600))


def steps(a, b, s):
    out = []
    for k in range(a, b, s):
        out.append(k)
    for k in range(b, a, -s):
        if k == 3:
            break
        out.append(-k)
    else:
        out.append(99)
    return out


def stepping(n):
    total = []
    for i in range(n):
        total.append(sum(steps(i % 5, i % 11, 1 + i % 3)) * len(steps(-3, i % 4, 2)))
    return sum(total), total[-5:]


print(stepping(700))
big = 2**62


def large(i):
    n = 0
    for k in range(big + i, big + i + 3):
        n += k & 7
    for k in range(2**63 - 2, 2**63 - 1 + i % 2):
        n += k & 1
    return n


print(sum([large(i) for i in range(300)]))


def iterator_seen(i):
    for k in range(4):
        for j in iter([k, i]):
            n = sys._getframe().f_lineno
    it = iter(range(3, 30, 5))
    next(it)
    return list(it), n - sys._getframe().f_lineno


def seen(n):
    for i in range(n):
        v = iterator_seen(i)
    return v


print(seen(200))


def raised(n):
    lines = set()
    for i in range(n):
        try:
            raising(i)
        except IndexError as e:
            lines.add((e.__traceback__.tb_next.tb_lineno, str(e)))
    return sorted(lines)


def raising(i):
    a = [i, i + 1]
    for k in range(4 if i % 40 == 39 else 2):
        a[k] = k
    a[k - i % 3]
    return a


print(raised(400))


def shared_iterators(n):
    out = []
    for i in range(n):
        a, b = iter(range(5)), iter([1, 2, 3])
        for x in a:
            if x == i % 7:
                break
        for y in b:
            for z in b:
                pass
        out.append((x, y, z, sys.getrefcount(a), list(a), b.__reduce__()[1]))
    return out[-3:], len(out)


print(shared_iterators(300))
# expect: 9740.408567 1295.939298
# expect: (206627, 57, (72, 120, 80, 5, [6, 5], 5, True), (72, 120, 80, 5, [398, 397], 397, True))
# expect: [(0, 56, 0, 56), (1, 88, 0, 56), (2, 88, 1, 72), (3, 88, 1, 72), (4, 88, 2, 72), (5, 120, 2, 72), (6, 120, 3, 120), (7, 120, 3, 120), (8, 120, 4, 120), (9, 184, 4, 120), (10, 184, 5, 120), (11, 184, 5, 120), (12, 184, 6, 120), (13, 184, 6, 120), (14, 184, 7, 120), (15, 184, 7, 120), (16, 184, 8, 120), (17, 248, 8, 120), (18, 248, 9, 184), (19, 248, 9, 184), (20, 248, 10, 184), (21, 248, 10, 184), (22, 248, 11, 184)]
# expect: 44887.5 900 [0.25, 0, 1, 3, 1.25, 2, 2.25, 2, 2, 3, 3.25, 2] 90475.0
# expect: (4962.5, 99.25) 598 [2, 98.25, 2, 98, 99, 99.25]
# expect: (450, [(0, 'other'), (1, 'other'), (2, 'other'), (3, 'other'), (4, 'called'), (11, '__call__')], 4063812)
# expect: (245561, [291, 15, 485, 679, 291])
# expect: 3288
# expect: ([8, 13, 18, 23, 28], -3)
# expect: [(225, 'list assignment index out of range')]
# expect: ([(3, 1, 3, 2, [4], ([],)), (4, 1, 3, 2, [], ([],)), (4, 1, 3, 2, [], ([],))], 300)
