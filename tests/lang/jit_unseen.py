"""Exceptions that nobody sees are not made in compiled loops; where somebody may see them, they are."""
import gc
import sys
import weakref

gc.disable()
log = []


class D:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append((self.v, sys._getframe(1).f_code.co_name, type(sys.exception()).__name__))


class Err(Exception):
    pass


def missing(n):
    d, s = {3: 1}, 0
    keys = [1, "k", 3, None, 2.5, (1, 2), 3, True]
    for i in range(n):
        try:
            s += d[keys[i & 7]]
        except LookupError:
            s += 10
        if i == n // 2:
            d["k"] = d[2.5] = 7
        if i == n - 20:
            keys = [0, 1, 2, 3, 4, -1, -2, True]
            d = [5]
        try:
            d[i]
        except (KeyError, IndexError):
            s -= 1
    return s


def outside(n):
    l, t, s = [1, 2, 3], (4, 5), 0
    for i in range(n):
        for k in (i & 7, -(i & 7), i - 2**40):
            try:
                s += l[k]
            except IndexError:
                s += 100
            try:
                s += t[k]
            except LookupError:
                continue
        if i == n // 2:
            l.extend((7, 8, 9))
    return s


def divided(n):
    s, x = 0, 0
    for i in range(n):
        k = i % 3 if i < n - 10 else (i % 3) * 1.0
        try:
            s += i // k
        except ZeroDivisionError:
            s += 1
        try:
            s += i % k + 12 / (i & 1)
        except ArithmeticError:
            x = k
    return s, x


def check(i, k):
    d = D(i) if i % 50 == 7 else i
    if i % k == 0:
        raise Err
    return 1


def outer(i, k):
    x = check(i, k)
    return x + check(i + 1, k)


def called(n):
    s, k = 0, 3
    del log[:]
    for i in range(n):
        try:
            s += outer(i, k)
        except Err:
            s += 1000
        if i == n // 2:
            k = 2
    return s, log[:3], len(log)


def arguments(n):
    """What the exception would have kept alive dies at the same place."""
    s = 0
    del log[:]
    for i in range(n):
        d = D(i)
        try:
            if i & 1:
                raise Err(i, d, "text %d" % i, [d])
            raise ValueError(f"bad {i}")
        except (Err, ValueError):
            s += sys.getrefcount(d)
        d = None
        s += len(log)
    return s, log[-2:]


def operands(n):
    """What was on the stack when the exception was raised dies, too."""
    s, e = 0, {}
    del log[:]
    for i in range(n):
        try:
            (D(i), [i], str(i), e[i])
        except KeyError:
            s += len(log)
        s += len(log)
    return s, log[-1], len(log)


def watched(n):
    events = []
    def tracer(f, event, arg):
        if event == "exception":
            events.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, arg[0].__name__))
        return tracer
    s, d = 0, {}
    for i in range(n):
        if i == n // 2:
            sys.settrace(tracer)
            sys._getframe().f_trace = tracer
        try:
            s += d[i]
        except KeyError:
            s += 1
        if i == n // 2 + 2:
            sys.settrace(None)
    return s, events


def monitored(n):
    M, events = sys.monitoring, []
    M.use_tool_id(3, "t")
    M.register_callback(3, M.events.RAISE, lambda code, at, e: events.append((code.co_name, type(e).__name__)))
    s = 0
    for i in range(n):
        if i == n // 2:
            M.set_events(3, M.events.RAISE)
        try:
            s += check(i * 3 + 1, 2)
        except Err:
            s -= 1
        if i == n // 2 + 3:
            M.set_events(3, 0)
    M.free_tool_id(3)
    return s, events


def changing(n):
    class A(Exception):
        pass
    class B(Exception):
        pass
    s, made, gone = 0, [], []
    for i in range(n):
        if i == n // 4:
            A.__init__ = lambda self, *a: made.append(a)
        if i == n // 2:
            A.__del__ = lambda self: gone.append(sys._getframe(1).f_lineno - line)
        if i == n // 2 + 20:
            B.__new__ = lambda cls, *a: Exception.__new__(A)
        if i == n - 10:
            A.__bases__ = (KeyError,)
        line = sys._getframe().f_lineno
        try:
            raise A
        except KeyError:
            s += 100000
        except A:
            s += 1
        try:
            raise B(i)
        except B:
            s += 10
        except Exception:
            s += 1000
    return s, len(made), gone[:2], gone[-2:], len(gone)


def looked_at(n):
    s, d, seen = 0, {}, set()
    look = sys.exception
    for i in range(n):
        try:
            s += d[i]
        except KeyError:
            if i == n - 5:
                seen.add(look().args)
                seen.add(look().__traceback__.tb_lineno - sys._getframe().f_code.co_firstlineno)
        if i == n - 4:
            d = {}.fromkeys(range(n), 2)
        try:
            raise Err
        except Err if i < n - 30 else () if i < n - 20 else KeyError if i < n - 10 else Err:
            s += 1
        except Err:
            s += 10
    return s, sorted(seen, key=str)


def in_handler(n):
    """A handler around the loop: what is handled is the same before and behind."""
    s = 0
    try:
        raise Err("outer")
    except Err as e:
        w = weakref.ref(e)
        for i in range(n):
            try:
                raise KeyError
            except KeyError:
                s += 1
            if i % 50 == 49:
                s += sys.exception() is e
    return s, w() is None


def left(n):
    """The handler ends the loop, or goes on with another."""
    out = []
    for k in range(n):
        l, i, s = list(range(k % 7)), 0, 0
        while True:
            try:
                s += l[i]
            except IndexError:
                break
            i += 1
        out.append(s + i)
        for j in range(k % 5):
            try:
                s += 1 // (j - 2)
            except ZeroDivisionError:
                continue
            s += 100
        out.append(s)
    return sum(out), out[-6:]


def returns(d, k):
    try:
        return d[k]
    except KeyError:
        return None


def from_functions(n):
    d, s = {1: 5}, 0
    for i in range(n):
        v = returns(d, i % 3)
        s += 1 if v is None else v
    return s


def swapped(n):
    """Variables in the handler."""
    a, b, d, x = 1, 2, {}, None
    for i in range(n):
        try:
            a = d[b]
        except KeyError:
            a, b = b, a + 1 & 0xff
            x = a if b & 1 else str
    return a, b, x


print(missing(400))
print(outside(300))
print(divided(300))
print(called(400))
print(arguments(300))
print(operands(300))
print(watched(300))
print(monitored(300))
print(changing(400))
print(looked_at(400))
print(in_handler(300))
print(left(300))
print(from_functions(300))
print(swapped(500))
# expect: 2583
# expect: 54719
# expect: (23800.0, 1.0)
# expect: (333134, [(7, 'outer', 'NoneType'), (57, 'called', 'NoneType'), (57, 'called', 'NoneType')], 10)
# expect: (46050, [(298, 'arguments', 'NoneType'), (299, 'arguments', 'NoneType')])
# expect: (90300, (299, 'operands', 'NoneType'), 300)
# expect: (300, [('watched', 12, 'KeyError'), ('watched', 12, 'KeyError'), ('watched', 12, 'KeyError')])
# expect: (0, [('check', 'Err'), ('monitored', 'Err'), ('check', 'Err'), ('monitored', 'Err')])
# expect: (1182590, 300, [6, 6], [4, 12], 380)
# expect: (586, [(395,), 5])
# expect: (306, True)
# expect: (51517, [6, 201, 10, 204, 15, 309])
# expect: 700
# expect: (251, 252, <class 'str'>)
