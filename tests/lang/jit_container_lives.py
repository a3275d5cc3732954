# Life and death of instances of subclasses of builtin containers: the order of what others can see of it.
import gc
import sys
import weakref

log = []


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def show(title):
    print(title, *log)
    log.clear()


class L(list):
    pass


class LL(L):
    pass


class LS(list):
    __slots__ = ("a", "b")


class LE(list):
    __slots__ = ()


class LW(list):
    __slots__ = ("__weakref__",)


class LD(list):
    __slots__ = ("__dict__",)


class D(dict):
    pass


class S(set):
    pass


class T(tuple):
    pass


class Meta(type):
    pass


class LM(list, metaclass=Meta):
    pass


class LDel(list):
    def __del__(self):
        log.append("del%d" % len(self))


# ---- the order: __del__, weak references, slots, dict, items from the last one on ----

for cls in (L, LL, LM, LD, LE, LW, LS):
    x = cls([Loud("i0"), Loud("i1"), Loud("i2")])
    if hasattr(x, "__dict__"):
        x.attr = Loud("attr")
        x.more = Loud("more")
    if cls is LS:
        x.b = Loud("b")
        x.a = Loud("a")
    try:
        r = weakref.ref(x, lambda r: log.append("gone" if r() is None else "there"))
    except TypeError:
        log.append("no weak reference")
    del x
    show(cls.__name__)
# expect: L gone attr more i2 i1 i0
# expect: LL gone attr more i2 i1 i0
# expect: LM gone attr more i2 i1 i0
# expect: LD no weak reference attr more i2 i1 i0
# expect: LE no weak reference i2 i1 i0
# expect: LW gone i2 i1 i0
# expect: LS no weak reference a b i2 i1 i0

x = D(k=Loud("v"))
x.attr = Loud("attr")
del x
show("D")
# expect: D attr v
x = S([1, 2])
x.attr = Loud("attr")
del x
show("S")
# expect: S attr
x = T((Loud("t0"), Loud("t1")))
x.attr = Loud("attr")
del x
show("T")
# expect: T attr t1 t0
x = LDel([Loud("i")])
x.attr = Loud("attr")
del x
show("LDel")
# expect: LDel del1 attr i

# ---- a dict that others hold, one that was given, and none at all ----

x = L([1])
x.a = Loud("a")
d = x.__dict__
del x
show("held")
print(sorted(d))
del d
show("dropped")
# expect: held
# expect: ['a']
# expect: dropped a
x = L()
x.__dict__ = {"z": Loud("z")}
del x
show("given")
# expect: given z
x = L([Loud("i")])
x.__dict__
del x
show("empty dict")
# expect: empty dict i

# ---- the class changes, and goes with the last instance ----


class Other(list):
    pass


x = L([Loud("i")])
x.__class__ = Other
n = sys.getrefcount(Other)
del x
print(n - sys.getrefcount(Other))
show("other")
# expect: 1
# expect: other i


def local():
    class Gone(list):
        pass
    r = weakref.ref(Gone)
    x = Gone([Loud("x")])
    x.y = 1
    del Gone
    gc.collect()
    print(r() is type(x))
    del x
    gc.collect()
    print(r() is None)


local()
show("local")
# expect: True
# expect: True
# expect: local x

# ---- who makes a class loud later is heard ----


class Later(list):
    pass


x, y = Later([1]), Later([2])
del x
Later.__del__ = lambda self: log.append("later%d" % self[0])
del y
x = Later([3])
del Later.__del__
del x
show("later")
# expect: later later2

# ---- callbacks that make and drop others of the kind; resurrection ----


class Back(list):
    def __del__(self):
        kept.append(self)


kept = []
x = Back([1])
x.a = 1
x.append(x)
del x
gc.collect()
print(len(kept), len(kept[0]), kept[0].a, kept[0][1] is kept[0])
kept[0].clear()
kept.clear()
print(len(kept))
# expect: 1 2 1 True
# expect: 0


def again(r):
    log.append("again")
    y = L([L([Loud("inner")])])
    y.me = y[0]
    gc.collect()


x = L([Loud("item")])
r = weakref.ref(x, again)
del x
gc.collect()
show("again")
# expect: again again inner item

# ---- cycles ----


def cycle(cls, *how):
    x = cls()
    y = cls()
    if "items" in how:
        x.append(y)
        y.append(x)
    if "dict" in how:
        x.other = y
        y.other = x
        x.loud = Loud("loud")
    if "given" in how:
        x.__dict__ = {"other": x, "loud": Loud("given")}
    if "class" in how:
        cls.instance = x
    return weakref.ref(x) if cls.__weakrefoffset__ else lambda: None


class P:
    pass


gc.collect()
for cls, *how in ((L, "items"), (L, "dict"), (L, "items", "dict"), (LL, "given"), (LM, "items", "dict"), (LE, "items"), (D, "dict"), (S, "dict"), (T, "dict"), (P, "dict"), (P, "given"), (LDel, "items", "dict")):
    gc.disable()
    r = cycle(cls, *how)
    n = gc.collect()
    gc.enable()
    print(r() is None, n)
    show(cls.__name__)
# expect: True 2
# expect: L
# expect: True 5
# expect: L loud
# expect: True 5
# expect: L loud
# expect: True 3
# expect: LL given
# expect: True 5
# expect: LM loud
# expect: True 2
# expect: LE
# expect: True 5
# expect: D loud
# expect: True 5
# expect: S loud
# expect: True 5
# expect: T loud
# expect: True 3
# expect: P loud
# expect: True 3
# expect: P given
# expect: True 5
# expect: LDel del1 del1 loud


def own_class():
    class C(list):
        pass
    cycle(C, "class", "items")
    return weakref.ref(C)


r = own_class()
gc.collect()
print(r() is None)
# expect: True

# ---- reachable ones stay, by items, dict, slots, class ----

keep = L()
keep.dict = L([L([1])])
keep.append(LL([P()]))
keep[0][0].value = L(["here"])
keep[0].back = keep
slots = LS()
slots.a = L(["slot"])
slots.b = slots
for _ in range(4):
    for generation in range(3):
        gc.collect(generation)
    junk = [L([L()]) for _ in range(3000)]
    for x in junk:
        x[0].append(x)
    del junk, x
print(keep.dict, keep[0][0].value, slots.a, slots.b is slots)
print(sorted({type(x).__name__ for x in gc.get_referrers(keep.dict[0])}), [type(x).__name__ for x in gc.get_referents(L([1]))])
# expect: [[1]] ['here'] ['slot'] True
# expect: ['L'] ['type', 'int']

# ---- many, and deep ones ----

x = L()
for i in range(200_000):
    y = L([x])
    y.depth = i
    x = y
del x, y
x = P()
for i in range(200_000):
    y = P()
    y.list = L([x])
    x = y
del x, y
print("deep")
# expect: deep


def many(n):
    total = 0
    last = None
    for i in range(n):
        x = L()
        x.append(i)
        x.append(last)
        total += len(x) + (not L()) + len(LL()) + len(D()) + len(S())
        if i % 100 == 0:
            x.attr = i
            x.append(x)
        x[0] = i + 0.5
        total += type(x) is L
        last = i % 7 and x
    return total


print(many(20_000))
gc.collect()
print(sum(type(x) is L for x in gc.get_objects()) < 30)
# expect: 80000
# expect: True


def loud(n):
    made = 0
    for i in range(n):
        x = LDel()
        made += len(x) == 0
        x = None
    return made


print(loud(5000), len(log), set(log))
log.clear()
# expect: 5000 5000 {'del0'}

a = sys.getrefcount(L)
one = [L() for _ in range(1000)]
print(sys.getrefcount(L) - a)
del one
print(sys.getrefcount(L) - a)
# expect: 1000
# expect: 0
