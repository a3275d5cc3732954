"""Iterators whose position waits to be stored when they die, at the end of a loop or at break, in side traces too."""
class D:
    pass


def left(l, n):
    out = []
    for i in range(n):
        for j, z in enumerate(l):
            if z == i % 4:
                break
        out.append([j, D()])
    return sum(j for j, _ in out)


def ended(t, n):
    k = 0
    for i in range(n):
        for j, z in enumerate(t):
            if i & 1:
                k += 1
        for z in {0: i, 1: 2}.values():
            k += z
    return k


def zipped(l, n):
    out = []
    for i in range(n):
        for j, z in zip(l, range(9)):
            if z == i % 4:
                break
        out.append([j, D()])
    return sum(j for j, _ in out)


def kept(l, n):
    out = []
    for i in range(n):
        d = D()
        d.it = enumerate(l)
        for j, z in d.it:
            if z == i % 4:
                break
        d = D()
        out.append([j, d])
    return sum(j for j, _ in out)


print(left([3, 1, 2, 0], 200), ended((5, 1), 200), zipped([3, 1, 2, 0], 200), kept([3, 1, 2, 0], 200))


def nexts(l, n):
    k, out = 0, []
    for i in range(n):
        d = D()
        d.it = iter(l)
        k += next(d.it)
        if i % 3 == 0:
            k += next(d.it)
        d = None
        out.append([i])
    return k, len(out)


def enum(l, n):
    k, out = 0, []
    for i in range(n):
        d = D()
        d.it = enumerate(l)
        j, z = next(d.it)
        if i % 3 == 0:
            k += next(d.it)[1]
        del d
        out.append([i, j, z])
    return k, len(out)


def pair(l, n):
    k, out = 0, []
    its = [None]
    for i in range(n):
        its[0] = zip(l, range(i, i + 9))
        for a, b in its[0]:
            its[0] = None
            if a == i % 4:
                its[0] = 5
                break
            k += b
        out.append([i])
    return k, len(out)


def gens(n):
    k, out = 0, []
    def g(m):
        x = 0
        while x < m:
            x += 1
            yield x
    for i in range(n):
        d = D()
        d.it = g(4)
        for v in d.it:
            d = None
            k += v
            if v == i % 6:
                break
        out.append([i])
    return k, len(out)


def ranges(n):
    k, out = 0, []
    for i in range(n):
        d = [iter(range(i, i + 5))]
        k += next(d[0])
        for x in d[0]:
            d = None
            if x & 3 == i & 3:
                break
            k += x
        d = None
        out.append([i])
    return k, len(out)


print(nexts([3, 1, 2, 0], 300), enum([3, 1, 2, 0], 300), pair([3, 1, 2, 0], 300), gens(300), ranges(300))
# expect: 300 20500 300 300
# expect: (1000, 300) (100, 300) (67275, 300) (2000, 300) (181200, 300)
