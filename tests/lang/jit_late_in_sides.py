"""Side traces: a variable is written late, and what it had dies with the object that kept it alive: at its line."""
import sys
log = []


class Dies:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append((self.v, sys._getframe(1).f_lineno))


class Manager:
    def __init__(self, w):
        self.w = w

    def __enter__(self):
        return self.w

    def __exit__(self, *e):
        return False


def managed(objects, results):
    x = 1
    while objects:
        with Manager(objects.pop()) as x:
            x = results.pop(len(objects), None)
    return x


def deaths(n):
    """While this is compiled somebody else has the objects, too; later the variable's and the manager's references are the only ones, and one of them goes late."""
    objects = [Dies(i) for i in range(n)]
    kept = objects[n // 3:]
    managed(objects, {i: (Dies(-i),) if i % 4 == 1 else 1 for i in range(n)})
    kept.clear()
    log.sort()
    lines = {line for v, line in log[-n:-n * 2 // 3]}, len(log)
    log.clear()
    return lines


print(deaths(90))
print(deaths(300))


def replaced(n):
    """What the attribute had dies with what the variable had before, which is written late."""
    x, holder, d = None, Manager(None), {0: 0, 1: 1}
    for i in range(1, n):
        x = d.pop(i & 3, {0: x, 'c': Dies(i)})
        holder.w = two(x)
    lines = log[:]
    log.clear()
    return lines


def two(a, b=2):
    return a, b


for n in 24, 3, 24:
    print(replaced(n)[:6])
# expect: ({28}, 113)
# expect: ({28}, 375)
# expect: [(1, 53), (4, 53), (2, 54), (3, 54)]
# expect: [(5, 65), (6, 65), (7, 65), (8, 65), (9, 65), (10, 65)]
# expect: [(2, 65), (1, 53), (4, 53), (2, 54), (3, 54)]
