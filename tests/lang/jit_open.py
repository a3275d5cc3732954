"""Loops with instructions that compiled code leaves to the interpreter: they may do anything in the middle of a trace."""
import sys
import threading
import weakref


def containers(n):
    items, table, s = [], {}, 0
    for i in range(n):
        s += i * 3
        x = s & 255
        y = x ^ 21
        items.append(y)
        z = (y * y + x) % 17
        table[z] = i
        w = z + 1
    return s, len(items), sum(items), sum(table.values()), w


def frames(n):
    """Somebody looks at the frame, and changes it."""
    seen = []
    for i in range(n):
        a = i * 2
        b = a + 1
        c = b ^ i
        d = c - a
        e = d + b
        peek(seen, i)
        a += b + e
        c += a
        d += c
        e ^= d
    return seen[-2:], a, b, c, d, e


def peek(seen, i):
    f = sys._getframe(1)
    if i % 50 == 7:
        f.f_locals["b"] = 1000
    seen.append((f.f_locals["a"], f.f_locals["b"], f.f_locals["e"], f.f_lineno - f.f_code.co_firstlineno))


peek_at = [peek].pop


class Peeking:
    def __getitem__(self, i):
        f = sys._getframe(1)
        if i % 50 == 7:
            f.f_locals["b"] = 1000
        return f.f_locals["a"] + f.f_locals["b"], sys.getrefcount(f.f_locals["e"])


def operators(n):
    p = Peeking()
    out = 0
    for i in range(n):
        a = i * 2
        b = a + 1000
        c = b ^ i
        d = c - a
        e = d + b + 70000
        x = p[i]
        out += x[0] + x[1] * 7 + b
        a += b
        c += a
        d += c
        e ^= d
    return out, a, b, c, d, e


class Noisy:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


log = []


def deaths(n):
    """Order and time of deaths of what lists and variables drop."""
    box = [Noisy(-1)]
    make = [Noisy]
    counts = []
    for i in range(n):
        a = i + 1
        b = a * 2
        c = b ^ a
        box[0] = o = make[0](i) if i % 3 else None
        d = c + len(log)
        counts.append(d)
        e = d - a
        o = None
        f = e + b
    return counts[-3:], log[-3:], len(log), f


def raising(n):
    t = 0
    d = {k: k for k in range(0, n, 2)}
    for i in range(n):
        a = i + 1
        b = a * 2
        c = b - a + t
        try:
            t += d[i]
        except KeyError as e:
            t -= e.args[0] & 3
        t &= 0xffff
    return t, a, b, c


scale = 3


class Rebinding:
    def __len__(self):
        global scale
        scale += 1
        return scale


def invalidated(n):
    """The trace's own facts are taken away while it waits."""
    r = Rebinding()
    s = 0
    for i in range(n):
        a = i * scale
        b = a + i
        c = b & 1023
        if i % 40 == 39:
            s += len(r)
        s += c * scale
        d = s - a
    return s, d, scale


def traced(n):
    """A tool comes while an instruction of the loop runs."""
    lines = []

    def tracer(frame, event, arg):
        if frame.f_code is traced.__code__ or event == "line":
            lines.append(frame.f_lineno - traced.__code__.co_firstlineno)
        return tracer

    class Switch:
        def __contains__(self, i):
            if i == n - 3:
                sys.settrace(tracer)
                sys._getframe(1).f_trace = tracer
            return False

    switch = Switch()
    s = 0
    for i in range(n):
        a = i * 2
        b = a ^ 5
        c = b + 1
        if i in switch:
            s -= 1
        s += c
    sys.settrace(None)
    return s, len(lines) > 3 and len(set(lines)) > 3


def weak(n):
    target = Noisy(0)
    alive = []
    ref = weakref.ref(target, lambda r: alive.append(i))
    pop = [target].pop
    for i in range(n):
        a = i * 2
        b = a + i
        c = b - 1
        if i == n - 5:
            target = None
            pop()
        d = c + (ref() is not None)
    return d, alive, i


def switching(n):
    """The other threads get their turn in the middle, and run the same code."""
    results = []

    def work(k):
        s = k
        d = {}
        for i in range(n):
            a = i * k
            b = a & 63
            c = b + s
            d[b] = c
            s = (c ^ i) & 0xffff
        results.append((k, s, len(d)))

    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 5)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    sys.setswitchinterval(old)
    return sorted(results)


def depth(n):
    """A call in the middle is as deep as it was."""
    def down(k):
        return 1 + down(k + 1)
    table = {}
    for i in range(n):
        a = i * 2
        b = a + 1
        c = b ^ a
        table[c] = a
        d = b + c
    try:
        down(0)
    except RecursionError:
        return len(table), d


def text(n):
    out = []
    total = 0
    for i in range(n):
        a = i * i
        b = a % 10
        c = b + 1
        out.append(f"{c:>3}|{b}")
        total += len(out[-1]) + c
    return out[-1], total


def shared(n):
    """One object in several variables stays one."""
    kept = []
    same = 0
    for i in range(n):
        a = i + 1000
        b = a
        c = a * 1.5
        e = c
        kept.append(b)
        same += (a is b) + (kept[-1] is a) + (c is e)
        f = a + 1
    return same, kept[-1], sys.getrefcount(kept[-1]) - sys.getrefcount(kept[-2])


print(containers(3000))
print(frames(400))
print(operators(400))
print(deaths(300))
print(raising(1000))
print(invalidated(600))
print(traced(300))
print(weak(300))
print(switching(3000))
print(depth(500))
print(text(600))
print(shared(600))
# expect: (13495500, 3000, 383524, 50653, 17)
# expect: ([(796, 797, 660, 9), (798, 799, 657, 9)], 2254, 799, 2910, 2768, 2113)
# expect: (1278576, 2596, 1798, 4269, 5144, 69625)
# expect: ([1093, 1092, 1084], [295, 296, 298], 200, 1384)
# expect: (51892, 1000, 2000, 52895)
# expect: (3284472, 3274289, 18)
# expect: (90300, True)
# expect: (896, [295], 299)
# expect: [(1, 43145, 64), (2, 522, 32), (3, 43987, 64), (4, 64020, 16)]
# expect: (1, 1000)
# expect: ('  2|1', 6300)
# expect: (1800, 1599, 3)


class Connection:
    def __init__(self, n):
        self.n = n

    def bind(self, address):
        self.address = address


class Makes(type):
    def __call__(cls, *args):
        return super().__call__(*args)


class Made(Connection, metaclass=Makes):
    pass


def create(ns):
    """What is returned changes places with the iterator, under which an open call has stored a variable."""
    failed = []
    for n, address in [(ns, 1), (ns + 1, 2)]:
        made = None
        try:
            made = Made(n)
            made.bind(address)
            failed.clear()
            return made
        except OSError as e:
            failed.append(e)


def count_created(n):
    k = 0
    for i in range(n):
        made = create(i)
        k += made.n + sys.getrefcount(made)
    return k


print(count_created(300))
# expect: 45450


def check(a):
    print("", end="")
    return True


def differs(a):
    print("", end="")
    return False


def told(n):
    """What a function returns behind an open call is an object, True in the source a machine word."""
    out = []
    for i in range(n):
        out.append((check(i) is True, check(i) is not True, differs(i) is False, differs(i) is True))
    return set(out)


def counted(n):
    k = 0
    for i in range(n):
        if differs(i) is not False or check(i) is not True:
            k += 1
    return k


print(told(300), counted(300))
# expect: {(True, False, True, False)} 0
