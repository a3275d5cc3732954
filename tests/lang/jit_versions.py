"""Loops whose rounds go one way for a while and then another: several traces for one loop. Values, deaths and counts are as they should be, also when classes change."""
import sys
import weakref

log = []


class A:
    def __init__(self, v):
        self.v = v

    def step(self, x):
        return x + self.v


class B(A):
    def step(self, x):
        return x - self.v


class C(A):
    def step(self, x):
        self.v += 1
        return x * 2 % 1000003


class D(A):
    def step(self, x):
        return x + len(self.name)

    @property
    def name(self):
        return "abc" * (self.v % 3)


class E(A):
    def step(self, x):
        return float(x) if x % 5 else x + 1


def phases(objects, rounds):
    x = 0
    for _ in range(rounds):
        for o in objects:
            x = o.step(x) % 100003
    return x


def in_turn(n):
    return [phases([cls(k) for k in range(50)], n) for cls in (A, B, C, D, E, A, C, B)]


def mixed(n):
    seq = [A(1)] * 40 + [B(2)] * 40 + [C(3)] * 40 + [D(4)] * 40
    return [phases(seq, n), phases(seq[::-1], n), phases(seq[::7], n)]


def branches(n):
    x = y = z = 0
    for i in range(n):
        if i // 100 % 4 == 0:
            x += i
        elif i // 100 % 4 == 1:
            y += x & 0xff
        elif i // 100 % 4 == 2:
            z += y & 0xff
        else:
            x -= z & 0xff
    return x, y, z


class Dies:
    def __init__(self, k):
        self.k = k

    def __del__(self):
        log.append(self.k)


def deaths(n):
    held, w = None, []
    for i in range(n):
        if i // 60 % 3 == 0:
            held = Dies(i)
        elif i // 60 % 3 == 1:
            held = [held] if i % 60 == 0 else held
        else:
            held = (i, held) if i % 60 == 0 else held
        if i % 90 == 0:
            w.append(weakref.ref(held) if type(held) is Dies else None)
    counts = sys.getrefcount(held)
    held = None
    return len(log), log[:3], log[-3:], [r and r() for r in w], counts


def class_changes(n):
    class P:
        def go(self, x):
            return x + 1

    class Q:
        def go(self, x):
            return x + 2
    items, x = [P(), Q()] * 30, 0
    seq = sorted(items, key=lambda o: type(o).__name__)
    for i in range(n):
        if i == n // 2:
            P.go = lambda self, x: x + 100
        if i == n // 2 + 5:
            for o in seq[:20]:
                o.__class__ = Q
        for o in seq:
            x = o.go(x)
    return x


def called(seq, x):
    for o in seq:
        x = o.step(x) % 100003
    return x


def many_held(n):
    """Several references go at once behind a call, to objects that live on or die."""
    def inner(a, b, c, d, items):
        e, f = [a], (b, c)
        items.append(e)
        g = items.pop(0)
        return (g, f, d)
    out, items = 0, []
    objects = [A(i) for i in range(5)]
    for i in range(n):
        items.append([i])
        r = inner(objects[i % 5], objects[(i + 1) % 5], A(i), objects[0], items)
        out += len(r) + r[1][1].v + r[2].v
        if i % 100 == 99:
            log.append(tuple(sys.getrefcount(o) for o in objects))
    r = None
    return out, len(items), [sys.getrefcount(o) for o in objects]


print("in_turn", in_turn(30))
print("mixed", mixed(20))
print("branches", branches(4000))
print("deaths", deaths(900))
log.clear()
print("class_changes", class_changes(40))
print("called", [called([cls(2)] * 30, 1) for _ in range(6) for cls in (A, B, C)])
print("many_held", many_held(500), log[-1])
# expect: in_turn [36750, 63253, 0, 4410, 1.0, 36750, 0, 63253]
# expect: mixed [24894, 62952, 40271]
# expect: branches (1743900, 108200, 169600)
# expect: deaths (300, [0, 1, 2], [777, 778, 779], [None, None, None, None, None, None, None, None, None, None], 2)
# expect: class_changes 18900
# expect: called [61, 99944, 9613, 61, 99944, 9613, 61, 99944, 9613, 61, 99944, 9613, 61, 99944, 9613, 61, 99944, 9613]
# expect: many_held (126250, 500, [53, 53, 53, 53, 53]) (55, 53, 53, 53, 54)
