"""Methods of builtin types that are bound in a loop and go at its end: with them goes nothing else, unless something has lost its other references meanwhile."""
import random
import sys
import weakref

log = []


class Bits(random.Random):
    def __init__(self, n):
        super().__init__(n)
        self.n = n

    def __del__(self):
        log.append(self.n)

    def below(self, n, gets=None):
        get = self.getrandbits
        k = n.bit_length()
        r = get(k)
        while r >= n:
            r = get(k)
        return r


class Holder:
    def __init__(self, b):
        self.b = b


def plain(b, n):
    total = 0
    for i in range(n):
        total += b.below(i % 17 + 1)
    return total


b = Bits(1)
print(plain(b, 3000), sys.getrefcount(b) == sys.getrefcount(Bits(2)) + 1, log)
# expect: 12092 True [2]


def replaced(h, n):
    """The holder lets go of what the method is bound to, between binding and the last call."""
    total = 0
    for i in range(n):
        get = h.b.getrandbits
        total += get(5)
        if i % 50 == 49:
            h.b = Bits(i)
            log.append("new")
        total += get(3)
    return total


log.clear()
h = Holder(Bits(-1))
print(replaced(h, 300), log)
# expect: 5575 ['new', -1, 'new', 49, 'new', 99, 'new', 149, 'new', 199, 'new', 249]
log.clear()


def moved(items, n):
    seen = []
    for i in range(n):
        get = items[-1].getrandbits
        seen.append(get(4))
        if i % 40 == 7:
            items.pop()
            seen.append(len(log))
        seen.append(get(2))
        get = None
    return sum(seen), len(log)


print(moved([Bits(n) for n in range(12)], 400), log)
# expect: (3623, 10) [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
log.clear()


def kept(b, n):
    refs = []
    for i in range(n):
        get = b.getrandbits
        get(3)
        if i % 60 == 59:
            refs.append(weakref.ref(get, lambda r: log.append("dead")))
            refs.append(get.__self__ is b)
    return len(refs), refs[-2]() is get, sys.getrefcount(get)


b = Bits(5)
print(kept(b, 400), log.count("dead"), sys.getrefcount(b) == sys.getrefcount(Bits(6)) + 1)
# expect: (12, False, 2) 6 True
log.clear()


def of_strings(words, n):
    found = 0
    for i in range(n):
        w = words[i % 3] + "x"
        up = w.upper
        found += len(up()) + len(up())
    return found, sys.getrefcount(up)


print(of_strings(["a", "bc", "def"], 500))
# expect: (2998, 2)


def of_self(n):
    """What a method is bound to is only in the variable that is overwritten next."""
    total = 0
    for i in range(n):
        r = Bits(i)
        get = r.getrandbits
        r = None
        total += get(6)
        if i % 100 == 99:
            log.append("end")
    return total


log.clear()
print(of_self(400), len(log), log[98:103])
# expect: 12190 404 [98, 'end', 99, 100, 101]
