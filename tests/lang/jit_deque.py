"""Queues in compiled loops: methods of deque by leaf calls, bounded ones that push out, len() and truth, who counts, what dies when."""
import sys
from collections import deque


def breadth(n):
    seen, queue, t = {0}, deque([0]), 0
    while queue:
        k = queue.popleft()
        t += k
        for m in (2 * k + 1, 2 * k + 2):
            if m < n and m not in seen:
                seen.add(m)
                queue.append(m)
    return t, len(seen), len(queue)


print(breadth(5000))    # expect: (12497500, 5000, 0)


def ends(n):
    d, t = deque(), 0
    for i in range(n):
        d.append(i)
        d.appendleft(-i)
        if len(d) > 10:
            t += d.pop() + 2 * d.popleft()
    return t, len(d), list(d)[:3]


print(ends(3000))       # expect: (-4498490, 10, [-4, -3, -2])


class Loud:
    def __init__(self, log, n):
        self.log, self.n = log, n

    def __del__(self):
        self.log.append(self.n)


def bounded(n):
    log, d, lens = [], deque(maxlen=3), set()
    for i in range(n):
        d.append(Loud(log, i))
        log.append('-')
        lens.add(len(d))
    return log[:8], len(log), lens


print(bounded(1000))    # expect: (['-', '-', '-', 0, '-', 1, '-', 2], 1997, {1, 2, 3})


def last(n):
    d, t = deque(maxlen=4), 0
    for i in range(n):
        d.append(i)
        t += len(d)
    return t, d


print(last(2000))       # expect: (7994, deque([1996, 1997, 1998, 1999], maxlen=4))


def counts(n):
    d, o, got, log = deque(), object(), set(), []
    for i in range(n):
        d.append(o)
        a = sys.getrefcount(o)
        x = d.pop()
        b = sys.getrefcount(o)
        got.add((a, b, x is o))
        x = None
        d.append(Loud(log, i))
        log.append('in')
        d.popleft()
        log.append('out')
    return got, log[:4], log[-3:], len(log)


print(counts(2000))     # expect: ({(3, 3, True)}, ['in', 0, 'out', 'in'], ['in', 1999, 'out'], 6000)


def empty(n):
    d, t = deque(), 0
    for i in range(n):
        try:
            if i % 3 == 0:
                d.append(i)
            t += d.pop()
        except IndexError as e:
            t += len(e.args[0])
    return t


print(empty(3000))      # expect: 1544500


class Mine(deque):
    def append(self, x):
        super().append(x + 1)

    def __len__(self):
        return 7


def subclass(n):
    d, t = Mine(), 0
    for i in range(n):
        d.append(i)
        t += d.popleft() + len(d)
    return t


print(subclass(2000))   # expect: 2015000


def kinds(n):
    t = 0
    for i in range(n):
        q = deque() if i % 3 else [1]
        q.append(i)
        t += q.pop() + len(q)
        put = deque().append
        put(i)
    return t


print(kinds(2000))      # expect: 1999667


def walked(n):
    d = deque(range(5))
    for i in range(n):
        try:
            for x in d:
                if x == i:
                    d.append(x)
        except RuntimeError as e:
            return i, str(e)


print(walked(2000))     # expect: (0, 'deque mutated during iteration')
