"""Loops over subclasses of builtin containers, named tuples, == of objects, iterators in inlined calls: values, counts, deaths and changes in mid-loop are as they should be."""
import collections
import sys
import weakref

log = []


def said():
    out = log[:]
    log.clear()
    return out


class Items(list):
    pass


class Table(dict):
    def __missing__(self, key):
        log.append(("missing", key))
        return -1


class Pair(tuple):
    pass


class Members(set):
    pass


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


Point = collections.namedtuple("Point", "x y name")


# ---- reading and changing

def reads(n):
    items, table, pair, members = Items([1, 2, 3]), Table(a=1, b=2), Pair((7, 8)), Members([1, 2])
    total = 0
    for i in range(n):
        total += items[i % 3] + table["a"] + pair[-1] + len(items) + len(table)
        if i % 5 in members and items:
            total += 1
        a, b = pair
        total += a - b
        items[i % 3] = i
        table["b"] = i
        for x in items:
            total += x
    return total, items, table, pair


def queue(n):
    todo, done = Items(), []
    todo.append(0)
    while len(todo):
        d = todo.pop(0)
        done.append(d)
        if d < n:
            todo.append(d + 1)
            if d % 3 == 0 and d < n // 2:
                todo.append(d + 1000000)
        if d % 7 == 0:
            todo.append(d + 2000000)
            todo.pop()
    return len(done), done[-5:]


def queue_of_objects(n):
    todo = [Dies(i) for i in range(n)]
    w = []
    while len(todo) > 1:
        d = todo.pop(0)
        if d.name % 40 == 0:
            w.append(weakref.ref(d))
            log.append(sys.getrefcount(d))
        d = None
        e = todo.pop(-1)
        keep = e.name
    return keep, [r() for r in w], len(said())


def pop_out_of_range(n):
    items, out = list(range(n)), []
    try:
        for i in range(n):
            out.append(items.pop(i))
    except IndexError as e:
        out.append(str(e))
    return out[-3:], len(items)


def same_object_in_slots(n):
    o = Dies("one")
    items = [o, o, o]
    for i in range(n):
        a = items.pop(0)
        b = items[0]
        items.append(a)
        assert a is b is o
    a = b = None
    return sys.getrefcount(o)


def missing(n):
    t = Table({i: i for i in range(0, n, 2)})
    return sum(t[i] for i in range(n)), len(said())


# ---- changed in mid-loop

def changed(n):
    class L(list):
        pass
    items, total = L([1, 2, 3]), 0
    for i in range(n):
        if i == n // 2:
            L.__len__ = lambda self: 100
        if i == n // 2 + 50:
            L.__getitem__ = lambda self, k: 1000
        if i == n // 2 + 100:
            L.__iter__ = lambda self: iter((5, 6))
        if i == n // 2 + 150:
            L.__contains__ = lambda self, x: True
        if i == n // 2 + 200:
            L.__bool__ = lambda self: False
        if i == n // 2 + 250:
            L.__setitem__ = lambda self, k, v: log.append(k)
        total += len(items) + items[0]
        for x in items:
            total += x
        if 77 in items:
            total += 10000
        if not items:
            total += 100000
        items[2] = 3
    return total, len(said())


def changed_class(n):
    class A:
        x = 1

    class B(A):
        def __eq__(self, other):
            log.append("eq")
            return True
    a, b, c, hits = A(), A(), A(), 0
    for i in range(n):
        if i == n // 2:
            b.__class__ = B
        if i == n // 2 + 20:
            A.__eq__ = lambda self, other: log.append("A.eq")
        if a == b:
            hits += 1
        if a != c:
            hits += 1000
        if c == c:
            hits += 1000000
    return hits, len(said())


def compares(n):
    class A:
        pass
    nan = float("nan")
    values = [A(), A(), None, 1, 1.0, nan, "s", "t", (1, 2), (1, nan), b"s", True, 10 ** 30, A, len]
    hits = collections.Counter()
    for i in range(n):
        for k, a in enumerate(values):
            b = values[(i + k * 3) % len(values)]
            if a == b:
                hits["eq"] += k
            if a != b:
                hits["ne"] += k
            if a == None:
                hits["none"] += 1
            if i == a:
                hits["int"] += 1
    return sorted(hits.items())


def large_numbers(n):
    hits = 0
    for i in range(n):
        for k in (3, 2 ** 62, 2 ** 70, -2 ** 63, 3.0):
            j = i + k if i & 1 else k
            hits += (j == k) + 10 * (j != k) + 100 * (k == i + 2 ** 62) + 1000 * (3 == j)
    return hits


def identical(n):
    class A:
        pass
    a, b, hits = A(), A(), 0
    seq = [a, b, None, a]
    for i in range(n):
        c = seq[i & 3]
        if c == a:
            hits += 1
        if c != a:
            hits += 1000
        if c == None:
            hits += 1000000
    return hits


# ---- made and dying

def made(n):
    sizes = 0
    for i in range(n):
        items = Items()
        items.append(i)
        items.append(Dies(i) if i % 50 == 0 else None)
        sizes += len(items)
        if i == 60:
            w = weakref.ref(items)
    return sizes, said(), w()


def made_otherwise(n):
    class L(list):
        pass
    out = []
    for i in range(n):
        if i == n // 2:
            L.__init__ = lambda self: self.extend((1, 2))
        if i == n // 2 + 100:
            L.__new__ = lambda cls: [3]
        if i == n // 2 + 200:
            L.__del__ = lambda self: log.append("dies")
            del L.__new__
        out.append(len(L()))
    return sum(out), len(said())


def with_attributes(n):
    items, total = Items([1]), 0
    for i in range(n):
        if i == n // 2:
            items.extra = 5
        if i == n // 2 + 50:
            items.append = lambda x: log.append(x)
        items.append(i)
        total += len(items)
        if i > n // 2:
            total += items.extra
            items.extra = i
        if i == n - 20:
            del items.append
    return total, len(items), len(said())


# ---- named tuples

def named(n):
    p, total = Point(1, 2, "p"), 0
    for i in range(n):
        total += p.x + p.y + len(p.name)
        x, y, name = p
        p = Point(y, x + 1, name) if i % 10 == 0 else p
    return total, p


def named_changed(n):
    class P(collections.namedtuple("P", "x y")):
        pass
    p, total = P(1, 2), 0
    for i in range(n):
        if i == n // 2:
            P.x = property(lambda self: 100)
        if i == n // 2 + 50:
            P.__getattribute__ = lambda self, name: 7
        total += p.x + p.y
    return total


# ---- iterators in inlined calls

def total_of(seq):
    total = 0
    for x in seq:
        total += x
    return total


def first_above(seq, limit):
    for x in seq:
        if x > limit:
            return x
    return None


def appended(seq, to):
    for x in seq:
        if len(to) < 5:
            to.append(x)
    return len(to)


def inlined(n):
    items, t, out = [1, 2, 3], (4, 5), 0
    for i in range(n):
        out += total_of(items) + total_of(t) + total_of((i, i + 1, i * 2)) + total_of(Items([i]))
        k = first_above(items, i % 5)
        if k is not None:
            out += k
        if i % 100 == 0:
            items[i // 100 % 3] += 1
        if i == n - 50:
            items.extend((7, 8, 9))
        if i == n - 20:
            items.extend(range(20))
    return out


def grows(n):
    out = 0
    for i in range(n):
        s = [1]
        out += appended(s, s)
    return out


def odd_items(n):
    items, out = [1, 2], []
    for i in range(n):
        if i == n - 10:
            items[1] = 2.5
        if i == n - 5:
            items[0] = "x"
        try:
            out.append(total_of(items))
        except TypeError as e:
            out.append(str(e))
    return out[-9:]


def dying_sequence(seq):
    for x in seq:
        if x.name < 0:
            return x
    return len(seq)


def sequences_die(n):
    for i in range(n):
        dying_sequence([Dies(i), Dies(i + 1)])
    return len(log), said()[-4:]


def looked_at(seq, i):
    out = []
    for x in seq:
        if i % 100 == 99:
            f = sys._getframe()
            out.append((f.f_lineno - f.f_code.co_firstlineno, sorted(f.f_locals)))
    return out


def frames(n):
    items, out = [1, 2], []
    for i in range(n):
        r = looked_at(items, i)
        if r:
            out.append(r)
    return out[:2], len(out)


for f in (reads, queue, queue_of_objects, pop_out_of_range, same_object_in_slots, missing, changed, changed_class, compares, large_numbers, identical, made, made_otherwise,
          with_attributes, named, named_changed, inlined, grows, odd_items, sequences_die, frames):
    print(f.__name__, f(600), said()[:5])
# expect: reads (723264, [597, 598, 599], {'a': 1, 'b': 599}, (7, 8)) []
# expect: queue (701, [596, 597, 598, 599, 600]) []
# expect: queue_of_objects (300, [None, None, None, None, None, None, None, None], 607) [300]
# expect: pop_out_of_range ([596, 598, 'pop index out of range'], 300) []
# expect: same_object_in_slots 5 ['one']
# expect: missing (89400, 300) []
# expect: changed (11785850, 50) []
# expect: changed_class (320600300, 860) []
# expect: compares [('eq', 5440), ('int', 3), ('ne', 57560), ('none', 600)] []
# expect: large_numbers 616600 []
# expect: identical 150300300 []
# expect: made (1200, [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550], None) []
# expect: made_otherwise (500, 100) []
# expect: with_attributes (283671, 370, 231) []
# expect: named (20640, Point(x=31, y=32, name='p')) []
# expect: named_changed 9500 []
# expect: inlined 916358 []
# expect: grows 3000 []
# expect: odd_items [3.5, 3.5, 3.5, 3.5, "unsupported operand type(s) for +=: 'int' and 'str'", "unsupported operand type(s) for +=: 'int' and 'str'", "unsupported operand type(s) for +=: 'int' and 'str'", "unsupported operand type(s) for +=: 'int' and 'str'", "unsupported operand type(s) for +=: 'int' and 'str'"] []
# expect: sequences_die (1200, [598, 599, 599, 600]) []
# expect: frames ([[(5, ['f', 'i', 'out', 'seq', 'x']), (5, ['f', 'i', 'out', 'seq', 'x'])], [(5, ['f', 'i', 'out', 'seq', 'x']), (5, ['f', 'i', 'out', 'seq', 'x'])]], 6) []
