"""pop() of an item that the trace knows already, by an earlier load or store."""

import heapq
import sys


def loaded(n):
    l = list(range(1000, 1040))
    s = 0
    for i in range(n):
        a = l[len(l) - 1]
        b = l[(len(l) - 1) >> 1]
        s += a - b
        c = l.pop()
        s += (c is a) + sys.getrefcount(c)
        l.insert(i % len(l), c)
    return s, sys.getrefcount(c), sorted(l) == list(range(1000, 1040))


def stored(n):
    l = [[k] for k in range(20)]
    s = 0
    for i in range(n):
        x = [i]
        l[-1] = x
        y = l[3]
        z = l.pop()
        s += (z is x) + len(y)
        l.append(z)
        w = l.pop(0)
        l.append(w)
    return s, sys.getrefcount(z), len(l)


def heap(n):
    py = heapq._heappop_max, heapq._siftdown, heapq._siftup
    h, out = [], []
    for i in range(n):
        item = (i * 7919) % 1009
        h.append(item)
        py[1](h, 0, len(h) - 1)
        if len(h) > 10:
            last = h.pop()
            if h:
                top = h[0]
                h[0] = last
                py[2](h, 0)
                last = top
            out.append(last)
    return sum(out), out[-3:], sorted(h)[:3]


for k in range(2):
    print(loaded(400), stored(400), heap(600))
# expect: (1800, 4, True) (800, 4, 20) (292829, [478, 325, 172], [994, 997, 998])
# expect: (1800, 4, True) (800, 4, 20) (292829, [478, 325, 172], [994, 997, 998])
