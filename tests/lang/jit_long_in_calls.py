# Functions with long loops, called where a trace begins behind a call or with a function: whatever is inlined or called, the results are the same.


def weight(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def row(pair):
    i, u = pair
    total = 0
    for j, x in enumerate(u):
        total += weight(i, j) * x
    return total


def column(pair):
    i, u = pair
    total = 0
    for j, x in enumerate(u):
        total += weight(j, i) * x
    return total


def each(f, u):
    return [f((i, u)) for i in range(len(u))]


def both(u):
    return each(column, each(row, u))


u = [1] * 60
for _ in range(12):
    v = both(u)
    u = both(v)
print(round(sum(x * y for x, y in zip(u, v)) / sum(y * y for y in v), 9))      # expect: 1.623601169


def count(n):
    """Now a short loop, now a long one."""
    k = 0
    while n > 0:
        n -= 1
        k += n & 3
    return k


def sums(rounds):
    out = []
    for i in range(rounds):
        out.append(count(i % 7) + count(i % 41))
    return sum(out)


print([sums(n) for n in (10, 200, 1000, 1000)])      # expect: [80, 6268, 31762, 31762]


class Rows:
    def __init__(self, n):
        self.n = n

    def total(self):
        s = 0
        for i in range(self.n):
            s += i
            if s > 10 ** 6:
                raise OverflowError
        return s


def totals(objects):
    good = bad = 0
    for o in objects:
        try:
            good += o.total()
        except OverflowError:
            bad += 1
    return good, bad


objects = [Rows(n % 50 if n % 19 else 2000) for n in range(300)]
for _ in range(8):
    result = totals(objects)
print(result)      # expect: (111570, 16)
