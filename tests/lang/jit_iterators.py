import sys, weakref
log = []
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
def said():
    out = log[:]; log.clear(); return out

def lost_list(rows, n):
    """The inner list loses its last other reference while it is iterated over."""
    s = 0
    k = 0
    for i in range(n):
        row = rows[i]
        k = 0
        for x in row:
            if k == 1:
                rows[i] = None
                row = None
            k += 1
            s += x.n
        x = None
        if i == n - 2 or i < 3:
            print(i, said())
        log.clear()
    return s
print(lost_list([[D(i), D(i + 1000), D(i + 2000)] for i in range(200)], 200))
print(said())

def breaks(rows, n):
    found = 0
    for i in range(n):
        for x in rows[i % len(rows)]:
            if x > 3:
                found += x
                break
        else:
            found += 1000000
    return found, {sys.getrefcount(r) for r in rows}
print(breaks([[1, 2, 5], [7], [1], [], [2, 9, 3]], 400))
print(breaks([(1, 2, 5), (7,), (1,), (2, 9, 3)], 400))

def mixed(rows, n):
    s = 0
    for i in range(n):
        for r in rows:
            for x in r:
                s += x
    return s, {sys.getrefcount(r) for r in rows}
print(mixed([[1, 2], (3, 4), [5], (6,), []], 100))

def deep(t, n):
    s = 0
    for i in range(n):
        for a in t:
            for b in a:
                for c in b:
                    s += c * i
    return s
print(deep([[[1, 2], [3]], [[4], [5, 6]]], 100), deep((((1, 2), (3,)), ((4,), (5, 6))), 100))

def grow(rows, n):
    s = 0
    for i in range(n):
        for r in rows:
            for x in r:
                s += x
                if len(r) < 10 and x == 1:
                    r.append(2)
    return s, rows
print(grow([[1], [1, 1]], 100))

def weak(n):
    refs = []
    s = 0
    for i in range(n):
        d = D(i)
        l = [d, d]
        for x in l:
            s += x.n
        if i % 50 == 0:
            refs.append(weakref.ref(d))
    return s, [r() is not None for r in refs]
print(weak(200), len(said()))

def error_inside(rows):
    s = 0
    try:
        for i in range(100):
            for r in rows:
                for x in r:
                    s += 10 // (x - i)
    except ZeroDivisionError:
        return s, i, x, sys.getrefcount(r)
print(error_inside([[60, 61, 62], [55, 80]]))

def gen(rows):
    for r in rows:
        for x in r:
            yield x
def consume(rows, n):
    s = 0
    for i in range(n):
        for x in gen(rows):
            s += x
    return s
print(consume([[1, 2], [3]], 100))
def enum(l, n):
    s = 0
    for i in range(n):
        for k, x in enumerate(l):
            s += k * x
        for a, b in zip(l, l):
            s += a - b
    return s
print(enum([3, 4, 5], 100))
# expect: 0 [1000, 0, 2000]
# expect: 1 [1001, 1, 2001]
# expect: 2 [1002, 2, 2002]
# expect: 198 [1198, 198, 2198]
# expect: 659700
# expect: []
# expect: (160001680, {3})
# expect: (100002100, {5})
# expect: (2100, {3, 4, 5})
# expect: 103950 103950
# expect: (3604, [[1, 2, 2, 2, 2, 2, 2, 2, 2, 2], [1, 1, 2, 2, 2, 2, 2, 2, 2, 2]])
# expect: (39800, [False, False, False, False]) 200
# expect: (43, 55, 55, 3)
# expect: 600
# expect: 1400
