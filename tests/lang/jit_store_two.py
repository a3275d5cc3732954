"""a = b = value in one instruction: both variables hold the same object, whose last references these may be."""
import sys
import weakref


class Noted:
    def __init__(self, n, x=1):
        self.n = n
        self.x = x

    def __del__(self):
        log.append(self.n)


class Plain:
    def __init__(self, n):
        self.n = n


log = []


def noted(k):
    m = k
    for i in range(160):
        try:
            a = b = Noted(i + k)
            m = (m * 3 + i) & 1023
            if Noted(-i, x=i):
                continue
        except Exception as e:
            log.append((str(e), e.__traceback__.tb_lineno))
    return i, m, a is b, sys.getrefcount(a) - sys.getrefcount(object())


def plain(n):
    s = 0
    for i in range(n):
        try:
            a = b = Plain(i)
            w = weakref.ref(a) if i % 3 == 0 else None
            s += b.n + sys.getrefcount(a)
            if i % 7 == 0:
                b = None
        except Exception as e:
            return repr(e)
    return s, w is not None and w() is None, a is b


def lists(n, keep):
    for i in range(n):
        try:
            a = b = [i]
            a.append(len(b))
            if i % keep == 0:
                log.append(b)
        except Exception as e:
            return repr(e)
    return a, sys.getrefcount(a)


for start in range(3):
    print(noted(start), len(log), log[:6], log[-4:])
    log.clear()
print(plain(300), plain(301))
print(lists(300, 70), log)
# expect: (159, 464, True, 2) 320 [0, 0, -1, 1, -2, 2] [-158, 158, -159, 159]
# expect: (159, 593, True, 2) 320 [0, 1, -1, 2, -2, 3] [-158, 159, -159, 160]
# expect: (159, 722, True, 2) 320 [0, 2, -1, 3, -2, 4] [-158, 160, -159, 161]
# expect: (45750, False, True) (46053, False, True)
# expect: ([299, 1], 4) [[0, 1], [70, 1], [140, 1], [210, 1], [280, 1]]
