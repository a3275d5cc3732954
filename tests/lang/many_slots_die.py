"""Long lists of instances with __slots__ are dropped: counts, what lives on, who notices, memory."""
import gc
import sys
import weakref


class P:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y=None):
        self.x = x
        self.y = y


class Q(P):
    __slots__ = ("w",)


class R:
    __slots__ = ("x", "__weakref__")

    def __init__(self, x):
        self.x = x


class Noisy:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Noisy.log.append(self.n)


def fill(cls, n):
    return [cls(i * 0.5) for i in range(n)]


for cls in P, Q, R:
    before = sys.getrefcount(cls)
    l = fill(cls, 5000)
    assert sys.getrefcount(cls) == before + 5000
    kept, x = l[2000], l[4000].x
    refs = sys.getrefcount(x)
    del l
    assert sys.getrefcount(cls) == before + 1 and sys.getrefcount(x) == refs - 1
    assert kept.x == 1000.0 and x == 2000.0
    kept = None
    assert sys.getrefcount(cls) == before

# One float in many instances, twice in one, and in a variable.
f = float("1.5")
start = sys.getrefcount(f)
l = [P(f, f) for i in range(3000)]
assert sys.getrefcount(f) == start + 6000
del l
assert sys.getrefcount(f) == start and f == 1.5

# Floats that only two fields of one instance have.
l = [P(v, v) for v in map(float, range(3000))]
del l

# What is no float: texts, lists that die with a noise, the order of that.
l = [P(i * 0.5) for i in range(4000)]
l[3500].y = Noisy(3500)
l[100].z = Noisy(100)
l[2000] = None
l[2001] = "text"
l[2002] = Noisy(2002)
l[2003] = l[2004]
l[10].y = [1.5, Noisy(10)]
del l
assert Noisy.log == [3500, 2002, 100, 10], Noisy.log

# While it dies, a finalizer gives the class one, too.
class Late:
    __slots__ = ("x",)


class Changes:
    def __del__(self):
        Late.__del__ = lambda self: Noisy.log.append("late")


l = [Late() for i in range(2000)]
for o in l:
    o.x = 2.5 * len(Noisy.log)
l[1000].x = Changes()
Noisy.log.clear()
del l
assert Noisy.log == ["late"] * 1000, len(Noisy.log)

# Weak references to what goes in the middle of them.
l = fill(R, 3000)
seen = []
ref = weakref.ref(l[1234], lambda ref: seen.append(sys.getrefcount(R)))
del l
assert ref() is None and len(seen) == 1

# The collector: young ones, older ones, and those of a cycle.
for generation in 0, 1, 2:
    l = fill(P, 5000)
    gc.collect(generation)
    assert all(gc.is_tracked(o) for o in l)
    l[17].x = l[18]
    n = len(gc.get_objects())
    del l
    assert n - len(gc.get_objects()) >= 5000
l = fill(P, 5000)
l.append(P(l))
l[0].x = l
gc.collect()
before = sys.getrefcount(P)
del l
gc.collect()
assert sys.getrefcount(P) == before - 5001

# Blocks come back.
def blocks():
    gc.collect()
    return sys.getallocatedblocks()


for i in range(3):
    l = fill(P, 20000)
    del l
start = blocks()
for i in range(5):
    l = fill(P, 20000)
    assert start < 1000 or sys.getallocatedblocks() - start > 39000          # a foreign allocator does not count
    del l
assert abs(blocks() - start) < 100, blocks() - start
print("fine")
# expect: fine
