"""Objects that a trace has not made yet lie on the stack, or have a number in common with it, when a loop begins inside a list."""

import sys


class A:
    def __init__(self, n, x=1, y=True):
        self.x = x
        self.y = n


class B(A):
    def __init__(self, n, x=2):
        super().__init__(n, x)


def displays(l, n):
    out = None
    for i in range(n):
        out = [A(-n, x=(i is i)), B(n, x=len([o for o in l if o is not None])), (i, A(i))]
    return [o.x for o in out[:2]], out[2][0] is out[2][1].y, sys.getrefcount(out[2][0]) < 100, out[2][0] == n - 1


def shared(n):
    same = 0
    for i in range(1000, 1000 + n):
        j = i + i
        p = A(j, j)
        for k in (1, j):
            if k is p.x and k is p.y:
                same += 1
        same += (p, j)[0].x is j
    return same, p.x is j, sys.getrefcount(j)


for k in range(3):
    print(displays([None, 1, 2], 300), shared(300))
# expect: ([True, 2], True, True, True) (600, True, 5)
# expect: ([True, 2], True, True, True) (600, True, 5)
# expect: ([True, 2], True, True, True) (600, True, 5)
