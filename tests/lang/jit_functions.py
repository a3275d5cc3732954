"""Loops that call functions which are not the same each time: closures, bound methods, getters of properties, functions made anew."""
import sys


def adder(k, base=0):
    def add(x, more=1):
        return x + k + base + more
    return add


def with_closure(f, n):
    s = 0
    for i in range(n):
        s += f(i)
    return s


print([with_closure(adder(k), 300) for k in range(5)], with_closure(adder(0.5, 2), 300), with_closure(adder(2**70), 300))


def alternating(n):
    f, g = adder(1), adder(1000)
    s = 0
    for i in range(n):
        f, g = g, f
        s += f(i, 2) - g(more=3, x=i)
    return s


def made_anew(n):
    s = 0
    for j in range(n):
        f = lambda x, y=j: x * y + j
        for i in range(n):
            s += f(i)
    return s


print(alternating(500), made_anew(60))


def local_function(n):
    def square(x):
        return x * x
    s = 0
    for i in range(n):
        s += square(i)
    return s


print(sum(local_function(100) for k in range(20)))


def plus(a, b=1, c=2):
    return a + b + c


def changes(n, f, how):
    """The function at hand is changed between the rounds."""
    s = 0
    for i in range(n):
        s += f(i)
        if i == n - 20:
            how(f)
    return s


def restore():
    plus.__defaults__ = (1, 2)
    plus.__kwdefaults__ = None
    plus.__code__ = code


code = plus.__code__
for how in (lambda f: setattr(f, "__defaults__", (5, 6)), lambda f: setattr(f, "__defaults__", (5, 6, 7)), lambda f: setattr(f, "__defaults__", (0.5, 1)),
            lambda f: setattr(f, "__code__", (lambda a, b, c: a * b * c).__code__), lambda f: setattr(f, "__kwdefaults__", {"x": 1})):
    print(changes(400, plus, how), end=" ")
    restore()
print()
try:
    changes(400, plus, lambda f: setattr(f, "__defaults__", None))
except TypeError as e:
    print(e)
restore()


def keyword_only(a, *, k=3):
    return a + k


print(with_closure(keyword_only, 300), changes(300, keyword_only, lambda f: f.__kwdefaults__.update(k=7)))
N = 2


def of_module(x):
    return x * N


elsewhere = type(of_module)(of_module.__code__, {"N": 10})
print(with_closure(of_module, 300), with_closure(elsewhere, 300), with_closure(of_module, 300))


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def scaled(self, k):
        return self.norm * k + self.x

    @property
    def norm(self):
        return self.x * self.x + self.y * self.y

    @property
    def raises(self):
        return self.x // self.y


class Other(Point):
    def scaled(self, k):
        return -k


def bound(m, n):
    s = 0
    for i in range(n):
        s += m(i)
    return s


p = Point(1.5, 2)
print([bound(q.scaled, 300) for q in (p, Point(1, 2), Point(3, 4), Other(1, 2))])
print(bound(p.scaled, 300))
p.x = 7
print(bound(p.scaled, 300))


def norms(points, n):
    s = 0
    for i in range(n):
        for q in points:
            s += q.norm
    return s


print(norms((p, Point(1, 2), Other(5, 6)), 200))
old = Point.norm
Point.norm = property(lambda self: 1)
print(norms((p,), 200), bound(p.scaled, 200))
Point.norm.__init__(lambda self: 3)
print(norms((p,), 200))
Point.norm = old
print(norms((p,), 200))


def divides(q, n):
    s = 0
    for i in range(n):
        q = Point(10, n - i - 1) if i > n - 3 else q
        s += q.raises
    return s


try:
    divides(Point(10, 3), 300)
except ZeroDivisionError as e:
    tb = e.__traceback__.tb_next
    print(tb.tb_frame.f_code.co_name, tb.tb_frame.f_locals["i"], tb.tb_next.tb_frame.f_code.co_qualname, tb.tb_next.tb_frame.f_locals["self"].y)


class Callback:
    """Sees the frames of the functions that called it."""
    def __init__(self):
        self.seen = []

    def look(self, x):
        f = sys._getframe(1)
        self.seen.append((f.f_code.co_name, f.f_locals["x"], f.f_back.f_code.co_name, f.f_back.f_locals["i"]))
        return x


def through(limit, look):
    def inner(x):
        return look(x) if x > limit else x + 1
    return inner


def run(f, n):
    s = 0
    for i in range(n):
        s += f(i)
    return s


c = Callback()
print(run(through(297, c.look), 300), c.seen)


# Of a function that lives in the loop's frame only, a trace must not keep more than that does.
class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name)


def holding(n, thing):
    def f(x):
        return x + (thing is not None)
    return run(f, n)


for name in "abc":
    print(holding(200, Noisy(name)))
# expect: [45150, 45450, 45750, 46050, 46350] 45900.0 354177486215223391072350
# expect: -500 3239100
# expect: 6567000
# expect: 81152 81190 80971.5 88353 81000 
# expect: plus() missing 2 required positional arguments: 'b' and 'c'
# expect: 45750 45826
# expect: 89700 448500 89700
# expect: [280762.5, 224550, 1122150, -44850]
# expect: 280762.5
# expect: 2379150
# expect: 23800
# expect: 200 21300
# expect: 600
# expect: 10600
# expect: divides 299 Point.raises 0
# expect: 45148 [('inner', 298, 'run', 298), ('inner', 299, 'run', 299)]
# expect: gone: a
# expect: 20100
# expect: gone: b
# expect: 20100
# expect: gone: c
# expect: 20100
