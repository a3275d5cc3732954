"""Loops over variables that functions share: nonlocal ones, read and written on both sides."""


def counter(n):
    s = 0
    def add(x):
        nonlocal s
        s += x
    for i in range(n):
        add(i)
    return s


def both_sides(n):
    s, f = 0, 0.5
    def step(x):
        nonlocal s, f
        s = s * 3 % 1000003 + x
        f = f * 0.5 + s
        return s
    out = 0
    for i in range(n):
        s += 1
        out += step(i) - s
        f = f + 1.0
    return s, f, out


def accumulator():
    total = 0
    def add(x):
        nonlocal total
        total += x
        return total
    def read():
        return total
    return add, read


def run(f, n):
    r = 0
    for i in range(n):
        r = f(i)
    return r


a, ra = accumulator()
b, rb = accumulator()
print(counter(1000), both_sides(500), [run(f, n) for f, n in ((a, 300), (b, 400), (a, 100), (b, 5))], ra(), rb())


def identity(n):
    x = y = 1000.5
    def swap():
        nonlocal x, y
        x, y = y, x
    def copy():
        nonlocal x
        x = y
    same = 0
    for i in range(n):
        y = i * 1000.0 + 0.5
        swap()
        same += x is y
        copy()
        same += x is y
        z = x
        same += z is y
    return same, x, y


def unbound(n):
    def add(v):
        nonlocal x
        x += v
    x = 0
    for i in range(n):
        if i == n - 2:
            del x
        add(i)


def kinds(n, values):
    x = 0
    def put(v):
        nonlocal x
        old, x = x, v
        return old
    out = []
    for v in values:
        for i in range(n):
            put(v)
        out.append(put(v))
    return out


print(identity(300), kinds(200, (1, 2.5, "text", None, True, 2**80, [1])))
try:
    unbound(300)
except NameError as e:
    print(e)


class Noisy:
    def __init__(self, k):
        self.k = k

    def __del__(self):
        print("gone", self.k)


def dropping(n):
    x = None
    def put(v):
        nonlocal x
        x = v
    for i in range(n):
        put(Noisy(i) if i > n - 3 else i)
    print("last")


dropping(300)
# expect: 499500 (839489, 1536287.4375796625, 0) [44850, 79800, 49800, 79810] 49800 79810
# expect: (600, 1000.5, 1000.5) [1, 2.5, 'text', None, True, 1208925819614629174706176, [1]]
# expect: cannot access free variable 'x' where it is not associated with a value in enclosing scope
# expect: gone 298
# expect: last
# expect: gone 299
