"""Memory is traced in a hot loop as in a cold one; afterwards loops are compiled again."""

import sys
import tracemalloc


def hot(n, out):
    for i in range(n):
        a = i + 1000
        out[i & 15] = a * 2.5
    return a


def blocks(n):
    tracemalloc.start()
    before = compiled()
    hot(n, out)
    same = compiled() == before
    snapshot = tracemalloc.take_snapshot()
    tracemalloc.stop()
    return [(s.traceback[0].lineno, s.count) for s in snapshot.statistics("lineno") if s.traceback[0].filename == __file__ and s.traceback[0].lineno == 10], same


def compiled():
    stats = sys._adder.jit_stats()
    return stats["mode"] == "off" or stats["compiled"]


out = [0] * 16
for turn in range(3):
    hot(3000, out)
    print(*blocks(3000), out[0], out[15])
    before = compiled()
    for _ in range(2000):                                # until the budget allows it
        hot(3000, out)
        if compiled() is True or compiled() > before:
            break
    print(compiled() is True or compiled() > before)

# expect: [(10, 16)] True 9980.0 9977.5
# expect: True
# expect: [(10, 16)] True 9980.0 9977.5
# expect: True
# expect: [(10, 16)] True 9980.0 9977.5
# expect: True
# few modes: without memory nothing is compiled
