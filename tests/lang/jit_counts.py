"""Numbers that become objects in the place of others: static ones, ones that others have, too, and large ones; and variables that move into memory at once."""
import sys


class Count:
    pass


def ups(c, start, step, n):
    c.n = c.m = start
    kept = []
    for i in range(n):
        c.n += step
        c.m = c.n
        if i % 50 == 7:
            kept.append(c.m)
        c.m -= step
    return c.n, c.m, sum(kept), sys.getrefcount(c.n), sys.getrefcount(kept[-1]), kept[-1] is kept[-2], len({id(k) for k in kept})


for k in range(2):
    for start, step in ((-300, 1), (300, -1), (0, 0), (2**30 - 150, 1), (2**30 + 150, -1), (2**60 - 150, 1), (-2**30 + 150, -1), (-(2**60) + 150, -1), (256, 1), (-5, -1)):
        print(ups(Count(), start, step, 300))


def shared(xs, n):
    """Floats that a list, variables and attributes have."""
    c = Count()
    c.f = 0.5
    old = None
    for i in range(n):
        x = xs[i % 4]
        c.f = x + 1.0
        xs[i % 4] = c.f
        if i % 31 == 0:
            old = c.f
        y = x
        z = [y]
    return xs, c.f, old, y, z, sys.getrefcount(xs[0]), sys.getrefcount(y), c.f is xs[(n - 1) % 4]


for k in range(3):
    print(shared([0.0, 1.0, 2.0, 3.0], 400))


def moves(rows, pairs, n):
    """Two loops in one: what the one has left in its variables is in the way of the other."""
    log = []
    for i in range(n):
        for (a, v), (b, w) in pairs:
            d = a[0] - b[0]
            v[0] -= d * 0.25
            w[0] += d * 0.25
        for (r, u) in rows:
            t = u[0]
            r[0] += t * 0.5
        if i % 100 == 99:
            log.append((round(a[0], 9), round(t, 9), sys.getrefcount(t) - sys.getrefcount(u[0]), t is u[0]))
    return log


rows = [([float(k)], [float(k * k)]) for k in range(5)]
pairs = [(rows[i], rows[j]) for i in range(5) for j in range(i)]
print(moves(rows, pairs, 500))


def rotates(n):
    a, b, c = [0.5], [1.5], [2.5]
    out = []
    for i in range(n):
        for k in (1, 2, 3):
            x = a[0]
            y = b[0]
            z = c[0]
        a, b, c = b, c, a
        x, y, z = z, x, y
        a[0] = x + k
        if i % 64 == 0:
            out.append((x, y, z, sys.getrefcount(x)))
    return out, x, y, z, a, b, c


for k in range(2):
    print(rotates(500))
# expect: (0, -1, -1002, 4294967295, 2, False, 6)
# expect: (0, 1, 1002, 4294967295, 4294967295, False, 6)
# expect: (0, 0, 0, 4294967295, 4294967295, True, 1)
# expect: (1073741974, 1073741973, 6442450842, 3, 2, False, 6)
# expect: (1073741674, 1073741675, 6442451046, 3, 2, False, 6)
# expect: (1152921504606847126, 1152921504606847125, 6917529027641081754, 3, 2, False, 6)
# expect: (-1073741974, -1073741973, -6442450842, 3, 2, False, 6)
# expect: (-1152921504606847126, -1152921504606847125, -6917529027641081754, 3, 2, False, 6)
# expect: (556, 555, 2334, 3, 2, False, 6)
# expect: (-305, -304, -828, 3, 2, False, 6)
# expect: (0, -1, -1002, 4294967295, 2, False, 6)
# expect: (0, 1, 1002, 4294967295, 4294967295, False, 6)
# expect: (0, 0, 0, 4294967295, 4294967295, True, 1)
# expect: (1073741974, 1073741973, 6442450842, 3, 2, False, 6)
# expect: (1073741674, 1073741675, 6442451046, 3, 2, False, 6)
# expect: (1152921504606847126, 1152921504606847125, 6917529027641081754, 3, 2, False, 6)
# expect: (-1073741974, -1073741973, -6442450842, 3, 2, False, 6)
# expect: (-1152921504606847126, -1152921504606847125, -6917529027641081754, 3, 2, False, 6)
# expect: (556, 555, 2334, 3, 2, False, 6)
# expect: (-305, -304, -828, 3, 2, False, 6)
# expect: ([100.0, 101.0, 102.0, 103.0], 103.0, 94.0, 102.0, [102.0], 2, 5, True)
# expect: ([100.0, 101.0, 102.0, 103.0], 103.0, 94.0, 102.0, [102.0], 2, 5, True)
# expect: ([100.0, 101.0, 102.0, 103.0], 103.0, 94.0, 102.0, [102.0], 2, 5, True)
# expect: [(301.458988933, 14.847868342, 0, True), (599.005874829, 12.258241591, 0, True), (897.039210124, 8.651851114, 0, True), (1195.878514816, 4.614619804, 0, True), (1495.712364699, 0.802468384, 0, True)]
# expect: ([(2.5, 0.5, 1.5, 6), (98.5, 96.5, 93.5, 4), (194.5, 192.5, 189.5, 4), (290.5, 288.5, 285.5, 4), (386.5, 384.5, 381.5, 4), (482.5, 480.5, 477.5, 4), (578.5, 576.5, 573.5, 4), (674.5, 672.5, 669.5, 4)], 747.5, 752.5, 749.5, [750.5], [747.5], [752.5])
# expect: ([(2.5, 0.5, 1.5, 6), (98.5, 96.5, 93.5, 4), (194.5, 192.5, 189.5, 4), (290.5, 288.5, 285.5, 4), (386.5, 384.5, 381.5, 4), (482.5, 480.5, 477.5, 4), (578.5, 576.5, 573.5, 4), (674.5, 672.5, 669.5, 4)], 747.5, 752.5, 749.5, [750.5], [747.5], [752.5])
