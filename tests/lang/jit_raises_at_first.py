"""Subscripts that raise while a trace is recorded and find something later, and the other way round; whoever sees the exception."""
import sys


def missing(n, m):
    d, t = {}, 0
    for i in range(n):
        try:
            t += d[i % m]
        except KeyError:
            d[i % m] = 1
        finally:
            t += 1
    return t


def shown(n, m):
    d, seen = {}, []
    for i in range(n):
        try:
            d[i % m, "k"] += 1
        except KeyError as e:
            seen.append((e.args, e.__traceback__.tb_lineno - shown.__code__.co_firstlineno, sys.exc_info()[1] is e))
            d[i % m, "k"] = 0
    return len(seen), seen[0], seen[-1], sum(d.values())


def outside(n):
    l, t = [], 0
    for i in range(n):
        try:
            t += l[i % 7]
        except IndexError:
            l.append(i)
        finally:
            t += 1
    return t, l


class Default(dict):
    def __missing__(self, key):
        return self.setdefault(key, len(self))


class Odd:
    hashes = 0

    def __hash__(self):
        Odd.hashes += 1
        return 5

    def __eq__(self, other):
        return True


def other_kinds(n):
    t, kinds = 0, [{1: 1}, Default(), {2: 2}, {Odd(): 3}]
    for i in range(n):
        try:
            t += kinds[i * 4 // n][i % 3]
        except KeyError:
            t += 100
    return t


def odd_keys(n):
    d, t = {}, 0
    for i in range(n):
        try:
            t += d[Odd() if i % 2 else i % 5]
        except KeyError:
            d[i % 5] = i
    return t, len(d), Odd.hashes


def gone(n):
    """Found for a long time, then missing for a long time."""
    d, t = dict.fromkeys(range(5), 1), 0
    for i in range(n):
        if i == n // 2:
            d.clear()
        try:
            t += d[i % 5]
        except KeyError:
            t -= 1
        finally:
            t += 3
    return t


print(missing(400, 10), missing(400, 399), missing(50, 3))
# expect: 790 401 97
print(shown(300, 40))
# expect: (40, (((0, 'k'),), 4, True), (((39, 'k'),), 4, True), 260)
print(outside(300))
# expect: (1176, [0, 1, 2, 3, 4, 5, 6])
print(other_kinds(400))
# expect: 23500
print(odd_keys(300))
# expect: (21609, 5, 151)
print(gone(400))
# expect: 1200
