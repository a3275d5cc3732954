"""__get__ of descriptors in Python, in compiled loops: what it is given, who counts, what dies when, and what a class may change."""
import enum
import sys


class Field:
    def __set_name__(self, owner, name):
        self.name = '_' + name

    def __get__(self, obj, owner):
        return getattr(obj, self.name)

    def __set__(self, obj, value):
        setattr(obj, self.name, value)


class Lazy:
    def __init__(self, f):
        self.f = f
        self.name = f.__name__

    def __get__(self, obj, owner=None):
        value = self.f(obj)
        obj.__dict__[self.name] = value
        return value


class Plain:
    def __get__(self, obj, owner):
        return obj.n * 2, owner.__name__


class C:
    a = Field()
    p = Plain()

    def __init__(self, n):
        self.n = n
        self.a = n

    @Lazy
    def lazy(self):
        return self.n + 1


def reads(n):
    t, c = 0, C(3)
    for i in range(n):
        t += c.a
        if i % 500 == 0:
            c.a = i
        d = C(i)
        t += d.lazy + d.lazy + d.p[0]
    return t, d.p


print(reads(3000))      # expect: (21747503, (5998, 'C'))


class Counted:
    def __get__(self, obj, owner):
        return sys.getrefcount(self), sys.getrefcount(obj), sys.getrefcount(Counted.__get__)


class H:
    x = Counted()


def counts(n):
    h, got = H(), set()
    for i in range(n):
        got.add(h.x)
    return got, len(got)


print(counts(2000))     # expect: ({(4, 4, 4)}, 1)


class Loud:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append(self.name)


class Dying:
    def __get__(self, obj, owner):
        x = Loud(obj.log, 'local')
        return Loud(obj.log, 'result')


class Owner(Loud):
    d = Dying()


def deaths(n):
    log = []
    for i in range(n):
        Owner(log, 'owner').d
        log.append('-')
    return log[:4], log[-4:], len(log)


print(deaths(1500))     # expect: (['local', 'owner', 'result', '-'], ['local', 'owner', 'result', '-'], 6000)


class Raises:
    def __get__(self, obj, owner):
        if obj.i % 300 == 299:
            raise AttributeError(obj.i)
        return obj.i


class R:
    r = Raises()


def raising(n):
    o, t, caught = R(), 0, []
    for i in range(n):
        o.i = i
        try:
            t += o.r
        except AttributeError as e:
            tb, names = e.__traceback__, []
            while tb is not None:
                names.append(tb.tb_frame.f_code.co_name)
                tb = tb.tb_next
            caught.append((e.args, names))
    return t, len(caught), caught[-1]


print(raising(1500))    # expect: (1119755, 5, ((1499,), ['raising', '__get__']))


def changes(n):
    class D:
        def __get__(self, obj, owner):
            return 1

    class K:
        d = D()
    k, got = K(), []
    k.__dict__['d'] = 'own'
    for i in range(n):
        v = k.d
        if i in (n // 4, n // 2 + 1, n * 3 // 4 + 1):
            got.append(v)
        if i == n // 3:
            D.__set__ = lambda *a: None
        if i == n // 2:
            D.__get__ = lambda *a: 2
        if i == n * 3 // 4:
            del D.__set__, D.__get__
    return got, v


print(changes(4000))    # expect: (['own', 2, 'own'], 'own')


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Flags(enum.IntFlag):
    A = 1
    B = 2


def enums(n):
    t, names = 0, set()
    for i in range(n):
        c = Colour.RED if i & 1 else Colour.BLUE
        t += c.value
        names.add(c.name)
        t += Flags.B.value
    return t, sorted(names)


print(enums(3000))      # expect: (10500, ['BLUE', 'RED'])


def depth(n):
    class D:
        def __get__(self, obj, owner):
            return obj.down(obj.left)

    class K:
        d = D()

        def down(self, k):
            if k == 0:
                return 0
            self.left = k - 1
            return 1 + self.d
    k, t = K(), 0
    for i in range(n):
        k.left = i % 5
        t += k.d
    try:
        k.left = 100000
        k.d
    except RecursionError:
        t += 1
    return t


print(depth(1000))      # expect: 2001
