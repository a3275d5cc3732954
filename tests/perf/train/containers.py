"""Training: lists, dicts, sets, tuples, slices, comprehensions, sorting, deques, heaps."""
import bisect
import collections
import copy
import heapq
import itertools
import operator
import random

random.seed(1)


def sieve(n):
    flags = [True] * (n + 1)
    flags[0] = flags[1] = False
    for i in range(2, int(n ** 0.5) + 1):
        if flags[i]:
            flags[i * i::i] = [False] * len(range(i * i, n + 1, i))
    return [i for i, f in enumerate(flags) if f]


def permute(n):
    best, p, count = 0, list(range(n)), list(range(n))
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        q, flips = p[:], 0
        while q[0]:
            k = q[0]
            q[:k + 1] = q[k::-1]
            flips += 1
        best = max(best, flips)
        while True:
            if r == n:
                return best
            p.insert(r, p.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1


def matrix(n):
    a = [[(i * j) % 7 for j in range(n)] for i in range(n)]
    b = [list(row) for row in zip(*a)]
    return [[sum(x * y for x, y in zip(r, c)) for c in b] for r in a]


def queens(n):
    found = 0
    for p in itertools.permutations(range(n)):
        if n == len({p[i] + i for i in range(n)}) == len({p[i] - i for i in range(n)}):
            found += 1
    return found


def dicts(n):
    words = [f"w{i % 997}" for i in range(n)]
    counts = {}
    for w in words:
        counts[w] = counts.get(w, 0) + 1
    groups = collections.defaultdict(list)
    for i, w in enumerate(words):
        groups[w[-1]].append(i)
    c = collections.Counter(words)
    assert c == counts
    top = sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:10]
    merged = {**counts, "x": 1} | {k: v for k, v in top}
    for k in list(merged):
        if k in counts and merged[k] % 2:
            del merged[k]
    total = 0
    for k, v in merged.items():
        total += v
    for key in merged.keys() & counts.keys():
        total += len(key)
    od = collections.OrderedDict(top)
    od.move_to_end(top[0][0])
    by_pair = {(i % 31, i % 7): i for i in range(n)}
    by_int = {i * 3: i for i in range(n)}
    for i in range(n):
        total += by_pair[i % 31, i % 7] + by_int.get(i, 0)
        if i in by_int:
            total += 1
    return total


def sets(n):
    a = {i * 7 % n for i in range(n)}
    b = set(range(0, n, 3))
    x = len(a & b) + len(a | b) + len(a - b) + len(a ^ b)
    f = frozenset(b)
    for i in range(n):
        if i in f:
            a.discard(i)
        else:
            a.add(-i)
    return x + len(a)


def lists(n):
    data = [random.random() for _ in range(n)]
    pairs = [(int(x * 100), i) for i, x in enumerate(data)]
    names = [str(i) for i, _ in pairs]
    out = sorted(data) + sorted(data, reverse=True)
    pairs.sort()
    pairs.sort(key=operator.itemgetter(1))
    names.sort()
    heap = []
    for x in data:
        heapq.heappush(heap, x)
    ordered = [heapq.heappop(heap) for _ in range(len(heap))]
    assert ordered == out[:n]
    insort = []
    for x in data[:500]:
        bisect.insort(insort, x)
    stack, queue = [], collections.deque()
    for i in range(n):
        stack.append(i)
        queue.append(i)
        if i % 3 == 0:
            stack.pop()
            queue.popleft()
    stack.extend(queue)
    stack.reverse()
    a, b, *rest = stack
    first, second = pairs[0]
    del stack[10:20], stack[-1]
    chunk = stack[5:100:2] + stack[::-1][:10] + [1, 2] * 20
    return (a, b, len(rest), first, second, len(chunk), 5 in chunk, chunk.index(chunk[7]), min(data), max(chunk, key=abs),
            any(x > 2 for x in data), all(map(bool, names)), list(filter(None, chunk))[:2], sum(chunk))


def grid(n):
    life = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
    for _ in range(n):
        near = collections.Counter((x + dx, y + dy) for x, y in life for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
        life = {cell for cell, k in near.items() if k == 3 or (k == 2 and cell in life)}
    return life


def paths(size):
    board = [[(x * y + x) % 9 + 1 for x in range(size)] for y in range(size)]
    best, todo = {(0, 0): 0}, [(0, 0, 0)]
    while todo:
        cost, x, y = heapq.heappop(todo)
        if cost > best[x, y]:
            continue
        for nx, ny in ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)):
            if 0 <= nx < size and 0 <= ny < size:
                c = cost + board[ny][nx]
                if c < best.get((nx, ny), 1 << 30):
                    best[nx, ny] = c
                    heapq.heappush(todo, (c, nx, ny))
    return best[size - 1, size - 1]


def copies(n):
    tree = {"a": [1, 2.0, "x", (1, [2])], "b": {"c": {1, 2}, "d": None}}
    for _ in range(n):
        copy.copy(tree)
        assert copy.deepcopy(tree) == tree


for _ in range(8):
    sieve(60000)
    permute(7)
    matrix(40)
    queens(6)
    dicts(8000)
    sets(8000)
    lists(8000)
    grid(80)
    paths(35)
    copies(400)
