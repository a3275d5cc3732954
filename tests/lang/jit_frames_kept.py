"""Frames that somebody keeps: their locals are those of the moment of the return."""
import sys
import weakref


class C:
    pass


kept = []


def keep():
    kept.append(sys._getframe(1))


def ends(o, i):
    n = i
    keep()
    n = i * 2
    o = None
    s = "x" * (i % 3)
    return n


def root(rounds):
    alive = 0
    for i in range(rounds):
        o = C()
        w = weakref.ref(o)
        ends(o, i)
        del o
        alive += w() is not None
    return alive, [sorted(f.f_locals.items(), key=str) for f in kept[::40]]


print(root(200))
kept.clear()


def raises(i):
    raise ValueError(i)


def catches(o, i):
    n = 0
    try:
        raises(i)
    except ValueError as e:
        kept.append(e.__traceback__.tb_frame)
    o = None
    n = i + 0.5
    return None


def exceptions(rounds):
    alive = 0
    for i in range(rounds):
        o = C()
        w = weakref.ref(o)
        catches(o, i)
        del o
        alive += w() is not None
    return alive, [f.f_locals for f in kept[::60]]


print(exceptions(200))
kept.clear()


def loops(o, i):
    for k in range(3):
        if k == 1:
            keep()
        v = k
    o = None
    v = -i
    return v


def in_loops(rounds):
    alive = 0
    for i in range(rounds):
        o = C()
        w = weakref.ref(o)
        loops(o, i)
        del o
        alive += w() is not None
    return alive, [f.f_locals for f in kept[::60]]


print(in_loops(200))
kept.clear()


class Callable:
    def __call__(self, *args):
        kept.append(sys._getframe(1))


class Handle:
    """As asyncio's."""

    def __init__(self, callback, args):
        self.callback = callback
        self.args = args

    def run(self):
        try:
            self.callback(*self.args)
        except BaseException as e:
            print("never", e)
        self = None


def handles(rounds):
    alive = 0
    for i in range(rounds):
        h = Handle(Callable(), (i,) if i % 3 else ())
        w = weakref.ref(h)
        h.run()
        del h
        alive += w() is not None
    return alive, [f.f_locals for f in kept[::60]]


print(handles(200))


# expect: (0, [[('i', 0), ('n', 0), ('o', None), ('s', '')], [('i', 40), ('n', 80), ('o', None), ('s', 'x')], [('i', 80), ('n', 160), ('o', None), ('s', 'xx')], [('i', 120), ('n', 240), ('o', None), ('s', '')], [('i', 160), ('n', 320), ('o', None), ('s', 'x')]])
# expect: (0, [{'o': None, 'i': 0, 'n': 0.5}, {'o': None, 'i': 60, 'n': 60.5}, {'o': None, 'i': 120, 'n': 120.5}, {'o': None, 'i': 180, 'n': 180.5}])
# expect: (0, [{'o': None, 'i': 0, 'k': 2, 'v': 0}, {'o': None, 'i': 60, 'k': 2, 'v': -60}, {'o': None, 'i': 120, 'k': 2, 'v': -120}, {'o': None, 'i': 180, 'k': 2, 'v': -180}])
# expect: (0, [{'self': None}, {'self': None}, {'self': None}, {'self': None}])
