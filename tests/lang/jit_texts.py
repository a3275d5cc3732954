"""int() and float() of strings, next(), and attributes that are not there, in compiled loops, with and without exceptions."""
import sys

log = []


class D:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append((self.v, sys._getframe(1).f_code.co_name))


def texts(n):
    s, t = 0, ["1", " 22 ", "x", "", "-3", "+ 4", "1_000", "1__0", "_1", "12345678901234567890123", "٣", "0x10", "\t7\n", "1.5", "٣x", "--1", "1_"]
    for i in range(n):
        try:
            s += int(t[i % len(t)])
        except ValueError:
            s -= 1
        try:
            s += float(t[i % len(t)]) > 2
        except ValueError:
            s += 5
        if i == n - 20:
            t = t + [b"5", 7, 2.5, True, type("S", (str,), {"__int__": lambda self: 9})("9")]
    return s


def digits(n):
    t, s, seen = ["7" * 5000, "7" * 4000, "5"], 0, 0
    for i in range(n):
        try:
            s ^= int(t[i % 3])
        except ValueError as e:
            seen += "4300" in str(e)
    return s & 0xffff, seen


def items(n):
    s, ends = 0, 0
    l = [1, 2, 3]
    for i in range(n):
        it = iter((l, (4, 5), range(i % 4), {1: 2, 3: 4}, {6}, "ab", b"cd")[i % 7])
        while True:
            try:
                x = next(it)
            except StopIteration:
                ends += 1
                break
            s += x if type(x) is int else 1
        try:
            next(it)
        except StopIteration:
            ends += 1
    return s, ends


def shared(n):
    """One iterator, stepped by the loop and in its body."""
    s, l = 0, list(range(n))
    it = iter(l)
    for x in it:
        s += x
        try:
            s += 2 * next(it)
        except StopIteration:
            s += 1000
        if x == n // 2:
            l.append(5)
    return s, it.__length_hint__()


def last(n):
    """The list goes with its iterator."""
    del log[:]
    s = 0
    for i in range(n):
        l = [D(i), D(-i)]
        it = iter(l)
        l = None
        while True:
            try:
                s += next(it).v
            except StopIteration:
                break
        s += len(log)
        it = None
    return s, log[:2], log[-2:]


def kept(n):
    del log[:]
    s, k = 0, []
    for i in range(n):
        k.append([D(i)])
        it = iter(k[-1])
        for _ in range(3):
            try:
                s += next(it).v
            except StopIteration:
                s += 1
        if i % 10 == 9:
            k.clear()
        s += len(log)
    return s, len(log)


class O:
    x = 1

    def __init__(self):
        self.y = 2


class G(O):
    def __getattr__(self, name):
        if name == "z":
            return 7
        raise AttributeError(name)


def attributes(n):
    s, o, p = 0, O(), O()
    for i in range(n):
        for a in (o, p):
            try:
                s += a.z
            except AttributeError:
                s += a.x + a.y
        if i == n // 4:
            p.z = 100
        if i == n // 2:
            del p.z
        if i == n - 20:
            O.z = 50
        if i == n - 10:
            del O.z
            p = G()
    return s


def changed(n):
    s, d = 0, {}
    for i in range(n):
        it = iter(d)
        try:
            d[i] = 1
            s += next(it)
        except StopIteration:
            s += 1
        except RuntimeError as e:
            s += len(str(e))
        if i % 5 == 4:
            d.clear()
    return s


print(texts(400))
print(digits(60))
print(items(400))
print(shared(300))
print(last(200))
print(kept(200))
print(attributes(300))
print(changed(200))
# expect: 283950614728395061497499
# expect: (0, 20)
# expect: (12945, 800)
# expect: (68355, 0)
# expect: (40200, [(0, 'last'), (0, 'last')], [(-199, 'last'), (199, 'last')])
# expect: (39500, 200)
# expect: 10051
# expect: 8000
