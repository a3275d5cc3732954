# Classmethods, classes over builtin types, iterators that die in loops.
import sys
class C:
    k = 3
    def __init__(self, v): self.v = v
    @classmethod
    def make(cls, v):
        return cls(v)
    @classmethod
    def best(cls, a, b):
        return a if a.v * cls.k > b.v else b
    @staticmethod
    def sm(x): return x + 1
class D(C):
    k = -1
class L(list):
    pass
class T(tuple):
    def first(self): return self[0]
def run(n):
    t = 0
    a, b = C(1), D(2)
    for i in range(n):
        c = C.make(i)
        d = D.make(i)
        t += C.best(a, b).v + b.best(a, c).v + type(d).k + C.sm(i)
        m = D.best
        t += m(c, d).v
        l = L()
        l.append(i)
        l.x = i
        t += len(l) + l[0] + l.x
        u = T((i, 2))
        t += u.first()
        if i == n - 40:
            D.best = classmethod(lambda cls, a, b: C(1000))
        if i == n - 20:
            C.make = staticmethod(lambda v: D(v))
    return t, sys.getrefcount(c), sys.getrefcount(l), sys.getrefcount(m), sys.getrefcount(C), sys.getrefcount(L), type(d).__name__
class F:
    def __init__(self, i):
        if i % 5 == 0:
            self.go = lambda x: x
    def go(self, x): return x + 1
def shadow(n):
    t = 0
    fs = [F(i) for i in range(10)]
    for i in range(n):
        t += fs[i % 10].go(i)
    return t
print(run(400), shadow(600))
# expect: (527960, 2, 2, 2, 9, 6, 'D') 180180
