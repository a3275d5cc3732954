"""Ints of 60 to 120 bits in compiled loops: hashes, random numbers, multiplication by parts, shifts and masks, signs, what fits and what does not, identity, counts."""
import sys

MASK = (1 << 64) - 1


def xorshift(n):
    x, t = 0x9E3779B97F4A7C15, 0
    for _ in range(n):
        x ^= (x << 13) & MASK
        x ^= x >> 7
        x ^= (x << 17) & MASK
        t ^= x
    return t


def lcg(n):
    s, t = 42, 0
    for _ in range(n):
        s = (s * 6364136223846793005 + 1442695040888963407) & MASK
        t = (t + (s >> 33)) % 1000003
    return s, t


def fnv(data):
    h = 0xcbf29ce484222325
    for b in data:
        h = ((h ^ b) * 0x100000001b3) & MASK
    return h


def mulmod(n):
    m, x, t = (1 << 61) - 1, 123456789, 0
    for i in range(n):
        x = x * x % m * 3 % m
        t ^= x // 7
    return x, t


print(xorshift(1000), lcg(1000), fnv(bytes(range(256)) * 4), mulmod(1000))      # expect: 16080219565990114514 (3780446852550674546, 685662) 2186102867946794789 (1063657377130524390, 365757407851809258)

EDGES = [0, 1, -1, 5, (1 << 30) - 1, 1 << 30, -(1 << 30), (1 << 60) - 1, 1 << 60, -(1 << 60) - 1, 1 << 63, MASK, -(1 << 64), (1 << 90) + 7, -(1 << 90) + 3, (1 << 119) + 1,
         (1 << 120) - 1, -(1 << 120) + 1, 1 << 120, -(1 << 121)]


def edges(shifts):
    h = 0
    for a in EDGES:
        for b in EDGES:
            h = (h * 31 + hash((a + b, a - b, a * b, a & b, a | b, a ^ b))) & 0xffffffffffff
            if b:
                h = (h * 31 + hash((a // b, a % b))) & 0xffffffffffff
        for s in shifts:
            h = (h * 31 + hash((a << s, a >> s))) & 0xffffffffffff
    return h


print(edges([0, 1, 29, 30, 31, 60, 61, 62, 63, 64, 90, 119, 120, 126, 127, 128, 150]))  # expect: 176803707339476


def same(n):
    big, modulus, kept = 1 << 70, 1 << 80, 0
    for i in range(n):
        kept += ((big % modulus) is big) + ((big >> 0) is big) + ((big << 0) is big)
    return kept == n * (((big % modulus) is big) + ((big >> 0) is big) + ((big << 0) is big))


print(same(300))        # expect: True


def counts(n):
    x = 1 << 65
    before = sys.getrefcount(x)
    l = [x + i for i in range(n)]
    for v in l:
        w = v ^ x
        y = v & MASK
    return sys.getrefcount(x) - before, sys.getrefcount(l[5]), w, y


print(counts(300))      # expect: (0, 2, 299, 299)


def grows(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a % 1000000007, a.bit_length()


print(grows(80), grows(170), grows(400))        # expect: (184550589, 55) (900302576, 117) (967250938, 277)


def errors(n):
    bad, x = 0, 1 << 70
    for i in range(n):
        try:
            x // (i % 5) + (x << (3 - i % 5))
        except (ZeroDivisionError, ValueError):
            bad += 1
    return bad


print(errors(200))      # expect: 80
