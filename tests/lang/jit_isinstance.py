# isinstance() with tuples of classes, __class__, of objects that may not exist.
class A: pass
class B(A): pass
class C: pass
class Meta(type):
    def __instancecheck__(cls, o): return o == 5
class M(metaclass=Meta): pass
K = (int, (str, B))
def f(n):
    t = 0
    objs = [A(), B(), C(), 5, "x", 2.5, None, True]
    for i in range(n):
        o = objs[i % 8]
        if isinstance(o, (A, int)): t += 1
        if isinstance(o, K): t += 10
        if isinstance(o, (float, M)): t += 100
        b = B()
        if isinstance(b, A): t += 1000
        if isinstance(b, (C, int)): t += 10000
        if isinstance(o, ()): t += 1
        if i == n - 30:
            B.__bases__ = (C,)
    B.__bases__ = (A,)
    return t
print(f(400), f(401))
try:
    for i in range(300):
        isinstance(A(), (A, 5) if i < 280 else (5, A))
except TypeError as e:
    print(e, i)
import sys
class E:
    def __init__(self, v): self.v = v
    def again(self): return self.__class__(self.v + 1)
class F(E): pass
def g(n):
    t = 0
    e = [E(0), F(0)]
    for i in range(n):
        o = e[i % 2].again()
        t += o.v + (o.__class__ is F) * 100 + len(o.__class__.__name__)
        if i % 50 == 49:
            e[0].__class__ = F if i % 100 == 49 else E
    return t, type(o).__name__, sys.getrefcount(E), sys.getrefcount(F)
print(g(420))
# expect: 673197 674198
# expect: isinstance() arg 2 must be a type, a tuple of types, or a union 280
# expect: (31840, 'F', 9, 5)
