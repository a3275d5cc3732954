"""Compiled code gives instances that exist attributes which they did not have: order, counts, shapes, other names for the same instance, classes that change meanwhile."""
import copy, gc, sys, weakref


def new(cls, n, names=''):
    first = cls()
    for name in names.split():
        setattr(first, name, None)       # so all others have room for these
    return [cls() for _ in range(n)]


def digest(objs):
    seen = {}
    for o in objs:
        k = ' '.join(vars(o))
        seen[k] = seen.get(k, 0) + 1
    return seen


# ---- order, and which round gave what ----
class A:
    pass


def add_two(objs):
    for i, o in enumerate(objs):
        if i % 3:
            o.p = i
            o.q = i * 0.5
        else:
            o.q = i
            o.p = 'x'


objs = new(A, 900, 'p q r s t u v w x y z me other good better')
add_two(objs)
print(digest(objs), sum(o.q for o in objs), [vars(objs[i]) for i in (0, 1, 2, 29, 30, 31, 899)])
add_two(objs)
print(digest(objs))


# ---- two names for one instance ----
class P:
    pass


def two_names(pairs):
    wrong = 0
    for a, b in pairs:
        a.x = 1
        b.x = 2
        a.y = 3
        b.y = 4
        wrong += (a is b) != (a.x == 2 and a.y == 4)
    return wrong


def three_names(pairs):
    n = 0
    for a, b in pairs:
        a.x = 1
        if getattr(b, 'x', None) is None:
            b.x = 5
            n += 1
        b.y = a.x
        n += getattr(a, 'y', 0)
    return n


new(P, 0, 'x y')
for same in 0, 1, 2, 3:
    pairs = []
    for i in range(600):
        a = P()
        pairs.append((a, a if same and (same == 3 or i % 50 < 25 * same) else P()))
    print(two_names(pairs), digest(a for p in pairs for a in p))
    pairs = []
    for i in range(600):
        a = P()
        pairs.append((a, a if same and (same == 3 or i % 50 < 25 * same) else P()))
    print(three_names(pairs), digest(a for p in pairs for a in p))


# ---- constructors above constructors, also as roots of their own ----
class Base:
    def __init__(self, s):
        super().__init__()
        self.strength = s


class Middle(Base):
    def __init__(self, a, b, s):
        super(Middle, self).__init__(s)
        self.a = a
        self.b = b
        self.direction = 0
        log_it(self)


class Last(Middle):
    def __init__(self, a, scale, b, s):
        self.direction = 1
        self.scale = scale
        super().__init__(a, b, s)
        self.done = True


seen = []


def log_it(o):
    seen.append(o)
    for i in range(len(seen) % 3):
        o.direction += i


def construct(n):
    for i in range(n):
        Last(i, i * 2.5, None, 'strong')
    return len(seen)


print(construct(900), digest(seen), sum(o.direction for o in seen), seen[700].scale, sys.getrefcount(seen[700]))
o = [object.__new__(Last) for _ in range(500)]
for x in o:
    x.__init__(1, 2, 3, 4)
print(digest(o))
del seen[:], o


# ---- a class has a value until the instance has one ----
class Count:
    n = 0
    total = 0.0


def bump(objs):
    for i, o in enumerate(objs):
        o.n += 1
        o.total += i
        o.n += 1
    return sum(o.n for o in objs)


objs = new(Count, 500, 'n total')
print(bump(objs), bump(objs), Count.n, digest(objs), sum(o.total for o in objs))


# ---- who keeps what ----
class Holder:
    pass


class Thing:
    pass


def hold(objs, things):
    for o, t in zip(objs, things):
        o.one = t
        o.two = t
        o.three = [t]
        o.four = len(o.three) + 1000
        o.five = 0.5 + o.four


objs, things = new(Holder, 600, 'one two three four five'), new(Thing, 600)
hold(objs, things)
print({sys.getrefcount(t) for t in things}, objs[300].four, objs[300].five, all(o.one is t and o.three[0] is t for o, t in zip(objs, things)))
refs = [weakref.ref(t) for t in things]
t = things = None
print(sum(r() is not None for r in refs))
for o in objs:
    o.__dict__.clear()
print(sum(r() is not None for r in refs))

deaths = []


class Dies:
    def __init__(self, name): self.name = name
    def __del__(self): deaths.append(self.name)


def short_lives(n):
    for i in range(n):
        o = make()
        o.second = Dies('s')
        o.first = Dies('f')
        o.third = Dies('t')
        if i & 1:
            o.fourth = Dies('4')


class Short:
    pass


def make():
    return Short()


s = Short(); s.first = s.second = s.third = 0; s.fourth = 1
short_lives(500)
print(len(deaths), ''.join(deaths[:14]), ''.join(deaths[-14:]))


# ---- numbers get one object each ----
def same_number(objs):
    for i, o in enumerate(objs):
        v = i * 1000 + 0.25
        w = i + 100000
        o.u = v
        o.v = v
        o.w = w
        o.t = i > 7


objs = new(A, 400)
same_number(objs)
print(sum(o.u is o.v for o in objs), sum(o.u == i * 1000 + 0.25 and o.w == i + 100000 and o.t is (i > 7) for i, o in enumerate(objs)), {sys.getrefcount(o.u) for o in objs})


# ---- cycles ----
def cycles(n):
    refs = []
    for i in range(n):
        o = made[i]
        o.me = o
        o.other = made[i - 1]
        refs.append(weakref.ref(o))
    return refs


made = new(A, 400)
refs = cycles(400)
gc.collect()
print(sum(r() is not None for r in refs), all(o.me is o for o in made), gc.is_tracked(made[399]))
o = made = None
gc.collect()
print(sum(r() is not None for r in refs))


# ---- a class that changes meanwhile ----
class Changing:
    pass


def change(objs, what, at):
    got = 0
    for i, o in enumerate(objs):
        if i == at:
            what()
        o.before = i
        o.after = i + 1
        got += o.before
    return got


def make_property():
    Changing.after = property(lambda self: 7, lambda self, v: setattr(self, 'hidden', v))


def make_setattr():
    Changing.__setattr__ = lambda self, name, v: object.__setattr__(self, name.upper() if name == 'after' else name, v)


def make_plain():
    Changing.after = 5


for what, undo in (make_property, 'after'), (make_setattr, '__setattr__'), (make_plain, 'after'):
    objs = new(Changing, 600, 'before after hidden AFTER')
    print(change(objs, what, 400), digest(objs))
    objs = new(Changing, 300)
    print(change(objs, int, 400), digest(objs))
    delattr(Changing, undo)
objs = new(Changing, 300)
print(change(objs, int, 400), digest(objs))


class Descr:
    def __get__(self, o, t=None): return 1
    def __set__(self, o, v): vars(o)['set'] = v


class WithDescr:
    pass


def use_descr(objs):
    for i, o in enumerate(objs):
        if i == 350:
            del WithDescr.d
        o.d = i
        o.e = i


objs = new(WithDescr, 700, 'd e set')
WithDescr.d = Descr()
use_descr(objs)
print(digest(objs))


# ---- another class ----
class X1:
    pass


class X2:
    pass


def mixed(objs):
    for i, o in enumerate(objs):
        if i % 7 == 3:
            o.__class__ = X2
        o.x = i
        o.y = i
    return [sum(type(o) is c for o in objs) for c in (X1, X2)]


new(X2, 2, 'y x')
objs = new(X1, 400, 'x y')
print(mixed(objs), digest(objs))


# ---- instances that have a dict, get one meanwhile, or lose attributes ----
class D:
    pass


def with_dicts(objs):
    n = 0
    for i, o in enumerate(objs):
        o.x = i
        if i % 5 == 0:
            d = vars(o)
            o.y = i
            n += d['y'] == i
        else:
            o.y = i
        o.z = i
        if i % 11 == 0:
            del o.y
            o.y = 'again'
        if i % 13 == 0:
            vars(o).pop('x')
            o.w = 1
    return n


objs = new(D, 800, 'x y z w')
for o in objs[::9]:
    vars(o)
for o in objs[4::31]:
    vars(o)['first'] = 0
for o in objs[5::37]:
    o.__dict__ = {'own': 1}
print(with_dicts(objs), digest(objs))
copies = [copy.copy(o) for o in objs]
for o in copies:
    o.copied = o
print(sum(len(vars(o)) for o in copies), [list(vars(copies[i])) for i in (0, 1, 4, 5, 9, 799)])
o = objs = copies = None


# ---- room for more, and no more room ----
class Old:
    pass


first = new(Old, 10)                     # they have more room than those behind them
o = Old(); o.a = o.b = o.c = 1


def old_and_new(objs):
    for i, o in enumerate(objs):
        o.a = i
        o.b = i
        o.c = i


later = new(Old, 400)
old_and_new(first + later + first)
print(digest(first), digest(later))
for o in first + later:
    o.d = 1
    o.e = 2
    o.f = 3
print(digest(first), digest(later))


class Many:
    pass


m = Many()
for i in range(40):
    setattr(m, 'a%d' % i, i)


def add_many(objs):
    for i, o in enumerate(objs):
        o.a0 = i
        o.a28 = i
        o.a1 = i
        if i % 50 == 49:
            o.a30 = i
            o.a39 = i
        o.a2 = i


objs = new(Many, 400)
add_many(objs)
print(digest(objs))


class Shapes:
    pass


def all_shapes(objs):
    for i, o in enumerate(objs):
        if i & 1: o.a = i
        if i & 2: o.b = i
        if i & 4: o.c = i
        if i & 8: o.d = i
        if i & 16: o.e = i
        if i & 32: o.f = i
        if i & 64: o.g = i
        o.h = i
        o.i = 1


objs = new(Shapes, 1024, 'a b c d e f g h i')
all_shapes(objs)
print(len(digest(objs)), set(digest(objs).values()), sum(o.h for o in objs), digest(objs)['a c g h i'])


# ---- __slots__ ----
class Slots:
    __slots__ = ('a', 'b', 'c')


class SlotsAndDict(Slots):
    pass


class SlotsOverDict(A):
    __slots__ = ('z',)


def slots(objs, again):
    n = 0
    for i, o in enumerate(objs):
        o.a = i
        o.b = i * 0.5
        if again and i % 3 == 0:
            del o.a
            o.a = 'new'
        n += o.b
    return n


for cls in Slots, SlotsAndDict, SlotsOverDict:
    objs = new(cls, 500, 'b a')
    print(slots(objs, False), slots(objs, True), sum(o.a == 'new' for o in objs), hasattr(objs[0], 'c'))


def unset(objs):
    n = 0
    for o in objs:
        try:
            o.a
        except AttributeError:
            n += 1
        o.a = n
        o.c = o
        o.c = None
    return n


print(unset(new(Slots, 400)), unset(new(A, 400)))


# ---- a store that is not reached ----
def fails(objs):
    n = 0
    for i, o in enumerate(objs):
        try:
            o.good = 100 // (i % 10)
            o.better = [1, 2, 3][i % 5]
        except (ZeroDivisionError, IndexError):
            n += 1
    return n


objs = new(A, 500)
print(fails(objs), digest(objs))


# ---- one instance, round for round ----
def again(n):
    total = 0
    for i in range(n):
        o = made_elsewhere()
        for k in range(6):
            o.x = k
            o.y = o.x + 1
        total += o.y
        if i % 3 == 0:
            o.z = total
    return total


kept = new(A, 0)


def made_elsewhere():
    kept.append(A())
    return kept[-1]


print(again(400), digest(kept))
one = A()
for i in range(500):
    one.x = i
    if i % 4 == 0:
        del one.x
        one.y = i
print(vars(one))
# expect: {'q p': 300, 'p q': 600} 269550.0 [{'q': 0, 'p': 'x'}, {'p': 1, 'q': 0.5}, {'p': 2, 'q': 1.0}, {'p': 29, 'q': 14.5}, {'q': 30, 'p': 'x'}, {'p': 31, 'q': 15.5}, {'p': 899, 'q': 449.5}]
# expect: {'q p': 300, 'p q': 600}
# expect: 0 {'x y': 1200}
# expect: 600 {'x': 600, 'x y': 600}
# expect: 0 {'x y': 1200}
# expect: 600 {'x y': 900, 'x': 300}
# expect: 0 {'x y': 1200}
# expect: 600 {'x y': 1200}
# expect: 0 {'x y': 1200}
# expect: 600 {'x y': 1200}
# expect: 900 {'direction scale strength a b done': 900} 300 1750.0 2
# expect: {'direction scale strength a b done': 500}
# expect: 1000 2000 0 {'n total': 500} 249500.0
# expect: {6} 1001 1001.5 True
# expect: 600
# expect: 0
# expect: 1750 fstfst4fstfst4 fstfst4fstfst4
# expect: 400 400 {3}
# expect: 400 True True
# expect: 0
# expect: 179700 {'before after': 400, 'before hidden': 200}
# expect: 44850 {'before hidden': 300}
# expect: 179700 {'before after': 400, 'before AFTER': 200}
# expect: 44850 {'before AFTER': 300}
# expect: 179700 {'before after': 600}
# expect: 44850 {'before after': 300}
# expect: 44850 {'before after': 300}
# expect: {'set e': 350, 'd e': 350}
# expect: [343, 57] {'x y': 400}
# expect: 160 {'z y w': 6, 'x y z': 632, 'first x y z': 20, 'own x y z': 19, 'x z y': 62, 'y z w': 53, 'first x z y': 3, 'first y z w': 2, 'own x z y': 2, 'own y z w': 1}
# expect: 3247 [['z', 'y', 'w', 'copied'], ['x', 'y', 'z', 'copied'], ['first', 'x', 'y', 'z', 'copied'], ['own', 'x', 'y', 'z', 'copied'], ['x', 'y', 'z', 'copied'], ['x', 'y', 'z', 'copied']]
# expect: {'a b c': 10} {'a b c': 400}
# expect: {'a b c d e f': 10} {'a b c d e f': 400}
# expect: {'a0 a28 a1 a2': 392, 'a0 a28 a1 a30 a39 a2': 8}
# expect: 128 {8} 523776 8
# expect: 62375.0 62375.0 167 False
# expect: 62375.0 62375.0 167 False
# expect: 62375.0 62375.0 167 False
# expect: 400 400
# expect: 250 {'': 50, 'good better': 250, 'good': 200}
# expect: 2400 {'x y z': 134, 'x y': 266}
# expect: {'y': 496, 'x': 499}
