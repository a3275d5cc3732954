"""Classes whose metaclass has a __call__ in Python, called in compiled loops: enumerations by value, singletons, counts, what changes, errors."""
import enum
import sys


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class State(enum.IntEnum):
    A = 0
    B = 1
    C = 2


def by_value(n):
    t, s = 0, State.A
    for i in range(n):
        c = Color(i % 3 + 1)
        t += c.value * (c is Color.GREEN) + (c is Color(c))
        s = State((s + i) % 3)
        t += s
    return t, s.name, c


print(by_value(1000))   # expect: (1999, 'A', <Color.RED: 1>)


def wrong(n):
    bad = 0
    for i in range(n):
        try:
            Color(i % 4)
        except ValueError as e:
            bad += 1
            text = str(e)
    return bad, text


print(wrong(400))       # expect: (100, '0 is not a valid Color')


class Single(type):
    made = {}
    called = 0

    def __call__(cls, *args):
        Single.called += 1
        if cls not in Single.made:
            Single.made[cls] = super().__call__(*args)
        return Single.made[cls]


class One(metaclass=Single):
    def __init__(self, v):
        self.v = v


class Two(One):
    pass


def singles(n):
    t = 0
    for i in range(n):
        t += One(i).v + Two(i + 5).v
    return t, Single.called, One(3) is One(4)


print(singles(500))     # expect: (2500, 1000, True)


class Adds(type):
    def __call__(cls, a, b=2):
        return a + b + cls.k


class K(metaclass=Adds):
    k = 3


def changes(n):
    log = []
    for i in range(n):
        if i == n // 2:
            Adds.__call__ = lambda cls, a, b=5: a * b
        if i == n - 5:
            del Adds.__call__
        log.append(K(i) if i < n - 5 else type(K()).__name__)
    return log[0], log[n // 2 - 1], log[n // 2], log[-6:]


print(changes(400))     # expect: (5, 204, 1000, [1970, 'K', 'K', 'K', 'K', 'K'])


class Held(type):
    def __call__(cls, o):
        return sys.getrefcount(o), sys.getrefcount(cls)


class H(metaclass=Held):
    pass


def counts(n):
    o, seen = ['o'], set()
    before = sys.getrefcount(o), sys.getrefcount(H)
    for i in range(n):
        a, b = H(o)
        seen.add((a - before[0], b - before[1]))
    return len(seen), sys.getrefcount(o) - before[0], sys.getrefcount(H) - before[1]


print(counts(300))      # expect: (1, 0, 0)


class Raises(type):
    def __call__(cls, i):
        if i % 50 == 49:
            raise KeyError(i)
        return i


class R(metaclass=Raises):
    pass


def raises(n):
    t, names = 0, set()
    for i in range(n):
        try:
            t += R(i)
        except KeyError as e:
            tb = e.__traceback__
            names.add((tb.tb_frame.f_code.co_name, tb.tb_next.tb_frame.f_code.co_name, tb.tb_next.tb_next))
    return t, names


print(raises(400))      # expect: (78008, {('raises', '__call__', None)})


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Loud.log.append(self.n)


class Takes(type):
    def __call__(cls, *args):
        return len(args)


class T(metaclass=Takes):
    pass


class Instance:
    def __call__(self, a, b, c, d, e, f, g):
        a = b = c = d = e = f = g = None
        return len(Loud.log)


def orders(n):
    o, at = Instance(), []
    for i in range(n):
        at.append(o(Loud(1), Loud(2), Loud(3), Loud(4), Loud(5), Loud(6), Loud(7)))
        at.append(T(Loud(1), Loud(2), Loud(3), Loud(4)))
    return at[-2:], Loud.log[:11] * n == Loud.log, Loud.log[:11]


print(orders(60))       # expect: ([649, 4], True, [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4])


class Kept:
    def __call__(self, a, b, c):
        return sys.getrefcount(a), sys.getrefcount(b), sys.getrefcount(c), sys.getrefcount(self)


def kept(n):
    o, x, seen = Kept(), ['x'], set()
    for i in range(n):
        seen.add(o(x, x, i) if i < 0 else o(x, [], x))
    return len(seen), sys.getrefcount(x), sys.getrefcount(o)


print(kept(200))        # expect: (1, 2, 2)
