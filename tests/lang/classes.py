"""Classes: inheritance, super, descriptors, slots, metaclasses, special methods."""


class A:
    x = 1

    def __init__(self, v):
        self.v = v

    def __repr__(self):
        return f"{type(self).__name__}({self.v!r})"

    def __eq__(self, o):
        return isinstance(o, A) and self.v == o.v

    def __hash__(self):
        return hash(self.v)

    def __add__(self, o):
        return type(self)(self.v + o.v)

    @property
    def double(self):
        return self.v * 2

    @double.setter
    def double(self, d):
        self.v = d // 2

    @classmethod
    def make(cls, *a):
        return cls(*a)

    @staticmethod
    def stat(a):
        return a + 1


class B(A):
    def __init__(self, v, w=0):
        super().__init__(v)
        self.w = w


class C(B):
    __slots__ = ("s",)


class Meta(type):
    def __new__(m, name, bases, ns, **kw):
        cls = super().__new__(m, name, bases, ns)
        cls.kw = kw
        return cls


class D(metaclass=Meta, flag=True):
    def __init_subclass__(cls, **kw):
        cls.sub = kw


class E(D, extra=1):
    pass


a, b = A(1), B(2, 3)
print(a, b, a + b, b + a, B.__mro__)
b.double = 10
print(b.v, b.double, A.stat(1), B.make(7), a == A(1), {a: 1}[A(1)])
c = C(1)
c.s = 5
print(c.s, D.kw, E.sub, vars(b))
for stmt in ("A()", "a.nope", "del a.nope", "class F(A, A): pass", "object().x = 1"):
    try:
        exec(stmt)
    except Exception as e:
        print(type(e).__name__, e)

# expect: A(1) B(2) A(3) B(3) (<class '__main__.B'>, <class '__main__.A'>, <class 'object'>)
# expect: 5 10 2 B(7) True 1
# expect: 5 {'flag': True} {} {'v': 5, 'w': 3}
# expect: TypeError A.__init__() missing 1 required positional argument: 'v'
# expect: AttributeError 'A' object has no attribute 'nope'
# expect: AttributeError 'A' object has no attribute 'nope'
# expect: TypeError duplicate base class A
# expect: AttributeError 'object' object has no attribute 'x' and no __dict__ for setting new attributes
