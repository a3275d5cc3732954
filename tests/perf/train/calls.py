"""Training: classes, attributes, methods, properties, calls of every shape."""
import functools
import operator


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    def __hash__(self):
        return hash((self.x, self.y))

    @property
    def length(self):
        return (self.x * self.x + self.y * self.y) ** 0.5


class Account:
    opened = 0

    def __init__(self, owner, amount=0):
        self.owner = owner
        self.amount = amount
        self.history = []
        Account.opened += 1

    def pay_in(self, amount):
        if amount < 0:
            raise ValueError("negative")
        self.amount += amount
        self.history.append(amount)
        return self

    def pay_out(self, amount, *, force=False):
        if not force and amount > self.amount:
            return False
        self.amount -= amount
        self.history.append(-amount)
        return True

    def __len__(self):
        return len(self.history)

    def __getitem__(self, i):
        return self.history[i]

    @classmethod
    def many(cls, names):
        return [cls(n) for n in names]

    @staticmethod
    def fee(amount):
        return amount // 100


class Savings(Account):
    def __init__(self, owner, amount=0, rate=0.02):
        super().__init__(owner, amount)
        self.rate = rate

    def pay_in(self, amount):
        super().pay_in(amount)
        return self

    def __getattr__(self, name):
        if name.startswith("get_"):
            return getattr(self, name[4:])
        raise AttributeError(name)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def shapes(a, b=2, *args, c=3, **kw):
    return a + b + c + len(args) + len(kw)


def counter():
    total = 0

    def add(n):
        nonlocal total
        total += n
        return total
    return add


@functools.lru_cache(maxsize=100)
def cached(n):
    return n * n


class Node:
    def __init__(self, key):
        self.key, self.left, self.right = key, None, None


class Tree:
    def __init__(self):
        self.root = None
        self.size = 0

    def insert(self, key):
        node, self.size = self.root, self.size + 1
        if node is None:
            self.root = Node(key)
            return
        while True:
            side = "left" if key < node.key else "right"
            below = getattr(node, side)
            if below is None:
                setattr(node, side, Node(key))
                return
            node = below

    def walk(self, node):
        if node is not None:
            self.walk(node.left)
            self.keys.append(node.key)
            self.walk(node.right)


class Shape:
    def area(self):
        raise NotImplementedError

    def scaled(self, by):
        return self.area() * by


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side * self.side


class Circle(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return 3.14159 * self.r ** 2


class Rect(Square):
    def __init__(self, a, b):
        Square.__init__(self, a)
        self.other = b

    def area(self):
        return self.side * self.other


def accounts(n):
    add = counter()
    plus = functools.partial(operator.add, 1)
    for i in range(n):
        a, s = Account("a", i), Savings("s", amount=2 * i)
        for amount in (1, 20, 300):
            a.pay_in(amount)
            s.pay_in(amount).pay_out(3, force=True)
            add(Account.fee(amount))
        a.pay_out(5)
        add(plus(len(s)) + s[0] + s.get_amount)
        if isinstance(s, Account) and not isinstance(a, Savings):
            add(cached(i % 150))
        try:
            a.pay_in(-1)
        except ValueError as e:
            add(len(e.args))
        add(shapes(1) + shapes(1, 2, 3, 4) + shapes(a=1, c=2) + shapes(*(1, 2), **{"z": 3}))
    return add(0)


def points(n):
    total, seen = Point(0, 0), set()
    for i in range(n):
        p = Point(i % 17, i % 13)
        total = total + p
        seen.add(p)
        if p == total or p.length > 1000:
            seen.clear()
    return total.x, total.y, len(seen)


def trees(n):
    t, key = Tree(), 12345
    for _ in range(n):
        key = (key * 1103515245 + 12345) & 0x7FFFFFFF
        t.insert(key)
    t.keys = []
    t.walk(t.root)
    assert t.keys == sorted(t.keys) and t.size == n


def shapes_sum(n):
    things = [Square(2), Circle(1.5), Rect(2, 3), Square(4)] * 10
    return sum(s.scaled(2) for _ in range(n) for s in things)


for _ in range(8):
    fib(21)
    ackermann(2, 60)
    accounts(1500)
    points(15000)
    trees(2500)
    shapes_sum(400)
