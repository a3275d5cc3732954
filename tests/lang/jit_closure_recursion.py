"""Functions with a closure that call themselves or each other, in traces that lead from one to the next: cells that change, functions of one code with other closures, counts, depth, exceptions."""
import sys


def outer_fib(n):
    calls = 0

    def fib(k):
        nonlocal calls
        calls += 1
        return k if k < 2 else fib(k - 1) + fib(k - 2)
    return fib(n), calls


print(outer_fib(18), outer_fib(16))     # expect: (2584, 8361) (987, 3193)


def permutations(l):
    out = []

    def go(done, rest):
        if not rest:
            out.append(done)
            return 1
        t = 0
        for i in range(len(rest)):
            t += go(done + [rest[i]], rest[:i] + rest[i + 1:])
        return t
    return go([], l), out[::100]


print(permutations([1, 2, 3, 4, 5, 6])) # expect: (720, [[1, 2, 3, 4, 5, 6], [1, 6, 2, 5, 3, 4], [2, 5, 3, 4, 1, 6], [3, 4, 5, 1, 2, 6], [4, 2, 5, 6, 1, 3], [5, 1, 6, 3, 2, 4], [6, 1, 2, 3, 4, 5], [6, 5, 1, 4, 2, 3]])


def queens(n):
    found = []

    def place(row, columns, up, down):
        if row == n:
            found.append(tuple(columns))
            return
        for c in range(n):
            if c not in columns and row + c not in up and row - c not in down:
                place(row + 1, columns + [c], up | {row + c}, down | {row - c})
    place(0, [], frozenset(), frozenset())
    return len(found), found[0], found[-1]


print(queens(6), queens(7))     # expect: (4, (1, 3, 5, 0, 2, 4), (4, 2, 0, 5, 3, 1)) (40, (0, 2, 4, 6, 1, 3, 5), (6, 4, 2, 0, 5, 3, 1))


def even_odd(n):
    log = [0, 0]

    def even(k):
        log[0] += 1
        for _ in (1,):
            if k == 0:
                return True
        return odd(k - 1)

    def odd(k):
        log[1] += 1
        for _ in (1,):
            if k == 0:
                return False
        return even(k - 1)
    return [even(k) for k in range(n)].count(True), log


print(even_odd(60))     # expect: (30, [930, 900])


def makers():
    def make(step, limit):
        def climb(k, t):
            if k >= limit:
                return t
            for i in range(2):
                t = (t * 31 + step + i) % 1000003
            return climb(k + step, t)
        return climb
    return [make(s, 200) for s in (1, 2, 3, 7)]


print([f(0, i) for i, f in enumerate(makers() * 5)])    # expect: [269002, 639296, 597176, 329466, 843692, 83089, 294324, 867357, 418379, 526885, 991475, 405245, 993069, 970681, 688623, 943136, 567756, 414474, 385771, 481024]


def changing(n):
    factor, log = 1, []

    def walk(k):
        nonlocal factor
        if k == 0:
            return factor
        t = 0
        for j in range(2):
            t += walk(k - 1) * factor
            if t % 97 == 0:
                factor = factor % 5 + 1
        return t % 1009
    for i in range(n):
        log.append(walk(6))
    return log[:3], log[-3:], factor


print(changing(25))     # expect: ([64, 64, 64], [64, 64, 64], 1)


def unbound(n):
    missed = 0

    def go(k):
        for _ in range(1):
            if k == 0:
                return later
        return go(k - 1)
    for i in range(n):
        try:
            t = go(5)
        except NameError as e:
            missed += 1
            text = str(e)
        if i == n - 2:
            later = 7
    return missed, text, t


print(unbound(200))     # expect: (199, "cannot access free variable 'later' where it is not associated with a value in enclosing scope", 7)


def counts(n):
    item, out = ['item'], []

    def go(k, x):
        if k == 0:
            return x
        for y in (x,):
            pass
        return go(k - 1, y)
    before = sys.getrefcount(item), sys.getrefcount(go)
    for i in range(n):
        out.append(go(8, item) is item)
    out = all(out)
    return out, sys.getrefcount(item) - before[0], sys.getrefcount(go) - before[1]


print(counts(200))      # expect: (True, 0, 0)


def too_deep(n):
    deepest = 0

    def down(k):
        nonlocal deepest
        deepest = k
        for _ in (1,):
            pass
        return down(k + 1)
    depths = set()
    for i in range(n):
        try:
            down(0)
        except RecursionError:
            depths.add(deepest)
    return len(depths), deepest > 900


print(too_deep(6))      # expect: (1, True)


def raises(n):
    seen = 0

    def go(k):
        nonlocal seen
        for _ in (1,):
            if k == 0:
                raise ValueError(seen)
        try:
            return go(k - 1)
        finally:
            seen += 1
    caught = []
    for i in range(n):
        try:
            go(4)
        except ValueError as e:
            caught.append(e.args[0])
            tb, levels = e.__traceback__, 0
            while tb:
                levels += 1
                tb = tb.tb_next
    return caught[-1], seen, levels


print(raises(150))      # expect: (596, 600, 6)


def frames(n):
    names = set()

    def go(k):
        for _ in (1,):
            if k == 0:
                f = sys._getframe()
                names.add((f.f_code.co_name, f.f_back.f_code.co_name, f.f_back.f_locals['k'], tuple(sorted(f.f_code.co_freevars))))
                return 0
        return go(k - 1) + 1
    return sum(go(6) for _ in range(n)), names


print(frames(100))      # expect: (600, {('go', 'go', 1, ('go', 'names'))})


class Tree:
    def __init__(self, v):
        self.v, self.kids = v, []


def trees(n):
    root = Tree(0)
    level = [root]
    for i in range(1, n):
        node = Tree(i)
        level[i // 3].kids.append(node)
        level.append(node)
    best = [0]

    def walk(node, depth):
        best[0] = max(best[0], depth)
        t = node.v
        for k in node.kids:
            t += walk(k, depth + 1)
        return t
    return [walk(root, 0) for _ in range(20)][-1], best


print(trees(300))       # expect: (44850, [6])
