"""Loops over enumerate() and zip() whose tuples are unpacked at once: what the tuple holds meanwhile, counts, identities, other owners, deaths, errors, changes of the list."""
import gc
import sys
import weakref

log = []
N = 400


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Plain:
    pass


def said():
    out = log[:]
    log.clear()
    return out


def counts_of_items(l):
    """The tuple has a reference to the item and to the index, beside those that one sees."""
    out = []
    for i, x in enumerate(l, 1000):
        if i % 100 == 50:
            out.append((sys.getrefcount(x), sys.getrefcount(i)))
    x = None
    return out


def what_the_tuple_has(l, m):
    e, z = enumerate(l), zip(l, m)
    out = []
    for i, x in e:
        if i % 100 == 7:
            t = [r for r in gc.get_referents(e) if type(r) is tuple][0]
            out.append((t == (i, x), t[0] is i, t[1] is x, sys.getrefcount(t)))
            t = None
    for x, y in z:
        if y % 100 == 7:
            t = [r for r in gc.get_referents(z) if type(r) is tuple and r and r[0] is x]
            out.append((len(t), t[0] == (x, y), sys.getrefcount(t[0])))
            t = None
    return out


def other_owner(l):
    """The list's iterator, and the enumerate object, are moved on by somebody else, too."""
    it = iter(l)
    e = enumerate(it)
    seen = []
    for i, x in e:
        if i % 40 == 3:
            seen.append((i, x, next(it), next(e)))
        if i % 90 == 80:
            for j, y in e:
                seen.append((j, y))
                if j % 7 == 0:
                    break
    seen.append((next(e, None), next(it, None)))
    return seen


def same_twice(l):
    it = iter(l)
    s = 0
    for a, b in zip(it, it):
        s += a * 3 - b
    for a, b in zip(l, l):
        s += a * b
    return s


def kept_tuples(l):
    """Somebody keeps the tuple: the next one is another."""
    kept, e = [], enumerate(l)
    for i, x in e:
        if i % 60 == 20:
            kept.append(next(e))
        if i % 60 == 40:
            kept.append([t for t in gc.get_referents(e) if type(t) is tuple][0])
    return kept[:4], len(set(map(id, kept))), kept[-1]


def rewritten(l):
    for i, x in enumerate(l):
        l[i] = x + 1.5
    for i, x in enumerate(l):
        x *= 2
        i += 500
        l[i - 500] = x
    for i, x in enumerate(l):
        if i % 3 == 1:
            l[i - 1] = l[i]
            del x
    return sum(l)


def shrinks(l):
    out = []
    for i, x in enumerate(l):
        if i % 5 == 2:
            out.append(l.pop())
        if i % 50 == 13:
            l[i:i + 3] = []
        if i % 70 == 33:
            l.append(i * 1000)
    return len(l), sum(out), i, x


def deaths(n):
    l = [Dies(i) for i in range(n)]
    for i, x in enumerate(l):
        l[i] = None
        if i % 100 == 5:
            log.append(("at", i, x.name))
    out = said()
    e = enumerate([Dies(-i) for i in range(n)])
    for i, x in e:
        if i == n - 3:
            break
    log.append("left")
    del e
    log.append("gone")
    x = None
    out.append(said()[-5:])
    for i, x in enumerate([Dies(i) for i in range(n)]):
        pass
    log.append(("end", i, x.name))
    x = None
    return out[:6], out[-8:], len(out), said()[-4:]


def weak(n):
    l = [Plain() for i in range(n)]
    w = [weakref.ref(x) for x in l]
    alive = []
    for i, x in enumerate(l):
        l[i] = 0
        x = None
        if i % 80 == 9:
            alive.append([w[i - 1]() is None, w[i]() is None, w[i + 1]() is None])
    return alive, sum(r() is None for r in w)


def errors(l):
    out = []
    for k in range(3):
        try:
            for i, x in enumerate(l):
                10 // (x - 300 - k)
        except ZeroDivisionError:
            out.append((i, x))
        try:
            for a, b in zip(l, [1] * 350 + ["x"]):
                a + b
        except TypeError as e:
            out.append((a, b, str(e)))
    return out


def strict(l):
    out = []
    for m in (l, l[:-1], l + [1]):
        try:
            for a, b in zip(l, m, strict=True):
                pass
        except ValueError as e:
            out.append(str(e))
        for a, b in zip(l, m):
            pass
        out.append((a, b))
    it, other = iter(l + [77]), iter(l)
    for a, b in zip(it, other):
        pass
    out.append((a, b, next(it, "end"), next(other, "end")))
    return out


def nested(rows):
    s = 0
    for i, row in enumerate(rows):
        for j, x in enumerate(row):
            s += (i + 1) * x - j
            if x % 17 == 16:
                break
        for a, b, c in zip(row, rows[i - 1], range(len(row))):
            s += a * b - c
    return s


def kinds(l):
    s = []
    for i, c in enumerate("abc" * 150):
        if i % 100 == 1:
            s.append((i, c))
    for i, c in enumerate(b"abc" * 150):
        if i % 100 == 1:
            s.append((i, c))
    for i, c in enumerate(range(5, 2000, 5), 10**18):
        if i % 100 == 1:
            s.append((i, c))
    for i, c in enumerate(tuple(l), sys.maxsize - 200):
        if c % 100 == 1:
            s.append((i, c))
    for a, b, c, d in zip(l, tuple(l), range(1000), "abcd" * 200):
        if a % 100 == 1:
            s.append((a, b, c, d))
    return s


def types_change():
    l = [1] * 200 + [2.5] * 200 + ["s"] * 100 + [(1, 2)] * 100 + [None] * 100 + [10**30] * 100
    out, s = [], 0
    for i, x in enumerate(l):
        if isinstance(x, (int, float)):
            s += x
        elif type(x) is str:
            s += len(x)
        elif x is None:
            s -= 1
        else:
            s += x[1]
        if i % 150 == 0:
            out.append(s)
    return out, s


def as_constants(l):
    """Indices and items go elsewhere: they stay the objects that they are."""
    out, d, same = [], {}, True
    for i, x in enumerate(l, 5000):
        out.append(i)
        d[x] = i
        same = same and out[-1] is i and d[x] is i
    counts = set()
    for i, x in enumerate(l, 7000):
        out.append(i)
        counts.add(sys.getrefcount(i))
    return same, out[::99], sorted(counts), [sys.getrefcount(k) for k in out[:3]]


def other_names(n):
    """Variables have an item under several names; its place in the list goes, and the tuple's."""
    l, at, other, s, before = [i * 0.5 for i in range(n)], list(range(n)), [0.0] * n, 0.0, 0.0
    for i, x in enumerate(l):
        s += before
        y = l[at[i]]
        l[i] = i * 2.5
        other[i] = y
        before = y
    for i, x in enumerate(l):
        s += before
        y = l[at[i]]
        other[i] = l[i] = i * 1.5
        x = i = None
        before = y
    for a, b in zip(l, other):
        s += before
        before = other[at[int(a / 1.5)]]
        other[0] = a
        a = None
    o = [Plain() for i in range(n)]
    w = [weakref.ref(x) for x in o]
    for i, x in enumerate(o):
        y = o[at[i]]
        o[i] = None
        x = None
        s += sys.getrefcount(y) + (w[i]() is y)
    return s, sum(r() is not None for r in w)


def frames(l):
    out = []

    def look(k):
        f = sys._getframe(1)
        out.append((f.f_locals["i"], f.f_locals["x"], f.f_lineno - f.f_code.co_firstlineno))
    for i, x in enumerate(l):
        if i % 100 == 99:
            look(i)
    return out


def in_functions(l):
    def dot(a, b):
        s = 0
        for x, y in zip(a, b):
            s += x * y
        return s

    def weigh(a):
        s = 0
        for i, x in enumerate(a):
            s += i * x
        return s
    rows = [l[i:i + 5] for i in range(0, len(l) - 5, 2)]
    return sum(dot(a, b) for a, b in zip(rows, rows[1:])), sum([weigh(a) for a in rows])


def collected(l):
    """A collection in the loop finds the iterator as it is."""
    class Node:
        pass
    n = 0
    for i, x in enumerate(l):
        node = Node()
        node.me = node
        if i % 100 == 50:
            n += gc.collect() > 0
    return n, gc.is_tracked(enumerate(l))


def main():
    ints = list(range(N))
    floats = [float(i) for i in ints]
    objects = [Plain() for i in ints]
    print(counts_of_items(objects), counts_of_items([1.5 * i for i in ints]))
    print(what_the_tuple_has(floats, ints))
    print(other_owner(ints))
    print(same_twice(ints), kept_tuples(floats))
    print(rewritten(floats[:]), shrinks(list(range(1000))))
    print(deaths(N))
    print(weak(N))
    print(errors(ints), strict(ints))
    print(nested([list(range(i % 40)) for i in range(120)]))
    print(kinds(ints))
    print(types_change())
    print(as_constants(ints))
    print(other_names(N))
    print(frames(ints))
    print(in_functions(ints))
    print(collected(ints))


for _ in range(2):
    main()


# expect: [(4, 3), (4, 3), (4, 3), (4, 3)] [(4, 3), (4, 3), (4, 3), (4, 3)]
# expect: [(True, True, True, 3), (True, True, True, 3), (True, True, True, 3), (True, True, True, 3), (1, True, 3), (1, True, 3), (1, True, 3), (1, True, 3)]
# expect: [(3, 3, 4, (4, 5)), (43, 44, 45, (44, 46)), (81, 83), (82, 84), (83, 85), (84, 86), (123, 125, 126, (124, 127)), (163, 166, 167, (164, 168)), (171, 175), (172, 176), (173, 177), (174, 178), (175, 179), (203, 207, 208, (204, 209)), (243, 248, 249, (244, 250)), (261, 267), (262, 268), (263, 269), (264, 270), (265, 271), (266, 272), (283, 289, 290, (284, 291)), (323, 330, 331, (324, 332)), (351, 359), (352, 360), (353, 361), (354, 362), (355, 363), (356, 364), (357, 365), (363, 371, 372, (364, 373)), (None, None)]
# expect: 21332800 ([(21, 21.0), (21, 21.0), (81, 81.0), (21, 21.0)], 7, (381, 381.0))
# expect: 161066.0 (802, 4351675, 802, 850)
# expect: ([0, 1, 2, 3, 4, ('at', 5, 5)], [392, 393, 394, 395, 396, 397, 398, [-2, -1, 0, 'gone', -397]], 404, [1, 0, ('end', 399, 399), 399])
# expect: ([[True, False, False], [True, False, False], [True, False, False], [True, False, False], [True, False, False]], 400)
# expect: [(300, 300), (350, 'x', "unsupported operand type(s) for +: 'int' and 'str'"), (301, 301), (350, 'x', "unsupported operand type(s) for +: 'int' and 'str'"), (302, 302), (350, 'x', "unsupported operand type(s) for +: 'int' and 'str'")] [(399, 399), 'zip() argument 2 is shorter than argument 1', (398, 398), 'zip() argument 2 is longer than argument 1', (399, 399), (399, 399, 'end', 'end')]
# expect: 1238718
# expect: [(1, 'b'), (101, 'c'), (201, 'a'), (301, 'b'), (401, 'c'), (1, 98), (101, 99), (201, 97), (301, 98), (401, 99), (1000000000000000001, 10), (1000000000000000101, 510), (1000000000000000201, 1010), (1000000000000000301, 1510), (9223372036854775608, 1), (9223372036854775708, 101), (9223372036854775808, 201), (9223372036854775908, 301), (1, 1, 1, 'b'), (101, 101, 101, 'b'), (201, 201, 201, 'b'), (301, 301, 301, 'b')]
# expect: ([1, 151, 452.5, 751.0, 999.0, 5.1000000000000015e+31], 1.0000000000000017e+32)
# expect: (True, [5000, 5099, 5198, 5297, 5396, 7095, 7194, 7293, 7392], [4], [6, 5, 5])
# expect: (360101.5, 1)
# expect: [(99, 99, 8), (199, 199, 8), (299, 299, 8), (399, 399, 8)]
# expect: (51749930, 396000)
# expect: (4, True)
# expect: [(4, 3), (4, 3), (4, 3), (4, 3)] [(4, 3), (4, 3), (4, 3), (4, 3)]
# expect: [(True, True, True, 3), (True, True, True, 3), (True, True, True, 3), (True, True, True, 3), (1, True, 3), (1, True, 3), (1, True, 3), (1, True, 3)]
# expect: [(3, 3, 4, (4, 5)), (43, 44, 45, (44, 46)), (81, 83), (82, 84), (83, 85), (84, 86), (123, 125, 126, (124, 127)), (163, 166, 167, (164, 168)), (171, 175), (172, 176), (173, 177), (174, 178), (175, 179), (203, 207, 208, (204, 209)), (243, 248, 249, (244, 250)), (261, 267), (262, 268), (263, 269), (264, 270), (265, 271), (266, 272), (283, 289, 290, (284, 291)), (323, 330, 331, (324, 332)), (351, 359), (352, 360), (353, 361), (354, 362), (355, 363), (356, 364), (357, 365), (363, 371, 372, (364, 373)), (None, None)]
# expect: 21332800 ([(21, 21.0), (21, 21.0), (81, 81.0), (21, 21.0)], 7, (381, 381.0))
# expect: 161066.0 (802, 4351675, 802, 850)
# expect: ([0, 1, 2, 3, 4, ('at', 5, 5)], [392, 393, 394, 395, 396, 397, 398, [-2, -1, 0, 'gone', -397]], 404, [1, 0, ('end', 399, 399), 399])
# expect: ([[True, False, False], [True, False, False], [True, False, False], [True, False, False], [True, False, False]], 400)
# expect: [(300, 300), (350, 'x', "unsupported operand type(s) for +: 'int' and 'str'"), (301, 301), (350, 'x', "unsupported operand type(s) for +: 'int' and 'str'"), (302, 302), (350, 'x', "unsupported operand type(s) for +: 'int' and 'str'")] [(399, 399), 'zip() argument 2 is shorter than argument 1', (398, 398), 'zip() argument 2 is longer than argument 1', (399, 399), (399, 399, 'end', 'end')]
# expect: 1238718
# expect: [(1, 'b'), (101, 'c'), (201, 'a'), (301, 'b'), (401, 'c'), (1, 98), (101, 99), (201, 97), (301, 98), (401, 99), (1000000000000000001, 10), (1000000000000000101, 510), (1000000000000000201, 1010), (1000000000000000301, 1510), (9223372036854775608, 1), (9223372036854775708, 101), (9223372036854775808, 201), (9223372036854775908, 301), (1, 1, 1, 'b'), (101, 101, 101, 'b'), (201, 201, 201, 'b'), (301, 301, 301, 'b')]
# expect: ([1, 151, 452.5, 751.0, 999.0, 5.1000000000000015e+31], 1.0000000000000017e+32)
# expect: (True, [5000, 5099, 5198, 5297, 5396, 7095, 7194, 7293, 7392], [4], [6, 5, 5])
# expect: (360101.5, 1)
# expect: [(99, 99, 8), (199, 199, 8), (299, 299, 8), (399, 399, 8)]
# expect: (51749930, 396000)
# expect: (4, True)
