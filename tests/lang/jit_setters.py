"""Properties with setters in hot loops."""
import sys
import traceback


class P:
    __slots__ = ("_v", "n")

    def __init__(self):
        self._v = 0
        self.n = 0

    @property
    def v(self):
        return self._v

    @v.setter
    def v(self, x):
        self._v = x
        self.n += 1


def plain(rounds):
    p = P()
    for i in range(rounds):
        p.v = p.v + i
    return p.v, p.n


print(plain(300), plain(300))


class Checked:
    def __init__(self):
        self.log = []

    def set(self, x):
        if x % 70 == 69:
            raise ValueError(x)
        self.x = x
        return "nobody sees this"

    value = property(lambda self: self.x, set)

    def watch(self, x):
        self.log.append((x, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno))

    watched = property(None, watch)


def errors(rounds):
    c = Checked()
    out = []
    for i in range(rounds):
        try:
            c.value = i
        except ValueError as e:
            out.append((str(e), [(f.name, f.line) for f in traceback.extract_tb(e.__traceback__)]))
    return len(out), out[0], c.value


print(errors(200))


def frames(rounds):
    c = Checked()
    for i in range(rounds):
        c.watched = i
    return len(c.log), c.log[0], c.log[-1]


print(frames(200))


def no_getter(rounds):
    c = Checked()
    n = 0
    for i in range(rounds):
        try:
            c.watched
        except AttributeError:
            n += 1
    return n


print(no_getter(100))


class Base:
    @property
    def a(self):
        return self.__dict__.get("a", 0)

    @a.setter
    def a(self, x):
        self.__dict__["a"] = x


class Sub(Base):
    pass


def changes(rounds):
    """The class gets another property, and a subclass one of its own, in mid-loop."""
    out = []
    for i in range(rounds):
        o = Sub() if i % 2 else Base()
        if i == 100:
            Base.a = property(lambda self: "new", lambda self, x: out.append(x))
        if i == 150:
            Sub.a = property(Base.a.fget, lambda self, x: out.append(-x))
        if i == 180:
            Sub.__setattr__ = lambda self, name, x: out.append((name, x))
        o.a = i
        out.append(o.a) if i % 10 == 0 else None
    return out


print(changes(200))


class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        gone.append((self.n, sys._getframe(1).f_code.co_name))


gone = []


class Holder:
    _h = None

    @property
    def h(self):
        return self._h

    @h.setter
    def h(self, x):
        self._h = x


def deaths(rounds):
    o = Holder()
    for i in range(rounds):
        o.h = Dies(i)
    o.h = None
    return len(gone), gone[:2], gone[-1]


print(deaths(100))


def counts(rounds):
    o, x = Holder(), object()
    before = sys.getrefcount(x)
    for i in range(rounds):
        o.h = x
        o.h = None
        o.h = x
    return sys.getrefcount(x) - before, sys.getrefcount(o)


print(counts(200))


class Deep:
    @property
    def d(self):
        return 0

    @d.setter
    def d(self, x):
        if x:
            self.d = x - 1


def deep(rounds):
    o = Deep()
    for i in range(rounds):
        o.d = i % 30
    try:
        o.d = 10 ** 6
    except RecursionError:
        return "too deep"


print(deep(100))


def defaults(rounds):
    """A setter that takes more, and one that is a bound method."""
    class D:
        s = property(None, lambda self, x, y=2, *z, **k: setattr(self, "t", (x, y, z, k)))
        b = property(None, [].append)
    o = D()
    bad = 0
    for i in range(rounds):
        o.s = i
        try:
            o.b = i
        except TypeError:
            bad += 1
    return o.t, bad


print(defaults(100))


def traced(rounds):
    seen = []

    def tool(frame, event, arg):
        if frame.f_code.co_name == "v":
            seen.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return tool
    p = P()
    for i in range(rounds):
        if i == 150:
            sys.settrace(tool)
        if i == 152:
            sys.settrace(None)
        p.v = i
    return seen


print(traced(200))


# expect: (44850, 300) (44850, 300)
# expect: (2, ('69', [('errors', 'c.value = i'), ('set', 'raise ValueError(x)')]), 199)
# expect: (200, (0, 'frames', 3), (199, 'frames', 3))
# expect: 100
# expect: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 'new', 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 'new', 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 'new', 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 'new', 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 'new', 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 'new', -151, 152, -153, 154, -155, 156, -157, 158, -159, 160, 'new', -161, 162, -163, 164, -165, 166, -167, 168, -169, 170, 'new', -171, 172, -173, 174, -175, 176, -177, 178, -179, 180, 'new', ('a', 181), 182, ('a', 183), 184, ('a', 185), 186, ('a', 187), 188, ('a', 189), 190, 'new', ('a', 191), 192, ('a', 193), 194, ('a', 195), 196, ('a', 197), 198, ('a', 199)]
# expect: (100, [(0, 'h'), (1, 'h')], (99, 'h'))
# expect: (1, 2)
# expect: too deep
# expect: ((99, 2, (), {}), 100)
# expect: [('call', 0), ('line', 2), ('line', 3), ('return', 3), ('call', 0), ('line', 2), ('line', 3), ('return', 3)]
