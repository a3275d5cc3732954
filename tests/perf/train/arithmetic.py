"""Training: loops over small and big ints and floats, bit work, math."""
import fractions
import math
import random


def collatz(n):
    longest = 0
    for i in range(1, n):
        k, steps = i, 0
        while k != 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            steps += 1
        if steps > longest:
            longest = steps
    return longest


def planets(n):
    xs = [[0.0, 0.0, 0.0, 0.0, 39.5], [4.84, -1.16, 0.6, 2.8, 0.037], [8.34, 4.12, -1.0, 1.82, 0.011]]
    for _ in range(n):
        for i, a in enumerate(xs):
            for b in xs[i + 1:]:
                dx, dy = a[0] - b[0], a[1] - b[1]
                mag = 0.001 / ((dx * dx + dy * dy + 0.01) ** 1.5)
                a[2] -= dx * b[4] * mag
                b[2] += dx * a[4] * mag
                a[3] -= dy * b[4] * mag
                b[3] += dy * a[4] * mag
        for p in xs:
            p[0] += 0.001 * p[2]
            p[1] += 0.001 * p[3]
    return xs[0][0]


def mandel(n):
    inside = 0
    for y in range(n):
        for x in range(n):
            c = complex(3.0 * x / n - 2, 2.0 * y / n - 1)
            z = 0j
            for _ in range(25):
                if abs(z) > 2:
                    break
                z = z * z + c
            else:
                inside += 1
    return inside


def transform(n):
    data = [math.sin(i * 0.1) + math.cos(i * 0.3) for i in range(n)]
    step = 1
    while step < n:
        for i in range(0, n, step * 2):
            for j in range(i, min(i + step, n - step)):
                a, b = data[j], data[j + step]
                data[j], data[j + step] = a + b, a - b
        step *= 2
    return sum(data) / math.sqrt(n)


def bits(n):
    h = 0x811C9DC5
    for i in range(n):
        h = ((h ^ (i & 255)) * 0x01000193) & 0xFFFFFFFF
        h ^= h >> 13
        h = h | 1 if h & 64 else h << 1
        h &= 0xFFFFFFFF
    return h, bin(h).count("1"), h.bit_length(), ~h


def big(digits):
    a, b = 3, 7
    while len(str(a)) < digits:
        a, b = a * b + 12345, a + b * b
    q, r = divmod(a, b)
    assert q * b + r == a
    out, k, n, d, t = [], 1, 1, 0, 3
    x = 10 ** digits
    term = x // 5
    pi, n, sign = term, 3, -1
    while term:
        term //= 25
        pi += sign * (term // n)
        n, sign = n + 2, -sign
    return pow(a, b % 1000, x + 1), math.gcd(a, b), pi >> 10, -a // 7, hash(a), a & b, int(str(b)), hex(a)[-5:], len(out) + k + d + t


def rationals(n):
    s = fractions.Fraction(0)
    for i in range(1, n):
        s += fractions.Fraction(1, i)
    return float(s)


def monte(n):
    rnd, hits = random.Random(3), 0
    for _ in range(n):
        x, y = rnd.random(), rnd.random()
        if x * x + y * y < 1.0:
            hits += 1
    rnd.shuffle(list(range(500)))
    return 4 * hits / n + rnd.randint(1, 6) + rnd.choice("abc").count("a") + round(rnd.gauss(0, 1), 3)


def small(n):
    total = 0
    i = 0
    while i < n:
        total += i * 2 - (i & 3)
        if not i % 7:
            total -= 1
        i += 1
    for i in range(n):
        total = total + i if i > 10 else total - i
    return total


for _ in range(8):
    collatz(1500)
    planets(2500)
    mandel(45)
    transform(2048)
    bits(30000)
    big(400)
    rationals(150)
    monte(15000)
    small(60000)
