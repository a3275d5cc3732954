"""Loops in generators whose items a function in C takes, hot: what becomes of the items, of the generator's frame, and who sees it."""
import sys

log = []


class D:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)

    def __lt__(self, other):
        return self.n < other.n

    def __radd__(self, n):
        return n + self.n


def numbers(n, then=None):
    for i in range(n):
        yield i
    if then is not None:
        yield then


def filtered(items):
    return [f(x for x in items if x % 3) for f in (tuple, list, len_of, any, all, sum, min, max, sorted)]


def len_of(g):
    return len(set(g))


# each of them, long and short; the type of an item changes when the loop is compiled
for f in (tuple, list, set, any, all, sum, min, max, sorted):
    for n in (0, 1, 2, 9, 300, 300, 301):
        for then in (None, 7, -5, 2.5, True, 2**70, 'x', 0):
            try:
                r = f(numbers(n, then))
            except (TypeError, ValueError) as e:
                r = type(e).__name__
            if n in (2, 301) and then in (None, 2.5, 2**70, 'x'):
                print(f.__name__, n, r if not hasattr(r, '__len__') or len(r) < 9 else (len(r), type(r).__name__))
print([x if not isinstance(x, (list, tuple)) else len(x) for x in filtered(range(400))])
print(sum(i * 2**53 for i in range(3000)), sum(2**60 for i in range(500)), sum(i / 2 for i in range(500)))
print(sum(i > 5 for i in range(500)), sum(x for r in range(20) for x in range(r)), sum(sum(y for y in range(x)) for x in range(60)))
print(max(i * 37 % 101 for i in range(500)), min((i * 37 % 101) - 50.5 for i in range(500)), max(x for x in [1, 2.5, 2, True] * 90))
print(max(-float('nan') if i == 3 else i for i in range(200)), min(str(i) for i in range(200)), sorted(i * 37 % 101 for i in range(120))[:5])


# objects that die in the loop, and at its end
def objects(n):
    for i in range(n):
        yield D(i)


for n in (3, 200, 200):
    x = any(not o for o in objects(n))
    print(x, len(log), log[:4], log[-2:])
    log.clear()
    x = max(objects(n)).n
    print(x, len(log), log[:4], log[-2:])
    log.clear()
    x = sum(objects(n))
    print(x, len(log), log[:4], log[-2:])
    log.clear()
    x = tuple(o for o in objects(n) if o.n % 2)
    print(len(x), len(log), log[:4], log[-2:])
    log.clear()
    del x
    print(len(log), log[:4], log[-2:])
    log.clear()


# an exception in the middle; where it was
def fails(n, at):
    for i in range(n):
        yield 10 // (i - at)


def lines(e):
    tb, r = e.__traceback__, []
    while tb is not None:
        r.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno, tb.tb_frame.f_locals.get('i')))
        tb = tb.tb_next
    return r


def catch(f, n, at):
    try:
        return f(fails(n, at))
    except ZeroDivisionError as e:
        return lines(e)


for f in (tuple, sum, set, max, sorted):
    catch(f, 300, 400)
    print(f.__name__, catch(f, 300, 250), catch(f, 300, 3))


# who looks: at frames, counts, the generator itself
def look(i):
    if i in seen:
        f = sys._getframe(1)
        print(i, f.f_code.co_name, f.f_locals['i'], f.f_back.f_code.co_name, f.f_back.f_lineno - looks.__code__.co_firstlineno)
        print(gens and (gens[0].gi_running, gens[0].gi_suspended, gens[0].gi_frame is f, sys.getrefcount(gens[0])))
    return i & 15


def looks(f, n):
    g = (look(i) for i in range(n))
    gens[:] = [g]
    r = f(g)
    gens.clear()
    return r, g.gi_frame


gens = []
seen = ()
for f in (set, sum, max):
    looks(f, 300)
    seen = (0, 150, 299)
    print(looks(f, 300))
    seen = ()


# the generator is driven by others meanwhile
def driven(n):
    for i in range(n):
        if i == n - 5:
            try:
                next(gens[0])
            except ValueError as e:
                print(e)
        yield i


class Hash:
    def __init__(self, i):
        self.i = i

    def __hash__(self):
        if self.i == 200:
            print(next(gens[0]).i, gens[0].gi_running)
        if self.i == 210:
            gens[0].close()
        return self.i


def hashed(n):
    try:
        for i in range(n):
            yield Hash(i)
    finally:
        print('closed', i)


for n in (30, 300):
    gens[:] = [driven(n)]
    print(sum(gens[0]))
    gens[:] = [hashed(n)]
    print(len(set(gens[0])))
gens.clear()


# enough: the generator is closed at once
def watched(n):
    try:
        for i in range(n):
            yield i == stop
    finally:
        log.append(('end', i))


for stop in (300, 3, 250, 300):
    x = any(watched(300))
    print(x, log, all(not b for b in watched(300)), log[1:])
    log.clear()


# a loop in a generator that yields now and then, to anybody
def bursts(n):
    s = 0
    for i in range(n):
        s += i
        if i % 50 == 49:
            got = yield s
            if got:
                s = got


print(list(bursts(500)), sum(bursts(500)))
g = bursts(1000)
print(next(g), g.send(7), [next(g) for i in range(3)], g.gi_frame.f_locals)
g.close()


# tools that begin in the middle
def traced(n):
    for i in range(n):
        if i == n - 2:
            sys.settrace(tracer)
        yield i


def tracer(frame, event, arg):
    if frame.f_code is traced.__code__:
        log.append((event, frame.f_lineno - frame.f_code.co_firstlineno, arg))
        return tracer


for n in (5, 300):
    x = sum(traced(n))
    sys.settrace(None)
    print(x, log)
    log.clear()
# expect: tuple 2 (0, 1)
# expect: tuple 2 (0, 1, 2.5)
# expect: tuple 2 (0, 1, 1180591620717411303424)
# expect: tuple 2 (0, 1, 'x')
# expect: tuple 301 (301, 'tuple')
# expect: tuple 301 (302, 'tuple')
# expect: tuple 301 (302, 'tuple')
# expect: tuple 301 (302, 'tuple')
# expect: list 2 [0, 1]
# expect: list 2 [0, 1, 2.5]
# expect: list 2 [0, 1, 1180591620717411303424]
# expect: list 2 [0, 1, 'x']
# expect: list 301 (301, 'list')
# expect: list 301 (302, 'list')
# expect: list 301 (302, 'list')
# expect: list 301 (302, 'list')
# expect: set 2 {0, 1}
# expect: set 2 {0, 1, 2.5}
# expect: set 2 {0, 1, 1180591620717411303424}
# expect: set 2 {0, 1, 'x'}
# expect: set 301 (301, 'set')
# expect: set 301 (302, 'set')
# expect: set 301 (302, 'set')
# expect: set 301 (302, 'set')
# expect: any 2 True
# expect: any 2 True
# expect: any 2 True
# expect: any 2 True
# expect: any 301 True
# expect: any 301 True
# expect: any 301 True
# expect: any 301 True
# expect: all 2 False
# expect: all 2 False
# expect: all 2 False
# expect: all 2 False
# expect: all 301 False
# expect: all 301 False
# expect: all 301 False
# expect: all 301 False
# expect: sum 2 1
# expect: sum 2 3.5
# expect: sum 2 1180591620717411303425
# expect: sum 2 (9, 'str')
# expect: sum 301 45150
# expect: sum 301 45152.5
# expect: sum 301 1180591620717411348574
# expect: sum 301 (9, 'str')
# expect: min 2 0
# expect: min 2 0
# expect: min 2 0
# expect: min 2 (9, 'str')
# expect: min 301 0
# expect: min 301 0
# expect: min 301 0
# expect: min 301 (9, 'str')
# expect: max 2 1
# expect: max 2 2.5
# expect: max 2 1180591620717411303424
# expect: max 2 (9, 'str')
# expect: max 301 300
# expect: max 301 300
# expect: max 301 1180591620717411303424
# expect: max 301 (9, 'str')
# expect: sorted 2 [0, 1]
# expect: sorted 2 [0, 1, 2.5]
# expect: sorted 2 [0, 1, 1180591620717411303424]
# expect: sorted 2 (9, 'str')
# expect: sorted 301 (301, 'list')
# expect: sorted 301 (302, 'list')
# expect: sorted 301 (302, 'list')
# expect: sorted 301 (9, 'str')
# expect: [266, 266, 266, True, True, 53067, 1, 398, 266]
# expect: 40518885847452352512000 576460752303423488000 62375.0
# expect: 494 1140 34220
# expect: 100 -50.5 2.5
# expect: 199 0 [0, 0, 1, 2, 3]
# expect: False 3 [0, 1, 2] [1, 2]
# expect: 2 3 [0, 1, 2] [1, 2]
# expect: 3 3 [0, 1, 2] [1, 2]
# expect: 1 2 [0, 2] [0, 2]
# expect: 1 [1] [1]
# expect: False 200 [0, 1, 2, 3] [198, 199]
# expect: 199 200 [0, 1, 2, 3] [198, 199]
# expect: 19900 200 [0, 1, 2, 3] [198, 199]
# expect: 100 100 [0, 2, 4, 6] [196, 198]
# expect: 100 [199, 197, 195, 193] [3, 1]
# expect: False 200 [0, 1, 2, 3] [198, 199]
# expect: 199 200 [0, 1, 2, 3] [198, 199]
# expect: 19900 200 [0, 1, 2, 3] [198, 199]
# expect: 100 100 [0, 2, 4, 6] [196, 198]
# expect: 100 [199, 197, 195, 193] [3, 1]
# expect: tuple [('catch', 2, None), ('fails', 2, 250)] [('catch', 2, None), ('fails', 2, 3)]
# expect: sum [('catch', 2, None), ('fails', 2, 250)] [('catch', 2, None), ('fails', 2, 3)]
# expect: set [('catch', 2, None), ('fails', 2, 250)] [('catch', 2, None), ('fails', 2, 3)]
# expect: max [('catch', 2, None), ('fails', 2, 250)] [('catch', 2, None), ('fails', 2, 3)]
# expect: sorted [('catch', 2, None), ('fails', 2, 250)] [('catch', 2, None), ('fails', 2, 3)]
# expect: 0 <genexpr> 0 looks 3
# expect: (True, False, True, 5)
# expect: 150 <genexpr> 150 looks 3
# expect: (True, False, True, 5)
# expect: 299 <genexpr> 299 looks 3
# expect: (True, False, True, 5)
# expect: ({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, None)
# expect: 0 <genexpr> 0 looks 3
# expect: (True, False, True, 5)
# expect: 150 <genexpr> 150 looks 3
# expect: (True, False, True, 5)
# expect: 299 <genexpr> 299 looks 3
# expect: (True, False, True, 5)
# expect: (2226, None)
# expect: 0 <genexpr> 0 looks 3
# expect: (True, False, True, 5)
# expect: 150 <genexpr> 150 looks 3
# expect: (True, False, True, 5)
# expect: 299 <genexpr> 299 looks 3
# expect: (True, False, True, 5)
# expect: (15, None)
# expect: generator already executing
# expect: 435
# expect: closed 29
# expect: 30
# expect: generator already executing
# expect: 44850
# expect: 201 False
# expect: closed 210
# expect: 210
# expect: False [('end', 299), ('end', 299)] True [('end', 299)]
# expect: True [('end', 3), ('end', 3)] False [('end', 3)]
# expect: True [('end', 250), ('end', 250)] False [('end', 250)]
# expect: False [('end', 299), ('end', 299)] True [('end', 299)]
# expect: [1225, 4950, 11175, 19900, 31125, 44850, 61075, 79800, 101025, 124750] 479875
# expect: 1225 3732 [9957, 18682, 29907] {'n': 1000, 's': 29907, 'i': 249, 'got': None}
# expect: 10 [('call', 4, None), ('line', 1, None), ('line', 2, None), ('line', 4, None), ('return', 4, 4), ('call', 4, None), ('line', 1, None), ('return', 1, None)]
# expect: 44850 [('call', 4, None), ('line', 1, None), ('line', 2, None), ('line', 4, None), ('return', 4, 299), ('call', 4, None), ('line', 1, None), ('return', 1, None)]
