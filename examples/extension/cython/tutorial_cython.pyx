# cython: language_level=3
"""The functions of tutorial.c in Cython, and a class."""
from libc.math cimport sqrt


def hypot(double x, double y):
    return sqrt(x * x + y * y)


def collatz(long n):
    cdef long steps = 0
    if n < 1:
        raise ValueError("collatz() wants a positive number")
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


cdef class Counter:
    cdef public dict seen

    def __cinit__(self):
        self.seen = {}

    def add(self, key):
        self.seen[key] = self.seen.get(key, 0) + 1
        return self

    def __iter__(self):
        yield from sorted(self.seen.items())
