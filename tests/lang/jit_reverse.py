"""`x[:k + 1] = x[k::-1]` in loops: values, identities, counts, and everything that is nearly that statement."""
import sys


def flips(perm):
    n = 0
    k = perm[0]
    while k:
        perm[:k + 1] = perm[k::-1]
        n += 1
        k = perm[0]
    return n


def plain(perm):
    n = 0
    while perm[0]:
        k = perm[0] + 1
        perm = perm[:k][::-1] + perm[k:]
        n += 1
    return n


def shuffled(n, seed):
    out, left = [], list(range(n))
    while left:
        seed = (seed * 1103515245 + 12345) % 2**31
        out.append(left.pop(seed % len(left)))
    return out


for n in range(1, 12):
    for seed in range(30):
        p = shuffled(n, seed)
        assert flips(p[:]) == plain(p), p


def turn(x, ks):
    for k in ks:
        x[:k + 1] = x[k::-1]
    return x


def turned(x, ks):
    for k in ks:
        y = x[k::-1]
        e = k + 1
        x[:e] = y
    return x


# Ends, and what lies beyond them.
ks = [0, 1, 2, 5, 3, 9, 8, 0, 9] * 40
assert turn(list(range(10)), ks) == turned(list(range(10)), ks)
for bad in (10, 50, -1, -2, -10, -11, -50, True, False, 2**40, -2**40, 2**70):
    ks = [3, 4] * 100 + [bad] + [2, 1] * 100
    assert turn(list(range(10)), ks) == turned(list(range(10)), ks), bad
for bad in (1.0, "x", None):
    x = list(range(10))
    try:
        turn(x, [3, 4] * 100 + [bad] + [2, 1])
        assert bad is None
    except TypeError:
        assert x == turned(list(range(10)), [3, 4] * 100)
assert turn([], [0] * 200) == []
assert turn([7], [0] * 200) == [7]


# The same objects, no count changed.
class Item:
    pass


items = [Item() for i in range(6)]
x = items[:]
turn(x, [1, 2, 3, 4, 5] * 100)
assert sorted(map(id, x)) == sorted(map(id, items))
assert {sys.getrefcount(x[i]) for i in range(6)} == {sys.getrefcount(items[0])}


# Loads around it see what it has done.
def around(x, n):
    out = []
    k = 3
    for i in range(n):
        a, b = x[0], x[3]
        x[:k + 1] = x[k::-1]
        out.append(a is x[3] and b is x[0])
        x[1] = x[1] + 1.5
        x[:k + 1] = x[k::-1]
        out.append(x[0] is a and len(x))
    return out, x


assert around([0.5, 1.5, 2.5, 3.5, 4.5], 200) == ([True, 5] * 200, [0.5, 1.5, 2.5 + 300.0, 3.5, 4.5])


# Other lists and numbers, other types.
def two(x, y, k, j, n):
    for i in range(n):
        x[:k + 1] = y[k::-1]
        y[:j + 1] = y[k::-1]
        x[:k + 1] = x[j::-1]
        x[:k + 2] = x[k::-1]
        x[:k + 1] = x[k::-2]
        x[0:k + 1] = x[k::-1]
        x[k + 1:] = x[k::-1]
        if len(x) > 50:
            del x[9:]
    return x, y


def two_slices(x, y, k, j, n):
    for i in range(n):
        x[slice(None, k + 1)] = y[slice(k, None, -1)]
        y[slice(None, j + 1)] = y[slice(k, None, -1)]
        x[slice(None, k + 1)] = x[slice(j, None, -1)]
        x[slice(None, k + 2)] = x[slice(k, None, -1)]
        x[slice(None, k + 1)] = x[slice(k, None, -2)]
        x[slice(0, k + 1)] = x[slice(k, None, -1)]
        x[slice(k + 1, None)] = x[slice(k, None, -1)]
        if len(x) > 50:
            del x[9:]
    return x, y


assert two(list(range(9)), list("abcdefghi"), 4, 3, 150) == two_slices(list(range(9)), list("abcdefghi"), 4, 3, 150)


class Own(list):
    pass


assert turn(Own(range(10)), [3, 4] * 100) == turned(list(range(10)), [3, 4] * 100)
assert turn(bytearray(range(10)), [3, 4] * 100) == bytearray(turned(list(range(10)), [3, 4] * 100))


def changes(x, n):
    for i in range(n):
        k = i % 4
        x[:k + 1] = x[k::-1]
        if i % 70 == 69:
            x.pop()
    return x


def changes_plainly(x, n):
    for i in range(n):
        k = i % 4
        x[:k + 1] = list(reversed(x[:k + 1]))
        if i % 70 == 69:
            x.pop()
    return x


assert changes(list(range(9)), 600) == changes_plainly(list(range(9)), 600)
