"""Loops over generators, hot: the trace goes on in the generator's frame. What becomes of its variables, who sees it, how it is left."""
import sys
import traceback


def digest(f, *args):
    """What a hot call of f gives is what the first one gave."""
    first = f(*args)
    for _ in range(60):
        assert f(*args) == first, (f.__name__, first, f(*args))
    return first


def count(n):
    i = 0
    while i < n:
        yield i
        i += 1


def total(n):
    s = 0
    for x in count(n):
        s += x
    return s


def squares(items):
    for v in items:
        w = v * v
        yield w


def last_square(items):
    x = None
    for x in squares(items):
        pass
    return x


print(digest(total, 300), digest(last_square, [1, 2.5, 3] * 40), digest(last_square, list(range(200))))
# expect: 44850 9 39601


def fibs():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b & 0xFFFF


def some_fibs(n):
    got = []
    for x in fibs():
        n -= 1
        if n < 0:
            break
        if x & 7 == 3:
            got.append(x)
    return got


print(digest(some_fibs, 200)[-3:])
# expect: [7443, 41835, 28547]


# The generator's frame, seen from the loop and from inside of what it calls now and then.
def noted(n, seen):
    me = sys._getframe()
    k = total_so_far = 0
    while k < n:
        total_so_far += k
        if k % 97 == 96:
            seen.append((me.f_back.f_code.co_name, sys._getframe().f_locals["k"], sys._getframe(1).f_locals["x"]))
        yield total_so_far
        k += 1


def looks(n):
    seen, found = [], []
    g = noted(n, seen)
    for x in g:
        if x % 89 in (1, 3):
            found.append((g.gi_running, g.gi_suspended, g.gi_frame.f_locals["k"], g.gi_frame.f_lineno - noted.__code__.co_firstlineno, g.gi_frame.f_back))
    return seen, found, g.gi_frame


seen, found, frame = digest(looks, 400)
print(seen, found[:3], len(found), frame)
# expect: [('looks', 96, 4560), ('looks', 193, 18528), ('looks', 290, 41905), ('looks', 387, 74691)] [(False, True, 1, 7, None), (False, True, 2, 7, None), (False, True, 86, 7, None)] 18 None


# An exception in the generator, out of it, and one that it catches.
def falls(n, at):
    for i in range(n):
        yield 100 // (at - i)


def caught(n, at):
    s = 0
    try:
        for x in falls(n, at):
            s += x
    except ZeroDivisionError as e:
        return s, [f.name for f in traceback.extract_tb(e.__traceback__)], [f.lineno - falls.__code__.co_firstlineno for f in traceback.extract_tb(e.__traceback__)][1:]
    return s


print(digest(caught, 300, 250), digest(caught, 300, 1000))
# expect: (482, ['caught', 'falls'], [2]) 0


def catches(items):
    for v in items:
        try:
            yield 10 // v
        except ZeroDivisionError:
            yield -1


def kept_going(items):
    return [x for x in catches(items)]


print(sum(digest(kept_going, [1, 2, 0, 5] * 50)))
# expect: 800


# Objects that die, and when.
class D:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        D.log.append(self.n)


def makes(n):
    for i in range(n):
        d = D(i)
        yield d


def dies(n):
    D.log.clear()
    out = []
    for x in makes(n):
        out.append((x.n, len(D.log)))
    return out[-2:], len(D.log), sys.getrefcount(x)


print(digest(dies, 150))
# expect: ([(148, 148), (149, 149)], 149, 2)


def keeps(objects):
    for o in objects:
        p = o
        yield p


def counted(objects):
    counts = set()
    for x in keeps(objects):
        counts.add(sys.getrefcount(x))
    return sorted(counts), sys.getrefcount(objects[0])


print(digest(counted, [object() for _ in range(150)]))
# expect: ([5], 2)


# What it yields is what it has.
def same(n):
    i = 1000
    while i < n:
        yield i
        i += 1


def identity(n):
    g = same(n)
    hits = 0
    for x in g:
        y = x
        if x % 50 == 0:
            hits += g.gi_frame.f_locals["i"] is y
    return hits


print(digest(identity, 1400))
# expect: 8


# A variable gets another type, goes, or is bound later.
def turns(n):
    v = 0
    for i in range(n):
        if i % 60 == 59:
            v = "text"
        elif i % 60 == 30:
            v = 1.5
        elif i % 60 == 10:
            v = None
        elif i % 60 == 40:
            del v
            v = [i]
        yield v
        if isinstance(v, (int, float)):
            v += 1


def types(n):
    out = {}
    for x in turns(n):
        t = type(x).__name__
        out[t] = out.get(t, 0) + 1
    return out


print(digest(types, 600))
# expect: {'int': 10, 'NoneType': 200, 'float': 100, 'list': 190, 'str': 100}


# One generator in two loops; generators in generators; sent values.
def shared(n):
    g = count(n)
    a = b = 0
    for x in g:
        a += x
        for y in g:
            b += y
            if y % 7 == 0:
                break
    return a, b


def evens(g):
    for x in g:
        if not x & 1:
            yield x


def nested(n):
    s = 0
    for x in evens(evens(count(n))):
        s += x
    return s


def delegates(n):
    yield from count(n)
    yield from count(n // 2)


def delegated(n):
    s = 0
    for x in delegates(n):
        s += x
    return s


print(digest(shared, 500), digest(nested, 400), digest(delegated, 300))
# expect: (17963, 106787) 39800 56025


# Closed in the middle: what finally does, and when.
def cleans(log):
    i = 0
    try:
        while True:
            yield i
            i += 1
    finally:
        log.append(i)


def breaks(n):
    log = []
    for x in cleans(log):
        if x == n:
            break
    return log


print(digest(breaks, 300))
# expect: [300]


# The depth of recursion counts generators.
def deep(n):
    if n == 0:
        yield 0
        return
    for x in deep(n - 1):
        yield x + 1


def depth():
    low, high = 1, 5000
    while high - low > 1:
        middle = (low + high) // 2
        try:
            for x in deep(middle):
                pass
            low = middle
        except RecursionError:
            high = middle
    return low


sys.setrecursionlimit(200)
base = depth()
for _ in range(40):
    assert depth() == base
sys.setrecursionlimit(1000)


# Somebody writes into the frame of a suspended generator, closes it, or resumes it.
def written(n):
    i = 0
    while i < n:
        yield i
        i += 1


def writes(n):
    s = 0
    g = written(n)
    for x in g:
        s += x
        if x % 100 == 50:
            g.gi_frame.f_locals["i"] = x + 10
        elif x % 100 == 75:
            s += next(g)
    return s


def closes(n):
    s = 0
    g = written(n)
    for x in g:
        s += x
        if x == 250:
            g.close()
    return s


print(digest(writes, 500), digest(closes, 500))
# expect: 111975 31375


def runs_itself(n):
    def inner():
        for i in range(n):
            if i % 150 == 149:
                try:
                    for _ in g:
                        pass
                except ValueError as e:
                    yield str(e)
            yield i
    g = inner()
    return [x for x in g if isinstance(x, str)]


print(digest(runs_itself, 320))
# expect: ['generator already executing', 'generator already executing']


# Numbers of more than 64 bits, and None.
def grows(n):
    x = 1
    for i in range(n):
        yield x
        x *= 3


def large(n):
    s = 0
    for v in grows(n):
        s ^= v
    return s % 1000007


print(digest(large, 200))
# expect: 869004


# A generator that calls: the calls are inlined above its frame, and left there.
def helper(i, out):
    if i % 120 == 119:
        out.append([f.f_code.co_name for f in (sys._getframe(), sys._getframe(1), sys._getframe(2))])
    return i * 2


def calls(n, out):
    i = 0
    while i < n:
        yield helper(i, out)
        i += 1


def called(n):
    out = []
    s = 0
    for x in calls(n, out):
        s += x
    return s, out


print(digest(called, 250))
# expect: (62250, [['helper', 'calls', 'called'], ['helper', 'calls', 'called']])


# Variables that hand their numbers on, and objects that a list and the generator have.
def follows(n):
    a = b = 1000
    while b < n:
        a = b
        b = b + 1
        yield a


def noting(n, out):
    i = 1000
    while i < n:
        out.append(i)
        i += 1
        yield i


def swaps(n):
    a, b = [1], [2]
    for i in range(n):
        yield a
        a, b = b, a


def pairs(rows):
    for a, b in rows:
        yield b, a


def sums(n):
    out, all_of = [], []
    s = 0
    for x in follows(n):
        s += x
        all_of.append(x)
    for x in noting(n, out):
        s += x
    for x in swaps(n):
        s += x[0]
    for x, y in pairs(zip(out, all_of)):
        s += x * 3 - y
    return s, out == all_of, sys.getrefcount(out[20]), sys.getrefcount(all_of[-2])


print(digest(sums, 1200))
# expect: (881600, True, 2, 2)


# Loops in loops of the generator; what its iterators keep.
def flat(rows):
    for row in rows:
        for v in row:
            yield v


def flattened(rows, at):
    s = n = 0
    seen = []
    for v in flat(rows):
        s += v
        n += 1
        if n == at:
            seen.append([sys.getrefcount(row) for row in rows[:3]])
    return s, n, seen, [sys.getrefcount(row) for row in rows[:3]]


def fresh(n):
    for i in range(n):
        row = [D(i), D(-i)]
        for d in row:
            yield d
        if i % 50 == 49:
            row.append(None)


def fresh_rows(n):
    D.log.clear()
    s = []
    for d in fresh(n):
        s.append(d.n + len(D.log))
    return s[-4:], len(D.log), D.log[-3:]


def kinds(n):
    for i in range(n):
        for v in (i, str(i), float(i)) if i % 30 else {i: None}:
            yield v


def of_kinds(n):
    out = {}
    for v in kinds(n):
        out[type(v).__name__] = out.get(type(v).__name__, 0) + 1
    return out


rows = [[1, 2, 3, 4], (5, 6), [7000, 8.5], []] * 20 + [range(5)] * 7
print(digest(flattened, rows, 33), digest(fresh_rows, 120), digest(of_kinds, 200))
# expect: (140660.0, 195, [[25, 25, 23]], [23, 25, 23]) ([354, 118, 357, 119], 239, [118, -118, 119]) {'int': 200, 'str': 193, 'float': 193}


def words(text):
    i, n = 0, len(text)
    while i < n:
        j = text.find(" ", i)
        if j < 0:
            j = n
        yield text[i:j]
        i = j + 1


def longest(text):
    best, counts = "", set()
    for w in words(text):
        if len(w) > len(best):
            best = w
        counts.add(sys.getrefcount(w))
    return best, counts


print(digest(longest, "ab cde f ghij " * 60 + "klmnop" + " q" * 20))
# expect: ('klmnop', {2, 3, 4294967295})


def two_ways(n):
    k = 0
    while k < n:
        yield k
        k += 1
        yield -k


print(digest(lambda n: sum(x * x if x > 0 else x for x in [y for y in two_ways(n)]), 300))
# expect: 8909900


def scaled(numbers):
    by = 0
    for n in numbers:
        if n:
            part = n + by
        else:
            by = 0
        yield part


def all_scaled(numbers, times):
    s = 0
    for _ in range(times):
        for part in scaled(numbers):
            s += part
    return s


def raised(numbers):
    """What the exit leaves in `by` is read before the loop has gone on."""
    by, k = 1, 0
    for n in numbers:
        if n & 1:
            by, k = by + k & 255, by
        elif n > 8:
            yield k
            by = k
        yield n * by + k


print([all_scaled(ns, 12) for ns in ([5, 0, 0, 5], [3, 9, 0, 9, 0, 9, 9, 9, 9, 8], [0.5] * 5 + [0] * 3 + [2])])
# expect: [240, 996, 72.0]
print(digest(lambda ns: [sum(x for x in [x for x in raised(ns)]) for _ in range(4)][-1], [2, 2, 4, 1, 2, 3, 10, 12, 1, 1, 2, 10, 3] * 3))
# expect: 4160
