"""Cycles through instances with __slots__, among many that refer to nothing; the type may go with them; thresholds of one's own."""
import gc
import weakref


class Point:
    __slots__ = ("x", "y", "z")


class Node:
    __slots__ = ("next", "value", "__weakref__")


class Sub(Node):
    __slots__ = ("more",)


def ring(cls, n):
    nodes = [cls() for _ in range(n)]
    for a, b in zip(nodes, nodes[1:] + nodes[:1]):
        a.next = b
        a.value = 1.5
    return nodes


kept = []
for i in range(5000):
    p = Point()
    p.x, p.y = float(i), i
    kept.append(p)
nodes = ring(Node, 50)
ref = weakref.ref(nodes[7])
kept[3].z = nodes[3]                     # one of the leaves holds the ring
del nodes
gc.collect()
print(ref() is not None)
# expect: True
del kept[3].z
print(gc.collect() >= 50, ref() is None)
# expect: True True
nodes = ring(Sub, 30)
nodes[0].more = nodes
refs = [weakref.ref(n) for n in nodes]
del nodes
print(gc.collect() >= 31, [r() for r in refs].count(None))
# expect: True 30


def local_type():
    class Local:
        __slots__ = ("me", "a")
    o = Local()
    o.me = o
    for i in range(3):
        other = Local()
        other.a = i
        other.me = Local
        o.a = other
    return weakref.ref(Local)


r = local_type()
gc.collect()
print(r())
# expect: None

died = []


class Dies:
    __slots__ = ("me",)

    def __del__(self):
        died.append(1)


def garbage(n):
    for i in range(n):
        d = Dies()
        d.me = d


live = [[] for _ in range(60000)]         # collections that find nothing
garbage(120000)
print(len(died) > 60000)                  # they find something soon enough
# expect: True
gc.set_threshold(50)
died.clear()
live = [[] for _ in range(2000)]
garbage(200)
print(len(died) > 100)
# expect: True
gc.set_threshold(2000, 10, 10)
gc.collect()
print(all(p.x == i and p.y == i for i, p in enumerate(kept)))
# expect: True
