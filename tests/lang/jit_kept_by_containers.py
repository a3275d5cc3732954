"""A variable's number gets an object in a round, for a list or an attribute; when that goes, the variable goes on having the number."""


class Box:
    pass


def compared(rounds):
    n = 1
    for i in range(rounds):
        x = [n] == [i]
        n = n - 2000
    return n, x


def compared_pairs(rounds):
    n, y = 1, 5
    for i in range(rounds):
        x, (y, n) = [i, 'a'] == [i, n], (y, n - 2000 if not y & 1 else n + 7000)
    return n, x, y


def stored_twice(rounds):
    box, n, k = Box(), 1, 0
    for i in range(rounds):
        box.v = n
        box.v = i
        if i % 7 == 3:
            k += n
        n = n - 2000
    return n, k, box.v


def stored_floats(rounds):
    box, n, k = Box(), 0.5, 0.0
    for i in range(rounds):
        box.v = n
        if i % 5 == 3:
            box.v = None
            k += n
        n = n * 1.5
        if n > 1e9:
            n = 0.25
    return n, k, box.v


def in_lists(rounds):
    n, out, l = 1, [], [0]
    for i in range(rounds):
        l[0] = n
        x = l.pop()
        l.append(i)
        if i % 9 == 5:
            out.append(n - x)
        x = None
        n += 3000
    return n, len(out), set(out)


for rounds in 24, 3, 24, 200:
    print(compared(rounds), compared_pairs(rounds), stored_twice(rounds), stored_floats(rounds), in_lists(rounds))
# expect: (-47999, False) (168001, False, 5) (-47999, -59997, 23) (8417.056098014116, 6462.12837857008, None) (72001, 3, {0})
# expect: (-5999, False) (21001, False, 5) (-5999, 0, 2) (1.6875, 0.0, 1.125) (9001, 0, set())
# expect: (-47999, False) (168001, False, 5) (-47999, -59997, 23) (8417.056098014116, 6462.12837857008, None) (72001, 3, {0})
# expect: (-399999, False) (1400001, False, 5) (-399999, -5857971, 199) (819061.6534029638, 530763184.20916224, 546041.1022686425) (600001, 22, {0})
