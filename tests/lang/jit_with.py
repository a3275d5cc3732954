"""With statements whose managers are in Python, in compiled loops: counts, frames, depth, deaths and what methods return."""
import gc
import sys
import threading
import weakref

gc.disable()
log = []


class CM:
    def __init__(self, v=0):
        self.v, self.n = v, 0

    def __enter__(self):
        self.n += 1
        return self.v

    def __exit__(self, t, e, tb):
        self.n -= 1


def plain(n):
    c, s = CM(5), 0
    for i in range(n):
        with c as x:
            s += x + c.n
    return s, c.n


class Counted(CM):
    def __enter__(self):
        log.append(sys.getrefcount(self))
        return self

    def __exit__(self, t, e, tb):
        log.append(sys.getrefcount(self))
        return True


def counts(n):
    del log[:]
    c = Counted()
    for i in range(n):
        with c:
            log.append(sys.getrefcount(c))
        with c as d:
            log.append(sys.getrefcount(d))
        if i & 1:
            d = None
        with Counted():
            pass
    return log[:14], log[-14:], sys.getrefcount(c)


class Dying:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return self.v

    def __exit__(self, *what):
        log.append(("exit", self.v, what))

    def __del__(self):
        f = sys._getframe(1)
        log.append(("gone", self.v, f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno))


class Quiet:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return self.v

    def __exit__(self, a, b, c):
        return None


def dying(n):
    del log[:]
    s = 0
    for i in range(n):
        with Dying(i) as v:
            s += v
        with Quiet(i) as v, Quiet(s) as w:
            s += v - (w & 3)
    return s, log[:2], log[-2:], len(log)


class Seeing:
    def __enter__(self):
        f = sys._getframe()
        log.append((f.f_code.co_name, f.f_back.f_code.co_name, f.f_back.f_lineno - f.f_back.f_code.co_firstlineno, f.f_back.f_lasti))
        return len(log)

    def __exit__(self, a, b, c):
        f = sys._getframe(1)
        log.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, f.f_lasti, f.f_locals["i"]))


def seeing(n):
    del log[:]
    s = 0
    c = Seeing()
    for i in range(n):
        with c as x:
            s += x
    return s, log[-2:]


def bottom(k):
    return bottom(k + 1) + 1


class Deep:
    def __enter__(self):
        try:
            bottom(0)
        except RecursionError as e:
            tb, k = e.__traceback__, 0
            while tb is not None:
                tb, k = tb.tb_next, k + 1
            return k

    def __exit__(self, a, b, c):
        self.k = self.__enter__()


def depth(n):
    c, seen = Deep(), []
    for i in range(n):
        with c as k:
            seen.append(k)
        seen.append(c.k)
    return len({*seen[::2]}), len({*seen[1::2]}), seen[0] - seen[1]


class Raising(CM):
    def __enter__(self):
        if self.v == 0:
            raise ValueError(self.n)
        return {}[self.n] if self.v == 1 else self

    def __exit__(self, t, e, tb):
        if self.v == 2:
            raise KeyError(t)
        return self.v == 3


def raising(n):
    out, s = {}, 0
    cs = [Raising(k) for k in range(5)]
    for i in range(n):
        try:
            with cs[i % 5]:
                s += 1
                if i % 3 == 0:
                    s += [][i]
                s += 10
        except Exception as e:
            tb, k = e.__traceback__, []
            while tb is not None:
                k.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
                tb = tb.tb_next
            out[i % 15] = type(e).__name__, str(e), k, type(e.__context__).__name__
    return s, sorted(out.items())


def changing(n):
    class A:
        def __enter__(self):
            return 1

        def __exit__(self, a, b, c):
            return False
    s, a = 0, A()
    for i in range(n):
        if i == n // 4:
            A.__enter__ = lambda self: 100
        if i == n // 2:
            A.__exit__ = lambda self, *what: log.append(what)
        if i == n - 10:
            a.__enter__ = a.__exit__ = None              # methods of instances do not count
        if i == n - 5:
            a = Quiet(3)
        with a as x:
            s += x
            if i == n // 3:
                A.__exit__ = lambda self, t, e, tb: log.append(t) or None
    return s, len(log), log[-1]


def jumps(n):
    c, s = CM(2), 0
    def inner(i):
        nonlocal s
        with c as x:
            if i & 1:
                return x
            s += c.n
        return c.n
    for i in range(n):
        s += inner(i)
        for j in range(4):
            with c:
                if j == i & 3:
                    break
                if j & 1:
                    continue
                s += 10
        with c, CM(3) as y:
            with CM(y) as z:
                s += z + c.n
    return s, c.n


def locks(n):
    a, b, s = threading.Lock(), threading.RLock(), 0
    for i in range(n):
        with a:
            s += a.locked()
            with b:
                s += 1
                with b:
                    s += i & 1
        if i % 100 == 50:
            a.acquire()
            threading.Timer(0.001, a.release).start()
    return s, a.locked()


def weak(n):
    s = 0
    for i in range(n):
        c = CM(i)
        w = weakref.ref(c)
        with c:
            c = None
            s += w() is None
        s += w() is None
    return s


print(plain(500))
print(counts(200))
print(dying(200))
print(seeing(300))
print(depth(40))
print(raising(300))
log.clear()
print(changing(200))
print(jumps(200))
print(locks(400))
print(weak(300))
# expect: (3000, 0)
# expect: ([5, 3, 4, 5, 4, 5, 4, 3, 6, 4, 5, 6, 4, 5], [4, 5, 4, 5, 4, 3, 6, 4, 5, 6, 4, 5, 4, 3], 2)
# expect: (39403, [('exit', 0, (None, None, None)), ('gone', 0, 'dying', 4)], [('exit', 199, (None, None, None)), ('gone', 199, 'dying', 4)], 400)
# expect: (90000, [('__enter__', 'seeing', 5, 74), ('seeing', 5, 92, 299)])
# expect: (1, 1, 1)
# expect: (1380, [(0, ('ValueError', '0', [('raising', 5), ('__enter__', 2)], 'NoneType')), (1, ('KeyError', '0', [('raising', 5), ('__enter__', 3)], 'NoneType')), (2, ('KeyError', 'None', [('raising', 5), ('__exit__', 2)], 'NoneType')), (5, ('ValueError', '0', [('raising', 5), ('__enter__', 2)], 'NoneType')), (6, ('KeyError', '0', [('raising', 5), ('__enter__', 3)], 'NoneType')), (7, ('KeyError', 'None', [('raising', 5), ('__exit__', 2)], 'NoneType')), (9, ('IndexError', 'list index out of range', [('raising', 8)], 'NoneType')), (10, ('ValueError', '0', [('raising', 5), ('__enter__', 2)], 'NoneType')), (11, ('KeyError', '0', [('raising', 5), ('__enter__', 3)], 'NoneType')), (12, ('KeyError', "<class 'IndexError'>", [('raising', 5), ('__exit__', 2)], 'IndexError'))])
# expect: (14565, 128, (None, None, None))
# expect: (3000, 0)
# expect: (1000, False)
# expect: 300
