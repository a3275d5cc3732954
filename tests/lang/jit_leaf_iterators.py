"""Loops over dicts, sets, enumerate() and zip(): the tuples that are used again, identities, counts, deaths, errors."""
import gc
import sys
import weakref

log = []


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Mine:
    """An iterator of the program."""
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        log.append("next")
        self.n -= 1
        if self.n < 0:
            raise StopIteration
        return self.n


class Plain:
    pass


def said():
    out = log[:]
    log.clear()
    return out


N = 300


def tuples_again(n):
    """A tuple that nobody has kept is the same one."""
    out = []
    l = [[i] for i in range(n)]
    d = {i: [i] for i in range(n)}
    for things in (enumerate(l), zip(l, l), d.items()):
        kept, ids = None, []
        for i, t in enumerate(things):
            ids.append(id(t))
            if i % 50 == 10:
                kept = t
            if i % 50 == 12:
                kept = None
            t = None
        out.append((ids[0] == ids[5], ids[10] == ids[9], ids[11] == ids[10], ids[40] == ids[39]))
    return out


def counts(n):
    """The tuple has what it had last."""
    l = [[i] for i in range(n)]
    out = []
    for i, x in enumerate(l):
        out.append((sys.getrefcount(x), sys.getrefcount(i) > 1000 or sys.getrefcount(i)))
    for x, y in zip(l, l):
        out.append(sys.getrefcount(x))
    d = {str(i): [i] for i in range(n)}
    for k, v in d.items():
        out.append((sys.getrefcount(v), sys.getrefcount(k)))
    return out[1], out[n - 1], out[n + 3], out[-1]


def lets_go(n):
    """What only the tuple has dies with the next item, and not before."""
    l = [Dies(i) for i in range(n)]
    out = []
    for i, x in enumerate(l):
        l[i] = None
        x = None
        log.append("body")
        if i == n - 4:
            said()
    log.append("end")
    return said()


def lets_go_lists(n):
    l = [[i] for i in range(n)]
    total = 0
    for i, x in enumerate(l):
        l[i] = None
        total += x[0] + len(x)
        if i > 3:
            l[i - 3] = x
    for a, b in zip(l, range(n)):
        total += b if a is None else len(a)
    return total


def pops_while(n):
    """Items that the list loses while a slot has them."""
    l = [[i] for i in range(n)]
    out = []
    for i, x in enumerate(l[:]):
        l.pop(0)
        y = x
        out.append(y[0] + len(l))
        if i % 7 == 0:
            y = x = None
    return sum(out), len(l)


def weak(n):
    out = []
    l = [Plain() for i in range(n)]
    refs = [weakref.ref(o) for o in l]
    for i, o in enumerate(l):
        l[i] = None
        del o
        out.append((refs[i]() is None, refs[i - 1]() is None))
    return out[0], out[1], out[-1], refs[-1]() is None


def grows(n, what):
    d = {i: i for i in range(n)}
    s = set(range(n))
    out = []
    for things in (d, d.values(), d.items(), s):
        total = 0
        try:
            for i, x in enumerate(things) if what == "enumerate" else ((0, 0),):
                total += 1
                if total == n - 5:
                    d[-total] = s.add(-total)
        except RuntimeError as e:
            out.append((total, str(e)))
        d = {i: i for i in range(n)}
        s = set(range(n))
    for k in range(3):
        total = 0
        try:
            for x in (d, d.values(), s)[k]:
                total += 1
                if total == n - 5:
                    d["new"] = 1
                    s.add("new")
        except RuntimeError as e:
            out.append((total, str(e)))
        d.pop("new", None)
        s.discard("new")
    total = 0
    try:
        for k, v in d.items():
            total += v
            if k == n - 3:
                del d[0]
    except RuntimeError as e:
        out.append((total, str(e)))
    return out


def replaced(n):
    """Keys go and come: the size stays."""
    d = {i: i for i in range(n)}
    seen = 0
    try:
        for k in d:
            seen += 1
            if k == n - 9:
                del d[k]
                d[k] = 0
    except RuntimeError as e:
        return seen, str(e)
    return seen


def shared(n):
    """An iterator that others see, too."""
    out = []
    it = iter(list(range(n)))
    for i, x in enumerate(it):
        if i == n // 3:
            break
    out.append(next(it))
    a = iter(list(range(n)))
    b = iter(list(range(n - 3)))
    pairs = 0
    for x, y in zip(a, b):
        pairs += x - y
    out += [pairs, list(a), list(b)]
    c = iter(list(range(n)))
    for x, y in zip(c, c):
        pairs += y - x
    out.append(pairs)
    e = enumerate(list("ab" * n))
    for i, x in e:
        if i == n:
            break
    out += [next(e), len(list(e)), next(e, "no")]
    l = [1] * n
    it = iter(l)
    for i, x in enumerate(it):
        pass
    l.append(2)
    out.append(list(it))
    return out


def own_iterator(n):
    total = 0
    for i, x in enumerate(Mine(n)):
        total += i * x
    for x, y in zip(range(n), Mine(n - 1)):
        total += x * y
    return total, len(said())


def strict(n):
    try:
        for x, y in zip(range(n), list(range(n - 1)), strict=True):
            pass
    except ValueError as e:
        return str(e)


def nested(n):
    total = 0
    for i, (a, b) in enumerate(zip(range(n), list(range(n)))):
        total += i * a - b
    for (i, a), b in zip(enumerate(list(range(n))), range(n)):
        total += i * a - b
    for (i, t) in enumerate(enumerate([Dies(k) for k in range(n)])):
        total += t[0]
    return total, len(said())


def comprehensions(n, keys):
    out = []
    for i in range(n):
        a = {k: i for k in keys}
        b = {k for k in keys}
        c = {k: [v] for k, v in a.items()}
        d = {i + k for k in range(4)}
        e = {i + k: k for k in range(4)}
        f = {v: k for k, v in a.items()}
        out.append((len(a), len(b), c[keys[0]], sum(d), sum(e), f))
    return out[0], out[-1]


def frozen(n):
    s, total = frozenset([1, 2, 5, (1, 2)]), 0
    for i in range(n):
        for x in s:
            total += 1 if x == (1, 2) else x
        for x in {i, "a", None}:
            total += x is None
    return total


def temporaries(n):
    """What is gone through dies with its iterator."""
    out = []
    for i in range(n):
        for k, v in {"a": [i], "b": [2]}.items():
            out.append(v)
        for j, x in enumerate([[i], [3]]):
            out.append(x)
        for x in {Dies(i)} if i > n - 3 else {5}:
            out.append(0)
        x = None
        del out[:-2]
    return out, said()


print(tuples_again(N))
print(counts(N))
print(lets_go(N)[-12:])
print(lets_go_lists(N), pops_while(N), weak(N))
print(grows(N, "enumerate"), replaced(N))
print(shared(N))
print(own_iterator(N), strict(N), nested(N))
print(comprehensions(N, ["x", "y", 5, None, (1, 2)]))
print(frozen(N), temporaries(N))
# expect: [(False, False, False, False), (False, False, False, False), (False, False, False, False)]
# expect: ((4, True), (4, 3), 6, (4, 4))
# expect: [296, 'body', 297, 'body', 298, 'body', 299, 'end']
# expect: 46340 (89700, 0) ((False, False), (False, True), (False, True), True)
# expect: [(295, 'dictionary changed size during iteration'), (295, 'dictionary changed size during iteration'), (295, 'dictionary changed size during iteration'), (295, 'Set changed size during iteration'), (44253, 'dictionary changed size during iteration')] (300, 'dictionary keys changed during iteration')
# expect: [101, 0, [298, 299], [], 150, (301, 'b'), 298, 'no', []]
# expect: (8865649, 601) zip() argument 2 is shorter than argument 1 (17865250, 299)
# expect: ((5, 5, [0], 6, 6, {0: (1, 2)}), (5, 5, [299], 1202, 1202, {299: (1, 2)}))
# expect: 3000 ([[3], 0], [299, 298, 299])
