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
# expect: 300 20500 300 300
