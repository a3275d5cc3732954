"""A number from zip() or enumerate() becomes an object in an instruction that drops what it was made for: guards about that death come before the references that slots get."""
import sys


def tuples(n):
    m = 1
    t = 0
    for i, z in zip(range(1000, 1000 + n), [1, 2, 3] * n):
        t += (i, 'a') == (i, m)
        t += (i, z) == (i, 2)
        k = i
        r = sys.getrefcount(i), sys.getrefcount(k)
    return t, r


def lists(n):
    t = 0
    for i, z in enumerate([0.5, 1.5, 2.5] * n, 1000):
        t += [i, z] == [i, 1.5]
        t += len({i: z, 'z': z}) + len({z, i})
    return t, sys.getrefcount(z), sys.getrefcount(i)


print(tuples(300))
# expect: (100, (4, 4))
print(lists(200))
# expect: (2600, 4, 2)
