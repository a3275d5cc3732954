"""Nested loops, ranges made inside traces, iterators under several names."""


def nested(n, m):
    s = 0
    for i in range(n):
        for j in range(m):
            s += i * j & 7
        for j in range(i, -1, -2):
            s ^= j
        s += 1
    return s


def short(n):
    out = 0
    for i in range(n):
        for j in range(3):
            out += j * i
        for j in range(i % 4):
            out -= 1
    return out


def left(n):
    found = 0
    for i in range(n):
        for j in range(2, i):
            if i % j == 0:
                break
        else:
            found += i
    return found


def step_of_zero(n):
    steps = [1] * n + [0]
    total = 0
    try:
        for k in steps:
            for i in range(0, 3, k):
                total += i
    except ValueError as e:
        return total, str(e)


def large(n):
    total = 0
    for i in range(n):
        for j in range(2**62 + i, 2**62 + i + 3):
            total += j & 1
        for j in range(2**63 - 2, 2**63 + (i > n - 3)):
            total += 1
    return total


def one_iterator(n):
    s = 0
    for k in range(n):
        it = iter(range(40))
        for a in it:
            s = s * 3 + a & 0xffffff
            for b in it:
                s += b
                if b % 3 == 0:
                    break
    return s


def kept(n):
    """A variable that only some rounds of the inner loop set."""
    last = mark = None
    flag = False
    for i in range(n):
        for j in range(i % 5):
            if j == 3:
                last = i + 0.5
                mark = last
            flag = j > 2
    return last, mark is last, flag


def swapped(n):
    a, b, c = 1, 2, 3.5
    for i in range(n):
        for j in range(4):
            if i % 3 == j:
                a, b = b, a + j & 1023
            else:
                c = c * 0.5 + b
    return a, b, c


def deep(n):
    s = 0
    for i in range(n):
        for j in range(n):
            for k in range(j, n):
                if k % 3:
                    s += k
                else:
                    s -= i
    return s


print(nested(60, 30), short(100), left(200), step_of_zero(50), large(60), one_iterator(60), kept(300), swapped(300), deep(24))
# expect: 4835 14700 4228 (150, 'range() arg 3 must not be zero') 212 2337376 (299.5, True, True) (151, 152, 302.937259434736) 52752
