"""RecursionError comes at exactly the same depth in hot loops as in cold ones, whatever the call: operators, classes, properties, items, comparisons."""

import sys

sys.setrecursionlimit(150)


class V:
    def __init__(self, x=0):
        self.x = x

    def __add__(self, other):
        return self.x + other

    def __radd__(self, other):
        return self.x + other

    def __eq__(self, other):
        return self.x == other

    def __lt__(self, other):
        return self.x < other

    def __getitem__(self, i):
        return self.x + i

    def __setitem__(self, i, v):
        self.x = 0

    def __contains__(self, i):
        return i == self.x

    def __len__(self):
        return 3

    def __bool__(self):
        return True

    def __call__(self, i):
        return i

    def __neg__(self):
        return 1

    def __getattr__(self, name):
        return 7

    @property
    def p(self):
        return self.x

    def m(self, i=1):
        return i

    @classmethod
    def c(cls):
        return 1

    @staticmethod
    def s():
        return 1


class W(V):
    def __init__(self, x):
        super().__init__(x)

    def m(self, i=1):
        return super().m(i)


class N:
    def __new__(cls):
        return object.__new__(cls)


def f(i):
    return i


def any_args(i, *args, **kw):
    return i


def g(i):
    return f(i)


def gen(n):
    for i in range(n):
        yield i


def plain(n):
    for i in range(n):
        f(i)


def two(n):
    for i in range(n):
        g(i)


def star(n):
    for i in range(n):
        any_args(*(i, 2), k=3)


def add(n):
    v = V()
    for i in range(n):
        v + 1


def radd(n):
    v = V()
    for i in range(n):
        1 + v


def iadd(n):
    v = V()
    for i in range(n):
        w = v
        w += 1


def compare(n):
    v = V()
    for i in range(n):
        v == i


def less(n):
    v = V()
    for i in range(n):
        v < i


def item(n):
    v = V()
    for i in range(n):
        v[i]


def set_item(n):
    v = V()
    for i in range(n):
        v[i] = 2


def contains(n):
    v = V()
    for i in range(n):
        i in v


def length(n):
    v = V()
    for i in range(n):
        len(v)


def truth(n):
    v = V()
    for i in range(n):
        if v:
            pass


def call(n):
    v = V()
    for i in range(n):
        v(i)


def negative(n):
    v = V()
    for i in range(n):
        -v


def missing(n):
    v = V()
    for i in range(n):
        v.zz


def prop(n):
    v = V()
    for i in range(n):
        v.p


def method(n):
    v = V()
    for i in range(n):
        v.m()


def by_super(n):
    v = W(1)
    for i in range(n):
        v.m()


def class_method(n):
    for i in range(n):
        V.c(), V.s()


def make(n):
    for i in range(n):
        V(i)


def make_super(n):
    for i in range(n):
        W(i)


def make_new(n):
    for i in range(n):
        N()


def make_plain(n):
    class E:
        pass
    for i in range(n):
        E()


def closure(n):
    def inner():
        return n
    for i in range(n):
        inner()


def lam(n):
    for i in range(n):
        (lambda: 1)()


def comprehension(n):
    for i in range(n):
        [x for x in (1, 2)]


def generator(n):
    for i in range(n):
        for k in gen(2):
            pass


def expression(n):
    for i in range(n):
        sum(x for x in (1, 2))


def sort_key(n):
    for i in range(n):
        sorted((2, 1), key=f)


def map_of(n):
    for i in range(n):
        list(map(f, (1, 2)))


def recursive(n):
    def fact(k):
        return 1 if k == 0 else k * fact(k - 1)
    for i in range(n):
        fact(5)


def down(k, what, n):
    return what(n) if k == 0 else down(k - 1, what, n)


def deepest(what, n):
    """How many calls may lie below this one."""
    low, high = 0, 150
    while high - low > 1:
        k = (low + high) // 2
        try:
            down(k, what, n)
            low = k
        except RecursionError:
            high = k
    return low


CASES = [plain, two, star, add, radd, iadd, compare, less, item, set_item, contains, length, truth, call, negative, missing, prop, method, by_super, class_method,
         make, make_super, make_new, make_plain, closure, lam, comprehension, generator, expression, sort_key, map_of, recursive]
for what in CASES:
    for _ in range(3):
        what(200)
    print(what.__name__, deepest(what, 1), deepest(what, 7), deepest(what, 130))


def caught(n, depth):
    """The exception comes in the middle of a hot loop, and the loop goes on."""
    seen = []

    def deeper(k, v):
        if k > 0:
            return deeper(k - 1, v)
        for i in range(60):
            v += 1
        return v
    for i in range(n):
        try:
            deeper(depth + i % 4, 0)
            seen.append(0)
        except RecursionError as e:
            count, tb = 0, e.__traceback__
            while tb is not None:
                count, tb = count + 1, tb.tb_next
            seen.append(count)
    return seen[:8], len(seen)


for depth in 140, 142, 143, 144, 145, 146, 147:
    print(caught(40, depth))
# expect: plain 145 145 145
# expect: two 144 144 144
# expect: star 145 145 145
# expect: add 145 145 145
# expect: radd 145 145 145
# expect: iadd 145 145 145
# expect: compare 145 145 145
# expect: less 145 145 145
# expect: item 145 145 145
# expect: set_item 145 145 145
# expect: contains 145 145 145
# expect: length 145 145 145
# expect: truth 145 145 145
# expect: call 145 145 145
# expect: negative 145 145 145
# expect: missing 145 145 145
# expect: prop 145 145 145
# expect: method 145 145 145
# expect: by_super 143 143 143
# expect: class_method 145 145 145
# expect: make 144 144 144
# expect: make_super 143 143 143
# expect: make_new 145 145 145
# expect: make_plain 145 145 145
# expect: closure 145 145 145
# expect: lam 145 145 145
# expect: comprehension 146 146 146
# expect: generator 145 145 145
# expect: expression 145 145 145
# expect: sort_key 145 145 145
# expect: map_of 145 145 145
# expect: recursive 140 140 140
# expect: ([0, 0, 0, 0, 0, 0, 0, 0], 40)
# expect: ([0, 0, 0, 0, 0, 0, 0, 0], 40)
# expect: ([0, 0, 0, 0, 0, 0, 0, 0], 40)
# expect: ([0, 0, 0, 0, 0, 0, 0, 0], 40)
# expect: ([0, 0, 0, 149, 0, 0, 0, 149], 40)
# expect: ([0, 0, 149, 149, 0, 0, 149, 149], 40)
# expect: ([0, 149, 149, 149, 0, 149, 149, 149], 40)
