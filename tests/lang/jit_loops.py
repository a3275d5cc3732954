"""Loops that a tracing compiler takes up: numbers in locals, conditions, ranges; and every way out of them."""


def count(n):
    i = s = 0
    while i < n:
        s += i
        i += 1
    return s, i


def floats(n):
    x, s = 0.5, 0.0
    for i in range(n):
        s += x * i - s / 3.0
        x = -x
    return s


def mixed(n):
    s = 0
    for i in range(n):
        s = s + 0.25 * i if i % 3 else s - i
    return s


def grows(n):
    """Out of 64 bits, and on with larger ints."""
    x = 1
    for i in range(n):
        x = x * 3 + 1
    return x


def overflows(start, step, n):
    x = start
    for i in range(n):
        x += step
    return x


def divides(n):
    s = 0
    for i in range(-n, n):
        if i:
            s += (n * 7 // i) * 3 + (-n * 5) % i
    return s


def by_zero(n):
    i = n
    while True:
        try:
            x = 1000 // i
        except ZeroDivisionError:
            return i, x
        i -= 1


def bits(n):
    x = 0x1234567
    for i in range(n):
        x = (x << 1 ^ x >> 27 ^ i) & 0xFFFFFFFF
        x |= i & 5
        x ^= ~i & 0xFF
    return x


def true_division(n):
    s = 0.0
    for i in range(1, n):
        s += i / (i + 1)
    return s


def float_ops(n):
    s, x = 0.0, 1.5
    for i in range(1, n):
        s += (x * i) % 7.0 + (x * i) // 3.0 + x ** 0.5 - (-x) % 2.5
        x = x + 0.001
    return s


def compares(n):
    r = 0
    nan = float("nan")
    for i in range(n):
        f = i * 0.5
        r += (i < f) + 2 * (i <= f) + 4 * (i == f) + 8 * (i != f) + 16 * (i > f) + 32 * (i >= f)
        r += (f < nan) + (f == nan) * 3 + (f != nan) * 5
    return r


def branches(n):
    a = b = c = 0
    for i in range(n):
        if i & 1:
            a += 1
        elif i % 3 == 0:
            b += i
        else:
            c -= i
    return a, b, c


def nested(n):
    s = 0
    for i in range(n):
        for j in range(i):
            s += j
        s -= i
    return s


def swaps(n):
    a, b = 0, 1
    for i in range(n):
        a, b = b, (a + b) % 1000007
    return a, b


def same_object(n):
    x = y = 10 ** 6
    i = 0
    while i < n:
        z = x + i
        y = z
        w = x + i
        i += 1
    return z is y, z is w, z == w


def constant_stays(n):
    c = 123456789
    for i in range(n):
        d = 123456789
    return c is d


def changes_type(n):
    x = 0
    for i in range(n):
        x = x + 1 if i < n - 50 else x + 0.5
    return x


def truth(n):
    r = 0
    x = 5
    f = 2.5
    for i in range(n):
        if x:
            r += 1
        if not f:
            r += 100
        x -= 1
        f -= 0.5
    return r


def none_in_a_local(n):
    found = None
    k = 0
    for i in range(n):
        if found is None:
            k += 1
            if i == n - 7:
                found = i
        else:
            k += 1000
    return found, k


def iterator_is_left(n):
    it = iter(range(0, n, 3))
    s = 0
    for i in it:
        s += i
        if s > n * 10:
            break
    return s, next(it), list(it)[-1]


def backwards(n):
    s = 0
    for i in range(n, -n, -7):
        s = s * 2 % 10007 + i
    return s


def deletes(n):
    x = []
    for i in range(n):
        x = i
    return x


def minimum():
    x = -2 ** 62
    r = 0
    for i in range(300):
        r += -x // -1 if i % 2 else x // 3
        r ^= i
    return r


def negative(n):
    x = -(2 ** 63) + n
    for i in range(n + 2):
        x = -x
        x -= 1
        x = -x
    return x


n = 1000
print(count(n), count(0), count(1))
print(floats(n), mixed(n))
print(grows(30), grows(100) % 10 ** 12, grows(300) % 10 ** 12)
print(overflows(2 ** 62, 2 ** 54, n), overflows(-2 ** 62, -2 ** 54, n))
print(divides(n), by_zero(n))
print(bits(n), true_division(n), float_ops(n))
print(compares(n), branches(n), nested(200), swaps(n))
print(same_object(n), constant_stays(n), changes_type(n), truth(n))
print(none_in_a_local(n), iterator_is_left(n), backwards(n), deletes(n))
print(minimum(), negative(200))
for k in range(300):
    count(k)
print(count(299))
# expect: (499500, 1000) (0, 0) (0, 1)
# expect: -299.82 -83666.25
# expect: 308836698141973 53161283001 543661849001
# expect: 22626084527909371904 -22626084527909371904
# expect: 31734 (0, 1000)
# expect: 341 992.5145291394504 364392.228484827
# expect: 60982 (500, 83166, -166334) 1293500 (498402, 702074)
# expect: (True, False, True) True 975.0 1099
# expect: (993, 6994) (10209, 249, 999) 83 999
# expect: -922337203685477580900 -9223372036854775406
# expect: (44551, 299)
