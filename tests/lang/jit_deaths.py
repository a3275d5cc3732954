# Objects that die when a store takes their last reference away, or that a variable takes over; super() in loops.
import gc
import sys
import weakref


class P:
    def __init__(self, x, y=None):
        self.x = x
        self.y = y


class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


log = []


def handed_over(n):
    """What an attribute lets go lives on in a variable, under another name or the same."""
    a, b = P(1), P(2)
    a.y = P(0)
    b.y = None
    moves = 0
    for i in range(n):
        p = a.y
        a.y = None
        b.y = p
        q = b.y
        b.y = None
        p = None
        a.y = q
        moves += q.x
        q.x += 1
    return moves, a.y.x, sys.getrefcount(a.y), sys.getrefcount(q), b.y


def replaced(n):
    """The old object dies in the store; what it had lives on in variables."""
    a = P(P(0), [1])
    s = 0
    for i in range(n):
        old = a.x
        inner = old.y
        a.x = P(i, (i, old.x))
        s += i
        old = None
        if inner is not None and i % 50 == 49:
            s += inner[0] + sys.getrefcount(inner)
    return s, a.x.x, a.x.y[0], sys.getrefcount(a.x), sys.getrefcount(a.x.y), sys.getrefcount(P)


def with_finalizer(n):
    """Now and then the old object, or what it refers to, has something to say."""
    a = P(None)
    for i in range(n):
        if i % 40 == 13:
            a.x = P(Dies(i))
        elif i % 40 == 27:
            a.x = Dies(-i)
        else:
            a.x = P(i)
        if i % 100 == 99:
            log.append("-")
    out = log[:12], len(log)
    log.clear()
    return out


def with_weakref(n):
    a = P(None)
    dead = []
    r = None
    for i in range(n):
        a.x = P(i)
        if i % 60 == 59:
            r = weakref.ref(a.x, lambda r, i=i: dead.append((i, a.x.x)))
    return dead, r().x


def cycles(n):
    a = P(None)
    for i in range(n):
        p = P(i)
        p.y = p
        a.x = p
        p = None
    gc.collect()
    return a.x.x, sys.getrefcount(a.x), sys.getrefcount(P)


def items(n):
    a = [P(0), P(1), P(2)]
    k = 0
    for i in range(n):
        old = a[i % 3]
        a[i % 3] = P(i, old.x)
        k += old.x
        if i % 70 == 69:
            k += sys.getrefcount(old) * 1000
    return k, [p.x for p in a], [sys.getrefcount(p) for p in a], old.x, sys.getrefcount(old)


def queue(n):
    """A linked list is taken from one end and put to another."""
    head = None
    for i in range(10):
        head = P(i, head)
    done = P(None)
    for i in range(n):
        pkt = head
        head = pkt.y
        pkt.y = None
        p = head
        while p.y is not None:
            p = p.y
        p.y = pkt
        done.x = pkt
    names = []
    p = head
    while p is not None:
        names.append((p.x, sys.getrefcount(p)))
        p = p.y
    return names, sys.getrefcount(done.x)


class A:
    def __init__(self, x):
        super().__init__()
        self.x = x

    def f(self, y):
        return self.x + y

    def g(self):
        return 1


class M(A):
    def f(self, y):
        return super().f(y) * 2


class B(M):
    def __init__(self, x, y):
        super().__init__(x)
        self.y = y

    def f(self, y):
        r = super().f
        return r(y) - self.y


def supers(n):
    t = 0
    b = B(1, 2)
    for i in range(n):
        t += b.f(i)
        c = B(i, 3)
        t += c.f(2) + super(B, c).g()
        if i == n - 50:
            M.f = lambda self, y: 1000000
        if i == n - 20:
            M.g = lambda self: 500
        if i == n - 10:
            B.__bases__ = (A,)
    B.__bases__ = (M,)
    del M.g
    return t, sys.getrefcount(c), sys.getrefcount(b), sys.getrefcount(B), sys.getrefcount(A)


first = M.f
for f in handed_over, replaced, with_finalizer, with_weakref, cycles, items, queue, supers:
    gc.collect()
    print(f.__name__, f(600))
    M.f = first
gc.collect()
print(sys.getrefcount(P), sys.getrefcount(B))
# expect: handed_over (179700, 600, 3, 3, None)
# expect: replaced (183600, 599, 599, 2, 2, 7)
# expect: with_finalizer ([13, -27, 53, -67, 93, '-', -107, 133, -147, 173, -187, '-'], 36)
# expect: with_weakref ([(59, 60), (119, 120), (179, 180), (239, 240), (299, 300), (359, 360), (419, 420), (479, 480), (539, 540)], 599)
# expect: cycles (599, 3, 7)
# expect: items (193909, [597, 598, 599], [3, 3, 3], 596, 2)
# expect: queue ([(9, 3), (8, 3), (7, 3), (6, 3), (5, 3), (4, 3), (3, 3), (2, 3), (1, 3), (0, 5)], 4)
# expect: supers (80622733, 2, 2, 6, 10)
# expect: 5 4
