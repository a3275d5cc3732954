"""Comprehensions in loops: variables that they hide come back, bound or not; what dies, and when. Floats as keys."""
import sys
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
log = []
def comp(n):
    t = 0
    for k in range(n):
        a = [x * 2 for x in range(k % 6)]
        b = [y for y in a if y > 2]
        c = {z: z + 1 for z in b}
        d = {str(w) for w in c}
        t += len(a) + len(b) + len(c) + len(d) + sum(v for v in b)
    return t
def bound(n):
    x = "kept"; t = 0
    for k in range(n):
        a = [x for x in (1, 2, k)]
        t += a[-1]
        if x != "kept": return "lost", k
        if k % 50 == 49: x = "kept"
    return t, x
def sometimes(n):
    out = []
    for k in range(n):
        b = [i + k for i in (1, 2)]
        try:
            out.append(i)
        except UnboundLocalError:
            out.append(None)
        if k % 7 == 3: i = k * 1000
        if k % 11 == 5:
            try: del i
            except UnboundLocalError: pass
    return out
def deaths(n):
    for k in range(n):
        o = D(k)
        l = [o for o in (1, 2)]
        log.append(-1)
    del o
    return len(log), log[:6], log[-3:]
def nested(n):
    t = 0
    for k in range(n):
        m = [[i * j for i in range(3)] for j in range(k % 4)]
        t += sum(map(sum, m))
    return t
def floats(n):
    d = {1.0: "a", 2: "b", 2.5: "c"}; s = {0.5, 1.5}; hits = 0
    for k in range(n):
        x = k % 8 / 2
        hits += x in d
        hits += x in s
        if x in d: hits += len(d[x])
        s.add(x)
        d[x] = "zz"
    return hits, sorted(d), sorted(s), sum(a is b for a in d for b in s)
def inside(n):
    def f(k):
        r = [p * k for p in (1, 2, 3)]
        return r[1]
    return sum([f(k) for k in range(n)]), [f(q) for q in range(4)]
for i in range(2): print(comp(200), bound(200), hash(tuple(sometimes(300))), deaths(200), nested(200), floats(300), inside(200))
# expect: 2146 (19900, 'kept') 7891143281969437237 (400, [-1, 0, -1, 1, -1, 2], [198, -1, 199]) 600 (1176, [0.0, 0.5, 1.0, 1.5, 2, 2.5, 3.0, 3.5], [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5], 3) (39800, [0, 2, 4, 6])
# expect: 2146 (19900, 'kept') 7891143281969437237 (800, [-1, 0, -1, 1, -1, 2], [198, -1, 199]) 600 (1176, [0.0, 0.5, 1.0, 1.5, 2, 2.5, 3.0, 3.5], [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5], 3) (39800, [0, 2, 4, 6])
