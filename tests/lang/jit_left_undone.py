"""Leaf calls that leave undone what they were to do: the reference that they were to take over is not lost."""
import bisect
import heapq
import sys


class T:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        return self.v < (other.v if type(other) is T else other)

    def __gt__(self, other):
        return self.v > (other.v if type(other) is T else other)

    def __hash__(self):
        return self.v

    def __eq__(self, other):
        return self is other


def pushed(items):
    heap = []
    for x in items:
        heapq.heappush(heap, x)
    return heap


def sorted_in(items):
    row = []
    for x in items:
        bisect.insort(row, x)
    return row


def added(items):
    s = set()
    for x in items:
        s.add(x)
    return s


def mapped(items):
    d = {}
    for x in items:
        d[x] = x
    return d


def comprehended(items):
    return {x: x for x in items}, {x for x in items}, [x for x in items]


def appended(items):
    row = []
    for x in items:
        row.append(x)
        row.insert(0, x)
    return row


for f in pushed, sorted_in, added, mapped, comprehended, appended:
    for i in range(3):
        numbers = [float(i) for i in range(300)]
        objects = [T(i) for i in range(300, 330)]
        mixed = [(i, T(i)) for i in range(30)] + [(i, i) for i in range(30)] * 2
        before = [sys.getrefcount(o) for o in numbers + objects + mixed]
        f(numbers)
        f(numbers[:200] + objects + [5, 6, 7])
        f(objects + numbers)
        f(mixed)
        after = [sys.getrefcount(o) for o in numbers + objects + mixed]
        print(f.__name__, before == after, len(after))
# expect: pushed True 420
# expect: pushed True 420
# expect: pushed True 420
# expect: sorted_in True 420
# expect: sorted_in True 420
# expect: sorted_in True 420
# expect: added True 420
# expect: added True 420
# expect: added True 420
# expect: mapped True 420
# expect: mapped True 420
# expect: mapped True 420
# expect: comprehended True 420
# expect: comprehended True 420
# expect: comprehended True 420
# expect: appended True 420
# expect: appended True 420
# expect: appended True 420
