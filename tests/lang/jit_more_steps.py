"""Functions made in loops, super() of classes, imports, variables that may be unbound: in loops as elsewhere."""
import sys

log = []


def unbound(n):
    out, errors = 0, []
    for i in range(n):
        try:
            if i == n // 2:
                del x
            if i % 100 != 99 and i != n // 2:
                x = i
            out += x
        except UnboundLocalError as e:
            errors.append((i, str(e)))
    return out, errors


def once(n, late):
    out = 0
    for i in range(n):
        if i == late:
            v = 10
        if i >= late:
            out += v
        if i == n - 5:
            del v
            try:
                out += v
            except UnboundLocalError:
                out += 1000000
            v = 2
    return out


def first_bound(n):
    def inner(i):
        if i >= n // 2:
            y = i
        return y
    out, errors = 0, 0
    for i in range(n):
        try:
            out += inner(i)
        except UnboundLocalError:
            errors += 1
    return out, errors


def dies_unbound(n):
    class D:
        def __init__(self, k):
            self.k = k

        def __del__(self):
            log.append(self.k)
    for i in range(n):
        if i % 50 == 0:
            d = D(i)
        k = d.k
        if i % 50 == 49:
            del d
    out = log[:]
    log.clear()
    return k, out


def made(n):
    out, functions = 0, []
    for i in range(n):
        f = lambda a, b=i: a + b

        def g(c, *, d=2):
            return c * d + i
        out += f(1) + g(3) + g(1, d=i)
        if i % 100 == 0:
            functions.append((f, g))
    return out, [(f(0), g(0), f.__defaults__, g.__kwdefaults__) for f, g in functions], sys.getrefcount(f)


def sorted_by(n):
    items, out = [(3, "c"), (1, "a"), (2, "b")], 0
    for i in range(n):
        out += sorted(items, key=lambda t: -t[0] if i % 2 else t[0])[0][0]
    return out


class Base:
    made = 0

    def __new__(cls, v):
        self = super().__new__(cls)
        self.v = v
        return self

    @classmethod
    def make(cls, v):
        cls.made += 1
        return cls(v)


class Derived(Base):
    @classmethod
    def make(cls, v):
        return super().make(v + 1)

    def __init__(self, v):
        super().__init__()
        self.w = super().__repr__()[:1]


def supers(n):
    out = 0
    for i in range(n):
        o = Derived.make(i) if i % 3 else Base.make(i)
        out += o.v
        if i == n // 2:
            Base.made = 1000
    return out, Base.made, Derived.made


def imports(n):
    out = 0
    for i in range(n):
        import math
        from math import floor, pi
        out += floor(pi * i) + math.ceil(0.5)
        try:
            from math import nothing
        except ImportError as e:
            out += "nothing" in str(e)
    return out


print("unbound", unbound(500))
print("once", once(500, 0), once(500, 200), once(500, 494))
print("first_bound", first_bound(400))
print("dies_unbound", dies_unbound(400))
print("made", made(400))
print("sorted_by", sorted_by(300))
print("supers", supers(400))
print("imports", imports(300))
# expect: unbound (124495, [(250, "cannot access local variable 'x' where it is not associated with a value")])
# expect: once 1004968 1002968 1000028
# expect: first_bound (59900, 200)
# expect: dies_unbound (350, [0, 50, 100, 150, 200, 250, 300, 350])
# expect: made (322000, [(0, 399, (0,), {'d': 2}), (100, 399, (100,), {'d': 2}), (200, 399, (200,), {'d': 2}), (300, 399, (300,), {'d': 2})], 2)
# expect: sorted_by 600
# expect: supers (80066, 1067, 267)
# expect: imports 141349
