"""Calls of bound methods with tuples that nobody else has: what they were is gone while the call is recorded."""


class Set:
    def __init__(self):
        self.all = []

    def take(self, name, value):
        self.all.append((name, value))

    def three(self, a, b, c=3, *rest):
        self.all.append((a, b, c, rest))


def parse(i):
    """A tuple of new tuples, and a chain of dead ones behind it."""
    dead = [(i, k) for k in range(20)]
    chain = ()
    for k in range(20):
        chain = (k, chain)
    return f"name{i}", (i, chain[1][1][0])


def calls(rounds):
    s = Set()
    for i in range(rounds):
        s.take(*parse(i))
        if i % 3 == 0:
            s.three(*parse(i), i)
    return len(s.all), s.all[-1], s.all[0]


for _ in range(30):
    last = calls(200)
print(last)


# expect: (267, ('name199', (199, 17)), ('name0', (0, 17)))
