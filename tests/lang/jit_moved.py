"""A variable that the inner loop's trace reads, but does not change, is given another's object before that loop: the frame's memory must say so."""


def f(a, b, c):
    for a in range(0, 16, 2):
        a = b
        for b in range(25):
            c += a
            if b >> (c & 7) >= b:
                continue
            c = a + 2
            a = a
    return a, b, c


print(f(256, 63, 3), f(2, 257, -7), f(256, 256, 256), f(256, 63, 3))

# expect: (24, 24, 4328) (24, 24, 26) (24, 24, 10856) (24, 24, 4328)
