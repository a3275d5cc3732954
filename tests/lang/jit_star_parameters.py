"""Inlined calls of functions with *args and **kwargs: tuples and dicts that nobody sees are not made."""
import sys
import weakref


class C:
    pass


log = []


class Loud:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


def ignores(x, *args, **kwargs):
    return x + 1


def counts(x, *args):
    return x + len(args)


def first(*args, **kwargs):
    return args[0]


def keeps(*args, **kwargs):
    return args, kwargs


def fills(*args, **kwargs):
    kwargs["n"] = args[0]
    return kwargs


def looks(a, *rest, key=1, **kwargs):
    return sorted(sys._getframe().f_locals.items())


def plain(rounds):
    n = 0
    for i in range(rounds):
        n += ignores(i) + counts(i) + counts(i, 1, None) + first(i, "x") + counts(i, *(1, 2, 3))
    return n


def kept(rounds):
    all = []
    for i in range(rounds):
        t = keeps(i, i + 1)
        if i % 100 == 7:
            all.append((t, keeps(), fills(i), looks(i), looks(i, 2, key=3)))
    same = len({id(x[1][0]) for x in all}), len({id(x[1][1]) for x in all})
    return all[1], same


def references(rounds):
    n = alive = 0
    for i in range(rounds):
        o = C()
        w = weakref.ref(o)
        n += sys.getrefcount(first(o, o)) + sys.getrefcount(keeps(o)[0][0])
        del o
        alive += w() is not None
    return n / rounds, alive


def deaths(rounds):
    for i in range(rounds):
        counts(i, Loud(i), Loud(-i))
        log.append("-")
    return len(log), log[-6:]


def wrap(f):
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)
    return wrapper


@wrap
@wrap
def add(x, y=10):
    if x == 150:
        raise ValueError(x, y)
    return x + y


def wrapped(rounds):
    n = 0
    for i in range(rounds):
        try:
            n += add(i, 1) + add(i) + add(i, y=i)
        except ValueError as e:
            n += 1000
            n += len(e.args)
    return n


class Chain:
    def __init__(self, *args, **kwargs):
        self.args = args
        self.kwargs = kwargs


class Sub(Chain):
    def __init__(self, x, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.x = x


def classes(rounds):
    n = 0
    for i in range(rounds):
        s = Sub(i, "a", i)
        s.kwargs["k"] = i
        n += s.x + len(s.args) + s.kwargs["k"] + len(Sub(i).kwargs)
    return n


def empty_dicts(rounds):
    n = 0
    for i in range(rounds):
        d = {}
        e = d
        if i % 3:
            d[i] = i
        n += len(e) + (d is e) + (not d) + ({} == {}) + ({} is not d) + bool(e) + sum({}.values()) + len(list(d))
    return n


def wrong(rounds):
    n = 0
    for i in range(rounds):
        try:
            ignores(*() if i % 50 == 49 else (i,))
            first(x=i)
        except (TypeError, IndexError) as e:
            n += len(str(e))
    return n


def recursive(n, *rest, **kw):
    return recursive(n - 1, n, *rest, **kw) if n else len(rest)


for f in (plain, kept, references, deaths, wrapped, classes, empty_dicts, wrong):
    print(f.__name__, f(400))
print(sum(recursive(i % 12) for i in range(300)))

# expect: plain 401400
# expect: kept ((((107, 108), {}), ((), {}), {'n': 107}, [('a', 107), ('key', 1), ('kwargs', {}), ('rest', ())], [('a', 107), ('key', 3), ('kwargs', {}), ('rest', (2,))]), (1, 4))
# expect: references (4.0, 0)
# expect: deaths (1200, [-398, 398, '-', -399, 399, '-'])
# expect: wrapped 323991
# expect: classes 160400
# expect: empty_dicts 2132
# expect: wrong 9832
# expect: 1650
