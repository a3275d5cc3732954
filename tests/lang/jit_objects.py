"""Loops that read attributes, items and lengths: of objects that stay, change, and change their class, while counts stay what they are."""
import math
import sys
import types
import weakref


class Point:
    unit = 7

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return self.x + self.y

    @staticmethod
    def fixed():
        return 1


class Slots:
    __slots__ = ("a", "b", "rest")
    k = 3

    def __init__(self, a, b):
        self.a = a
        self.b = b


def attributes(p, n):
    s = 0
    for i in range(n):
        s += p.x * 2 + p.y
        s += p.unit
    return s


def slots(o, n):
    s = 0
    for i in range(n):
        s += o.a + o.k
        if o.b is None:
            s -= 1
    return s


# every kind of change behind the first hundreds of rounds
def changed(p, n, at, change):
    s = 0
    seen = []
    for i in range(n):
        s += p.x
        if i == at:
            change(p)
        if i % 150 == 149:
            seen.append(s)
    return seen


def new_value(p): p.x = 100
def new_type(p): p.x = 0.5
def new_attribute(p): p.z = 5
def take_away_and_back(p):
    del p.x
    p.x = 50
def into_the_class(p):
    del p.x
    type(p).x = 1000
def a_property(p): type(p).x = property(lambda self: 77)
def own_dict(p): p.__dict__ = {"x": 13, "y": 1}
def dict_made(p): p.__dict__["x"] = 17
def other_class(p): p.__class__ = Other
def getattribute(p): type(p).__getattribute__ = lambda self, name: 3 if name == "x" else object.__getattribute__(self, name)
def larger(p):
    for i in range(40):
        setattr(p, f"attr{i}", i)
    p.x = 19


class Other(Point):
    pass


for change in new_value, new_type, new_attribute, take_away_and_back, into_the_class, a_property, own_dict, dict_made, getattribute, larger:
    class Fresh(Point):
        pass
    print(change.__name__, changed(Fresh(1, 2), 450, 200, change))


class Movable(Point):
    pass


def other_class(p):
    p.__class__ = Other
    p.x += 10


print(changed(Movable(1, 2), 450, 200, other_class))
p = Point(1, 2.5)
print(attributes(p, 500), attributes(Point(2, 3), 500), attributes(Other(5, 6), 500))
Point.unit = 0.25
print(attributes(p, 500))
Other.unit = 9
print(attributes(p, 500), attributes(Other(5, 6), 500))
p.unit = 11
print(attributes(p, 500))
print(slots(Slots(1, None), 500), slots(Slots(1.5, 0), 500))
Slots.k = 30
print(slots(Slots(1, None), 500))


def missing_slot(o, n):
    s = 0
    for i in range(n):
        if i == n - 1:
            del o.b
        if o.b is None:
            s += 1
    return s


try:
    missing_slot(Slots(1, None), 600)
except AttributeError as e:
    print(e)


# a member of a base class that is shadowed later
class Base:
    __slots__ = ("v",)


class Derived(Base):
    pass


d = Derived()
d.v = 4


def member(o, n):
    s = 0
    for i in range(n):
        s += o.v
    return s


print(member(d, 400))
Derived.v = 6
print(member(d, 400))


# ---- classes, modules, methods, cells ----

class Config:
    scale = 3
    inner = Point(10, 20)


def of_class(n):
    s = 0
    for i in range(n):
        s += Config.scale
        s += Config.inner.x
    return s


print(of_class(400))
Config.scale = 4
print(of_class(400))
Config.inner = Point(1, 1)
print(of_class(400))


class Describes:
    def __init__(self):
        self.x = 1


Config.inner = Describes()
print(of_class(400))
Describes.__get__ = lambda self, o, t: Point(1000, 0)
print(of_class(400))


def of_module(m, n):
    s = 0.0
    for i in range(n):
        s += m.tau
    return round(s, 3)


mine = types.ModuleType("mine")
mine.tau = 1
print(of_module(math, 400), of_module(mine, 400))
mine.tau = 2
print(of_module(mine, 400), of_module(math, 400))
theirs = types.ModuleType("theirs")
theirs.tau = 5
print([of_module(m, 300) for m in (mine, theirs, math)])
del mine.tau
mine.__getattr__ = lambda name: 8
print(of_module(mine, 400))


def methods(p, n):
    s = 0
    for i in range(n):
        s += p.norm()
        s += p.fixed()
    return s


print(methods(Point(1, 2), 300))
Point.norm = lambda self: 50
print(methods(Point(1, 2), 300))


def cells(n):
    k = 2

    def inner():
        s = 0
        for i in range(n):
            s += k
        return s

    a = inner()
    k = 0.5
    return a, inner()


print(cells(400))


# ---- items ----

def items(seq, n):
    s = 0
    for i in range(n):
        s += seq[i % 5] + seq[-1] - seq[-5]
    return s


print(items([1, 2, 3, 4, 5], 500), items((1, 2, 3, 4, 5), 500), items([0.5] * 5, 500), items([1] * 9, 500), items([True] * 5, 500))


def shrinks(seq, n):
    s = 0
    try:
        for i in range(n):
            s += seq[i & 7]
            if i == n // 2:
                del seq[3:]
    except IndexError as e:
        return s, str(e), i


print(shrinks(list(range(8)), 600))


def negative(seq, k, n):
    s = 0
    try:
        for i in range(n):
            s += seq[k]
            if i % 100 == 99:
                k -= 1
    except IndexError as e:
        return s, k


print(negative([1, 2, 3, 4], -1, 1000), negative((1, 2, 3, 4), 2, 1000))


class List(list):
    def __getitem__(self, i):
        return 1000


print(items(List([1, 2, 3, 4, 5]), 300))


def unpacks(pairs, n):
    s = 0
    for i in range(n):
        a, b = pairs[i & 1]
        (c, d), e = pairs[2]
        s += a * b + c - d + e
    return s


print(unpacks([(1, 2), (3, 4), ((5, 6), 7)], 300), unpacks(([1, 2], [3, 4], ([5, 6], 7)), 300))
try:
    unpacks([(1, 2), (3, 4, 5), ((5, 6), 7)], 300)
except ValueError as e:
    print(e)


# ---- tests ----

def truths(values, n):
    s = 0
    for i in range(n):
        v = values[i % 4]
        if v:
            s += 1
        if not v:
            s += 10
        if v is None:
            s += 100
        if v is not values:
            s += 1000
    return s


class Plain:
    pass


class Sized:
    def __len__(self):
        return 0


print(truths(["", "x", None, 0], 400), truths([[], [1], (), (1,)], 400), truths([{}, {1: 2}, set(), {3}], 400), truths([0.0, 1, True, False], 400))
objects = [Plain(), Plain(), None, Plain()]
print(truths(objects, 400))
Plain.__bool__ = lambda self: False
print(truths(objects, 400))
del Plain.__bool__
Plain.__len__ = lambda self: 0
print(truths(objects, 400), truths([Sized()] * 4, 400))


def strings(words, n):
    s = 0
    for i in range(n):
        w = words[i % 5]
        if w == "one":
            s += 1
        elif w != "two":
            s += 10
    return s


class Str(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__


print(strings(["one", "two", "thr\xe9e", "o" + str("ne"), "".join(["tw", "o"])], 500), strings([Str("x")] * 5, 300))


# ---- for ----

def total(seq):
    s = 0
    for x in seq:
        s += x
    return s


print(total(list(range(500))), total(tuple(range(500))), total([0.5] * 500), total([1] * 300 + [0.5] * 300), total([]), total([True] * 300))


def grows(seq):
    s = 0
    for x in seq:
        s += x
        if len(seq) < 700 and s % 7 == 0:
            seq.append(x + 1)
    return s, len(seq)


def emptied(seq):
    s = 0
    for x in seq:
        s += x
        if x == 300:
            seq.clear()
    return s, seq


def left_in_the_middle(seq):
    it = iter(seq)
    for x in it:
        if x == 400:
            break
    return next(it), sum(it), it.__length_hint__()


def resumed(seq):
    it = iter(seq)
    s = 0
    for x in it:
        s += x
        if x % 100 == 99:
            s += next(it)
    return s, list(it)


print(grows(list(range(500))), emptied(list(range(500))), left_in_the_middle(list(range(500))), left_in_the_middle(tuple(range(500))), resumed(list(range(450))))


class Sub(list):
    pass


print(total(Sub(range(500))), resumed(Sub(range(450))))


def matrix(rows):
    s = 0
    for row in rows:
        for x in row:
            s += x
    return s


print(matrix([[1, 2, 3]] * 200), matrix(tuple([tuple(range(i)) for i in range(60)])))


# ---- counts and deaths ----

def holds(o, n):
    for i in range(n):
        y = o.x
        z = y.x
        if i == n - 1:
            return sys.getrefcount(y) - sys.getrefcount(o.y)


pair = Point(Point(1, 2), Point(3, 4))
print(holds(pair, 500))


class Dies:
    log = []

    def __init__(self, name):
        self.x = name

    def __del__(self):
        self.log.append(self.x)


def replaced(n):
    o = Dies(1)
    w = weakref.ref(o)
    s = 0
    for i in range(n):
        s += o.x
        if i == 300:
            print(w() is o, Dies.log)
            o = Dies(2)
            print(w() is None, Dies.log)
    return s


print(replaced(600), Dies.log)


def last_item(n):
    seq = [Dies(k) for k in range(n)]
    s = 0
    for o in seq:
        s += o.x
    seq = None
    print(len(Dies.log), o.x)
    o = None
    print(len(Dies.log))
    return s


print(last_item(400))


def iterator_dies(n):
    s = 0
    for o in [Dies(k) for k in range(n)]:
        s += o.x
    print(len(Dies.log))
    return s


print(iterator_dies(400))


def same_objects(seq, n):
    for i in range(n):
        a = seq[1]
        b = seq[-1]
        c = a
    return a is seq[1], b is seq[-1], c is a, sys.getrefcount(a) - sys.getrefcount(b)


print(same_objects([1.5, 2.5, 3.5], 400), same_objects((10 ** 9, 2 ** 40, [1]), 400))
# expect: new_value [150, 10101, 25101]
# expect: new_type [150, 250.5, 325.5]
# expect: new_attribute [150, 300, 450]
# expect: take_away_and_back [150, 5151, 12651]
# expect: into_the_class [150, 99201, 249201]
# expect: a_property [150, 7824, 19374]
# expect: own_dict [150, 1488, 3438]
# expect: dict_made [150, 1884, 4434]
# expect: getattribute [150, 498, 948]
# expect: larger [150, 2082, 4932]
# expect: [150, 1290, 2940]
# expect: 5750.0 7000 11500
# expect: 2375.0
# expect: 2375.0 12500
# expect: 7750.0
# expect: 1500 2250.0
# expect: 15000
# expect: 'Slots' object has no attribute 'b'
# expect: 1600
# expect: 2400
# expect: 5200
# expect: 5600
# expect: 2000
# expect: 2000
# expect: 401600
# expect: 2513.274 400.0
# expect: 800.0 2513.274
# expect: [600.0, 1500.0, 1884.956]
# expect: 3200.0
# expect: 1200
# expect: 15300
# expect: (800, 200.0)
# expect: 3500 3500 250.0 500 500
# expect: (1046, 'list index out of range', 301)
# expect: (1000, -5) (1600, -5)
# expect: 300000
# expect: 3900 3900
# expect: too many values to unpack (expected 2)
# expect: 413100 402200 402200 402200
# expect: 411300
# expect: 414000
# expect: 414000 404000
# expect: 1200 300
# expect: 124750 124750 250.0 450.0 0 300
# expect: (166526, 667) (45150, []) (401, 44149, 0) (401, 44149, 0) (101025, [])
# expect: 124750 (101025, [])
# expect: 1200 34220
# expect: 1
# expect: True []
# expect: True [1]
# expect: 899 [1, 2]
# expect: 401 399
# expect: 402
# expect: 79800
# expect: 801
# expect: 79800
# expect: (True, True, True, 3) (True, True, True, 3)
