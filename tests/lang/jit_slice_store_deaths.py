"""What a slice that is stored takes out of a list dies there, although a variable of the frame that a trace has overwritten in registers had it, too."""
log = []


class D:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append((self.v, at))


class Managed:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return self

    def __exit__(self, t, e, tb):
        pass


at = 0
G = [0]
L = []


def replaced(n):
    global at
    for i in range(n):
        at = 0
        with Managed(D(i)) as x:
            at = 1
            G[0:1] = [x]
            at = 2


def cut(n):
    global at
    for i in range(n):
        at = 0
        with Managed(D(i)) as x:
            at = 1
            L.append(x)
            L[:-1] = ()
            at = 2


def twice(n):
    global at
    for i in range(n):
        at = 0
        with Managed(D(i)) as x:
            at = 1
            L[:] = [x] * 2
            at = 2


def lent(n):
    """The variable gets its value behind the store, in the round before."""
    global at
    x = D(-1)
    source = [D(i) for i in range(n)]
    for i in range(n):
        at = 1
        G[0:1] = source[i:i + 1]
        source[i] = None
        at = 2
        x = G[0]
        at = 3


def numbers(n):
    row, s = list(range(10)), 0
    for i in range(n):
        row[2:4] = row[3], i
        s += row[2]
    return s, row


for f in replaced, cut, twice, lent:
    for n in 12, 12, 300:
        log.clear()
        f(n)
        print(f.__name__, len(log), sorted({at for v, at in log}), [v for v, at in log] == sorted(v for v, at in log), log[-2:])
    G[:] = [0]
    L.clear()
print(numbers(500))
at = 9
# expect: replaced 11 [1] True [(9, 1), (10, 1)]
# expect: replaced 12 [1] False [(9, 1), (10, 1)]
# expect: replaced 300 [1] False [(297, 1), (298, 1)]
# expect: cut 11 [1] True [(9, 1), (10, 1)]
# expect: cut 12 [1] False [(9, 1), (10, 1)]
# expect: cut 300 [1] False [(297, 1), (298, 1)]
# expect: twice 11 [1] True [(9, 1), (10, 1)]
# expect: twice 12 [1] False [(9, 1), (10, 1)]
# expect: twice 300 [1] False [(297, 1), (298, 1)]
# expect: lent 12 [2] True [(9, 2), (10, 2)]
# expect: lent 13 [1, 2] False [(9, 2), (10, 2)]
# expect: lent 301 [1, 2] False [(297, 2), (298, 2)]
# expect: (124254, [0, 1, 498, 499, 4, 5, 6, 7, 8, 9])
