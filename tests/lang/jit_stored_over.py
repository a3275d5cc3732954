"""A float that a variable has read from a field or list, which then gets another one: the number, who is who, counts."""
import sys


class P:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


class D:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def scale(points, by):
    for p in points:
        x = p.x
        y = p.y
        p.x /= by
        p.y = x + y
        p.x += x - y


def first(points):
    out = []
    for p in points:
        x = p.x
        z = x
        p.x = x * 2.0
        out.append(x)                    # an object again
        assert z is x and out[-1] is z
        assert x is not p.x
    return out


def same(points):
    for p in points:
        x = p.x
        p.y = x                          # two fields have it: it lives on
        p.x = x + 1.0
        assert p.y is x


def swap(points):
    for p in points:
        x = p.x
        y = p.y
        p.x = y
        p.y = x
        p.x = x + y


def listed(l, rounds):
    for i in range(rounds):
        a = l[0]
        b = l[1]
        l[0] = a + b
        l[1] = a - b
        l[1] = l[1] * 0.5 + a * 0.25
    return l


def counted(points):
    n = 0
    for p in points:
        x = p.x
        p.x = x + 1.0
        n += sys.getrefcount(x) - 2
    return n


def kept(points, keep):
    for p in points:
        x = p.x
        keep.append(x)
        p.x = x + 1.0
        assert keep[-1] is x


def leaves(points):
    at = None
    for i, p in enumerate(points):
        x = p.x
        p.x = x * 0.5
        if i % 7 == 3:
            at = x                       # the slot lives on over the round
        if at is x:
            assert at == p.x * 2.0
    return at


for cls in P, D:
    points = [cls(i * 0.5 + 1.0, i * 0.25) for i in range(400)]
    expected = []
    for p in points:
        x, y = p.x, p.y
        expected.append((x / 4.0 + (x - y), x + y))
    scale(points, 4.0)
    assert [(p.x, p.y) for p in points] == expected
    before = [p.x for p in points]
    assert first(points) == before and [p.x for p in points] == [2.0 * x for x in before]
    before = [p.x for p in points]
    same(points)
    assert [(p.x, p.y) for p in points] == [(x + 1.0, x) for x in before]
    before = [(p.x, p.y) for p in points]
    swap(points)
    assert [(p.x, p.y) for p in points] == [(x + y, x) for x, y in before]
    assert counted(points) <= 400
    keep = []
    kept(points, keep)
    assert len(keep) == 400 and all(k + 1.0 == p.x for k, p in zip(keep, points))
    before = [p.x for p in points]
    assert leaves(points) == before[395 if 395 % 7 == 3 else max(i for i in range(400) if i % 7 == 3)]
print(listed([1.0, 0.5], 300))
print("fine")
# expect: [2.829641072950397e+43, 1.1195302968750158e+43]
# expect: fine
