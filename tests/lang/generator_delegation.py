"""Rows of generators and coroutines that wait for each other in `yield from` and `await`: what is to be seen of them while the innermost runs, references, limits, tools."""
import gc
import sys


def inner(log, n):
    for i in range(n):
        f, names = sys._getframe(), []
        while f is not None and f.f_code.co_name != 'main':
            names.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno))
            f = f.f_back
        log.append(names)
        got = yield i
        if got is not None:
            log.append(got)
    return 'end'


def middle(log, n):
    value = yield from inner(log, n)
    log.append(value)
    return value + '!'


def outer(log, n):
    value = yield from middle(log, n)
    log.append(value)


def frames():
    log = []
    for x in outer(log, 3):
        log.append(x)
    return log


def running():
    log, gens = [], []

    def leaf():
        for i in range(2):
            log.append([(g.gi_running, g.gi_suspended, g.gi_yieldfrom is not None) for g in gens])
            yield i

    def up(g):
        yield from g
    g = leaf()
    gens.append(g)
    for _ in range(3):
        g = up(g)
        gens.append(g)
    for x in g:
        log.append([(g.gi_running, g.gi_suspended, type(g.gi_yieldfrom).__name__) for g in gens])
    log.append([(g.gi_running, g.gi_frame is None) for g in gens])
    return log


def counts():
    marker = object()
    log = []
    g = outer(log, 300)
    next(g)
    before = sys.getrefcount(marker)
    for i in range(200):
        g.send(marker)
    log.clear()
    after = sys.getrefcount(marker)
    g.close()
    return after - before


def thrown():
    def leaf():
        try:
            while True:
                try:
                    yield 'v'
                except KeyError as e:
                    yield e.args
        finally:
            log.append('closed')

    def up(g):
        try:
            yield from g
        except ValueError as e:
            log.append(('up', e.args))
            yield 'caught'
    log = []
    g = up(up(up(leaf())))
    out = [next(g), next(g), g.throw(KeyError(1)), next(g), g.throw(ValueError(2)), list(g)]
    g = up(up(leaf()))
    next(g)
    g.close()
    return out, log


def deep():
    def leaf():
        yield 1
        yield 2

    def up(g):
        yield from g
    g = leaf()
    for _ in range(sys.getrecursionlimit()):
        g = up(g)
    try:
        next(g)
    except RecursionError as e:
        res = [type(e).__name__]
    g = leaf()
    for _ in range(300):
        g = up(g)
    res += list(g)
    return res


def reentered():
    def leaf():
        yield 1
        try:
            next(g)
        except ValueError as e:
            yield str(e)

    def up(x):
        yield from x
    g = up(up(leaf()))
    return list(g)


def traced():
    events = []

    def leaf():
        yield 1
        yield 2

    def up(g):
        yield from g
    g = up(up(leaf()))
    next(g)

    def tracer(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return tracer
    sys.settrace(tracer)
    try:
        next(g)
    finally:
        sys.settrace(None)
    profile = []

    def turned_on():
        yield 1
        sys.setprofile(lambda f, e, a: profile.append((f.f_code.co_name, e)))
        yield 2
        sys.setprofile(None)
    g = up(up(turned_on()))
    next(g)
    next(g)
    next(g, None)
    return events, [p for p in profile if p[0] in ('up', 'turned_on')]


def awaiting():
    class Once:
        def __await__(self):
            got = yield 'wait'
            return got

    async def leaf(n):
        return n + await Once()

    async def up(n):
        return await leaf(n) if n % 2 else await up(n - 1)
    out = []
    for n in range(4):
        c = up(n) if n else leaf(0)
        out.append(c.send(None))
        try:
            c.send(10)
        except StopIteration as e:
            out.append(e.value)
    return out


def made_by_calls():
    def f(a, b=2):
        yield a, b

    class C:
        def __iter__(self):
            yield from (self.x, 'y')
        x = 1
    x = 5

    def closure(n):
        for i in range(n):
            yield i + x
    out = [list(f(1)), list(f(1, 3)), list(C()), list(closure(2)), list(map(list, [C(), C()]))]
    for bad in ((), (1, 2, 3)):
        try:
            f(*bad)
        except TypeError as e:
            out.append(str(e).replace('made_by_calls.<locals>.', ''))
    g = closure(3)
    out.append((g.gi_frame.f_locals, g.__qualname__, g.gi_frame.f_lasti >= 0, sys.getrefcount(g) == 2))
    f.__defaults__ = (9,)
    out.append(list(f(1)))
    gc.collect()
    return out


def main():
    for f in frames, running, counts, thrown, deep, reentered, traced, awaiting, made_by_calls:
        for _ in range(3 if f is not deep else 1):
            result = f()
        print(f.__name__, result)


main()
# expect: frames [[('inner', 4), ('middle', 1), ('outer', 1), ('frames', 2)], 0, [('inner', 4), ('middle', 1), ('outer', 1), ('frames', 2)], 1, [('inner', 4), ('middle', 1), ('outer', 1), ('frames', 2)], 2, 'end', 'end!']
# expect: running [[(True, False, False), (True, False, False), (True, False, False), (True, False, False)], [(False, True, 'NoneType'), (False, True, 'generator'), (False, True, 'generator'), (False, True, 'generator')], [(True, False, False), (True, False, False), (True, False, False), (True, False, False)], [(False, True, 'NoneType'), (False, True, 'generator'), (False, True, 'generator'), (False, True, 'generator')], [(False, True), (False, True), (False, True), (False, True)]]
# expect: counts 1
# expect: thrown (['v', 'v', (1,), 'v', 'caught', []], ['closed', ('up', (2,)), 'closed'])
# expect: deep ['RecursionError', 1, 2]
# expect: reentered [1, 'generator already executing']
# expect: traced ([('up', 'call', 1), ('up', 'call', 1), ('leaf', 'call', 1), ('leaf', 'line', 2), ('leaf', 'return', 2), ('up', 'return', 1), ('up', 'return', 1)], [('turned_on', 'return'), ('up', 'return'), ('up', 'return'), ('up', 'call'), ('up', 'call'), ('turned_on', 'call'), ('turned_on', 'c_call')])
# expect: awaiting ['wait', 10, 'wait', 11, 'wait', 11, 'wait', 13]
# expect: made_by_calls [[(1, 2)], [(1, 3)], [1, 'y'], [5, 6], [[1, 'y'], [1, 'y']], "f() missing 1 required positional argument: 'a'", 'f() takes from 1 to 2 positional arguments but 3 were given', ({'n': 3, 'x': 5}, 'made_by_calls.<locals>.closure', True, True), [(1, 9)]]
