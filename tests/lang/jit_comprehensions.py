# Comprehensions put variables aside, with and without value.
import sys
def f(n):
    t = 0
    i = 5
    big = [1]
    for k in range(n):
        a = [i * 2 for i in (1, 2, k)]
        t += sum(a) + i
        b = [big for big in (k, k)]
        t += len(big) + b[0]
        c = [z for z in a if z > 2]
        t += len(c)
    try:
        z
    except NameError as e:
        return t, i, big, sys.getrefcount(big), str(e)
def g(x):
    return [v + 1 for v in (x, x)]
def h(n):
    t = 0
    for k in range(n):
        t += g(k)[1]
        t += [k for k in (1, 2)][0]
    return t, k
print(f(500), h(500))
# expect: (381248, 5, [1], 3, "name 'z' is not defined") (125750, 499)


def collect(before, items):
    """The comprehension puts f aside, with a value in some calls and without in others."""
    for f in before:
        pass
    new = [f for f in items]
    t = 0
    for x in new:
        t += len(x)
    try:
        return t, f
    except UnboundLocalError:
        return t, None
lists = [[1], [2, 3], [4]]
seen = list(map(collect, [lists if k % 100 < 90 else [] for k in range(400)], [lists] * 400))
print(seen.count((4, [4])), seen.count((4, None)))
# expect: 360 40
