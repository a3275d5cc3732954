# Objects that loops make: instances, tuples, bound methods that never exist, that escape, that die; what counts and destructors say about them.
import gc
import sys
import weakref


class V:
    def __init__(self, x, y=0):
        self.x = x
        self.y = y

    def dot(self, o):
        return self.x * o.x + self.y * o.y

    def scale(self, k):
        return V(self.x * k, y=self.y * k)


class S:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.b = b
        self.a = a


class Empty:
    pass


def temporaries(n):
    s = 0.0
    w = V(1.0, 2.0)
    for i in range(n):
        s += w.scale(i).dot(w.scale(0.5))
    return s, sys.getrefcount(w), sys.getrefcount(V)


def escaping(n):
    out = []
    for i in range(n):
        out.append(V(i, float(i)))
    return len(out), sum(v.x + v.y for v in out), sys.getrefcount(out[5]), list(out[7].__dict__.items()), sys.getrefcount(V) - len(out)


def tuples(n):
    t = 0
    for i in range(n):
        p = (i, i + 1, i * 2)
        a, b, c = p
        t += a + b + c + p[1]
        q = S(p, i)
        t += q.a[2] - q.b
    return t, p, q.a, q.b, sys.getrefcount(p), gc.is_tracked(p)


def carried(n):
    p = V(0, 0)
    for i in range(n):
        p = V(p.x + i, p.y - i)
    return p.x, p.y, sys.getrefcount(p)


def methods(n):
    t = 0
    for i in range(n):
        v = V(i, i)
        fn = v.dot
        t += fn(v)
        if i % 100 == 99:
            lst = [v, fn]
            t += lst[0].x
            t += (fn is lst[1]) + (fn == v.dot) + (fn is v.dot)
    return t, fn(v), sys.getrefcount(v), sys.getrefcount(fn)


def replaced(n):
    keep = [None] * 10
    for i in range(n):
        keep[i % 10] = V(i, (i, i))
    return [k.y for k in keep], sys.getrefcount(keep[3]), sys.getrefcount(keep[3].y), sys.getrefcount(V)


class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b


def fields(n):
    """Old values of attributes die in the loop, or live on in variables."""
    p = Pair(V(1, 2), None)
    old = None
    for i in range(n):
        old = p.a
        p.a = V(old.x + 1, old)
        old.y = None
    return p.a.x, old.x, sys.getrefcount(p.a), sys.getrefcount(old), sys.getrefcount(V)


def chain(n):
    head = None
    for i in range(n):
        head = Pair(i, head)
    counts = sys.getrefcount(head), sys.getrefcount(head.b), sys.getrefcount(Pair)
    t = 0
    while head is not None:
        t = t * 3 % 1000003 + head.a
        head = head.b
    return counts, t, sys.getrefcount(Pair)


log = []


class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


def dying(n):
    """Objects with a finalizer, and objects that have such ones."""
    for i in range(n):
        d = Dies(i)
        if i % 50 == 49:
            log.append("x")
        p = Pair(d, V(i))
        d = None
        if i % 70 == 69:
            log.append("y")
        p = None
    out = log[-8:], len(log)
    log.clear()
    return out


def weak(n):
    dead = []
    for i in range(n):
        v = V(i)
        if i % 60 == 59:
            r = weakref.ref(v, lambda r, i=i: dead.append(i))
    v = None
    return dead, r()


def later_finalizer(n):
    """The class gets __del__ in the middle."""
    seen = []
    class C:
        def __init__(self, i):
            self.i = i
    for i in range(n):
        c = C(i)
        if i == n - 5:
            C.__del__ = lambda self: seen.append(self.i)
    c = None
    return seen


def other_init(n):
    class C:
        def __init__(self, i):
            self.i = i
    t = 0
    def init(self, i):
        self.j = self.i = -i
    for i in range(n):
        if i == n // 2:
            C.__init__ = init
        t += C(i).i
    return t


def other_new(n):
    class C:
        def __init__(self, i):
            self.i = i
    made = 0
    def new(cls, i):
        nonlocal made
        made += 1
        return object.__new__(cls)
    t = 0
    for i in range(n):
        if i == n - 7:
            C.__new__ = new
        t += C(i).i
    return t, made


def raising(n):
    class C:
        def __init__(self, i):
            self.i = i
            if i == n - 1:
                self.frame = sys._getframe(1).f_code.co_name, sys._getframe().f_code.co_name
                raise ValueError(self)
    try:
        for i in range(n):
            c = C(i)
    except ValueError as e:
        tb = e.__traceback__
        names = []
        while tb is not None:
            names.append((tb.tb_frame.f_code.co_name, sorted(k for k in tb.tb_frame.f_locals if k in "self i c n")))
            tb = tb.tb_next
        return names, e.args[0].i, e.args[0].frame, c.i


def returns_something(n):
    class C:
        def __init__(self, i):
            self.i = i
            return None if i < n - 1 else 3
    try:
        for i in range(n):
            C(i)
    except TypeError as e:
        return str(e), i


def itself(n):
    """Objects that refer to themselves and to one another."""
    for i in range(n):
        a = Empty()
        a.me = a
        b = Pair(a, (a, a))
        a.other = b
    return a.me is a, a.other.b[1] is a, sys.getrefcount(b), len(gc.get_referrers(b)) >= 1


def same(n):
    """Identity."""
    hits = 0
    for i in range(n):
        a, b = V(i), V(i)
        c = a
        p = (a, b)
        if a is b:
            hits += 1000000
        if a is c and p[0] is a and p[1] is not a:
            hits += 1
        if p is (a, b):
            hits += 1000000
    return hits, a is b, c is a, sys.getrefcount(a), sys.getrefcount(b)


def deleted(n):
    for i in range(n):
        v = V(i)
        v.z = i
        if i % 9 == 8:
            del v.x
            v.x = 5
    return list(v.__dict__.items()), v.__dict__ is v.__dict__, sys.getrefcount(v)


def through_frames(n):
    def inner(v, i):
        w = V(v.x, v)
        if i % 80 == 79:
            return sys._getframe().f_locals["w"], w
        return w.y, w
    for i in range(n):
        a, w = inner(V(i), i)
    return type(a), w.x, sys.getrefcount(a), sys.getrefcount(w)


for f in (temporaries, escaping, tuples, carried, methods, replaced, fields, chain, dying, weak, later_finalizer, other_init, other_new, raising,
          returns_something, itself, same, deleted, through_frames):
    gc.collect()
    print(f.__name__, f(800))
gc.collect()
print(sys.getrefcount(V), sys.getrefcount(Pair), sys.getrefcount(S), sys.getrefcount(Empty))
# expect: temporaries (799000.0, 2, 6)
# expect: escaping (800, 639200.0, 2, [('x', 7), ('y', 7.0)], 5)
# expect: tuples (1919200, (799, 800, 1598), (799, 800, 1598), 799, 5, True)
# expect: carried (319600, -319600, 2)
# expect: methods (340697208, 1276802, 4, 3)
# expect: replaced ([(790, 790), (791, 791), (792, 792), (793, 793), (794, 794), (795, 795), (796, 796), (797, 797), (798, 798), (799, 799)], 2, 3, 15)
# expect: fields (801, 800, 2, 3, 7)
# expect: chain ((2, 2, 805), 770307, 5)
# expect: dying ([793, 794, 795, 796, 797, 798, 'x', 799], 827)
# expect: weak ([59, 119, 179, 239, 299, 359, 419, 479, 539, 599, 659, 719, 779], None)
# expect: later_finalizer [795, 796, 797, 798, 799]
# expect: other_init -160000
# expect: other_new (319600, 7)
# expect: raising ([('raising', ['c', 'e', 'i', 'n']), ('__init__', ['i', 'n', 'self'])], 799, ('raising', '__init__'), 798)
# expect: returns_something ("__init__() should return None, not 'int'", 799)
# expect: itself (True, True, 3, True)
# expect: same (800, False, True, 4, 3)
# expect: deleted ([('x', 799), ('y', 0), ('z', 799)], True, 2)
# expect: through_frames (<class '__main__.V'>, 799, 3, 3)
# expect: 5 5 5 5
