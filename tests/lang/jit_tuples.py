"""Functions that return several values, which the caller unpacks: no tuple is made in a trace."""


def divide(a, b):
    return a // b, a % b


def through(a, b):
    return divide(a, b)


def three(x):
    y = x + 0.5
    return x, y, y


def pairs(n):
    s = t = 0
    for i in range(n):
        q, m = divide(i * 100, 7)
        s += q * 2 + m
        q, m = through(i, 3)
        t += q - m
    return s, t


def identity(n):
    same = 0
    for i in range(n):
        a, b, c = three(i * 1000)
        d, e, f, g = a, c, b, i
        h, k, l, m = d, e, f, g
    return a, b, b is c, h is a, k is l, m is i


def raises(n):
    s = 0
    for i in range(n, -1, -1):
        q, m = through(n, i)
        s += q
    return s


def kept(n):
    out = None
    for i in range(n):
        q = divide(i, 7)
        out = q
    return out


def shapes(n):
    s = 0
    for i in range(n):
        a, b = divide(i, 3) if i < n - 5 else three(i)[1:]
        s += a + b
    return s


def wrong(n):
    for i in range(n):
        a, b = divide(i, 3) if i < n - 5 else three(i)


print(pairs(1000), identity(500), kept(300), shapes(300))
for f in raises, wrong:
    try:
        f(300)
    except (ZeroDivisionError, ValueError) as e:
        print(e)


def fib(n):
    a, b = 0, 1
    for i in range(n):
        a, b = b, (a + b) % 1000007
    return a


def rotate(n):
    a, b, c, d = 1, 2, 3, 4
    for i in range(n):
        a, b, c, d = b, c, d, a + i
    return a, b, c, d


print(fib(1000), rotate(1000))
# expect: (14273570, 165168) (499000, 499000.5, True, True, True, True) (42, 5) 17626.0
# expect: integer division or modulo by zero
# expect: too many values to unpack (expected 2)
# expect: 498402 (124501, 124752, 125003, 125254)
