"""Comprehensions whose variable is a cell of the function around them set it aside and put it back by instructions that handlers' ranges go over:
code objects with them come back from marshal data."""

import marshal

SOURCES = ["""
def f(s):
    x = 1
    cell = lambda: x
    for i in s:
        try:
            try:
                del s[5]
            except IndexError:
                pass
            n = {x & 3 for x in range(5)}
        except ValueError:
            x = 4
    return x, n, cell()
""", """
def f(s):
    x = y = 1
    cell = lambda: (x, y)
    for i in s:
        try:
            [(x, y) for x in s for y in s]
            a, b = [x for x in s if x], {y: x for y in s}
            n = a, b
        except (ValueError, TypeError):
            y = cell()
        finally:
            x += 1
    return x, y, n, cell()
""", """
async def g(s):
    x = 0
    def inner():
        nonlocal x
        x += 1
        return x
    try:
        with open(s[0]) as x:
            r = [x async for x in s]
    except TypeError as x:
        r = [x for x in s], inner
    except OSError:
        r = [[x for x in range(2)] for s in (1, 2)], x, inner()
    return r
def f(s):
    try:
        g(['/nowhere/at/all', 1]).send(None)
    except StopIteration as e:
        return e.value
"""]
for source in SOURCES:
    space = {}
    exec(marshal.loads(marshal.dumps(compile(source, "p", "exec"))), space)
    print(space["f"]([1, 2, 3]))
# expect: (1, {0, 1, 2, 3}, 1)
# expect: (4, 1, ([1, 2, 3], {1: 3, 2: 3, 3: 3}), (4, 1))
# expect: ([[0, 1], [0, 1]], 0, 1)
