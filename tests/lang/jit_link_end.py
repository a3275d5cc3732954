"""The end of a round has stored what slots held; numbers that are out of the bounds of the loop that follows leave behind that."""


def exchanged(v0, v1, v2, v3, v4, v5):
    try:
        for v2 in range(25):
            c3 = 0
            while c3 < 25:
                c3 += 1
                v5 = (v0 | v5)
                v2 += ((not v2) - v2)
                v0, v3 = v3, v1
    except TypeError as e:
        return str(e), (v0, v1, v2, v3, v4, v5)
    return v0, v1, v2, v3, v4, v5


for values in (256, 5, 2 ** 64, 5e-324, 1.0, 64), (64, float("inf"), 2, 2 ** 64, 7.0, 5), (-1, 1000003, 2 ** 63 - 1, False, 0, 5), (256, 5, 2 ** 64, 5e-324, 1.0, 64):
    print(exchanged(*values))
# expect: ("unsupported operand type(s) for |: 'float' and 'int'", (5e-324, 5, 1, 5, 1.0, 320))
# expect: ("unsupported operand type(s) for |: 'float' and 'int'", (inf, inf, 0, inf, 7.0, 18446744073709551685))
# expect: (1000003, 1000003, 0, 1000003, 0, -1)
# expect: ("unsupported operand type(s) for |: 'float' and 'int'", (5e-324, 5, 1, 5, 1.0, 320))
