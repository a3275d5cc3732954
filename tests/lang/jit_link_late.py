"""What an open call leaves on the stack, in the first round of a loop that another trace goes on in: it dies when CPython lets it."""
import functools
import sys

log = []


class Gone:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(("del", self.n))


kept = Gone(-1)
keep = [kept]


def choose(i, j, first):
    return Gone(i) if i > 60 and i % 3 == 0 and j == first else kept


def last_reference(n, make):
    for i in range(n):
        for j in range(6):
            x = make(i, j, 0)
            x = None
            log.append(("after", i, j))


def on_stack(n, make):
    for i in range(n):
        for j in range(6):
            make(i, j, 0)
            log.append(("after", i, j))


def compared(n, make):
    for i in range(n):
        j = 0
        while j < 6:
            if make(i, j, 0) is None:
                return
            log.append(("after", i, j))
            j += 1


def second_round(n, make):
    for i in range(n):
        for j in range(6):
            x = make(i, j, 1)
            x = i
            log.append(("after", i, j))



def order():
    out = []
    for k, e in enumerate(log):
        if e[0] == "del":
            out.append((e[1], log[k + 1] if k + 1 < len(log) else None))
    return len(out), [e for e in out if e[1] is None or e[1][:2] != ("after", e[0]) or e[1][2] > 1]


for f in (last_reference, on_stack, compared, second_round):
    f(140, functools.partial(choose))
    print(f.__name__, *order(), {e[1][2] for e in [(0, log[k + 1]) for k, e in enumerate(log[:-1]) if e[0] == "del"]}, sys.getrefcount(kept))
    log.clear()
# expect: last_reference 26 [] {0} 3
# expect: on_stack 26 [] {0} 3
# expect: compared 26 [] {0} 3
# expect: second_round 26 [] {1} 3
