"""heapq and bisect in compiled loops: leaf calls where comparisons run no code, code of the program where they do, errors, who counts, what dies when."""
import bisect
import heapq
import sys
from heapq import heappop, heappush


def ints(n):
    h, t = [], 0
    for i in range(n):
        heappush(h, i * 7919 % 1009)
        if i % 3 == 2:
            t = (t * 31 + heappop(h)) % 1000003
    while h:
        t = (t * 31 + heappop(h)) % 1000003
    return t


def dijkstra(n):
    graph = {i: [((i * 7 + 3) % n, i % 5 + 1), ((i * 11 + 1) % n, i % 3 + 1), ((i + 1) % n, 9)] for i in range(n)}
    dist, h = {0: 0}, [(0, 0)]
    while h:
        d, u = heapq.heappop(h)
        if d > dist[u]:
            continue
        for v, w in graph[u]:
            if d + w < dist.get(v, 1 << 60):
                dist[v] = d + w
                heapq.heappush(h, (d + w, v))
    return sum(dist.values())


def sorts(values):
    h, out = [], []
    for v in values:
        heappush(h, v)
    while h:
        out.append(heappop(h))
    return out == sorted(values), len(out), type(out[0]).__name__


print(ints(3000), dijkstra(700))        # expect: 323152 13853
print(sorts([i * 37 % 1000 / 8 for i in range(1000)]))  # expect: (True, 1000, 'float')
print(sorts([str(i * 37 % 1000) for i in range(1000)])) # expect: (True, 1000, 'str')
print(sorts([(i % 7, str(i % 11), -i) for i in range(1000)]))   # expect: (True, 1000, 'tuple')
print(sorts([(1 << 70) - i * 37 % 1000 for i in range(1000)]))  # expect: (True, 1000, 'int')
print(sorts([((i % 3, (i % 5, (i % 7, (i % 11, (i % 13,)))))) for i in range(1000)]))   # expect: (True, 1000, 'tuple')
print(sorts([i * 37 % 100 if i % 2 else i * 37 % 100 / 2 for i in range(1000)]))        # expect: (True, 1000, 'float')


class Job:
    asked = 0

    def __init__(self, p):
        self.p = p

    def __lt__(self, other):
        Job.asked += 1
        return self.p < other.p


def jobs(n):
    h, t = [], 0
    for i in range(n):
        for k in range(1 + (i > n // 2)):
            heappush(h, (0, i % 2, Job(i * 7 % 101 + k)) if i > n // 2 else (i % 5, i, None))
        while len(h) > 50 - i % 3:
            e = heappop(h)
            t = t * 31 % 1009 + e[0] + (e[2].p if e[2] else e[1])
    return t, Job.asked


print(jobs(1500))       # expect: (344, 890)


class Heap(list):
    pass


def subclass(n):
    h, t = Heap(), 0
    for i in range(n):
        heappush(h, -i)
        if i & 1:
            t += heappop(h)
    return t, len(h)


print(subclass(1000))   # expect: (-250000, 500)


def empty(n):
    h, missed = [], 0
    for i in range(n):
        try:
            heappush(h, i)
            heappop(h)
            if i % 3 == 0:
                heappop(h)
        except IndexError as e:
            missed += 1
            text = str(e)
    return missed, text


print(empty(900))       # expect: (300, 'index out of range')


def uncomparable(n):
    h, failed = [], 0
    for i in range(n):
        try:
            heappush(h, i if i < n - 5 else 'x')
        except TypeError:
            failed += 1
    return failed, len(h), h[-1]


print(uncomparable(600))        # expect: (5, 600, 'x')


def counts(n):
    item, h = ['kept'], []
    before, worst = sys.getrefcount(item), 0
    for i in range(n):
        heappush(h, (i * 13 % 17, i, item))
        first = h[0]
        if i > 20:
            e = heappop(h)
            same = e is first
            worst = max(worst, sys.getrefcount(e[2]) - before - len(h) - 1)
            e = None
            first = same
    left = sys.getrefcount(item) - before - len(h)
    h.clear()
    return worst, left, sys.getrefcount(item) - before


print(counts(800))      # expect: (0, 0, 0)


def lent(n):
    h, t = [i + 1000 for i in range(300)], 0
    for i in range(n):
        top = h[0]
        x = heappop(h)
        x = None
        heappush(h, top + 300)
        t += top
    return t, h[0], sys.getrefcount(top) < 6


print(lent(2000))       # expect: (3999000, 3000, True)


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Loud.log.append(self.n)


def deaths(n):
    h, at = [], []
    for i in range(n):
        heappush(h, (i % 10, i, Loud(i)))
        if i % 10 == 9:
            heappop(h)
            at.append(len(Loud.log))
    return at[-1], Loud.log[:5], len(h)


print(deaths(600), len(Loud.log))       # expect: (60, [0, 10, 20, 30, 40], 540) 600


def places(n):
    l, t = [], 0
    for i in range(n):
        v = i * 7919 % 1009
        bisect.insort(l, v)
        t += bisect.bisect_left(l, v) + 2 * bisect.bisect_right(l, v) + bisect.bisect(l, 500.5)
    return t, l == sorted(l), len(l)


print(places(1500))     # expect: (2240686, True, 1500)


def grades(n):
    limits, names, t = [60, 70, 80, 90], 'FDCBA', {}
    for i in range(n):
        g = names[bisect.bisect(limits, i % 101)]
        t[g] = t.get(g, 0) + 1
    return t


print(grades(1010))     # expect: {'F': 600, 'D': 100, 'C': 100, 'B': 100, 'A': 110}


class Key:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        return self.v < (other.v if isinstance(other, Key) else other)

    def __gt__(self, other):
        return self.v > other


def own_order(n):
    l = []
    for i in range(n):
        bisect.insort(l, Key(i * 7 % 13) if i % 2 else i % 11)
    return [x.v if isinstance(x, Key) else x for x in l][::97]


print(own_order(400))   # expect: [0, 2, 5, 8, 12]


def keyed(n):
    l = [(i, -i) for i in range(100)]
    return sum(bisect.bisect_left(l, i % 100, key=lambda p: p[0]) + bisect.bisect_right(l, (i % 100, 0), 10, 90) for i in range(n))


print(keyed(500))       # expect: 49950


def same_objects(n):
    sorted_floats, heap, same = [], [], 0
    for i in range(n):
        x = 1e6 - i
        bisect.insort(sorted_floats, x)
        heappush(heap, x)
        same += (sorted_floats[0] is x) + (heap[0] is x)
    return same


print(same_objects(600))        # expect: 1200
