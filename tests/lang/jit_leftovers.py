"""Slots that a side trace has inherited and memory has not: what lies there is nobody's, left over from calls before."""

SIZE = (1 << 25) + 4096        # more than malloc() ever keeps: what was there cannot even be read


def litter():
    a = b = c = d = e = f = g = h = None
    k = bytes(SIZE)
    l = bytes(SIZE)
    m = bytes(SIZE)


def over(n, objs):
    o = objs[0]
    s = 0
    for i in range(n):
        if i > 0:
            s = s + (1 + ((i & 7) * (2 + (3 if i % 3 else 5))))
            o = objs[i & 1]
    return s, o


def run():
    objs = ([], {})
    for _ in range(3):
        litter()
        r = over(300, objs)
    return r


print(run())

# expect: (6201, {})
