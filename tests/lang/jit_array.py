"""Loops over items of array.array: values, kinds, bounds, what does not fit, and arrays that change in the middle."""
import struct
from array import array

log = []


def total(a, n):
    s = 0
    for i in range(n):
        s += a[i]
    return s


def fill(a, values, n):
    for i in range(n):
        a[i] = values[i % len(values)]
    return a.tolist()


def copy(a, b, n):
    for i in range(n):
        b[-i - 1] = a[i]
    return b.tolist()


LIMITS = {"b": (-128, 127), "B": (0, 255), "h": (-2**15, 2**15 - 1), "H": (0, 2**16 - 1), "i": (-2**31, 2**31 - 1), "I": (0, 2**32 - 1),
          "l": (-2**63, 2**63 - 1), "L": (0, 2**64 - 1), "q": (-2**63, 2**63 - 1), "Q": (0, 2**64 - 1)}

for code, (low, high) in LIMITS.items():
    for values in [[0, 1, 2, 3], [low, high, 0, 1], [low, low // 2, high // 2, high], [5, True, False, 7]]:
        a = array(code, [0]) * 200
        assert fill(a, values, 200) == [int(values[i % 4]) for i in range(200)], (code, values)
        assert total(a, 200) == sum(map(int, values)) * 50, (code, values)
        assert copy(a, array(code, [0]) * 200, 200) == a.tolist()[::-1]
    for bad in (low - 1, high + 1, 1.5, None, "x"):
        a = array(code, [3]) * 200
        values = [1] * 150 + [bad] + [1] * 49
        try:
            fill(a, values, 200)
        except (OverflowError, TypeError) as e:
            kind = type(e)
        assert kind is (OverflowError if type(bad) is int else TypeError), (code, bad, kind)
        assert a.tolist() == [1] * 150 + [3] * 50

for code in "fd":
    values = [0.0, -0.0, 1.1, -2.5, float("inf"), 1e300 if code == "d" else 1e30, 3, True, 2**60 + 1, 5e-324]
    a = array(code, [0.0]) * 300
    fill(a, values, 300)
    want = [struct.unpack(code, struct.pack(code, v))[0] for v in values] * 30
    assert a.tobytes() == array(code, want).tobytes()
    assert [x for x in a[:10]] == want[:10]
    for bad in ("x", None, 2**2000):
        a = array(code, [0.0]) * 200
        try:
            fill(a, [1.0] * 150 + [bad] + [1.0] * 49, 200)
            assert False
        except (TypeError, OverflowError):
            assert a.tolist() == [1.0] * 150 + [0.0] * 50


# Rounding to 32 bits is seen by the next load.
def rounded(a, n):
    out = []
    x = 0.1
    for i in range(n):
        a[0] = x
        y = a[0]
        x = x + 0.1
        if i % 50 == 0:
            out.append(y)
    return out, a[0]


assert rounded(array("f", [0]), 300)[0][1] == struct.unpack("f", struct.pack("f", sum([0.1] * 51)))[0]


# Two names of one array, and of others; items before and behind.
def shift(a, b, n):
    for i in range(1, n):
        a[i] = b[i - 1] + a[i]
        b[i] = a[i - 1] - b[i]
    return a.tolist(), b.tolist()


def shift_lists(a, b, n):
    for i in range(1, n):
        a[i] = b[i - 1] + a[i]
        b[i] = a[i - 1] - b[i]
    return list(a), list(b)


for same in (False, True):
    for code, one in (("d", 1.0), ("l", 1), ("i", 1)):
        numbers = [one * (i % 3) for i in range(20)]
        a, b = array(code, numbers), array(code, numbers[::-1])
        la, lb = a.tolist(), b.tolist()
        for k in range(30):
            got = shift(a, a if same else b, 20)
            want = shift_lists(la, la if same else lb, 20)
            if any(abs(x) > 2**30 for x in la):
                break
        assert shift(array(code, numbers), array(code, numbers), 20) == shift_lists(numbers[:], numbers[:], 20)
        assert got == want, (same, code)


def smooth(a, n, rounds):
    for k in range(rounds):
        for i in range(1, n - 1):
            a[i] = (a[i - 1] + a[i] + a[i + 1]) * 0.25
    return list(a)


assert smooth(array("d", range(50)), 50, 20) == smooth([float(i) for i in range(50)], 50, 20)
assert smooth(memoryview(array("d", range(50))), 50, 20) == smooth([float(i) for i in range(50)], 50, 20)


# Out of range, in both directions.
def walk(a, step):
    i = n = 0
    try:
        while True:
            n += a[i]
            i += step
    except IndexError as e:
        return n, i, str(e)


assert walk(array("i", range(300)), 1) == (sum(range(300)), 300, "array index out of range")
assert walk(array("i", range(300)), -1) == (sum(range(300)), -301, "array index out of range")
assert walk(array("i", range(300)), 2**70)[:2] == (0, 2**70)


def put_all(a, i, step):
    try:
        while True:
            a[i] = i
            i += step
    except IndexError as e:
        return i, str(e)


assert put_all(array("l", range(300)), 0, 1) == (300, "array assignment index out of range")
assert put_all(array("l", range(300)), -1, -1) == (-301, "array assignment index out of range")


# Longer and shorter in the middle of the loop.
def grow(a, n):
    s = 0
    for i in range(n):
        s += a[i % len(a)]
        if i % 70 == 69:
            a.append(i)
        if i % 90 == 89:
            a.pop(0)
        a[len(a) - 1] = i % 11
    return s, len(a), list(a)


assert grow(array("q", [1, 2, 3]), 700) == grow([1, 2, 3], 700)


# Another kind, another type under the same name.
def mixed(rows, n):
    s = 0
    for i in range(n):
        row = rows[i % len(rows)]
        s += row[1]
        row[1] = 2
    return s


class Sub(array):
    pass


class Own(array):
    def __getitem__(self, i):
        log.append(i)
        return array.__getitem__(self, i)


assert mixed([array("d", [1, 2]), array("i", [3, 4]), [5, 6], array("f", [7, 8])], 400) == 20 + 396 * 2
assert mixed([Sub("d", [1, 5])], 300) == 5 + 299 * 2
assert mixed([Own("d", [1, 5])], 300) == 5 + 299 * 2 and log == [1] * 300
Sub.__getitem__ = lambda self, i: 100
assert mixed([Sub("d", [1, 5])], 300) == 30000
assert mixed([array("w", "ab")], 0) == 0
try:
    mixed([array("w", "ab")], 200)
    assert False
except TypeError:
    pass


# Buffers that others hold: items change under them.
def through(a, view, n):
    s = 0
    for i in range(n):
        a[0] = i
        s += view[0]
        view[0] = i + 1
        s += a[0]
    return s


a = array("i", [0])
assert through(a, memoryview(a), 500) == sum(2 * i + 1 for i in range(500))


# Floats from arrays are new objects each time; small ints are not.
def identities(a, n):
    same = 0
    for i in range(n):
        x = a[0]
        y = a[0]
        same += x is y
    return same


assert identities(array("d", [1.5]), 300) == 0
assert identities(array("i", [5]), 300) == 300
assert identities(array("i", [100000]), 300) == 0
