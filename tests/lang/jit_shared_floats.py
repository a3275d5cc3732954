"""Two variables with one float around a loop that keeps neither in a register: each gets a new one, the other keeps what it had."""
import sys


def rounds(n, m):
    a = b = c = 0.5
    kept = []
    same = [0, 0, 0]
    for i in range(n):
        t = a - 0.25 * b
        u = b + 0.125 * a
        a = t
        b = u
        if i % 7 == 3:
            c = b
        same[0] += a is t
        same[1] += b is u
        same[2] += c is b
        for k in range(m):
            same[0] += k
        if i % 10 == 9:
            kept.append(a)
            a = 1.0
        if i % 64 == 63:
            a = b = 0.5
    return a, b, c, same, len(set(map(id, kept))), sum(kept), sys.getrefcount(t) > 1


def nested(n, data):
    w = x = 1.0
    out = 0.0
    first = w
    for i in range(n):
        w, x = w * 0.5 + i, w
        y = x
        for v in data:
            out += v * 0.5
        if y is not x or first != 1.0:
            out += 1000.0
        out += w - y
        if i % 20 == 19:
            w = x = first
    return out, w is x, first


for n in (20, 500, 2000):
    print(n, rounds(n, 5), nested(n, [0.5, 1.5, 2.5]))
# expect: 20 (1.0, 0.7488769550916001, 0.846193863723883, [220, 20, 3], 2, -1.6130551522299115, True) (80.00000476837158, True, 1.0)
# expect: 500 (1.0, 0.6720985280364711, 1.0309971395506625, [5500, 500, 71], 50, -55.854639292605434, True) (13999.988675117493, True, 1.0)
# expect: 2000 (1.0, 0.6851153738575704, 0.8093721947952872, [22000, 2000, 286], 200, -224.2933695053502, True) (205999.8116493225, True, 1.0)
