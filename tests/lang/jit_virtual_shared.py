# Objects that only a trace knows, and that refer to one another in many ways: thirty times the one before, twice or three times over. What is looked for among them is looked for once in each.
import sys


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b


def loop(form, times):
    names = {"Pair": Pair}
    lines = [f"        x = {form}"] * times
    exec("\n".join(["def f(n):", "    for i in range(n):", "        x = i", *lines, "    return x"]), names)
    return names["f"]


def depth(x):
    n = 0
    while type(x) is not int:
        x = x.b if type(x) is Pair else x[1]
        n += 1
    return n, x


for form in ("[x] * 3", "[x, x]", "(x, x, x)", "{1: x, 2: x}", "Pair(x, x)"):
    for times in (3, 29, 45):
        f = loop(form, times)
        print(form, depth(f(3)), depth(f(3000)))


# A number that variables and the tuple of enumerate() or zip() share becomes an object at the end of a round: each has a reference of its own.
def shares(l, t):
    x = y = z = None
    n = 1
    for i, z in enumerate(t * 90):
        *x, y = [l[:2], max(n, i)]
        x, *y, z = x if i & 1 else y, x is y, i
    return x, y, z, i, sys.getrefcount(z) - sys.getrefcount(i)


def shares_zip(n, l):
    x = z = None
    for i, z in zip(range(n), l * n):
        try:
            if i & 1:
                x = x[0]
            else:
                x = tuple(l)
                x = x.v
        except Exception:
            pass
        x = (i, x)[0]
    return x, z, i, sys.getrefcount(x) - sys.getrefcount(i)


print(shares([1, 2, 3], (Pair(1, 2), 1)), shares_zip(300, [1, 2, Pair(1, 2)])[2:])


# An attribute that an instance lacks which only the trace knows.
class Lacks:
    def __init__(self, v=0):
        self.v = v if type(v) is int else 1

    def __getitem__(self, i):
        if i == 3:
            raise IndexError


def lacks(n):
    c = Lacks(4)
    for i in range(n):
        try:
            o = Pair(i, i)
            c = Lacks(c[i])
            x = c.w
        except AttributeError:
            continue
        except IndexError:
            c = Lacks(5)
    return c.v


print(lacks(12), lacks(12), lacks(3000))

# expect: [x] * 3 (3, 2) (3, 2999)
# expect: [x] * 3 (29, 2) (29, 2999)
# expect: [x] * 3 (45, 2) (45, 2999)
# expect: [x, x] (3, 2) (3, 2999)
# expect: [x, x] (29, 2) (29, 2999)
# expect: [x, x] (45, 2) (45, 2999)
# expect: (x, x, x) (3, 2) (3, 2999)
# expect: (x, x, x) (29, 2) (29, 2999)
# expect: (x, x, x) (45, 2) (45, 2999)
# expect: {1: x, 2: x} (3, 2) (3, 2999)
# expect: {1: x, 2: x} (29, 2) (29, 2999)
# expect: {1: x, 2: x} (45, 2) (45, 2999)
# expect: Pair(x, x) (3, 2) (3, 2999)
# expect: Pair(x, x) (29, 2) (29, 2999)
# expect: Pair(x, x) (45, 2) (45, 2999)
# expect: ([[1, 2]], [False], 179, 179, 0) (299, 0)
# expect: 1 1 1
