"""Loops that call builtin functions and those of math: numbers of all kinds, what they give back itself, and what they raise."""
import math
from math import floor, sqrt


def numbers(n):
    s, t = 0, 0.0
    for i in range(-n, n):
        s += abs(i) + abs(i % 3 == 0)
        t += abs(i * 0.25) - abs(-0.5)
    return s, t


def extremes(n, low, high):
    s = 0
    for i in range(n):
        s += min(i, high) + max(i, low) + max(low, i, high) - min(i, 7, low)
    return s


def conversions(n):
    s, t = 0, 0.0
    for i in range(-n, n):
        t += float(i) + float(t > 5) + float(0.5)
        s += int(i * 0.37) + int(i) + int(i > 0) + bool(i) + bool(t)
    return s, t


def rounding(n):
    s = 0
    for i in range(-n, n):
        s += math.floor(i / 7) * 3 + math.ceil(i / 7) + math.trunc(i * 0.3) + floor(i)
    return s


def functions(n):
    t = 0.0
    for i in range(n):
        x = i / n
        t += sqrt(i) + math.sin(x) * math.cos(x) - math.exp(-x) + math.atan2(x, 0.5) + math.log(i + 1) + math.pow(x, 1.5)
        t += math.log2(x + 1) * math.fabs(-x) + math.copysign(x, -1) + math.fmod(i, 7.5) + math.hypot(x, 1)
    return t


print(numbers(500), extremes(500, 30, 400), extremes(500, 30.5, 400.25))
print(conversions(500), rounding(500), functions(500))
print(extremes(300, float("nan"), 5), extremes(300, True, 2**70))


def lengths(n, *things):
    s = 0
    for i in range(n):
        for x in things:
            s += len(x)
    return s


print(lengths(100, "abc", [1, 2], (3,), b"1234", {1: 2}, {5}, "äö"))


class A:
    pass


class B(A):
    pass


class Liar:
    __class__ = property(lambda self: A)


def instances(n, x):
    s = 0
    for i in range(n):
        s += isinstance(i, int) + 2 * isinstance(i, float) + 4 * isinstance(x, A) + 8 * isinstance(x, str) + 16 * (type(x) is B) + 32 * (type(i) is int)
    return s


print([instances(300, x) for x in (A(), B(), Liar(), 5, "x", None, A)])
B.__bases__ = (Liar,)
print(instances(300, B()))
B.__bases__ = (A,)
print(instances(300, B()))


# Identity: what is given back itself, and what is new.
def identities(n):
    out = []
    for i in range(n):
        x, y = i * 1000 + 7, i + 0.5
        a, b, c = abs(x), int(x), float(y)
        d, e, f = abs(y), max(x, y), min(x, -1)
        g = math.floor(x)
    return a is x, b is x, c is y, d is y, e is x, f is x, g is x


print(identities(500))


# Errors, each in the last round.
def root(n):
    s = 0.0
    for i in range(n, -2, -1):
        s += sqrt(i)
    return s


def logs(n):
    s = 0.0
    for i in range(n, -1, -1):
        s += math.log(i)
    return s


def power(n):
    s = 0.0
    for i in range(n):
        s += math.pow(10.0, i)
    return s


def whole(n):
    x, s = 1.5, 0
    for i in range(n):
        x *= 4.0
        s += int(x)
    return s


def no_len(n, things):
    s = 0
    for i in range(n):
        s += len(things[i == n - 1])
    return s


for f, args in (root, (300,)), (logs, (300,)), (power, (400,)), (whole, (200,)), (whole, (600,)), (no_len, (300, ["ab", 5])), (math.fmod, (1, 0)):
    try:
        print(f(*args))
    except (ArithmeticError, ValueError, TypeError) as e:
        print(type(e).__name__, e)


# Names that change: other functions of the same name.
def named(n):
    s = 0
    for i in range(n):
        s += abs(i - 100)
    return s


print(named(300))
abs = lambda x: x * 2
print(named(300))
del abs
print(named(300))
import builtins
old, builtins.abs = builtins.abs, lambda x: -x
print(named(300))
builtins.abs = old
print(named(300))


def module_attribute(n):
    s = 0.0
    for i in range(n):
        s += math.sqrt(i)
    return round(s, 6)


print(module_attribute(300))
old, math.sqrt = math.sqrt, lambda x: x
print(module_attribute(300))
math.sqrt = old
print(module_attribute(300))
# expect: (250333, 62000.0) 446493 446633.5
# expect: (1812, 0.0) -1793 12711.7863618349
# expect: nan 354177486215223391116602
# expect: 1400
# expect: [11100, 15900, 11100, 9900, 12300, 9900, 9900]
# expect: 15900
# expect: 15900
# expect: (True, True, True, False, True, False, True)
# expect: ValueError math domain error
# expect: ValueError math domain error
# expect: OverflowError math range error
# expect: 5164499756173817179311838344006023748659411585658447025661318713081295244033682389259290706560275662871806343945494986750
# expect: OverflowError cannot convert float infinity to integer
# expect: TypeError object of type 'int' has no len()
# expect: ValueError math domain error
# expect: 24950
# expect: 29700
# expect: 24950
# expect: -14850
# expect: 24950
# expect: 3455.235881
# expect: 44850.0
# expect: 3455.235881
