"""The plainest loops, timed by the interpreter itself: loops.py N prints one JSON object, least CPU ns of one round of each. loops.c has the same in C."""

import json
import sys
import time


def while_int(n):
    i = s = 0
    while i < n:
        s += i & 7
        i += 1
    return s


def for_int(n):
    s = 0
    for i in range(n):
        s += i ^ 7
    return s


def for_float(n):
    x = 0.0
    for i in range(n):
        x = x * 0.5 + 1.5
    return x


def while_float(n):
    x = s = 0.0
    end = float(n)
    while x < end:
        s += x
        x += 1.0
    return s


def nested(n):
    s = 0
    for i in range(n // 100):
        for j in range(100):
            s += i ^ j
    return s


def least(loop, n):
    best = 1e30
    for _ in range(7):
        begin = time.process_time()
        loop(n)
        best = min(best, time.process_time() - begin)
    return best / n * 1e9


LOOPS = {"while, int": while_int, "for, int": for_int, "for, float": for_float, "while, float": while_float, "nested, int": nested}
print(json.dumps({name: round(least(loop, int(sys.argv[1])), 4) for name, loop in LOOPS.items()}))
