# Structures by value, with arrays, unions and bit-fields inside; callbacks; errno; what is kept alive.
import gc
from ctypes import *


class U(Union):
    _fields_ = [("f", c_float), ("i", c_int)]


class Mixed(Structure):
    _fields_ = [("a", c_float * 2), ("u", U), ("bits", c_int, 5), ("more", c_int, 7)]


class Div(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]


libc = CDLL(None, use_errno=True)
libc.div.restype = Div
d = libc.div(17, 5)
print(d.quot, d.rem)  # expect: 3 2


@CFUNCTYPE(c_double, Mixed, c_double)
def total(m, x):
    return m.a[0] + m.a[1] + m.u.i + m.bits + m.more + x


print(total(Mixed((1.5, 2.0), (0,), -3, 9), 0.25))  # expect: 9.75


@CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
def compare(a, b):
    return b[0] - a[0]


values = (c_int * 5)(3, 1, 4, 1, 5)
libc.qsort(values, 5, sizeof(c_int), compare)
print(values[:])  # expect: [5, 4, 3, 1, 1]

set_errno(0)
libc.close(-1)
print(get_errno())  # expect: 9


# Bit-fields of a union all begin at its first byte, and nothing before it is touched.
class B(Union):
    _fields_ = [("x", c_int, 3), ("y", c_int, 4)]


print(B.y.offset, sizeof(B))  # expect: 0 4


# A member of a base class and one of its subclass keep their objects in different slots.
class Base(Structure):
    _fields_ = [("p", c_char_p)]


class Sub(Base):
    _fields_ = [("q", c_char_p)]


s = Sub(b"one" * 2, b"two" * 2)
print(sorted(s._objects.values()))  # expect: [b'oneone', b'twotwo']


# Types in cycles go away.
def make():
    class F(CFUNCTYPE(None)):
        _flags_ = 1
        _argtypes_ = (c_int,)
    F.me = F


def count():
    gc.collect()
    return len([t for t in gc.get_objects() if isinstance(t, type) and t.__name__ == "F"])


make()
print(count())  # expect: 0
