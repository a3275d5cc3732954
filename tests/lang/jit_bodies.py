"""Ways through a loop that lead back to where its body begins: what the body takes for granted of its first round (types, constants, what is one object and what are two, what lies in fields)
may be otherwise behind another way."""
import sys
import weakref

log = []


def same_numbers(n):
    """Two variables are one number, or one object, behind one way only."""
    x = y = 0
    out = [0, 0, 0]
    for i in range(n):
        if x == y:
            out[0] += 1
        if x is y:
            out[1] += 1
        out[2] += x - y
        if i % 7 == 3:
            x = i * 1000
            y = i * 1000
        elif i % 11 == 5:
            x = i * 1000
            y = x + 1
        else:
            x = y = i * 1000
    return out, x is y


def boxes(n, items):
    """A number that was computed, or one that a list has: that is the object that the variable has then."""
    found = 0
    last = 100000
    for i in range(n):
        if i % 5 == 2:
            last = items[i % len(items)]
        else:
            last = last + 1
        if any(last is v for v in items):
            found += 1
    return found, last


def order(n):
    """previous < value always, but behind one way."""
    value = previous = 0
    out = 0
    for i in range(n):
        if previous < value:
            out += 1
        elif previous == value:
            out += 1000
        else:
            out += 1000000
        previous = value
        value = value + 1
        if i % 9 == 4:
            previous, value = value, previous
        if i % 31 == 30:
            previous = value
    return out, previous, value


def constants(n):
    """What is a constant at the end of most rounds, and not of others."""
    k, f, s = 0, 0.0, None
    out = []
    total = 0
    for i in range(n):
        total += k
        if str(f) == '-0.0':
            out.append(i)
        if s is not None:
            total += len(s)
        k, f, s = 0, 0.0, None
        if i % 13 == 6:
            k, f = 5, -0.0
        if i % 17 == 8:
            s = 'abc'
    return total, out[:3], len(out)


class Counter:
    def __init__(self, m):
        self.i = 0
        self.m = m
        self.other = None

    def step(self):
        v = self.m[self.i]
        if v < 0:
            v = -v
        if self.i == 0:
            self.i = len(self.m) - 1
        else:
            self.i -= 1
        return v


def fields(n):
    """State in fields that changes type, and a list that changes size."""
    c = Counter([1, -2, 3, -4, 5])
    total = 0
    for i in range(n):
        total += c.step()
        if i % 50 == 49:
            c.m = [float(v) for v in c.m] if i % 100 == 99 else [int(v) for v in c.m]
        if i % 77 == 76:
            c.m = [2] * (1 + i % 4)
            c.i = 0
        if i % 90 == 89:
            c = Counter([3, -3])
            c.other = i
    return total, c.i, c.other


def shrinking(n):
    """An item at a constant place of a list that becomes shorter: an IndexError, not what lies behind."""
    data = [list(range(10)) for _ in range(3)]
    rows = data[0]
    total = caught = 0
    k = 7
    for i in range(n):
        try:
            total += rows[k]
        except IndexError:
            caught += 1
        if i % 40 == 39:
            rows = data[i % 3]
        if i % 200 == 150:
            del data[i % 3][5:]
        if i % 300 == 299:
            data[i % 3].extend(range(10))
    return total, caught


def unbound(n):
    """A variable without value behind one way."""
    caught = 0
    x = 1
    for i in range(n):
        try:
            x += 1
        except UnboundLocalError:
            caught += 1
            x = i
        if i % 21 == 20:
            del x
    return caught, x


def late(n):
    """A variable that has its first value in a later round."""
    total = 0
    for i in range(n):
        if i > 30:
            total += seen.v
        if i >= 30 and i % 3 == 0:
            seen = Held(i)
            seen.v = i % 5
    return total


class Held:
    def __init__(self, i):
        self.i = i
        self.v = 0

    def __del__(self):
        log.append(self.i)


class Plain:
    def __init__(self, v):
        self.v = v


def deaths(n):
    """Who holds what, at each way back."""
    log.clear()
    refs = []
    held = plain = None
    keep = []
    counts = 0
    for i in range(n):
        plain = Plain(i)
        if i % 6 == 5:
            held = Held(i)
            if i % 12 == 11:
                refs.append(weakref.ref(plain))
        if i % 10 == 9:
            keep.append(plain)
            counts += sys.getrefcount(plain)
        elif i % 15 == 7:
            held = plain
            counts += sys.getrefcount(held)
    alive = sum(r() is not None for r in refs)
    return len(log), log[:4], counts, alive, len(keep), type(held).__name__


class Node:
    def __init__(self, v, next):
        self.v = v
        self.next = next


def walk(head, n):
    """Another object under the same name, or the same under two."""
    a = b = head
    out = 0
    for i in range(n):
        a.v += 1
        out += b.v
        if a.next is None:
            a = head
            if i % 4 == 1:
                b = a
        else:
            a = a.next
        if i % 19 == 18:
            b = a
    return out


def types(n):
    """A variable of another type behind each way."""
    x = 0
    out = []
    for i in range(n):
        if i % 64 == 20:
            x = x + 0.5
        elif i % 64 == 40:
            x = int(x)
        elif i % 64 == 50:
            x = True
        elif i % 128 == 60:
            x = 1 << 70
        elif i % 128 == 62:
            x = 3
        x = x + 1
        if i % 97 == 96:
            out.append(x)
    return out[-3:], len(out)


def squares(n):
    """Powers of numbers of both signs."""
    total = 0.0
    caught = 0
    x = 1.5
    for i in range(n):
        try:
            total += x ** 2 + x ** 3 - x ** 1
        except OverflowError:
            caught += 1
        x = -x
        if i % 50 == 49:
            x = 0.0
        elif i % 50 == 7:
            x = -1e200
        elif i % 50 == 9:
            x = -0.25
    return total, caught


def tangle(n):
    """Many short ways: all of them come back to one body."""
    a = b = c = 1
    for i in range(n):
        if (i ^ a) & 1:
            a = (a * 5 + 3) % 1009
        if (i ^ b) & 2:
            b += a & 7
        else:
            b -= 1
        if (a + b) % 3 == 0:
            c = c + 1 if c < 1000 else 0
        elif c & 4:
            c, b = b & 255, c
    return a, b, c


for n in (40, 1000, 4000):
    print(n, same_numbers(n), boxes(n, [100003, 100010, 777777, 5]), order(n))
    print(constants(n), fields(n), shrinking(n), unbound(n))
    print(deaths(n), late(n), walk(Node(1, Node(2, Node(3, None))), n))
    print(types(n), squares(n), tangle(n))
# expect: 40 ([37, 31, -3], True) (8, 100012) (4002034, 35, 36)
# expect: (21, [7, 20, 33], 3) (120, 0, None) (280, 0) (1, 39)
# expect: (6, [5, 11, 17, 23], 21, 0, 4, 'Plain') 12 338
# expect: ([], 0) (19.875, 2) (857, 4, 245)
# expect: 1000 ([922, 779, -78], True) (200, 100012) (108033859, 888, 889)
# expect: (562, [7, 20, 33], 77) (2527.0, 0, 989) (2480, 560) (47, 999)
# expect: (166, [5, 11, 17, 23], 501, 16, 100, 'Plain') 1932 168391
# expect: ([23, 46, 15], 10) (68.0, 40) (365, 229, 202)
# expect: 4000 ([3688, 3117, -312], True) (800, 100012) (430133440, 3555, 3556)
# expect: (2245, [7, 20, 33], 308) (9910.0, 0, 3959) (3680, 2960) (190, 3999)
# expect: (666, [5, 11, 17, 23], 2001, 66, 400, 'Plain') 7932 2673577
# expect: ([12, 55.5, 24], 41) (218.0, 160) (531, 139, 81)
