"""Loops over bytes and strings: what iterators give, where they stand afterwards, what keeps them and what they keep."""
import sys

log = []


class B(bytes):
    def __del__(self):
        log.append("bytes gone")


class S(str):
    def __del__(self):
        log.append("str gone")


def said():
    out = log[:]
    log.clear()
    return out


def sums(n):
    t = 0
    for i in range(n):
        for c in b"\x00\x01\xff":
            t = t * 3 % 1000003 + c
        for c in "abc":
            t += ord(c)
    return t


def decode(b):
    table = {c: i for i, c in enumerate(b"0123456789ABCDEF")}
    out = []
    for i in range(0, len(b), 4):
        acc = 0
        for c in b[i:i + 4]:
            acc = acc * 16 + table[c]
        out.append(acc)
    return out[:3], out[-1], len(out)


def long_text(n):
    s, counts = "hello world " * n, {}
    for c in s:
        counts[c] = counts.get(c, 0) + 1
    return counts


def wide(n):
    t = 0
    for i in range(n):
        for c in ("abc", "\xe9\xe8", "\u4e2d\U0001f600", "")[i % 4]:
            t += ord(c)
    return t


def left_over(n):
    it = iter(bytes(range(200)) * 2)
    t = 0
    for c in it:
        t += c
        if t > n:
            break
    return t, next(it), len(list(it)), it.__length_hint__(), list(it)


def kept(n):
    its = []
    for i in range(n):
        it = iter("xyz")
        its.append(it)
        for c in it:
            pass
    return [list(it) for it in its[-2:]], sys.getrefcount(its[0]), its[0].__reduce__()[1]


def subclasses(n):
    t = 0
    for i in range(n):
        for c in B(b"ab"):
            t += c
        for c in S("ab"):
            t += len(c)
    return t, len(said())


def changing(n):
    t = 0
    for x in [b"ab", b"cd"] * n + ["ab", bytearray(b"cd"), (1, 2), b"xy", "\u4e2d"] * 3:
        for c in x:
            t += c if isinstance(c, int) else ord(c)
    return t


def shared(n):
    it = iter(b"a" * n)
    t = 0
    for c in it:
        t += c
        t += next(it, 0) * 2
    return t


def counts(n):
    s = "".join(["q", "r"]) * n
    b = bytes(n)
    for c in s:
        pass
    for d in b:
        pass
    return sys.getrefcount(s), sys.getrefcount(b)


for f, *args in [(sums, 200), (decode, b"0A1F" * 150), (long_text, 60), (wide, 300), (left_over, 9000), (kept, 200), (subclasses, 150), (changing, 100),
                 (shared, 401), (counts, 200)]:
    print(f.__name__, f(*args))
# expect: sums 182494
# expect: decode ([2591, 2591, 2591], 2591, 150)
# expect: long_text {'h': 60, 'e': 60, 'l': 180, 'o': 120, ' ': 120, 'w': 60, 'r': 60, 'd': 60}
# expect: wide 11196300
# expect: left_over (9045, 135, 264, 0, [])
# expect: kept ([[], []], 2, ('',))
# expect: subclasses (29550, 300)
# expect: changing 101353
# expect: shared 58297
# expect: counts (2, 2)
