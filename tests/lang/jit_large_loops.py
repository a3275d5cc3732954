# Functions whose loop is large and has branches, called in hot loops: most calls leave it in its first round, some go on.
# expect: one round: 36000 0
# expect: sometimes more: 62587
# expect: raised in it: 60 ['outer', 'goes']
# expect: counts: True True
# expect: a finder: 5691
# expect: deep: 2400
# expect: arguments: 20400
import sys, traceback


class Queue(list):
    pass


class Task:
    def __init__(self, cost, then=None):
        self.cost = cost
        self.then = then
        self.done = 0


def spend(task, extra):
    todo = Queue()
    todo.append(task)
    total = 0
    while len(todo):
        t = todo.pop(0)
        if t.done > 10 ** 6:
            total -= 1
            continue
        t.done += 1
        if t.cost < 0:
            total += 1
        elif t.cost == 0:
            total += 2
        else:
            total += t.cost
        if t.then is not None:
            todo.append(t.then)
        if extra and total > 5:
            total += extra
    return total


def one_round(n):
    total, task = 0, Task(3)
    for i in range(n):
        total += spend(task, 0)
    return total, len([t for t in (task,) if t.done != n])


print("one round:", *one_round(12000))


def sometimes_more(n):
    total = 0
    long = None
    for i in range(20):
        long = Task(i % 3, long)
    for i in range(n):
        total += spend(long if i % 97 == 96 else Task(i & 3), 0)
    return total


print("sometimes more:", sometimes_more(21000) + sometimes_more(6000))


def goes(n, stop):
    total = 0
    while True:
        total += 1
        if total > stop:
            raise ValueError(total)
        if n < 0:
            total += 2
        elif n == 0:
            total += 3
        elif n == 1:
            return total
        elif n == 2:
            total += 4
        if n > 3:
            n -= 1
            continue
        n -= 1


def outer(n):
    caught, names = 0, None
    for i in range(n):
        try:
            goes(1 if i % 50 else 200, 30)
        except ValueError as e:
            caught += 1
            names = [f.name for f in traceback.extract_tb(e.__traceback__)]
    return caught, names


caught, names = outer(3000)
print("raised in it:", caught, names)


def counts():
    o, task = object(), Task(1)
    before = sys.getrefcount(o), sys.getrefcount(task)
    for i in range(5000):
        task.extra = o
        spend(task, 0)
        if i % 1000 == 999:
            task.then = Task(2, Task(3))
            spend(task, 1)
            task.then = None
    inside = sys.getrefcount(o) == before[0] + 1, sys.getrefcount(task) == before[1]
    return inside


print("counts:", *counts())


def find(row, key):
    for i, x in enumerate(row):
        if x == key:
            return i
        if x is None:
            continue
        if x < 0:
            break
        elif x > 1000:
            x -= 1000
        if x == key - 1000:
            return -i
    return len(row)


def search(n):
    row, total = [5, 6, 7, 8, 9, 1, 2], 0
    for i in range(n):
        total += find(row, 5 if i % 20 else 9 if i % 40 else 77)
    return total


print("a finder:", search(21000) - search(300))


def down(n, depth):
    while n:
        n -= 1
        if depth == 0:
            return n + 1
        if n % 7 == 8:
            n += 1
        elif n % 7 == 9:
            n += 2
        elif n == -5:
            break
        return down(n + 1, depth - 1)
    return 0


print("deep:", sum(down(1, 5) for i in range(2400)))


def summed(*args, **options):
    total = 0
    while args:
        total += sum(args)
        if options:
            total += len(options)
        if total < 0:
            total = 0
        elif total > 10 ** 9:
            total = 1
        if total % 2 == 0 and options.get("again") and total < 50:
            continue
        args = ()
    return total


def call_summed(n):
    total = 0
    for i in range(n):
        total += summed(i & 1, 2, again=i % 100 == 0) if i % 3 else summed(i & 1, 1)
    return total


print("arguments:", call_summed(7200))
