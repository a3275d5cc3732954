"""New strings that go through inlined calls: who holds them, and when they go."""
import sys
def add(a, b): return a + b
def first(s): return s[0] + "!"
def key(d, k):
    k2 = k + "x"
    if k2 in d: return d[k2]
    d[k2] = k2
    return k2
def deep(s, n):
    t = s + "a"
    return t if n == 0 else deep2(t + "b")
def deep2(u):
    v = u + "c"
    w = v[1:]
    return w
def run(n):
    d = {}; out = []; last = ""
    for i in range(n):
        a = add("q", str(i))
        b = first(a) + add(a, a)
        c = key(d, a[-1])
        e = deep(b, i & 1)
        out.append(e)
        last = c
        f = (a, b, e)
        g, h, j = f
        out.append(h)
    return last, out[-1], out[-2], len(d), sys.getrefcount(out[-2]), sys.getrefcount(e), sys.getrefcount(a), sys.getrefcount(c)
print(run(300)); print(run(500))
# expect: ('9x', 'q!q299q299', '!q299q299abc', 10, 6, 6, 4, 6)
# expect: ('9x', 'q!q499q499', '!q499q499abc', 10, 6, 6, 4, 6)
