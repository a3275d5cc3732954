"""A trace is left before it has tested the type of a value that it has on the stack: what follows must test it."""


def f(a, n, v):
    s = 0
    for i in range(a, n):
        s += v * (3 if i & 1 else 5)
    return s


print(f(0, 300, 7))
for k in range(60):
    for a in range(3):
        f(a, a + 3, 7)
for v in 0.0, 5e-324, 2.5, True, 2**80:
    print([f(a, a + 3, v) for a in range(3)])
# expect: 8400
# expect: [0.0, 0.0, 0.0]
# expect: [6.4e-323, 5.4e-323, 6.4e-323]
# expect: [32.5, 27.5, 32.5]
# expect: [13, 11, 13]
# expect: [15716035654990179271180288, 13298184015760920921767936, 15716035654990179271180288]
