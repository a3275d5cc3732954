"""What a call returned is moved on the stack by an inlined comprehension, whose variable has the name of one of the function: the ledger of references
knew what had been returned by the slot that it lay in later, where something else comes then."""


class C:
    def items(self, n):
        return iter((self, n))


def rest(n, x=None):
    for j in range(n):
        yield 0


def body(n):
    q = g = None
    c = C()
    for i, z in zip(range(n), rest(n)):
        g = rest(5, [q for q in c.items(i)])
    return q, next(g), len(g.gi_frame.f_locals["x"]), g.gi_frame.f_locals["x"][1]


for n in 12, 12, 1, 300:
    print(body(n))
# expect: (None, 0, 2, 11)
# expect: (None, 0, 2, 11)
# expect: (None, 0, 2, 0)
# expect: (None, 0, 2, 299)
