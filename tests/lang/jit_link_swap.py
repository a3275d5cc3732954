"""A loop whose end writes variables from objects that an exit handed on: the first store must not free what the second stores."""
def f(v0, v1):
    for v2 in range(-15, 30, 3):
        v1 = (v0 * 0.5)
        c2 = 0
        while c2 < 25:
            c2 += 1
            v0, v1 = v1, v0
    return v0, v1, v0 is v1
for a in [(1.0, 5), (9007199254740993.0, 64), (257, 257), (1.0, 5)]:
    print(f(*a))
# expect: (3.0517578125e-05, 6.103515625e-05, False)
# expect: (274877906944.0, 549755813888.0, False)
# expect: (0.007843017578125, 0.01568603515625, False)
# expect: (3.0517578125e-05, 6.103515625e-05, False)
