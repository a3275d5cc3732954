"""Generators that are made and used up at once by a function in C: in traces they are not made. What else may be seen of them: exceptions, frames, counts, deaths, tools, changes of what they look at."""
import gc
import sys


def each_kind(vec, cols, n):
    k, out = 0, None
    for i in range(n):
        a = len(set(vec[j] + j for j in cols))
        b = all(x > 0 for x in vec)
        c = any(x == i % 7 for x in vec)
        d = sum(x * i for x in vec)
        e = tuple(vec[c] for c in cols)
        f = list(x - i for x in vec if x > 2)
        g = max(x * x for x in vec), min(-x for x in vec)
        k += a + b + c + d + len(e) + sum(f) + g[0] + g[1]
        out = a, b, c, d, e, f, g, sys.getsizeof(f), sys.getsizeof(e)
    return k, out


print(each_kind([3, 1, 4, 1, 5, 9, 2, 6], range(8), 300))


def lengths(rows):
    """As many items as never before: each number of rounds is another way."""
    out = []
    for i, row in enumerate(rows):
        out.append((tuple(x for x in row), list(x + i for x in row), sum(x for x in row), all(x < 50 for x in row), any(x > 6 for x in row), len(set(x % 5 for x in row))))
    return hash(tuple(out[-1][:1])), [sum(o[2] for o in out), sum(map(len, (o[0] for o in out))), sum(o[3] + o[4] + o[5] for o in out), [sys.getsizeof(o[1]) for o in out[-30:]]]


print(lengths([list(range(i % 23)) for i in range(600)]))


def raising(rows):
    seen = []
    for row in rows:
        try:
            seen.append(sum(10 // x for x in row))
        except ZeroDivisionError as e:
            tb, names = e.__traceback__, []
            while tb is not None:
                names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
                tb = tb.tb_next
            seen.append(str(names))
        except TypeError as e:
            seen.append(str(e))
    return len(seen), sorted({str(s) for s in seen})


print(raising([[1, 2, 5]] * 200 + [[1, 0]] + [[2, 2]] * 100 + [[0], [1, 'a']] * 3))


def closures(n):
    total = 0
    for i in range(n):
        pool = (i, i + 1, i + 2)
        shift = i % 3
        total += sum(pool[j] + shift for j in range(3)) + len(tuple(p for p in pool if p != shift))
    return total


def in_functions(n):
    def check(row, limit):
        return all(abs(x) < limit for x in row) and not any(x is None for x in row)

    def first(row, limit):
        return max((x for x in row if x < limit), default=None) if not row else max(x for x in row if x < limit)
    total = 0
    rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, -11, 12]]
    for i in range(n):
        row = rows[i & 3]
        total += check(row, 9) + first(row, 100)
    return total


print(closures(400), in_functions(400))


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def norm(self):
        return self.x * self.x + self.y * self.y


def generator_functions(points, n):
    def squares(ps, limit):
        for p in ps:
            if p.norm() > limit:
                return
            yield p.norm()

    def pairs(ps):
        i = 0
        while i < len(ps):
            yield ps[i].x
            i += 1
    total = 0
    for i in range(n):
        total += sum(squares(points, 1000)) + len(tuple(pairs(points))) + (any(squares(points, i)) is True)
        total += sum(squares(points, 30))
    return total


print(generator_functions([Point(i, -i) for i in range(6)], 300))


def effects(n):
    """What cannot be done twice is done once."""
    log, counts = [], {}

    def note(x):
        log.append(x)
        return x

    def count(x):
        counts[x % 3] = counts.get(x % 3, 0) + 1
        return x

    class Box:
        value = 0
    box = Box()

    def change(x):
        box.value += x
        return box.value
    total = 0
    for i in range(n):
        total += sum(note(x) for x in range(3))
        total += max(count(x) for x in (i, i + 1))
        total += all(change(x) for x in (1, 2))
    return total, len(log), sorted(counts.items()), box.value


print(effects(300))


class Counting:
    alive = 0

    def __init__(self):
        Counting.alive += 1

    def __del__(self):
        Counting.alive -= 1


def deaths(n):
    seen = set()
    keep = [Counting() for _ in range(4)]
    for i in range(n):
        t = tuple(k for k in keep)
        seen.add((sys.getrefcount(t[0]), Counting.alive))
        del t
        t = list(k for k in keep if k is not None)
        seen.add((sys.getrefcount(keep[1]), len(t)))
        t = None
        keep[i & 3] = Counting()
        seen.add(Counting.alive)
    return sorted(map(str, seen))


print(deaths(300))


def identities(n):
    same = []
    big = [10 ** 6 + i for i in range(5)]
    for i in range(n):
        v = i + 10 ** 7
        t = tuple(v for _ in range(2))
        s = set(x for x in (v, v))
        m = max(x for x in (v, 3))
        same.append((t[0] is t[1], t[0] is v, next(iter(s)) is v, m is v, tuple(b for b in big)[2] is big[2], next(iter(set(b for b in big[:1]))) is big[0]))
    return set(same)


print(identities(300))


def frames(n):
    """Somebody looks, from time to time."""
    def look(x):
        if x == 77:
            f = sys._getframe()
            chain = []
            while f is not None and f.f_code.co_name != 'frames':
                chain.append((f.f_code.co_name, sorted(f.f_locals)))
                f = f.f_back
            found.append((chain, gc.get_referrers(marker) != []))
        return x
    found, marker, total = [], object(), 0
    for i in range(n):
        row = (1, 2, 77 if i in (150, 290) else 3)
        total += sum(look(x) for x in row)
    return total, len(found), found[0] == found[1], found[0]


print(frames(300))


def changed(n):
    """The functions that are called become others; so does what the generator looks at."""
    global all, scale
    out, real = [], __builtins__.all if hasattr(__builtins__, 'all') else __builtins__['all']
    scale = 1
    row = [1, 2, 3]
    for i in range(n):
        if i == n // 3:
            scale = 2
        if i == n // 2:
            row.append(0)
            all = lambda it: sum(it)
        if i == n - 20:
            del all
            row[:] = ['a', 'b']
        out.append(all(x * scale for x in row))
    return out[0], out[n // 3 - 1:n // 3 + 1], out[n // 2 - 1:n // 2 + 1], out[-21:-19], len(out)


print(changed(300))


def traced(n):
    """A tool is turned on in the generator's own code."""
    events = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ('<genexpr>', 'switch'):
            events.append((frame.f_code.co_name, event))
        return tracer

    def switch(x):
        if on[0]:
            sys.settrace(tracer)
            on[0] = False
        return x
    on, total = [False], 0
    for i in range(n):
        if i == n - 5:
            on[0] = True
        total += sum(switch(x) for x in (1, 2, 3))
        if i == n - 4:
            sys.settrace(None)
    sys.settrace(None)
    return total, len(events), events[:8]


print(traced(300))


def nested(n):
    total = 0
    for i in range(n):
        total += sum(sum(x * y for x in (1, 2)) for y in (3, 4)) + max(len(tuple(z for z in range(w))) for w in (1, 2, 3))
    return total


def left_early(n):
    """Of a generator that others would still see something."""
    log = []

    def gen(row):
        try:
            for x in row:
                yield x
        finally:
            log.append(len(row))
    total = 0
    for i in range(n):
        total += any(gen((0, 0, i & 1, 5))) + all(gen((1, i & 1, 1)))
    return total, len(log)


print(nested(300), left_early(300))


def long_ones(n):
    row, total = list(range(40)), 0
    for i in range(n):
        total += sum(x for x in row) + len(set(x & 31 for x in row)) + all(x >= 0 for x in row) + (sum(1 for x in row if x > i) > 0)
    return total


print(long_ones(300))


def permutations(iterable, r=None):
    pool = tuple(iterable)
    n = len(pool)
    r = n if r is None else r
    indices = list(range(n))
    cycles = list(range(n - r + 1, n + 1))[::-1]
    yield tuple(pool[i] for i in indices[:r])
    while n:
        for i in reversed(range(r)):
            cycles[i] -= 1
            if cycles[i] == 0:
                indices[i:] = indices[i + 1:] + indices[i:i + 1]
                cycles[i] = n - i
            else:
                j = cycles[i]
                indices[i], indices[-j] = indices[-j], indices[i]
                yield tuple(pool[i] for i in indices[:r])
                break
        else:
            return


def queens(n):
    cols = range(n)
    for vec in permutations(cols):
        if n == len(set(vec[i] + i for i in cols)) == len(set(vec[i] - i for i in cols)):
            yield vec


print(len(list(queens(6))), list(queens(5))[:3], sum(1 for _ in permutations('abcde')), hash(tuple(permutations(range(5), 3))) == hash(tuple(permutations(range(5), 3))))


def slices(n):
    log, l = [], list(range(10))
    for i in range(n):
        k = i % 9
        l[k:] = l[k + 1:] + l[k:k + 1]
        l[k:k + 2] = (l[k], l[0])
        l[-2:] = [i, l[1]]
        l[100:] = []
        l[5:3] = ()
        if len(l) > 12:
            l[:] = list(range(10))
        log.append(sum(l))
    objects = [Counting(), Counting()]
    for i in range(n):
        objects[:1] = [Counting()]
        log.append(Counting.alive)
    return sum(log), len(l), Counting.alive


print(slices(300))


def turned(n):
    out = 0
    for i in range(n):
        for j in reversed(range(i % 5)):
            out += i * j
        for j in reversed(range(2, 6)):
            out -= j
        it = iter(reversed(range(i % 3)))
        out += len(list(it))
    return out, list(reversed(range(3, 3)).__reduce__()[1][:1]) is not None


print(turned(300))


def made_after_all(n):
    """What the generator goes through is got by a call that may look at the function."""
    def source(i):
        if i == 200:
            seen.extend(sorted(type(o).__name__ for o in gc.get_objects() if type(o) is type(source) and o.__name__ == '<genexpr>' and o.__closure__ is not None and o.__closure__[0].cell_contents is row))
        return sorted([i, 3, 1][: i % 4], key=lambda x: -x)
    total, seen = 0, []
    for i in range(n):
        row = [i]
        total += sum(x + row[0] for x in source(i))
        total += len(tuple(str(x) for x in map(abs, (i, -i))))
        total += len(set(3 for j in range(3))) + len(set(j for j in range(4)))
    return total, seen


print(made_after_all(300))


def extremes(n):
    """The object that is least or greatest, the first of several; numbers of two kinds; sets."""
    out, nan = [], float('nan')
    rows = [[10 ** 6 + (i * 7 + j * j) % 11 for j in range(6)] for i in range(9)]
    for i in range(n):
        row = rows[i % 9]
        m, l = max(x for x in row), min(x for x in row)
        out.append((m is row[row.index(m)], l is row[row.index(l)], max(x * 1.5 - i for x in row), min(-x for x in row), max(x + i for x in row)))
        a = (0.0, -0.0)[:: 1 if i & 1 else -1]
        out.append((str(max(x for x in a)), str(min(x for x in a)), str(max(x for x in (nan, 1.0))), max(x for x in (1, 2.0, 2)), max(x for x in (True, 1))))
        s = set(row[: i % 7])
        f = frozenset(row)
        out.append((s <= f, f <= s, s < f, min(s) if s else None, max(f), sorted(f - s), len(f & s), min([3, 1, 1]), max((2, 5, 4)), max({1, True}), min({2.5, 2})))
    return hash(str(out)), out[-3:]


def branches(n):
    """Tests in the generator: a few ways, and very many."""
    rows = [[(i * j * 7 + j) % 13 for j in range(9)] for i in range(40)]
    out = [0, 0, 0, 0]
    for i in range(n):
        row = rows[i % 40]
        out[0] += sum(x for x in row if x > 6)
        out[1] += sum(x for x in row[:3] if x & 1)
        out[2] += len(tuple(x for x in row if x != 5)) + len(set(x if x > 3 else -x for x in row[:2]))
        out[3] += any(x == i % 13 for x in row) + all(x != 12 for x in row)
    return out


print(extremes(300)[1])
print(branches(400))


ROW = [1, 2, 3]


def kept():
    """Its stack has nothing but the code when the function of the generator is made, and its only local is not bound."""
    made = (x for x in ROW)
    return filter(None, made)


def keep(n):
    k = 0
    for _ in range(n):
        for x in kept():
            k += x
    return k


print(keep(300))
# expect: (1201157, (8, True, True, 9269, (3, 1, 4, 1, 5, 9, 2, 6), [-296, -295, -294, -290, -293], (81, -9), 120, 104))
# expect: (2591599847610816279, [46046, 6579, 3591, [248, 248, 248, 248, 248, 56, 88, 120, 120, 120, 120, 120, 120, 120, 184, 184, 184, 184, 184, 184, 184, 184, 248, 248, 248, 248, 248, 248, 56, 88]])
# expect: (307, ['10', '17', "[('raising', 4), ('<genexpr>', 0)]", "unsupported operand type(s) for //: 'int' and 'str'"])
# expect: 242994 3200
# expect: 43498
# expect: (46350, 900, [(0, 200), (1, 200), (2, 200)], 900)
# expect: ['(3, 4)', '4']
# expect: {(True, True, True, True, True, True)}
# expect: (1948, 2, True, ([('look', ['chain', 'f', 'found', 'marker', 'x']), ('<genexpr>', ['.0', 'look', 'x'])], True))
# expect: (True, [True, True], [True, 12], [12, True], 300)
# expect: (1800, 41, [('<genexpr>', 'call'), ('<genexpr>', 'line'), ('switch', 'call'), ('switch', 'line'), ('switch', 'line'), ('switch', 'return'), ('<genexpr>', 'return'), ('<genexpr>', 'call')])
# expect: 7200 (450, 600)
# expect: 243939
# expect: 4 [(0, 2, 4, 1, 3), (0, 3, 1, 4, 2), (1, 3, 0, 2, 4)] 120 True
# expect: (418883, 10, 2)
# expect: (86700, True)
# expect: (104025, ['function', 'function'])
# expect: [(True, True, 1499713.0, -1000008, 1000307), ('0.0', '0.0', 'nan', 2.0, True), (True, False, True, 1000001, 1000008, [1000006], 5, 1, 5, 1, 2)]
# expect: [13830, 2170, 4120, 424]
# expect: 1800
