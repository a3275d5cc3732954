"""Floats stored over floats that others have or have not; list.insert(); ints of one and two digits and both signs."""
import sys


def kept(row, n):
    """Every third float that goes lives on somewhere else."""
    seen = []
    for i in range(n):
        if i % 3 == 0:
            seen.append(row[1])
        row[1] += 0.5
        row[0] = row[1] * 2.0
    return seen, row


def pairs(bodies, n):
    """What slots lend of other lists is the same object now and then."""
    out = []
    for i in range(n):
        for (x, v), (y, w) in bodies:
            d = x[0] - y[0]
            v[0] -= d * 0.25
            w[0] += d * 0.25
        a, b = x[0], v[0]
        x[0] = a + b
        out.append((a, b))
    return out


def same_object(n):
    a = [1.5, 2.5]
    b = [a[0], 3.5]
    log = []
    for i in range(n):
        x = b[0]
        a[0] = a[0] + 1.0              # b[0] may be what goes
        if i % 7 == 0:
            b[0] = a[0]
        log.append(x)
        if b[0] is a[0]:
            log.append("same")
    return log[-12:], len(log), sys.getrefcount(a[0])


def one_list(n):
    r = [1.25, 0.0, 7.0]
    for i in range(n):
        x, y, z = r
        r[0] = x * 0.5 + z
        r[1] = x
        r[2] = y + 1.0
        if r[1] is not x:
            return "lost", i
    return r


class Index:
    def __index__(self):
        return 1


def insert(n):
    l, keep = [], []
    for i in range(n):
        l.insert(i // 2, i * 1000)
        l.insert(-1, l)
        l.insert(0, l.pop(0))
        del l[-2]
        if len(l) > 12:
            keep.append(l.pop(3))
    return l[:9], keep[-5:], sys.getrefcount(l)


def insert_odd(places):
    l = [1, 2, 3]
    put = l.insert
    for at in places:
        put(at, at if type(at) is int else None)
        if len(l) > 6:
            l.pop()
    return l


def insert_fails(places):
    l = [0]
    for at in places:
        try:
            l.insert(at, 5)
        except TypeError as e:
            return str(e), l


def digits(values, n):
    s = 0
    for i in range(n):
        for v in values:
            s += v
            if v < 0:
                s ^= 5
    return s


seen, row = kept([0.5, 1.5], 400)
print(seen[:3], seen[-3:], row, sys.getrefcount(seen[5]), len(set(map(id, seen))))
# expect: [1.5, 3.0, 4.5] [198.0, 199.5, 201.0] [403.0, 201.5] 2 134
x, y, z = [1.0, 2.0], [3.0], [8.0]
v, w, u = [0.5], [0.25], [x[0]]
print(pairs([((x, v), (y, w)), ((x, v), (z, u)), ((y, w), (z, u))], 300)[-2:], x, y, z, v, w, u)
# expect: [(5.692571741113481, 0.5694834422627841), (6.262055183376265, -0.3115441494253486)] [1.0, 2.0] [5.950511033950917] [8.0] [788.2807720747123] [-0.3115441494253486] [-786.2192279252877]
print(pairs([((x, v), (y, v)), ((x, x), (y, w))], 200)[-2:], x, y, v, w)
# expect: [(3.8295460260568694e+35, 3.8295460260568694e+35), (5.744319039085304e+35, 5.744319039085304e+35)] [1.1488638078170608e+36, 2.0] [5.950511033950917] [0.0] [5.744319039085304e+35]
print(same_object(300))
# expect: ([289.5, 289.5, 289.5, 289.5, 289.5, 289.5, 'same', 296.5, 296.5, 296.5, 296.5, 296.5], 343, 2)
print(one_list(400))
# expect: [1.0437455023886621e+32, 8.716551951716831e+31, 7.279387336577599e+31]
print(insert(300))
# expect: ([1000, 3000, 5000, 291000, 292000, 293000, 294000, 295000, 296000], [286000, 287000, 288000, 289000, 290000], 2)
print(insert_odd([0, 1, -1, 5, 100, -100, 2] * 60), insert_odd([0, True, Index(), False] * 80))
# expect: [-100, 0, 2, 1, -100, 0] [None, 0, None, None, None, 0]
print(insert_fails([0] * 200 + [1.5]), insert_fails([0] * 200 + [None]))
# expect: ("'float' object cannot be interpreted as an integer", [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0]) ("'NoneType' object cannot be interpreted as an integer", [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0])
small, large = list(range(-3, 4)), [2**30 - 1, 2**30, -2**30, 2**31 + 7, -2**45, 2**60 - 1, -(2**60 - 1), 0, -1]
print(digits(small, 100), digits(large, 100), digits(small + large, 100), digits([2**60, 2**70, -2**61, 1], 60))
# expect: -400 -3518115086335500 -3518115086335400 70766321952768267387000
