"""New sets made by operators in hot loops, and deaths of large ones."""
import gc
import sys
import weakref


class Key:
    """Compares by code, and says so."""
    seen = []

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n

    def __eq__(self, other):
        Key.seen.append((self.n, getattr(other, "n", other)))
        return isinstance(other, Key) and self.n == other.n

    def __repr__(self):
        return f"Key({self.n})"


def operate(a, b, rounds):
    total = 0
    for i in range(rounds):
        d = a - b
        e = a & b
        f = a | b
        g = a ^ b
        total += len(d) + 3 * len(e) + 5 * len(f) + 7 * len(g)
        c = a
        c -= b if i % 2 else d
        total += len(c)
    return total, type(d).__name__, type(g).__name__, len(d), len(g)


for kind in set, frozenset:
    for other in set, frozenset:
        a, b = kind(range(60)), other(range(40, 90))
        print(operate(a, b, 300))
        if kind is set:
            print(len(a))
        print(operate(kind("abcdef"), other("dexy"), 300))
        print(operate(kind([1, 2.5, None, b"x", "x"]), other([1.0, b"x"]), 300))


def keys(a, b, rounds):
    for i in range(rounds):
        d = a - b
        e = a & b
    return d, e


a, b = frozenset(map(Key, range(4))), frozenset(map(Key, range(2, 6)))
print(sorted(map(repr, keys(a, b, 50)[0])), len(Key.seen))
Key.seen.clear()
ints = frozenset(range(4))
print(keys(ints, frozenset(range(2)), 200), len(Key.seen))


def change(sets, rounds):
    """The type of the items changes in mid-loop."""
    out = []
    for i in range(rounds):
        x = sets[i % 10 == 9 and i > 100]
        y = x - sets[0]
        out.append(len(y))
    return sum(out)


print(change([ints, a], 200), len(Key.seen))


class Noisy(int):
    def __del__(self):
        gone.append(int(self))


def deaths(rounds):
    for i in range(rounds):
        s = set(range(50))
        if i == rounds - 5:
            s.add(Noisy(1000 + i))
        t = s - {1}
        s = None
        gone.append(-1)
    t = None
    return gone


gone = []
out = deaths(200)
print(len(out), [x for x in enumerate(out) if x[1] >= 0])


def errors(rounds):
    a = set(range(9))
    b = [1]
    for i in range(rounds):
        try:
            a - (b if i % 7 == 0 else a)
        except TypeError as e:
            m = str(e)
    return m


print(errors(200))


class MySet(set):
    def __rsub__(self, other):
        return "mine"


def reflected(rounds):
    out = set()
    for i in range(rounds):
        out.add(str({1} - (MySet([1]) if i % 5 == 0 else {2})))
    return sorted(out)


print(reflected(200))


def counts(rounds):
    x = "a string of its own" + str(rounds)
    a, b = {x, 1}, {2}
    keep = []
    before = sys.getrefcount(x)
    for i in range(rounds):
        keep.append(a - b)
        c = a | b
        d = a & b
    return sys.getrefcount(x) - before, gc.is_tracked(keep[-1]), d


print(counts(200))


def weak(rounds):
    refs = 0
    for i in range(rounds):
        f = frozenset(range(20)) - {i % 5}
        w = weakref.ref(f)
        f = None
        refs += w() is None
    return refs


print(weak(200))


def late_key(rounds):
    """In the middle of a set comes an item that compares by code: nothing of what was picked before stays."""
    x = "another string of its own" + str(rounds)
    plain, mixed, b = frozenset({x, 1, 2, 3}), frozenset({x, 1, 2, Key(3)}), {1, 3, 77}
    keep = 0
    before = sys.getrefcount(x)
    Key.seen.clear()
    for i in range(rounds):
        a = mixed if i > rounds - 9 else plain
        d = a - b
        e = a & b
        f = b & a
        keep += len(d) + 10 * len(e) + 100 * len(f)
    d = a = None
    return keep, sys.getrefcount(x) - before, len(Key.seen), e, f


print(late_key(300))


def order(rounds):
    """Items lie in the order in which the interpreter puts them there, in tables that had some taken away, too."""
    a, b = set(range(0, 500, 7)) | set("abcdefgh"), set(range(0, 300, 3)) | set("bdfx")
    for x in range(0, 200, 14):
        a.discard(x)
    want = [list(s) for s in (a - b, a & b, b & a, b - a)]
    same = 0
    for i in range(rounds):
        got = a - b
        same += list(got) == want[0]
        got = a & b
        same += list(got) == want[1]
        got = b & a
        same += list(got) == want[2]
        got = b - a
        same += list(got) == want[3]
    got = a & a
    return same, got == a, got is a


print(order(300))


# expect: (180380, 'set', 'set', 0, 50)
# expect: 0
# expect: (14438, 'set', 'set', 0, 4)
# expect: (7225, 'set', 'set', 0, 2)
# expect: (180380, 'set', 'set', 0, 50)
# expect: 0
# expect: (14438, 'set', 'set', 0, 4)
# expect: (7225, 'set', 'set', 0, 2)
# expect: (321000, 'frozenset', 'frozenset', 40, 70)
# expect: (28500, 'frozenset', 'frozenset', 4, 6)
# expect: (17250, 'frozenset', 'frozenset', 3, 3)
# expect: (321000, 'frozenset', 'frozenset', 40, 70)
# expect: (28500, 'frozenset', 'frozenset', 4, 6)
# expect: (17250, 'frozenset', 'frozenset', 3, 3)
# expect: ['Key(0)', 'Key(1)'] 200
# expect: (frozenset({2, 3}), frozenset({0, 1})) 0
# expect: 40 40
# expect: 201 [(196, 1195)]
# expect: unsupported operand type(s) for -: 'set' and 'list'
# expect: ['mine', '{1}']
# expect: (201, True, set())
# expect: 200
# expect: (65728, 0, 24, frozenset({1}), {1})
# expect: (1200, True, False)
