"""Comprehensions over lists that nobody else has, iterators that were there before, and functions that lie on the stack where a trace begins."""
import sys
import weakref


class Item:
    def __init__(self, n, log):
        self.n = n
        self.log = log

    def __del__(self):
        self.log.append(self.n)


def slices(rows):
    n = 0
    for row in rows:
        a = [x for x in row[1:] if x > 2]
        n += len(a)
    return n


def lengths(rows):
    n = 0
    for row in rows:
        n += len([x.upper() for x in row.split(",")]) + sum([x for x in sorted(map(len, row.split(",")))])
    return n


def quicksort(l):
    if len(l) < 2:
        return l
    p = l[0]
    return quicksort([x for x in l[1:] if x < p]) + [p] + quicksort([x for x in l[1:] if x >= p])


def dying(n):
    """The list of a comprehension dies with its loop, and what it has with it: in this order."""
    log = []
    for i in range(n):
        a = [x.n for x in [Item(i, log), Item(-i, log)] if x.n >= 0]
        log.append(len(a))
    x = None
    return log[:9], log[-9:], len(log)


def kept(n):
    """An iterator that two variables have stands still for both."""
    out = []
    for i in range(n):
        it = iter([i, i + 1, i + 2, i + 3])
        other = it
        a = [x for x in it if x != i + 9]
        out.append((len(a), next(other, None), next(it, "end")))
    return out[0], out[-1], len(set(out))


def partly(n):
    out = 0
    for i in range(n):
        it = iter((i, 2, 3, 4, 5))
        for x in it:
            if x == 3:
                break
        out += sum([y for y in it])
    return out


def unbound(n):
    """x has no value before and behind."""
    for i in range(n):
        a = [x for x in [i, i]]
    try:
        return x
    except UnboundLocalError as e:
        return str(e)
    x = 1


def bound(n):
    x = "before"
    for i in range(n):
        a = [x for x in str(i)[:2] + "ab"]
        if x != "before":
            return "lost", i
    return x, a


def raising(n):
    seen = 0
    for i in range(n):
        x = i
        try:
            a = [1 // x for x in [3, 2, 1, 0 if i % 50 == 49 else 1]]
        except ZeroDivisionError:
            seen += x == i
    return seen


def functions(n, fs):
    t = 0
    for i in range(n):
        t += fs[i % len(fs)]([x for x in [i, 1, 5]])
    return t


def counts(n):
    o = object()
    for i in range(n):
        a = [x for x in [o, o, o][1:]]
    return sys.getrefcount(o) - len(a)


def weak(n):
    class C:
        pass
    alive = 0
    for i in range(n):
        refs = [weakref.ref(x) for x in [C(), C()]]
        alive += sum([r() is not None for r in refs])
    x = None
    return alive


print(slices([[1, 2, 3, 4], [5, 6], []] * 100))
# expect: 300
print(lengths(["a,b,c", "dd,ee", ""] * 100))
# expect: 1300
print(quicksort([(i * 7919) % 503 for i in range(503)]) == list(range(503)))
# expect: True
print(dying(150))
# expect: ([0, 0, 2, 1, -1, 1, 2, -2, 1], [147, -147, 1, 148, -148, 1, 149, -149, 1], 450)
print(kept(150))
# expect: ((4, None, 'end'), (4, None, 'end'), 1)
print(partly(150))
# expect: 1355
print(unbound(100))
# expect: cannot access local variable 'x' where it is not associated with a value
print(bound(150))
# expect: ('before', ['1', '4', 'a', 'b'])
print(raising(200))
# expect: 4
print(functions(200, [len, sum, max]), functions(200, [len]), functions(100, [str, len][1:]), functions(99, [min, lambda l: l[0], len]))
# expect: 13873 600 300 1748
print(counts(150))
# expect: 2
print(weak(150))
# expect: 0
