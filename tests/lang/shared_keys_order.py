"""Attributes of instances die in the order in which the first instance of their class got them."""
log = []


class D:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append(self.v)


class A:
    def p(self):
        self.w = 1

    def q(self):
        self.b = self.a = 0


class B(A):
    def p(self):
        self.w = 1


def dying(cls, names):
    o = cls()
    for name in names:
        setattr(o, name, D(name))
    log.clear()
    del o
    return log[:]


print(dying(A, "vw"), dying(A, "wv"), dying(A, "xba"), A.__static_attributes__)
print(dying(B, "ewv"), dying(B, "vw"), dying(B, "wva"), B.__static_attributes__)


# A key that is no exact str is compared with those that the dict has, not with those that it only shares with others.
class K:
    def __init__(self, like):
        self.like = like

    def __hash__(self):
        return hash(self.like)

    def __eq__(self, other):
        log.append(other)
        return False


class C:
    def __init__(self):
        self.a = 1
        self.b = 2


def compared(*steps):
    d = C().__dict__
    del d["a"]
    k = K("a")
    log.clear()
    for step in steps:
        step(d, k)
    return log[:], len(d)


print(compared(lambda d, k: d.__setitem__(k, 9)), compared(lambda d, k: d.setdefault(k, 9)), compared(lambda d, k: d.update([(k, 9)])), compared(lambda d, k: d.get(k)))
print(compared(lambda d, k: d.__setitem__("a", 9), lambda d, k: d.setdefault(k, 9)), compared(lambda d, k: d.setdefault("a", 9), lambda d, k: d.__setitem__(k, 9)))
d = C().__dict__
print(log.clear(), d.keys() & {K("a")}, log)
# expect: ['v', 'w'] ['v', 'w'] ['x', 'b', 'a'] ('a', 'b', 'w')
# expect: ['e', 'w', 'v'] ['w', 'v'] ['w', 'v', 'a'] ('w',)
# expect: ([], 2) ([], 2) ([], 2) (['a'], 1)
# expect: (['a'], 3) (['a'], 3)
# expect: None set() ['a']
