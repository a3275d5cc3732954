"""Items put into sets where it makes no difference whether they are there: which object stays, counts, keys that compare by code, sets that grow."""
import sys

log = []


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return hash(self.n)

    def __eq__(self, other):
        log.append(self.n)
        return isinstance(other, Key) and self.n == other.n or self.n == other


class Plain:
    pass


def first_stays(n):
    """An equal item that comes later is not taken."""
    s, kinds = set(), []
    for i in range(n):
        k = i % 50
        s.add(k if i % 3 == 0 else float(k) if i % 3 == 1 else k == 1 and True or k)
        if i % 97 == 0:
            kinds.append(sorted({type(x).__name__ for x in s}))
    return len(s), kinds[-1], sorted(map(repr, s))[:12]


def same_objects(n):
    """What is in a variable, too, is the object that the set has."""
    s, l = set(), []
    for i in range(n):
        x = i * 1000
        s.add(x)
        l.append(x)
    found = {id(x) for x in s} == set(map(id, l))
    counts = set()
    for i in range(n):
        x = i * 1001 + 500000
        s.add(x)
        s.add(x)
        counts.add(sys.getrefcount(x))
    return found, sorted(counts)[:3], len(s)


def collisions(n):
    out = 0
    for k in range(n):
        out += len(set((k * i) % 17 - 8 for i in range(20))) + len({(k ^ i) % 13 for i in range(20)})
        out += len(set(str(i % 7) for i in range(12))) + len(set((i % 3, i % 2) for i in range(12)))
    return out


def large(n):
    s = set()
    for i in range(n):
        s.add((i << 40) + i % 5)
        s.add(-i)
        s.add(i << 70)
    return len(s), sum(s) % 1000003, -1 in s, -2 in s


def others(n):
    s = set()
    nan = float("nan")
    for i in range(n):
        s.add(nan)
        s.add(float("inf"))
        s.add(-0.0)
        s.add(0)
        s.add(None)
        s.add("a" * (i % 4))
        s.add((i % 3, "x", None))
    return len(s), [repr(x) for x in s if x == 0]


def by_code(n):
    """Comparing runs code: each time when CPython does."""
    s = {Key(3), Key(5)}
    for i in range(n):
        s.add(i % 7)
        if i % 100 == 0:
            s.add(Key(i % 9))
    out = log[:5], len(log)
    log.clear()
    return out, len(s), sorted(type(x).__name__ for x in s)


def unhashable(n):
    s = set()
    try:
        for i in range(n):
            s.add(i if i < n - 10 else [i])
    except TypeError as e:
        return str(e), len(s)


def objects(n):
    l = [Plain() for i in range(n)]
    s = set()
    for x in l:
        s.add(x)
        s.add(x)
    x = None
    counts = {sys.getrefcount(l[i]) for i in range(n)}
    for i in range(n):
        s.add(Plain())
    return sorted(counts), len(s)


def queens(n):
    def permutations(pool):
        if len(pool) <= 1:
            yield tuple(pool)
            return
        for i in range(len(pool)):
            for rest in permutations(pool[:i] + pool[i + 1:]):
                yield (pool[i],) + rest
    found = 0
    for v in permutations(tuple(range(n))):
        if n == len(set(v[i] + i for i in range(n))) == len(set(v[i] - i for i in range(n))):
            found += 1
    return found


for _ in range(2):
    print(first_stays(1000), same_objects(300))
    print(collisions(150), large(300), others(300))
    print(by_code(400), unhashable(300), objects(300))
    print(queens(6))


# expect: (50, ['float', 'int'], ['0', '1.0', '10.0', '11', '12', '13.0', '14', '15', '16.0', '17', '18', '19.0']) (True, [3], 600)
# expect: 6306 (898, 808625, True, True) (11, ['-0.0'])
# expect: (([0, 3, 5, 3, 5], 118), 7, ['Key', 'Key', 'int', 'int', 'int', 'int', 'int']) ("unhashable type: 'list'", 290) ([3], 600)
# expect: 4
# expect: (50, ['float', 'int'], ['0', '1.0', '10.0', '11', '12', '13.0', '14', '15', '16.0', '17', '18', '19.0']) (True, [3], 600)
# expect: 6306 (898, 808625, True, True) (11, ['-0.0'])
# expect: (([0, 3, 5, 3, 5], 118), 7, ['Key', 'Key', 'int', 'int', 'int', 'int', 'int']) ("unhashable type: 'list'", 290) ([3], 600)
# expect: 4
