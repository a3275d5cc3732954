"""Exceptions that compiled loops raise and catch: tracebacks, contexts, what is handled, counts and deaths are the interpreter's."""
import gc
import signal
import sys
import threading
import weakref

gc.disable()


class Err(Exception):
    pass


def line():
    at = sys._getframe(2).f_lineno
    return at and at - first


class Loud(Exception):
    def __del__(self):
        log.append(("dies", self.args, line()))


class D:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append(("gone", self.v, line(), type(sys.exception()).__name__))


log = []
first = 0


def places(e):
    tb, out = e.__traceback__, []
    while tb is not None:
        f = tb.tb_frame
        out.append((f.f_code.co_name, tb.tb_lineno - f.f_code.co_firstlineno, tb.tb_lasti, sorted(k for k, v in f.f_locals.items() if type(v) is int)))
        tb = tb.tb_next
    return out


def chain(e):
    out = []
    while e is not None:
        out.append((type(e).__name__, e.args, len(places(e)), e.__suppress_context__, type(e.__cause__).__name__))
        e = e.__context__
    return out


def by_instructions(n):
    """All kinds of instructions raise, now and then."""
    d, l, s, seen = {1: 2}, [1, 2, 3], 0, {}
    t = ["1", "x"]
    it = iter(range(n // 2))
    for i in range(n):
        try:
            k = i % 9
            if k == 0: s += d[i & 3]
            elif k == 1: s += l[i % 5]
            elif k == 2: s += int(t[i & 1])
            elif k == 3: s += next(it)
            elif k == 4: s += 6 // (i % 4)
            elif k == 5: x, y = l[:i % 4]
            elif k == 6: s += l.missing
            elif k == 7: s += missing
            else: s += "abc"[i % 5]
        except (KeyError, IndexError) as e:
            seen[type(e), str(e)] = places(e)
        except ValueError as e:
            seen[type(e), str(e)] = places(e), e.__context__
        except (ArithmeticError, LookupError, AttributeError, TypeError):
            e = sys.exception()
            seen[type(e), str(e)] = places(e), sys.getrefcount(e), sys.exc_info()[1] is e
        except NameError as e:
            seen[type(e), e.name] = places(e)
        except StopIteration as e:
            seen[type(e), e.value] = places(e)
            it = iter(range(5))
        assert sys.exception() is None
    return s, [(k[0].__name__, k[1], v) for k, v in seen.items()], "e" in locals()


def boom(i):
    d = D(i)
    if i % 3 == 0:
        raise Err(i, d.v)
    return d.v


def middle(i):
    return boom(i) + 1


def through_calls(n):
    global first
    first = sys._getframe().f_lineno
    s = 0
    for i in range(n):
        try:
            s += middle(i)
        except Err as e:
            last = places(e)
            s -= e.args[0]
            refs = weakref.ref(e), sys.getrefcount(e)
        if i % 3 == 0 and refs[0]() is not None:
            s += 1000000
    return s, last, refs[1], refs[0]() is None, log[-6:]


def kept(n):
    """The exception keeps the frames alive, and they their variables."""
    out = []
    for i in range(n):
        try:
            middle(i)
        except Err as e:
            if i % 30 == 0:
                out.append(e)
        n += 1
    before = len(log)
    inner = [e.__traceback__.tb_next.tb_next.tb_frame.f_locals["d"].v for e in out]
    same = all(e.__traceback__.tb_frame is out[0].__traceback__.tb_frame for e in out)
    line = out[-1].__traceback__.tb_frame.f_locals["i"], out[0].__traceback__.tb_frame.f_lineno > 0
    out.clear()
    return inner, same, line, len(log) - before


def written(n):
    """The frame of a traceback is written to."""
    s = 0
    for i in range(n):
        a = i * 2
        try:
            raise Err
        except Err as e:
            if i % 40 == 39:
                e.__traceback__.tb_frame.f_locals["a"] = -1000
                e.__traceback__.tb_frame.f_locals["s"] = s + 7
        s += a
    return s


def nested(n):
    out = []
    for i in range(n):
        try:
            try:
                [][i]
            except IndexError as e:
                try:
                    {}[i]
                except KeyError as e2:
                    if i % 5 == 4:
                        raise Err(i) from e
                    if i % 5 == 3:
                        raise ValueError(i) from None
                    if i % 5 == 2:
                        raise
                    assert sys.exception() is e2
                assert sys.exception() is e
        except Exception as e:
            out.append((chain(e), places(e)))
    return out[-3:], len(out)


def finally_ways(n):
    s, left = 0, []
    for i in range(n):
        try:
            try:
                if i % 4 == 1:
                    continue
                if i % 4 == 2:
                    raise Err
                if i % 50 == 47:
                    s += 1 // 0
            finally:
                s += 1
                left.append(type(sys.exception()).__name__)
                if i % 100 == 98:
                    continue
        except Err:
            s += 10
        except ZeroDivisionError as e:
            s += len(places(e))
    return s, left[-4:], len(left)


class Manager:
    def __init__(self, swallows):
        self.swallows, self.seen, self.depth = swallows, [], 0

    def __enter__(self):
        self.depth += 1
        return self.depth

    def __exit__(self, t, e, tb):
        self.depth -= 1
        if t is not None and e.args[0] % 20 == 0:
            self.seen.append((t.__name__, e.args, tb is e.__traceback__, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno, sys.exception() is e))
        return self.swallows


def with_statements(n):
    a, b, lock, s = Manager(False), Manager(True), threading.Lock(), 0
    for i in range(n):
        with b as x, lock, a:
            s += x
            if i % 5 == 0:
                raise Err(i)
            s += 1
        with lock:
            s += lock.locked()
    return s, a.depth, b.depth, lock.locked(), a.seen[-1], b.seen[-1]


class Fails:
    def __init__(self, where):
        self.where = where

    def __enter__(self):
        if self.where == 0:
            raise Err("enter")

    def __exit__(self, *what):
        if self.where == 1:
            raise ValueError("exit")
        return self.where == 2


def failing_managers(n):
    out = {}
    f = [Fails(0), Fails(1), Fails(2), Fails(3)]
    for i in range(n):
        try:
            with f[i % 4]:
                {}[i % 8 // 4] if i & 8 else None
        except Exception as e:
            out[i % 16] = chain(e), places(e)
    return sorted(out.items())


def groups(n):
    s, seen = 0, []
    for i in range(n):
        try:
            try:
                raise ExceptionGroup("g", [ValueError(i), KeyError(i), Err(i)] if i & 1 else [ValueError(i)])
            except* ValueError as g:
                s += len(g.exceptions)
            except* KeyError:
                s += 100
        except ExceptionGroup as g:
            s += 10000
            seen.append((g.message, [type(x).__name__ for x in g.exceptions], len(places(g)), g.__context__))
    return s, seen[-1], len(seen)


def hot(k):
    s = 0
    while True:
        try:
            x = yield s
            s += x
        except Err as e:
            s += e.args[0]
        except GeneratorExit:
            return


def thrown(n):
    g, out = hot(1), []
    next(g)
    for i in range(n):
        out.append(g.throw(Err(i)) if i % 3 == 0 else g.send(i))
    try:
        g.throw(KeyError("k"))
    except KeyError as e:
        out.append((e.args, len(places(e))))
    return out[-3:]


def in_generator(n):
    def numbers(n):
        d = {}
        for i in range(n):
            try:
                yield d[i & 3]
            except KeyError:
                d[i & 3] = i
                yield -1
    return sum(numbers(n)), sum(x for x in numbers(n) if x >= 0)


def handled():
    e = sys.exception()
    return type(e).__name__, e is not None and e.__traceback__.tb_frame is sys._getframe(1)


def seen_by_callee(n):
    out = {}
    for i in range(n):
        before = handled()
        try:
            raise Err if i & 1 else KeyError
        except LookupError:
            a = handled()
        except Err:
            a = handled()
        out[a] = before, handled()
    return out


def outer_handled(n):
    """In a handler of its own, the loop's exceptions have a context."""
    try:
        raise Loud("outer")
    except Loud:
        for i in range(n):
            try:
                raise Err(i)
            except Err as e:
                c = e.__context__
        r = type(c).__name__, chain(e) if "e" in locals() else None, type(sys.exception()).__name__
        del c
    return r, log[-1][:2]


def deep(n):
    return deep(n + 1) + 1


def recursion(n):
    out = []
    for i in range(n):
        try:
            deep(0)
        except RecursionError as e:
            tb, k = e.__traceback__, 0
            while tb is not None:
                tb, k = tb.tb_next, k + 1
            out.append(k)
    return len(set(out)), out[0] > 500


def interrupted(n):
    s, hits = 0, 0
    def handler(*what):
        raise KeyboardInterrupt
    old = signal.signal(signal.SIGALRM, handler)
    try:
        for i in range(n):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0002)
                while True:
                    try:
                        s += {}[s]
                    except KeyError:
                        s += 1
            except KeyboardInterrupt as e:
                hits += 1
                assert places(e)[0][0] == "interrupted", places(e)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return hits, s > 0


def watched(n):
    events = []
    def tracer(f, event, arg):
        if event == "exception":
            events.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, arg[0].__name__))
        return tracer
    s = 0
    for i in range(n):
        if i == n // 2:
            sys.settrace(tracer)
            sys._getframe().f_trace = tracer
        try:
            s += middle(i)
        except Err:
            s += 1
        if i == n // 2 + 4:
            sys.settrace(None)
    return s, events


class Meta(type):
    def __subclasscheck__(cls, other):
        raise AssertionError
    __instancecheck__ = __subclasscheck__


class Odd(Exception, metaclass=Meta):
    pass


def changing(n):
    """What is caught, and what is raised, changes in mid-loop."""
    class A(Exception): pass
    class B(Exception): pass
    class C(B): pass
    s = 0
    what = A
    for i in range(n):
        if i == n // 2:
            C.__bases__ = (A,)
        if i == n // 3:
            what = (B, KeyError)
        try:
            try:
                raise C if i % 3 else A
            except Odd:
                s += 10000
            except what:
                s += 1
        except A:
            s += 10
        except B:
            s += 100
        try:
            raise KeyError
        except 5 if i % 40 == 39 else LookupError:
            s += 1
        except TypeError:
            pass
        finally:
            if i % 40 == 39:
                continue
    return s


def unbound(n):
    s = 0
    for i in range(n):
        try:
            try:
                raise Err(i)
            except Err as e:
                if i & 1:
                    del e
                elif i % 4 == 2:
                    e = i
            s += e
        except UnboundLocalError as x:
            s += len(x.args)
    return s


def deaths(n):
    global first
    first = sys._getframe().f_lineno
    del log[:]
    for i in range(n):
        try:
            raise Loud(i)
        except Loud:
            x = 1
        y = 2
        try:
            raise Loud(-i)
        except Loud as e:
            e.d = D(i)
            e = None
        z = 3
    return log[:3] + log[-3:], len(log)


print(by_instructions(900))
print(through_calls(300))
print(kept(300))
print(written(400))
print(nested(300))
print(finally_ways(400))
print(with_statements(300))
print(failing_managers(320))
print(groups(200))
print(thrown(300))
print(in_generator(300))
print(seen_by_callee(300))
print(outer_handled(200))
print(recursion(8))
print(interrupted(30))
print(watched(300))
print(changing(300))
print(unbound(300))
print(deaths(200))
# expect: (5445, [('KeyError', '0', [('by_instructions', 8, 144, ['i', 'k', 'n', 's', 'x', 'y'])]), ('ZeroDivisionError', 'integer division or modulo by zero', ([('by_instructions', 12, 308, ['i', 'k', 'n', 's', 'x', 'y'])], 3, True)), ('ValueError', 'not enough values to unpack (expected 2, got 1)', ([('by_instructions', 13, 346, ['i', 'k', 'n', 's', 'x', 'y'])], None)), ('AttributeError', "'list' object has no attribute 'missing'", ([('by_instructions', 14, 368, ['i', 'k', 'n', 's', 'x', 'y'])], 3, True)), ('NameError', 'missing', [('by_instructions', 15, 410, ['i', 'k', 'n', 's', 'x', 'y'])]), ('IndexError', 'string index out of range', [('by_instructions', 16, 440, ['i', 'k', 'n', 's', 'x', 'y'])]), ('ValueError', "invalid literal for int() with base 10: 'x'", ([('by_instructions', 10, 226, ['i', 'k', 'n', 's', 'x', 'y'])], None)), ('TypeError', "unsupported operand type(s) for +=: 'int' and 'str'", ([('by_instructions', 16, 444, ['i', 'k', 'n', 's', 'x', 'y'])], 3, True)), ('KeyError', '2', [('by_instructions', 8, 144, ['i', 'k', 'n', 's', 'x', 'y'])]), ('IndexError', 'list index out of range', [('by_instructions', 9, 178, ['i', 'k', 'n', 's', 'x', 'y'])]), ('ValueError', 'too many values to unpack (expected 2)', ([('by_instructions', 13, 346, ['i', 'k', 'n', 's', 'x', 'y'])], None)), ('KeyError', '3', [('by_instructions', 8, 144, ['i', 'k', 'n', 's', 'x', 'y'])]), ('ValueError', 'not enough values to unpack (expected 2, got 0)', ([('by_instructions', 13, 346, ['i', 'k', 'n', 's', 'x', 'y'])], None))], False)
# expect: (15350, [('through_calls', 6, 112, ['i', 'n', 's']), ('middle', 1, 14, ['i']), ('boom', 3, 82, ['i'])], 3, True, [('gone', 294, 8, 'NoneType'), ('gone', 295, -5, 'NoneType'), ('gone', 296, -5, 'NoneType'), ('gone', 297, 8, 'NoneType'), ('gone', 298, -5, 'NoneType'), ('gone', 299, -5, 'NoneType')])
# expect: ([0, 30, 60, 90, 120, 150, 180, 210, 240, 270], True, (299, True), 10)
# expect: 145290
# expect: ([([('KeyError', (297,), 1, False, 'NoneType'), ('IndexError', ('list index out of range',), 1, False, 'NoneType')], [('nested', 8, 114, ['i', 'n'])]), ([('ValueError', (298,), 1, True, 'NoneType'), ('KeyError', (298,), 1, False, 'NoneType'), ('IndexError', ('list index out of range',), 1, False, 'NoneType')], [('nested', 13, 224, ['i', 'n'])]), ([('Err', (299,), 1, True, 'IndexError'), ('KeyError', (299,), 1, False, 'NoneType'), ('IndexError', ('list index out of range',), 1, False, 'NoneType')], [('nested', 11, 182, ['i', 'n'])])], 180)
# expect: (1364, ['NoneType', 'NoneType', 'Err', 'NoneType'], 400)
# expect: (840, 0, 0, False, ('Err', (280,), True, 6, True), ('Err', (280,), True, 6, True))
# expect: [(0, ([('Err', ('enter',), 2, False, 'NoneType')], [('failing_managers', 5, 132, ['i', 'n']), ('__enter__', 2, 54, [])])), (1, ([('ValueError', ('exit',), 2, False, 'NoneType')], [('failing_managers', 5, 188, ['i', 'n']), ('__exit__', 2, 54, [])])), (4, ([('Err', ('enter',), 2, False, 'NoneType')], [('failing_managers', 5, 132, ['i', 'n']), ('__enter__', 2, 54, [])])), (5, ([('ValueError', ('exit',), 2, False, 'NoneType')], [('failing_managers', 5, 188, ['i', 'n']), ('__exit__', 2, 54, [])])), (8, ([('Err', ('enter',), 2, False, 'NoneType')], [('failing_managers', 5, 132, ['i', 'n']), ('__enter__', 2, 54, [])])), (9, ([('ValueError', ('exit',), 2, False, 'NoneType'), ('KeyError', (0,), 1, False, 'NoneType')], [('failing_managers', 5, 258, ['i', 'n']), ('__exit__', 2, 54, [])])), (11, ([('KeyError', (0,), 1, False, 'NoneType')], [('failing_managers', 6, 172, ['i', 'n'])])), (12, ([('Err', ('enter',), 2, False, 'NoneType')], [('failing_managers', 5, 132, ['i', 'n']), ('__enter__', 2, 54, [])])), (13, ([('ValueError', ('exit',), 2, False, 'NoneType'), ('KeyError', (1,), 1, False, 'NoneType')], [('failing_managers', 5, 258, ['i', 'n']), ('__exit__', 2, 54, [])])), (15, ([('KeyError', (1,), 1, False, 'NoneType')], [('failing_managers', 6, 172, ['i', 'n'])]))]
# expect: (1010200, ('g', ['Err'], 1, None), 100)
# expect: [44551, 44850, (('k',), 2)]
# expect: (440, 444)
# expect: {('KeyError', True): (('NoneType', False), ('NoneType', False)), ('Err', True): (('NoneType', False), ('NoneType', False))}
# expect: (('Loud', None, 'Loud'), ('dies', ('outer',)))
# expect: (1, True)
# expect: (30, True)
# expect: (30300, [('boom', 3, 'Err'), ('middle', 1, 'Err'), ('watched', 12, 'Err'), ('boom', 3, 'Err'), ('middle', 1, 'Err'), ('watched', 12, 'Err')])
# expect: 8621
# expect: 300
# expect: ([('dies', (0,), 6), ('dies', (0,), 12), ('gone', 0, 12, 'NoneType'), ('dies', (199,), 6), ('dies', (-199,), 12), ('gone', 199, 12, 'NoneType')], 600)
