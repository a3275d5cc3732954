"""Calls of C functions with several arguments and names, slices, operators on lists and sets: values, identities, counts and deaths are as they should be."""
import base64
import binascii
import sys

log = []


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Odd:
    def __init__(self, h):
        self.h = h

    def __repr__(self):
        return "odd"

    def __hash__(self):
        return self.h

    def __eq__(self, other):
        log.append("eq")
        return isinstance(other, Odd)

    def __lt__(self, other):
        log.append("lt")
        return False


class MyBytes(bytes):
    def __iter__(self):
        log.append("iter")
        return super().__iter__()


class MyInt(int):
    def __index__(self):
        log.append("index")
        return 3


def said():
    out = log[:]
    log.clear()
    return out


def encoded(n, data):
    out = 0
    for i in range(n):
        s = binascii.b2a_base64(data, newline=bool(i & 1))
        out += len(s) + len(base64.b64encode(data)) + base64.b64decode(s)[0]
    return out


def wrong(n, texts):
    """The error comes where it should, and names what it should."""
    out = []
    for i in range(n):
        try:
            out.append(len(binascii.a2b_base64(texts[i % len(texts)], strict_mode=True)))
        except binascii.Error as e:
            out.append(str(e))
    return out


def truth(n, values):
    out = []
    for i in range(n):
        out.append(binascii.b2a_base64(b"x", newline=values[i]))
    return out


class Truth:
    def __bool__(self):
        log.append("bool")
        return False


def slices(n, l, t):
    out = []
    for i in range(n):
        a = l[i % 3:4]
        b = t[:]
        c = t[1:i % 4]
        out.append((len(a), b is t, c, sys.getrefcount(a), a is l))
    return out[-5:]


def slice_dies(n):
    for i in range(n):
        l = [Dies(i), Dies(-i)]
        m = l[:1]
        del l[:]
        log.append("between")
        m = None
        log.append("behind")
    return said()[-12:]


def sums(n):
    out, o = [], object()
    before = sys.getrefcount(o)
    for i in range(n):
        l = [o, i]
        l = l + [o]
        k = l * 2
        k += l
        k += (1, o)
        t = (o,) + (i,)
        t = t * 2
        out.append((len(k), len(t), sys.getrefcount(o) - before))
        l = k = t = None
    return out[-2:], sys.getrefcount(o) - before


def alias(n):
    out = []
    for i in range(n):
        a = [1]
        b = a
        a += [i]
        a += a
        out.append((a is b, len(b)))
    return out[-1]


def arrays(n):
    a, views = bytearray(), []
    errors = 0
    for i in range(n):
        if i == n // 2:
            views.append(memoryview(a))
        try:
            a += b"ab"
        except BufferError:
            errors += 1
        if i == n - 10:
            views.pop().release()
    return len(a), errors


def sets(n, a, b, c):
    out = []
    for i in range(n):
        s = (a, b, c)[i * 3 // n]
        out.append((a <= s, a < s, a == s, s >= b, len(a & s), sorted(map(str, s - b)), type(a | s), type(s ^ b)))
    return out[0], out[-1], len(said())


def equal(n, things):
    out = []
    for i in range(n):
        a, b = things[i % len(things)], things[i * 7 % len(things)]
        out.append((a == b, a != b))
    return hash(tuple(out)), len(out), said()


def extremes(n, ls):
    out = []
    for i in range(n):
        l = ls[i * len(ls) // n]
        out.append((min(l), max(l), any(l), all(l), sorted(l)))
    return out[0], out[-1], said()


def totals(n):
    out = 0
    for i in range(n):
        out += sum([i, 1, 2]) + sum((1, i), 4) + len(sorted([3, i, 1], reverse=True)) + len(set([1, i])) + len(tuple([i])) + len(list((1, 2)))
    return out


def ints(n):
    out = []
    for i in range(n):
        v = i * 1000003
        b = v.to_bytes(5)
        out.append((int.from_bytes(b), v.to_bytes(6, "little"), int.from_bytes(b[:i % 6])))
    try:
        for i in range(n):
            v = i
            v.to_bytes(i < n - 2)
            (255 + (i > n - 4)).to_bytes()
    except OverflowError as e:
        out.append((i, str(e)))
    return out[-2:]


def text(n):
    out = []
    for i in range(n):
        parts = "a,b,%d" % (i % 7)
        l = parts.split(",")
        out.append((",".join(l), parts.partition(",")[2], parts.replace(",", ";", 1), parts.encode().decode(), parts.startswith("a"), b"x,y".split(b",", maxsplit=1)))
    return out[-3:]


def join_other(n, ls):
    out = []
    for i in range(n):
        try:
            out.append("-".join(ls[i % len(ls)]))
        except TypeError as e:
            out.append(str(e))
    return out[-4:]


def keeps(n):
    """The list goes, with the call or later."""
    o = Dies("last")
    for i in range(n):
        s = ",".join([str(i), "x"])
        t = len(tuple([o, s]))
    before = sys.getrefcount(o)
    del o
    return before, said(), s, t


N = 500
assert encoded(N, b"some data") == N * (12 + 12 + 115) + N // 2
print(wrong(N, [b"YQ==", b"YQ=", "YWI=", b"YQ==", b"", b"Y"])[-6:])
try:
    truth(N, [False, 1, None] * 160 + [Truth()] * 20)
finally:
    print(len(said()))
print(slices(N, [1, 2, 3, 4, 5], (1, 2, 3)))
print(slice_dies(N))
print(sums(N), alias(N), arrays(N))
print(sets(N, {1, 2}, frozenset([1, 2, 3]), {1, "a", Odd(1)}))
print(equal(N, [(1, 2), (1, 2.0), b"x", None, "x", 5, (1, (2, "z")), 10**30, True]))
nan = float("nan")
print([(nan == nan, (nan,) == (nan,)) for _ in range(N)][-1])
print(equal(N, [Odd(1), (1, Odd(2)), 3])[1:][0], len(log))
print(extremes(N, [[3, 1, 2], (1.5, 2), {4, 5}, ["b", "a"]]))
print(extremes(N, [[3, 1, 2], [MyInt(4), 2]]))
print(totals(N), ints(N), text(N))
print(join_other(N, [["a", "b"], ("a",), ["a", 1], [], ["one"], "xyz"]))
print(keeps(N))
# expect: [2, 1, 0, 'Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4', 1, 'Incorrect padding']
# expect: 20
# expect: [(4, True, (2, 3), 2, False), (3, True, (), 2, False), (2, True, (), 2, False), (4, True, (2,), 2, False), (3, True, (2, 3), 2, False)]
# expect: [-497, 'between', 497, 'behind', -498, 'between', 498, 'behind', -499, 'between', 499, 'behind']
# expect: ([(11, 4, 11), (11, 4, 11)], 0) (True, 4) (518, 241)
# expect: ((True, False, True, False, 2, [], <class 'set'>, <class 'set'>), (False, False, False, False, 1, ['a', 'odd'], <class 'set'>, <class 'set'>), 333)
# expect: (682718904484572687, 500, [])
# expect: (False, True)
# expect: 500 0
# expect: ((1, 3, True, True, [1, 2, 3]), ('a', 'b', True, True, ['a', 'b']), [])
# expect: ((1, 3, True, True, [1, 2, 3]), (2, 4, True, True, [2, 4]), [])
# expect: 257499 [(499001497, b'\x99(\xbe\x1d\x00\x00', 0), (256, 'int too big to convert')] [('a,b,0', 'b,0', 'a;b,0', 'a,b,0', True, [b'x', b'y']), ('a,b,1', 'b,1', 'a;b,1', 'a,b,1', True, [b'x', b'y']), ('a,b,2', 'b,2', 'a;b,2', 'a,b,2', True, [b'x', b'y'])]
# expect: ['one', 'x-y-z', 'a-b', 'a']
# expect: (2, ['last'], '499,x', 2)
