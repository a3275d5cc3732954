"""Instances of plain classes that compiled loops make: fields, their order, counts, what the collector knows of them."""
import gc, sys, weakref
class S:
    __slots__ = ('a', 'b', 'c')
    def __init__(self, a, b): self.a = a; self.b = b
class S2(S):
    __slots__ = ('d',)
    def __init__(self, a, b): self.d = a; self.a = b
class V:
    def __init__(self, a, b): self.x = a; self.y = b
class V9:
    def __init__(self, a, b):
        self.a = a; self.b = b; self.c = a; self.d = b; self.e = a; self.f = b; self.g = a; self.h = b; self.i = a
class W:
    __slots__ = ('x', '__weakref__')
    def __init__(self, a, b): self.x = a
class E0:
    pass
def make(cls, n):
    out = []
    for i in range(n):
        out.append(cls(i * 0.5, i))
    return out
def empties(n):
    return [E0() for i in range(n)]
def empties2(n):
    out = []
    for i in range(n):
        out.append(E0())
    return out
for cls in S, S2, V, V9, W, V, S:
    before = sys.getrefcount(cls)
    l = make(cls, 5000)
    assert sys.getrefcount(cls) == before + 5000, cls
    assert all(gc.is_tracked(o) for o in l)
    if cls is S:
        assert all(o.a == i * 0.5 and o.b == i and not hasattr(o, 'c') for i, o in enumerate(l))
    if cls is S2:
        assert all(o.d == i * 0.5 and o.a == i and not hasattr(o, 'c') and not hasattr(o, 'b') for i, o in enumerate(l))
    if cls is V:
        assert all(list(o.__dict__.items()) == [('x', i * 0.5), ('y', i)] for i, o in enumerate(l))
        l[7].z = 1; del l[7].x
        assert list(l[7].__dict__) == ['y', 'z']
    if cls is V9:
        assert all(list(vars(o)) == list('abcdefghi') for o in l)
    n = len(gc.get_objects())
    del l
    assert sys.getrefcount(cls) == before, cls
for f in empties, empties2:
    l = f(3000)
    assert all(vars(o) == {} for o in l[:2900])
    l[5].q = 1
    assert vars(l[5]) == {'q': 1} and not vars(l[6])
# cycles through objects made in line are found
class N:
    __slots__ = ('next', 'prev', '__weakref__')
    def __init__(self, p): self.prev = p; self.next = None
def chain(n):
    head = cur = N(None)
    for i in range(n):
        x = N(cur); cur.next = x; cur = x
    return head
gc.collect()
refs = []
for k in range(30):
    h = chain(500)
    refs.append(weakref.ref(h))
    h = None
gc.collect()
assert all(r() is None for r in refs)
print("fine")
# expect: fine
