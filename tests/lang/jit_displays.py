"""Displays of sets, dicts and lists in traces: made by leaf calls, or not at all; keys of the program's own are left to the interpreter."""
import sys


class Key:
    log = []

    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, o):
        Key.log.append((self.n, getattr(o, 'n', o)))
        return False


def sets(n):
    t = 0
    for i in range(n):
        s = {i, 1, i & 3, 2.5, 'x'}
        t += len(s) + (i in s)
        u = {1, 2, 3, 4}
        u.add(i)
        t += len(u) + len({*u, *[i, 7], *(8, 9)}) + sum({i, i + 1, i})
    return t


def set_order(n):
    for i in range(n):
        s = {i, 'a', (i, 1), None, True, 1.0}
    return len(s), (n - 1, 1) in s, {type(x).__name__ for x in s if x == 1}


def dicts(n):
    t = 0
    d = {}
    for i in range(n):
        d = {'a': i, 'b': 2, 'c': i * 0.5}
        t += d['a'] + d['b']
        e = {i: 1, i + 1: d, 'x': i}
        t += e[i] + len(e) + e['x']
        e = {i: 1, i: 2, 'z': e}
        t += e[i] + len(e)
        f = {**d, 'a': 5}
        g = {**d, **e, 'y': i}
        t += f['a'] + len(g) + g['y']
        one = {'only': i}
        t += one['only']
    return t, list(d), list(g), list(f.values())


def lists(n):
    t = 0
    sizes = set()
    l = (1, 2)
    for i in range(n):
        a = [1, 2, 3]
        a[i % 3] = i
        t += sum(a) + len([*a, i]) + len([i, *l, *a]) + [*l, i][2]
        b = [*l, i]
        b.append(5)
        sizes.add(sys.getsizeof(b) - sys.getsizeof([]))
        c = [10, 20, 30, 40, 50]
        sizes.add(sys.getsizeof(c) - sys.getsizeof([]))
        c.append(i)
        sizes.add(sys.getsizeof(c) - sys.getsizeof([]))
        t += c[-1] + len([*range(i & 3)]) + len([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, i])
    return t, sorted(sizes), c


def counts(n):
    x = object()
    for i in range(n):
        s = {x, i}
        r1 = sys.getrefcount(x)
        d = {'k': x, 'l': x}
        r2 = sys.getrefcount(x)
        e = {x: x, **d}
        r3 = sys.getrefcount(x)
        l = [*[x, x], x]
        r4 = sys.getrefcount(x)
        del s, d, e, l
    return r1, r2, r3, r4, sys.getrefcount(x)


class Dies:
    gone = []
    def __init__(self, n): self.n = n
    def __del__(self): Dies.gone.append(self.n)


def deaths(n):
    for i in range(n):
        d = {'a': Dies(i), 'b': 1}
        s = [*[Dies(-i)], 2]
        Dies.gone.append('between')
    return Dies.gone[-7:]


def own_keys(n):
    Key.log.clear()
    ks = [1, 'a', 2.5, (1, 2)]
    k1, k2 = Key(1), Key(2)
    for i in range(n):
        a, b = (k1, k2) if i > n - 5 else (ks[i & 3], i)
        s = {a, b}
        d = {a: 1, b: 2}
        e = {**d, 'k': 3}
        u = {*s, *d}
    return len(Key.log), Key.log[-1], len(s), len(d), len(e), len(u)


def unhashable(n):
    t = 0
    for i in range(n):
        k = [] if i % 60 == 59 else i
        try:
            t += len({k, 1}) + len({k: 1}) + len({'a': k})
        except TypeError as e:
            t += len(str(e))
    return t


def not_mappings(n):
    t = 0
    for i in range(n):
        m = 5 if i % 60 == 59 else {'q': i}
        try:
            t += len({'a': 1, **m})
            t += len([*([1] if i % 70 else 3), 2])
        except TypeError as e:
            t += len(str(e))
    return t


def changing(n):
    t = 0
    parts = [[1, 2], (3, 4, 5), {6: 7}, 'abc', {8, 9}]
    for i in range(n):
        p = parts[i * 5 // n]
        l = [0, *p]
        s = {0, *p}
        t += len(l) * 10 + len(s)
    return t


print(sets(400))
# expect: 167485
print(set_order(300))
# expect: (5, True, {'bool'})
print(dicts(400))
# expect: (327600, ['a', 'b', 'c'], ['a', 'b', 'c', 399, 'z', 'y'], [5, 2, 199.5])
print(lists(400))
# expect: (253201, [48, 64], [10, 20, 30, 40, 50, 399])
print(counts(300))
# expect: (3, 5, 9, 12, 2)
print(deaths(300))
# expect: ['between', 297, -297, 'between', 298, -298, 'between']
print(own_keys(400))
# expect: (12, (1, 2), 2, 2, 3, 2)
print(unhashable(400))
# expect: 1713
print(not_mappings(400))
# expect: 1990
print(changing(600))
# expect: 21120
