# Which items list.sort() compares, in which order, and where the items are when a comparison fails: digests of CPython 3.13's.
import hashlib
import random

log = hashlib.md5()
count = 0
fails_at = -1


class Item:
    def __init__(self, value, number):
        self.value = value
        self.number = number

    def __lt__(self, other):
        global count
        count += 1
        if count == fails_at:
            raise ValueError(self.number, other.number)
        log.update(b"%d %d;" % (self.number, other.number))
        return self.value < other.value


def values(r, kind, n):
    most = r.choice([1, 2, 3, 10, 1000, 10**6])
    v = [r.randrange(most) for _ in range(n)]
    if kind == 1:
        v.sort()
    elif kind == 2:
        v.sort(reverse=True)
    elif kind == 3:
        v = [x for i in range(0, n, 40) for x in sorted(v[i:i + 40], reverse=i % 3 == 1)]
    elif kind == 4:
        v.sort()
        for _ in range(4):
            v[r.randrange(n)] = r.randrange(most)
    elif kind == 5:
        v = [i // 2 % 7 for i in range(n)][::r.choice([1, -1])]
    return v


def sort_all(seed):
    global count, fails_at
    r = random.Random(seed)
    for i in range(60):
        n = r.choice([1, 2, 3, 5, 8, 31, 32, 33, 63, 64, 65, 129, 300, 700])
        l = [Item(x, k) for k, x in enumerate(values(r, r.randrange(6), n))]
        count, fails_at = 0, r.randrange(1, 3 * n) if r.random() < 0.4 else -1
        try:
            l.sort(key=(lambda x: x) if i % 4 == 0 else None, reverse=i % 3 == 0)
        except ValueError as e:
            log.update(str(e).encode())
        fails_at = -1
        log.update(repr([x.number for x in l]).encode())
    return log.hexdigest()


def unlike(*items):
    l = list(items)
    try:
        l.sort()
    except TypeError as e:
        return str(e), l


print(sort_all(1))      # expect: e73e221d1f3ca1e5ae4b43b2716d7fe6
print(sort_all(2))      # expect: b8d58f060387f70cf5424df70bd4e38f
print(sort_all(3))      # expect: 0a6b3383c0a6468a888b743722788ab4
print(unlike([2, 'a'], [1], [1], b'z', [2, 'a']))  # expect: ("'<' not supported between instances of 'bytes' and 'list'", [[2, 'a'], [1], [1], b'z', [2, 'a']])
print(unlike(-5, 3.5, (1.0, 3), -5, 3.5, 3.5))   # expect: ("'<' not supported between instances of 'tuple' and 'float'", [-5, 3.5, (1.0, 3), -5, 3.5, 3.5])
