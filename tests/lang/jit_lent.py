"""Variables that hold objects when a loop begins and get others in it: nothing dies too early, nothing too late, no count is wrong."""
import gc
import sys
import weakref

log = []


class Node:
    def __init__(self, v, next=None):
        self.v = v
        self.next = next

    def __del__(self):
        log.append(self.v)


def said():
    """What has died since the last time."""
    out = log[:3] + log[-1:] if len(log) > 4 else log[:]
    n = len(log)
    log.clear()
    return n, out


def chain(n):
    head = None
    for i in range(n):
        head = Node(n - i, head)
    return head


def walk(node):
    s = 0
    while node is not None:
        s += node.v
        node = node.next
    return s


head = chain(400)
print(walk(head), said(), sys.getrefcount(head))
print(walk(head), walk(head.next), said())
head = None
print(said())
print(walk(chain(300)), said())          # the nodes die one by one behind the loop variable


def walk_two(a, b):
    """The same object in several variables."""
    s = 0
    while a is not None:
        b = a
        c = b
        a = a.next
        s += b.v + c.v
    return s, b is c, sys.getrefcount(b)


head = chain(300)
print(walk_two(head, head), said())
print(walk_two(head, None), said())
print(walk_two(head.next, head), said())
first, head = head, None
print(walk_two(first, 1), said())
first = None
print(said())


def two_hold_all(n):
    """Two variables have the only references."""
    x = Node(1)
    y = x
    z = Node(2)
    s = 0
    for i in range(n):
        if i == n - 100:
            print(said())
            x = 1
            print(said())
        if i == n - 50:
            y = 2
            print(said())
        z = i
        s += z
    return s


print(two_hold_all(400), said())


def overwritten_at_once(pairs, n):
    a = b = pairs[0]
    counts = []
    for i in range(n):
        a, b = pairs[i & 1], pairs[1]
        if i % 100 == 99:
            counts.append((sys.getrefcount(pairs[0]), sys.getrefcount(pairs[1])))
    return counts


print(overwritten_at_once([Node(1), Node(2)], 400), said())


def only_reference(n):
    """The variable has the only reference when the loop starts: it dies at the first assignment."""
    x = Node("x")
    seen = -1
    items = [1, 2.5, None]
    for i in range(n):
        if log and seen < 0:
            seen = i
        x = items[i % 3]
    return seen, said()


print(only_reference(5), only_reference(300))


def items_of(seq, rounds):
    last = None
    for k in range(rounds):
        for x in seq:
            last = x
    return last, sys.getrefcount(last), sys.getrefcount(seq)


things = [Node(i) for i in range(5)]
last, a, b = items_of(things, 100)
print(last is things[-1], a, b, [sys.getrefcount(t) for t in things], said())
del last, things
print(said())


def temporary_lists(n):
    """The list dies when its loop ends, and with it what it held."""
    sizes = []
    for i in range(n):
        for x in [Node(i), Node(i + 1)]:
            pass
        sizes.append(len(log))
        log.clear()
        x = None
        sizes[-1] += len(log) * 10
        log.clear()
    return sum(sizes), sizes[:3]


print(temporary_lists(200))


def shared_list(rows):
    s = 0
    it = None
    for row in rows:
        for x in row:
            s += x
    return s


row = [1, 2, 3]
rows = [row] * 100 + [list(row) for i in range(100)] + [tuple(row)] * 100
print(shared_list(rows), sys.getrefcount(row), {sys.getrefcount(r) for r in rows[100:200]}, {sys.getrefcount(r) for r in rows[200:]})


def own_iterators(rows):
    """Iterators that a variable holds as well come to their end for good."""
    s = 0
    ended = 0
    for row in rows:
        it = iter(row)
        for x in it:
            s += x
        row.append(100)
        for x in it:
            ended += 1
        row.pop()
    return s, ended


print(own_iterators(rows[100:200] * 3))


def one_iterator_twice(seq):
    it = iter(seq)
    s = 0
    for x in it:
        for y in it:
            s += x * y
            if y % 5 == 0:
                break
    return s


print([one_iterator_twice(list(range(n))) for n in (10, 300, 301, 306)], one_iterator_twice(tuple(range(400))))


def weak(n):
    objects = [Node(i) for i in range(3)]
    refs = [weakref.ref(o) for o in objects]
    x = objects[0]
    alive = []
    for i in range(n):
        x = objects[i % 3]
        if i == n - 10:
            objects[x.v] = objects[0]
            alive = [r() is not None for r in refs]
        if i == n - 9:
            alive += [r() is not None for r in refs]
    return alive, said()


print(weak(300), weak(301), weak(302), said())


def replaced_while_iterated(seq):
    s = 0
    for x in seq:
        s += x.v
        if x.v == 200:
            seq[200] = Node(0)
            print(said(), x.v)
        if x.v == 201:
            print(said())
    return s


print(replaced_while_iterated([Node(i) for i in range(400)]))
print(said())


def collected(n):
    a = Node(1)
    a.next = Node(2, a)
    node = a
    a = None
    s = 0
    for i in range(n):
        node = node.next
        s += node.v
        if i == n - 5:
            gc.collect()
            print(said())
    node = None
    gc.collect()
    return s, said()


print(collected(300), collected(301))


def nested_loops(m, rounds):
    s = 0
    for k in range(rounds):
        for row in m:
            for a, b in row:
                s += a * b - k
    return s, sys.getrefcount(m), sys.getrefcount(m[0]), sys.getrefcount(m[0][0])


print(nested_loops([[(i, j) for i in range(7)] for j in range(5)], 40))
print(nested_loops(tuple(tuple((i + 0.5, j) for i in range(3)) for j in range(4)), 60))


def errors(rows):
    """An exception while iterators lie on the stack."""
    s = 0
    try:
        for row in rows:
            for x in row:
                s += 100 // x
    except ZeroDivisionError as e:
        return s, x, sys.getrefcount(rows), sys.getrefcount(row)


print(errors([[5, 4, 2, 1] for i in range(100)] + [[1, 0, 3]]))


def generator_of(rows):
    for row in rows:
        for x in row:
            yield x


print(sum(generator_of([[1, 2, 3]] * 200)))
# expect: 80200 (0, []) 2
# expect: 80200 80199 (0, [])
# expect: (400, [1, 2, 3, 400])
# expect: 45150 (300, [1, 2, 3, 300])
# expect: (90300, True, 4) (0, [])
# expect: (90300, True, 4) (0, [])
# expect: (90298, True, 4) (0, [])
# expect: (90300, True, 4) (0, [])
# expect: (300, [1, 2, 3, 300])
# expect: (1, [2])
# expect: (0, [])
# expect: (1, [1])
# expect: 79800 (0, [])
# expect: [(2, 4), (2, 4), (2, 4), (2, 4)] (2, [1, 2])
# expect: (1, (1, ['x'])) (1, (1, ['x']))
# expect: True 5 3 [3, 3, 3, 3, 4] (0, [])
# expect: (5, [4, 3, 2, 0])
# expect: (2200, [11, 11, 11])
# expect: 1800 102 {4} {202}
# expect: (1800, 0)
# expect: [144, 7092326, 7181126, 7546540] 16875106
# expect: ([True, True, True, True, True, False], (1, [2])) ([True, True, True, True, True, True], (2, [1, 0])) ([True, True, True, True, False, True], (4, [2, 1, 0, 1])) (2, [2, 0])
# expect: (0, []) 200
# expect: (1, [200])
# expect: 79800
# expect: (400, [398, 397, 396, 399])
# expect: (0, [])
# expect: (0, [])
# expect: (450, (2, [1, 2])) (452, (2, [2, 1]))
# expect: (-18900, 2, 2, 2)
# expect: (-19620.0, 2, 2, 2)
# expect: (19600, 0, 2, 3)
# expect: 1200
