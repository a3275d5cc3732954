# Operators and comparisons whose methods are Python functions.
import sys, gc
class V:
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def __add__(self, o):
        if not isinstance(o, V):
            return NotImplemented
        return V(self.x + o.x, self.y + o.y)
    def __sub__(self, o):
        return self + o * -1
    def __mul__(self, k):
        return V(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __eq__(self, o):
        if type(o) is not V:
            return NotImplemented
        return self.x == o.x and self.y == o.y
    def __lt__(self, o):
        return [] if self.x > o.x else [1]
    def __truediv__(self, o):
        return sys.getrefcount(self), sys.getrefcount(o), sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno
class W(V):
    def __radd__(self, o):
        return "radd", o
class R:
    def __radd__(self, o):
        return 7
    def __rtruediv__(self, o):
        return 8
def sums(n):
    t = V(0, 0)
    d = V(1, 0.5)
    c = 0
    for i in range(n):
        t = t + d
        u = t - d * 2
        if u == V(i - 1, 0.5 * i - 0.5):
            c += 1
        if u != t:
            c += 10
        if u < t:
            c += 100
        u += d
        c += u.x
    return t.x, t.y, c, u < t, d == 5, d == d, sys.getrefcount(t), sys.getrefcount(u), sys.getrefcount(d), sys.getrefcount(V)
def mixed(n):
    a, w, r = V(1, 2), W(3, 4), R()
    out = []
    k = 0
    for i in range(n):
        o = r if i % 3 == 0 else w if i % 7 == 0 else a
        x = a + o
        if x == 7:
            k += 1
        elif type(x) is tuple:
            k += len(x[0])
        else:
            k += x.x
    return k, sys.getrefcount(a), sys.getrefcount(w), sys.getrefcount(r)
def seen(n):
    a, b = V(1, 2), V(3, 4)
    out = None
    for i in range(n):
        out = a / b
    return out
def raising(n):
    a = V(1, 2)
    try:
        for i in range(n):
            b = a + (a if i < n - 1 else 5)
    except TypeError as e:
        tb = e.__traceback__
        lines = []
        while tb:
            lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
            tb = tb.tb_next
        return str(e), lines, sys.getrefcount(a)
def inside(n):
    class Q:
        def __init__(self, v): self.v = v
        def __sub__(self, o):
            if self.v == n - 3:
                raise KeyError(sys._getframe(1).f_code.co_name)
            return Q(self.v - o.v)
        def __lt__(self, o): return self.v - o.v
        def __gt__(self, o): return NotImplemented
    z = Q(0)
    t = 0
    try:
        for i in range(n):
            q = Q(i) - z
            t += q.v
            if q < z:
                t += 1
    except KeyError as e:
        r = str(e), i, [f.f_lineno for f, in ()]
    try:
        for i in range(n):
            q > z
    except TypeError as e:
        return r, t, str(e), i
def changing(n):
    class C:
        def __init__(self, v): self.v = v
        def __add__(self, o): return self.v
    a, b = C(1), C(2)
    t = 0
    for i in range(n):
        t += a + b
        if i == n // 2:
            C.__add__ = lambda self, o: 1000
        if i == n - 10:
            del C.__add__
            C.__radd__ = lambda self, o: 5
        if i == n - 5:
            C.__add__ = lambda self, o: NotImplemented
        if i >= n - 10:
            try:
                a + b
            except TypeError as e:
                t += len(str(e))
                b = 1.5 if i % 2 else b
                C.__add__ = lambda self, o: 3
    return t
for f in sums, mixed, seen, raising, inside, changing:
    gc.collect()
    print(f.__name__, f(500))
# expect: sums (500, 250.0, 180250, [1], False, True, 2, 2, 2, 11)
# expect: mixed (929, 3, 2, 2)
# expect: seen (4, 4, 'seen', 66)
# expect: raising ("unsupported operand type(s) for +: 'V' and 'int'", [('raising', 72)], 2)
# expect: inside None
# expect: changing 240370
