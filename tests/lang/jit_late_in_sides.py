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
# expect: ({28}, 113)
# expect: ({28}, 375)
