"""Tuples as keys in hot loops: of ints, strs, tuples, and of what is compared by Python code; keys that a dict has already die with the store."""
import sys
import weakref


class Odd:
    """Equal to all of its kind; says when it is compared."""
    seen = 0

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(1)

    def __eq__(self, other):
        Odd.seen += 1
        return isinstance(other, Odd) or other == 1


def count(n, d):
    for i in range(n):
        d[i % 5, "a", (i % 3, -1)] = d.get((i % 5, "a", (i % 3, -1)), 0) + 1
    return d


def odd(n):
    d = {}
    for i in range(n):
        d[i % 2, Odd(i)] = i
    return len(d), (0, 1) in d, (1, True) in d, (True, 1.0) in d, d[0, 1]


def lengths(n):
    s, hits = set(), 0
    for i in range(n):
        s.add((i % 7,) * (i % 4))
        hits += (i % 7,) * ((i + 1) % 4) in s
    return len(s), hits


def mixed(n):
    d = {(1, 2): "int", (1.0, 3): "float", (True, 4): "bool", ("1", 5): "str", (10**30, 6): "big"}
    return [d.get(k) for _ in range(n) for k in ((1.0, 2), (1, 3), (1, 4), ("1", 5), (10**30, 6), (10**30 + 1, 6), (2**61 - 1, 6), (b"1", 5), ((), 5))][-9:]


def dying(n):
    class Item:
        pass
    d, gone = {}, []
    for i in range(n):
        item = Item()
        weakref.finalize(item, gone.append, i)
        d[i % 3, "k"] = (item, i)
        del item
    return len(gone), sys.getrefcount(d[0, "k"]), sorted(v[1] for v in d.values())


class Key:
    def __hash__(self):
        return 7

    def __eq__(self, other):
        return True

    def __del__(self):
        died.append(1)


died = []


def noticed(n):
    d = {}
    for i in range(n):
        d[1, Key()] = i
        if len(died) != i:
            return "late", i
    return len(d), d[1, 7]


print(sorted(count(400, {}).items())[:3])
# expect: [((0, 'a', (0, -1)), 27), ((0, 'a', (1, -1)), 26), ((0, 'a', (2, -1)), 27)]
print(odd(300), Odd.seen > 250)
# expect: (2, True, True, True, 298) True
print(lengths(400))
# expect: (22, 394)
print(mixed(60))
# expect: ['int', 'float', 'bool', 'str', 'big', None, None, None, None]
print(dying(200))
# expect: (197, 2, [197, 198, 199])
print(noticed(200), len(died))
# expect: (1, 199) 200
