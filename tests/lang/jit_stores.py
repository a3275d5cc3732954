"""Loops that store into attributes and lists: values, identities, counts and deaths are as they should be."""
import sys
import weakref

log = []


class P:
    def __init__(self, x, y=0):
        self.x = x
        self.y = y


class S:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def said():
    out = log[:]
    log.clear()
    return out


def floats(p, n):
    for i in range(n):
        p.x += p.y * 0.5
        p.y = p.y * 0.9 + i
    return round(p.x, 6), round(p.y, 6)


def ints(p, n):
    for i in range(n):
        p.x += 1
        p.y = p.x * p.x - i
    return p.x, p.y


def kinds(p, values, n):
    for i in range(n):
        p.x = values[i % len(values)]
        if i == n - 1:
            return p.x is values[i % len(values)], [sys.getrefcount(v) for v in values if v is not None and v.__class__ is not str]


print(floats(P(1.0, 2.0), 500), floats(P(1, 2), 300), ints(P(0), 500), ints(P(-3.5), 300))
print(ints(P(2 ** 40), 300), ints(P(-250), 600))
big = [10 ** 9 + k for k in range(3)]
print(kinds(P(None), big, 301), kinds(P(1), [0.5 + k for k in range(3)], 300))
print(kinds(P(None), [None, "a", 2.5, 10 ** 6], 400), kinds(P(None), [Dies(1), Dies(2)], 300), said())


def both(p, n):
    """One new number in two places and a variable: one object."""
    same = 0
    for i in range(n):
        v = p.x + 1.5
        p.x = p.y = v
        if p.x is p.y:
            same += 1
        if v is p.x:
            same += 1
    return same, p.x is p.y, v is p.y, sys.getrefcount(p.x)


print(both(P(1.0, 2.0), 400))


def kept_in_variable(p, n):
    """The old value lives on in a variable."""
    old = None
    total = 0.0
    for i in range(n):
        x = p.x
        p.x = x + 1.0
        total += x
        if old is not None and old is p.x:
            total += 1000000
        old = x
    return total, old, x, p.x, x is old


print(kept_in_variable(P(0.5), 400))


def kept_and_seen(p, n):
    seen = []
    for i in range(n):
        x = p.x
        p.x = x + 1.0
        if i % 97 == 96:
            seen.append((x, p.x, sys.getrefcount(x), sys.getrefcount(p.x)))
    return seen


print(kept_and_seen(P(0.5), 400))


def two_owners(p, q, n):
    """The same object in two places: the other one keeps it."""
    p.x = q.x
    for i in range(n):
        p.x = p.x + 0.5
        if i % 50 == 49:
            p.x = q.x
    return p.x, q.x, p.x is q.x


print(two_owners(P(1.0), P(2.5), 430), two_owners(P(1), P(10 ** 9), 430), two_owners(P(1), P(3), 450))


def one_object(p, q, n):
    """p and q may be one object."""
    for i in range(n):
        a = p.x
        q.x = a + 1
        p.x = p.x * 1.0 + q.x * 0.5
        q.y = p.x
    return p.x, q.x, q.y, a


p = P(1.0)
print([round(v, 3) if v < 1e9 else v > 1e9 for v in one_object(p, p, 300)], one_object(P(1.0), P(2.0), 3))
print(one_object(P(1.0), P(2.0), 40) == one_object(P(1.0), P(2.0), 40))


def attribute_goes(p, n):
    for i in range(n):
        p.x = i
        if i == 300:
            del p.y
        if i == 310:
            p.y = 5
        if i == 400:
            p.__dict__["x"] = "from the dict"
        if i == 401:
            p.__dict__ = {"x": 1, "z": 2}
    return vars(p)


print(attribute_goes(P(1), 600), attribute_goes(P(1), 401))


class Prop(P):
    pass


def becomes_property(p, n):
    got = []
    for i in range(n):
        p.x = i
        if i == 300:
            Prop.x = property(lambda self: 7, lambda self, v: got.append(v))
    del Prop.x
    return len(got), got[:2], p.x


print(becomes_property(Prop(0), 500))


class Hook(P):
    pass


def becomes_setattr(p, n):
    got = []
    for i in range(n):
        p.x = i
        if i == 300:
            Hook.__setattr__ = lambda self, name, v: got.append((name, v))
    del Hook.__setattr__
    return len(got), got[:2], p.x


print(becomes_setattr(Hook(0), 500))


def slots(o, n):
    for i in range(n):
        o.a += 1
        o.b = o.a * 0.5
    return o.a, o.b


print(slots(S(1, None), 400), slots(S(0.5, 1), 400))
try:
    s = S(1, 2)
    del s.b
    slots(s, 300)
    print(s.a, s.b)
except AttributeError as e:
    print(e)


# ---- lists ----

def fill(l, n):
    for i in range(n):
        l[i % len_l] = i * 0.5
        l[-1] += 1
    return l


len_l = 5
print(fill([0] * 5, 300), fill([0.0] * 6, 301), fill([None, "a", 2 ** 70, (1, 2), 0], 302))


def swaps(l, n):
    ids = sorted(map(id, l))
    for i in range(n):
        j = i % (len(l) - 1)
        if l[j] > l[j + 1]:
            l[j], l[j + 1] = l[j + 1], l[j]
        else:
            t = l[0]
            l[0] = l[j]
            l[j] = t
    return l, ids == sorted(map(id, l)), {sys.getrefcount(x) for x in l if not -6 < x < 257}


print(swaps([5.5, 3.5, 9.5, 1.5, 7.5], 400))
print(swaps([10 ** 9 + k * 7919 % 13 for k in range(6)], 401))
print(swaps([5, 3000, 1, 4000, 2, 70000], 402)[0::2][0])


def bubble(l):
    n = len(l)
    for i in range(n):
        j = 0
        while j < n - 1 - i:
            if l[j] > l[j + 1]:
                l[j], l[j + 1] = l[j + 1], l[j]
            j += 1
    return l


data = [(i * 7919) % 541 * 1.0 for i in range(100)]
ids = {id(x): x for x in data}
print(bubble(data[:]) == sorted(data), all(ids[id(x)] == x for x in bubble(data)), {sys.getrefcount(x) for x in data})
data = [(i * 7919) % 541 for i in range(100)]
print(bubble(data[:]) == sorted(data))


def rotate(l, n):
    for i in range(n):
        t = l[0]
        l[0] = l[1]
        l[1] = l[2]
        l[2] = t
    return l


objects = [0.5, 1.5, 2.5]
mine = list(objects)
print([x is y for x, y in zip(rotate(mine, 301), objects[1:] + objects[:1])], {sys.getrefcount(x) for x in objects})
ints3 = [10 ** 9, 10 ** 9 + 1, 10 ** 9 + 2]
mine = list(ints3)
print([x is y for x, y in zip(rotate(mine, 302), ints3[2:] + ints3[:2])], {sys.getrefcount(x) for x in ints3})
mine = [Dies("a"), Dies("b"), Dies("c")]
print([x.name for x in rotate(mine, 300)], said(), {sys.getrefcount(x) for x in mine})
mine = None
print(said())


def beyond(l, n):
    try:
        for i in range(n):
            l[i] = i + 0.25
    except IndexError as e:
        return e, i, l[-1]


print(beyond([0.0] * 400, 500), beyond([1] * 401, 500))


def shrinks(l, n):
    try:
        for i in range(n):
            l[i & 15] += 1
            if i == 500:
                del l[8:]
    except IndexError as e:
        return str(e), i, l


print(shrinks([0] * 16, 600), shrinks([0.5] * 16, 600))


def aliases(a, b, n):
    """Two names of a list, or two lists."""
    s = 0.0
    for i in range(n):
        x = a[i % 3]
        b[i % 3] = x + 1.0
        s += a[i % 3] - x
        b[1] = a[2]
    return s, a, b


l = [1.0, 2.0, 3.0]
print(aliases(l, l, 300), aliases([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 300))


def objects_die(l, n):
    """The last reference to what a list held."""
    for i in range(n):
        l[i] = None
        if i % 100 == 50:
            print(len(log), log[-1])
    return l.count(None)


print(objects_die([Dies(k) for k in range(300)], 300), len(said()))


def weak(l, n):
    w = weakref.ref(l[2])
    for i in range(n):
        l[i % 3] = l[3]
        if i == 1:
            print(w() is not None)
        if i == 2:
            print(w() is None, said())
    return l[0] is l[1] is l[2] is l[3], sys.getrefcount(l[3])


print(weak([Dies(k) for k in range(4)], 300), said())


class Node:
    def __init__(self, name, next):
        self.name = name
        self.next = next
        self.seen = 0


def ring(n):
    """Objects that refer to each other: cur moves on."""
    c = Node("c", None)
    b = Node("b", c)
    a = Node("a", b)
    c.next = a
    holder = P(a)
    for i in range(n):
        cur = holder.x
        cur.seen += 1
        holder.x = cur.next
    return a.seen, b.seen, c.seen, holder.x.name, [sys.getrefcount(v) for v in (a, b, c)], cur.name


print(ring(400), ring(401))


def reverse(n):
    """A linked list turned round in place."""
    head = None
    for i in range(n):
        head = Node(i, head)
    prev = None
    while head is not None:
        nxt = head.next
        head.next = prev
        prev = head
        head = nxt
    names = 0
    while prev is not None:
        names = names * 3 % 1000003 + prev.name
        prev = prev.next
    return names


print(reverse(400))


def method_calls(n):
    class Counter:
        def __init__(self):
            self.n = 0
            self.f = 0.0

        def bump(self, by):
            n = self.n
            self.n = n + by
            self.f += by * 0.5
            return n

    c = Counter()
    s = 0
    for i in range(n):
        s += c.bump(i & 3)
    return c.n, c.f, s


print(method_calls(500))


def nbody_like(n):
    bodies = [P([0.0, 1.0], [0.5, 0.25]), P([3.0, 4.0], [0.125, 1.0]), P([7.0, -4.0], [2.0, 0.0])]
    for k in range(n):
        for b in bodies:
            v = b.y
            v[0] -= 0.01 * b.x[0]
            v[1] -= 0.01 * b.x[1]
            b.x[0] += 0.01 * v[0]
            b.x[1] += 0.01 * v[1]
    return [round(t, 9) for b in bodies for t in b.x + b.y]


print(nbody_like(300))


def stores_variable(p, l, n):
    """The variable is an object at first and a number later."""
    x = 0.5
    for i in range(n):
        p.x = x
        l[i & 1] = x
        x = x + 1.0
        p.y = x
    return p.x, l, p.y is x, l[1] is p.x, x


print(stores_variable(P(1.0), [1, 2], 300), stores_variable(P(1.0), [1, 2], 301))


def booleans(l, n):
    for i in range(n):
        l[i % 4] = i % 3 == 0
        l[2] = i > 100
    return l


print(booleans([0, 0, 0, 0], 300))
# expect: (599261.0, 4900.0) (209761.0, 2900.0) (500, 249501) (296.5, 87613.25)
# expect: (1099511628076, 1208925820274336151461477) (350, 121901)
# expect: (True, [4, 3, 3]) (True, [3, 3, 4])
# expect: (True, [7, 7]) (True, [3, 4]) [2, 1]
# expect: (800, True, True, 4)
# expect: (80000.0, 399.5, 399.5, 400.5, True)
# expect: [(96.5, 97.5, 3, 3), (193.5, 194.5, 3, 3), (290.5, 291.5, 3, 3), (387.5, 388.5, 3, 3)]
# expect: (17.5, 2.5, False) (1000000015.0, 1000000000, False) (3, 3, True)
# expect: [True, True, True, True] (5.75, 4.5, 5.75, 3.5)
# expect: True
# expect: {'x': 599, 'z': 2} {'x': 'from the dict', 'y': 5}
# expect: (199, [301, 302], 300)
# expect: (199, [('x', 301), ('x', 302)], 300)
# expect: (401, 200.5) (400.5, 200.25)
# expect: 301 150.5
# expect: [147.5, 148.0, 148.5, 149.0, 150.5] [150.0, 148.0, 148.5, 149.0, 149.5, 301.0] [150.0, 150.5, 148.5, 149.0, 152.5]
# expect: ([7.5, 5.5, 1.5, 3.5, 9.5], True, set())
# expect: ([1000000006, 1000000008, 1000000000, 1000000002, 1000000004, 1000000010], True, {3, 4})
# expect: [3000, 1, 4000, 5, 2, 70000]
# expect: True True {4}
# expect: True
# expect: [True, True, True] {8, 15}
# expect: [True, True, True] {6, 7}
# expect: ['a', 'b', 'c'] [] {3}
# expect: ['c', 'b', 'a']
# expect: (IndexError('list assignment index out of range'), 400, 399.25) (IndexError('list assignment index out of range'), 401, 400.25)
# expect: ('list index out of range', 504, [32, 32, 32, 32, 32, 32, 32, 32]) ('list index out of range', 504, [32.5, 32.5, 32.5, 32.5, 32.5, 32.5, 32.5, 32.5])
# expect: (300.0, [101.0, 103.0, 103.0], [101.0, 103.0, 103.0]) (0.0, [1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
# expect: 51 50
# expect: 151 150
# expect: 251 250
# expect: 300 300
# expect: True
# expect: True [0, 1, 2]
# expect: (True, 5) [3]
# expect: (134, 133, 133, 'b', [6, 6, 5], 'a') (134, 134, 133, 'c', [5, 6, 6], 'b')
# expect: 328190
# expect: (750, 375.0, 186500)
# expect: [0.070554698, -0.955422458, -0.494644357, -0.388431575, -2.954460748, -3.821689833, -0.54698928, -1.553726301, -6.652679859, 3.96279923, -2.966343205, 0.564437588]
# expect: (299.5, [298.5, 299.5], True, True, 300.5) (300.5, [300.5, 299.5], True, False, 301.5)
# expect: [False, True, True, False]
