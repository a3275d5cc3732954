# Fields and items that are compared with small constants: most rounds find the very object of the constant, others what is equal to it and another object, or something else.
class State:
    def __init__(self, kind):
        self.kind = kind
        self.count = 0


class Odd(int):
    def __eq__(self, other):
        log.append(int(self))
        return int(self) == other

    __hash__ = int.__hash__


log = []


def kinds(states):
    one = other = none = 0
    for s in states:
        if s.kind == 1:
            one += s.kind + 10
        elif s.kind == -1:
            other += s.kind
        elif s.kind != 0:
            none += 1
    return one, other, none


def rounds(states):
    total = 0
    for s in states:
        if s.count == 0:
            total += 1
        s.count = s.count + 1
        if s.count != 1:
            total += 100
    return total


def counts(n):
    s = State(0)
    total = 0
    for i in range(n):
        if s.count == 0:
            total += 1
        s.count = (s.count + 1) % 3
    return total, s.count


def cells(row):
    n = 0
    for i in range(len(row)):
        if row[i] == 2:
            n += row[i] * 3
        elif row[i] == 0:
            n -= 1
    return n


def pairs(rows):
    n = 0
    for p in rows:
        if p[0] == p[1]:
            n += 1
        if 3 == p[0]:
            n += p[0]
    return n


def gone(states):
    n = 0
    for s in states:
        try:
            if s.kind == 1:
                s.kind = 2
                n += 1
        except AttributeError:
            n += 1000
            s.kind = 5
    return n


same = [State(1) for i in range(400)]
print(kinds(same))
# expect: (4400, 0, 0)
mixed = [State((1, -1, 0, True, 1.0, 7, 10**12, 10**30, 'x', None)[i % 10]) for i in range(1000)]
print(kinds(mixed), kinds(mixed[::-1]), kinds(same))
# expect: (3300.0, -100, 500) (3300.0, -100, 500) (4400, 0, 0)
print(kinds([State(Odd(i % 3)) for i in range(300)]), len(log), sum(log))
# expect: (1100, 0, 100) 500 500
print(rounds(same), rounds(same), rounds(same[:7] + [State(0) for i in range(300)]))
# expect: 400 40000 1000
print(counts(1000), counts(1001))
# expect: (334, 1) (334, 2)
row = [2] * 300
print(cells(row))
# expect: 1800
row[::7] = [0] * 43
row[::5] = [1 << 70] * 60
row[3] = 2.0
print(cells(row))
# expect: 1202.0
print(pairs([(3, 3)] * 200), pairs([(3, 3), (True, 1), (4, 3), (3.0, 3), (300, 300)] * 100))
# expect: 800 1000.0
states = [State(1) for i in range(300)]
del states[200].kind, states[250].kind
print(gone(states), gone(states), [s.kind for s in states[198:202]])
# expect: 2298 0 [2, 2, 5, 2]
