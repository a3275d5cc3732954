"""Functions of one code with other globals, and code run in other namespaces."""


def loop(n):
    s = 0
    for i in range(n):
        s += N
    return s
N = 1
other = type(loop)(loop.__code__, {"N": 10, "range": range})
print(loop(300), other(300), loop(300), other(5000))
code = compile("s = 0\nfor i in range(300): s += M", "x", "exec")
for m in (1, 10):
    ns = {"M": m}
    exec(code, ns); print(ns["s"])
class C: pass
ns = {"M": 1}
exec(code, ns); print(ns["s"])
l = {"M": 7}
exec(code, ns, l); print(l["s"], ns["s"])


def called(x):
    y = x + 1
    z = y * N
    return z - x if z > x else x - z


elsewhere = type(called)(called.__code__, {"N": 10})
for f in (called, elsewhere, called):
    print(sum(map(f, range(400))), sum([f(i) for i in range(400)]))


def count(n):
    return N if n == 0 else count(n - 1) + N


elsewhere = type(count)(count.__code__, {"N": 10, "count": count})
print([f(i % 9) for i in range(200) for f in (count, elsewhere)][-6:])
# expect: 300 3000 300 50000
# expect: 300
# expect: 3000
# expect: 300
# expect: 2100 300
# expect: 400 400
# expect: 722200 722200
# expect: 400 400
# expect: [9, 18, 1, 10, 2, 11]
