# Objects that are taken out of lists while variables of several inlined calls have them: one reference keeps them for all.
# expect: same 10000 5
# expect: died late ['inner 3999', 'outer 3999']
# expect: counts [5, 5, 4, 2] True
# expect: replaced 12000 ['v', 'v']
# expect: floats 30002.0 2.5
# expect: two names 8000 True
import sys, weakref


class Node:
    def __init__(self, n):
        self.n = n
        self.next = None


def pop_it(row, node):
    other = node
    got = row.pop(0)
    return got.n + other.n - node.n


def middle(row, node):
    again = node
    row.append(node)
    n = pop_it(row, again)
    return n + node.n - again.n


def same(rounds):
    row, total, node = [], 0, Node(5)
    for i in range(rounds):
        total += middle(row, node) - 4
    return total, node.n


print("same", *same(10000))

died = []


def watch(node, name):
    return weakref.ref(node, lambda r: died.append(name))


def inner_drop(row, name):
    kept = row[0]
    got = row.pop(0)
    del got
    died.append("inner " + name)
    return kept.n


def die(rounds):
    row = []
    for i in range(rounds):
        node = Node(i)
        row.append(node)
        if i == rounds - 1:
            w = watch(node, "outer %d" % i)
        del node
        inner_drop(row, str(i))
    return w


die(4000)
print("died late", died[-2:])


def look(row, node):
    a = node
    b = row.pop()
    first = sys.getrefcount(b)
    del b
    second = sys.getrefcount(a) + 1
    del a
    third = sys.getrefcount(node) + 1
    return [first, second, third]


def looked(rounds):
    row, seen = [], None
    for i in range(rounds):
        node = Node(i)
        row.append(node)
        now = look(row, node) + [sys.getrefcount(node)]
        if seen is None:
            seen = now
        elif seen != now:
            return now, False
    return seen, True


seen, alike = looked(5000)
base = seen[3]
print("counts", [x - base + 2 for x in seen], alike)


class Box:
    def __init__(self, v):
        self.v = v


def put(box, v):
    old = box.v
    box.v = v
    return old


def swap(box, a, b):
    x = put(box, a)
    y = put(box, b)
    return x, y


def replaced(rounds):
    box, total = Box("v"), 0
    a, b = Node(1), Node(2)
    for i in range(rounds):
        x, y = swap(box, a, b)
        total += y.n + (x is b or i == 0) + (x is not a)
    box.v = "v"
    return total // 3, [put(box, "v"), box.v]


print("replaced", *replaced(12000))


def take(row, x):
    y = x
    z = row.pop()
    return z + y - x


def floats(rounds):
    row, total, x = [], 2.0, 2.5
    for i in range(rounds):
        x = x * 1.0
        row.append(x)
        total += take(row, x) + 0.5
    return total, x


print("floats", *floats(10000))


def two(row, a, b):
    c = row.pop(0)
    d = row.pop(0)
    return (c is a) + (d is b)


def names(rounds):
    row, total = [], 0
    for i in range(rounds):
        a = Node(i)
        b = a if i & 1 else Node(-i)
        row.append(a)
        row.append(b)
        total += two(row, a, b)
    return total // 2, sys.getrefcount(a) == sys.getrefcount(b)


print("two names", *names(8000))
