"""Programs that generated ones were reduced to (tests/fuzz/jit_many.py), each of which went wrong in some mode of the compiler."""


# The index of enumerate() gets an object for a tuple that dies in the same instruction: exits of the guard that it may left behind a reference for the variable.
class P:
    def __init__(self, w):
        self.w = w


def two(a, b=2):
    return a, b


def compared(l, p, o):
    for i, z in enumerate(l * 6):
        x = p.w == two(i, o)
    return x, i


for k in range(3):
    print(compared([1, 2, 3], P(None), two), compared([1, 2, 3], P((17, 3)), 3))
# expect: (False, 17) (True, 17)
# expect: (False, 17) (True, 17)
# expect: (False, 17) (True, 17)


# An iterator that dies has stores that wait for it, under whatever name (-X jit=stress,without=cse).
def left(n, l):
    s = 0
    for i in range(n):
        for j, z in enumerate(range(4)):
            if i > 15:
                break
        for j, z in enumerate(l[:5]):
            break
    return j, z is l[0]


print([left(24, [object(), 2, 300, 4.5, "a", left]) for k in range(4)])
# expect: [(0, True), (0, True), (0, True), (0, True)]
