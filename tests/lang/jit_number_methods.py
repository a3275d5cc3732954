"""Methods of numbers that a loop has just computed, called and bound, and names that numbers do not have."""
import sys


class Int(int):
    def bit_length(self):
        return -1


def ints(n):
    total = 0
    for i in range(n):
        total += (i * 3).bit_length() + (i << 40).bit_count() + (i > 7).bit_length()
        total += (i + 1).conjugate() - (i * 2).__add__(1) + (i * i).__neg__()
        total += len((i * 1000).to_bytes(8, 'little')) + (i + 0.5).is_integer() + (i * 2.0).is_integer()
        if i % 100 == 50:
            i = Int(i)
        total += i.bit_length()
    return total


def bound(n):
    out = []
    for i in range(n):
        f = (i * 1000).bit_length
        g = (i + 1000).__add__
        if i % 200 == 199:
            out.append((f(), g(1), f.__self__, sys.getrefcount(g.__self__) > 1))
    return out[-2:]


def floats(n):
    total = 0.0
    text = ''
    for i in range(n):
        x = i * 0.25
        total += x.conjugate() + x.__abs__() + (x + 1).as_integer_ratio()[1]
        if i % 500 == 499:
            text += (x * 2).hex()
    return total, text


def missing(n):
    caught = 0
    for i in range(n):
        try:
            (i + 1).nothing()
        except AttributeError as e:
            caught += len(str(e))
        try:
            (i + 1).bit_length(i)
        except TypeError as e:
            caught += len(str(e))
        try:
            (i * 0.5).bit_length()
        except AttributeError as e:
            caught += len(str(e))
    return caught


def large(n):
    x = 1
    total = 0
    for i in range(n):
        x = x * 3 if i % 60 else 1
        total += x.bit_length() + (x + i).bit_length()
    return total


for n in (30, 600, 3000):
    print(n, ints(n), bound(n), floats(n), missing(n), large(n))
# expect: 30 -8344 [] (299.5, '') 3840 1411
# expect: 600 -71980315 [(19, 1400, 399000, True), (20, 1600, 599000, True)] (91500.0, '0x1.f300000000000p+7') 76800 56956
# expect: 3000 -8999884093 [(22, 3800, 2799000, True), (22, 4000, 2999000, True)] (2257500.0, '0x1.f300000000000p+70x1.f380000000000p+80x1.76c0000000000p+90x1.f3c0000000000p+90x1.3860000000000p+100x1.76e0000000000p+10') 384000 285565
