"""Variables of outer functions that hot loops assign."""
import sys
import weakref


def counter(step):
    n = 0

    def inc(x):
        nonlocal n
        n += x * step
        return n

    def get():
        return n
    return inc, get


def two(rounds):
    f, g = counter(1), counter(2.5)
    t = 0
    for i in range(rounds):
        t = f[0](i) + g[0](i)
    return t, f[1](), g[1]()


print(two(500), two(500))


def own(rounds):
    """The loop's own variable is a cell."""
    total = 0

    def look():
        seen.append((total, sys._getframe(1).f_locals["total"]))
    seen = []
    for i in range(rounds):
        total += i
        if i % 150 == 149:
            look()
    return total, seen


print(own(500))


class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        gone.append((self.n, held()))


gone = []


def held():
    return None


def deaths(rounds):
    global held
    v = Dies(-1)

    def h():
        try:
            return v.n if type(v) is Dies else v
        except NameError:
            return "none"
    held = h
    for i in range(rounds):
        v = Dies(i) if i % 3 == 0 else i
    v = None
    held = lambda: None
    return len(gone), gone[:3], gone[-2:]


print(deaths(300))


def unbound(rounds):
    def use():
        return x
    out = []
    for i in range(rounds):
        x = i
        use()
        if i % 40 == 39:
            del x
            try:
                use()
            except NameError as e:
                out.append(str(e))
    return out[:1], len(out)


print(unbound(300))


def generator(rounds):
    n = 0

    def g():
        nonlocal n
        while True:
            n += 1
            yield n
    it = g()
    t = 0
    for i in range(rounds):
        n += 10
        t += next(it)
    return t, n


print(generator(300))


def counts(rounds):
    o = object()
    kept = [o]
    before = sys.getrefcount(o)
    x = None

    def put(v):
        nonlocal x
        x = v
    for i in range(rounds):
        put(o)
        put(kept)
        put(o)
    n = sys.getrefcount(o) - before
    put(None)
    return n, sys.getrefcount(o) - before


print(counts(300))


def types(rounds):
    x = 0
    out = []

    def put(v):
        nonlocal x
        x = v
        return x
    for i in range(rounds):
        put(i if i < 100 else i / 2 if i < 200 else str(i) if i < 300 else [i])
        if i % 99 == 0:
            out.append(x)
    return out


print(types(400))


def weak(rounds):
    class C:
        pass
    x = C()
    alive = 0

    def put():
        nonlocal x
        x = C()
        return weakref.ref(x)
    for i in range(rounds):
        old = weakref.ref(x)
        put()
        alive += old() is not None
    return alive


print(weak(300))


def raises(rounds):
    n = 0

    def f(i):
        nonlocal n
        n = i
        n = 10 // (i % 50)
    bad = []
    for i in range(rounds):
        try:
            f(i)
        except ZeroDivisionError:
            bad.append(n)
    return bad


print(raises(200))


class Meta(type):
    def __call__(cls, *args):
        n = 0

        class Inner:
            nonlocal n
            n += 1
        n += 1
        return n


class Made(metaclass=Meta):
    pass


print(sum(Made() for i in range(200)))


# expect: (436625.0, 124750, 311875.0) (436625.0, 124750, 311875.0)
# expect: (124750, [(11175, 11175), (44850, 44850), (101025, 101025)])
# expect: (101, [(-1, 0), (0, 1), (3, 4)], [(294, 295), (297, 298)])
# expect: (["cannot access free variable 'x' where it is not associated with a value in enclosing scope"], 7)
# expect: (496650, 3300)
# expect: (1, 0)
# expect: [0, 99, 99.0, '297', [396]]
# expect: 0
# expect: [0, 50, 100, 150]
# expect: 400
