"""Integers, floats, complex."""
print(2**100, -7 // 2, -7 % 3, divmod(-7, 2), 7 >> 1, -7 >> 1, 1 << 70, ~5, 6 & 3, 6 | 3, 6 ^ 3)
print(10**30 // 7**12, (10**30) % (7**12), pow(3, 200, 10**9 + 7), int("ff", 16), hex(255), oct(8), bin(-5))
print(0.1 + 0.2, 1e100, 1e16, 123456789.123, 1 / 3, -0.0, float("inf"), float("nan"), 5e-324, 1.7976931348623157e308)
print(round(2.5), round(3.5), round(2.675, 2), round(1234, -2), int(3.99), (0.5).hex(), float.fromhex("0x1.8p3"))
print((1 + 2j) * (3 - 4j), abs(3 + 4j), (2 + 0j) ** 0.5, complex("1+2j"))
print(1 == 1.0 == True, hash(1) == hash(1.0), 10**20 == 1e20, 2**53 + 1 == float(2**53 + 1))
print(int.from_bytes(b"\x01\x00", "big"), (1000).to_bytes(2, "little"), (255).bit_length(), (0b1011).bit_count())
print(sum([0.1] * 10), max(1, 2.5), min(3, 1), abs(-5), 7 / 2, 7.0 // 2, 2 ** -1, (-8) ** (1 / 3))
a = 3**400
b = 7**300
print((a * b) // b == a, (a * b + 5) % b, len(str(a)), str(a)[:20], a.bit_length())
for e in ("1 // 0", "1.0 % 0", "int('x')", "1 << -1", "float('y')", "10 ** 400 * 1.0"):
    try:
        print(eval(e))
    except Exception as x:
        print(type(x).__name__, x)

# Shifts by very many bits: there would be a place for each digit, but no memory; or not even that.
for a, b in (1, 2**62 + 3), (1, 2**64), (0, 2**70), (1, 2**66), (-1, 30 * (2**61 - 8)), (-1, 30 * (2**61 - 8) + 1), (5, 2**90):
    try:
        print(a << b)
    except (MemoryError, OverflowError) as e:
        print(type(e).__name__, e, a >> b)
# expect: 1267650600228229401496703205376 -4 2 (-4, 1) 3 -4 1180591620717411303424 -6 2 7 5
# expect: 72247615809008889302 9001576298 136318165 255 0xff 0o10 -0b101
# expect: 0.30000000000000004 1e+100 1e+16 123456789.123 0.3333333333333333 -0.0 inf nan 5e-324 1.7976931348623157e+308
# expect: 2 4 2.67 1200 3 0x1.0000000000000p-1 12.0
# expect: (11+2j) 5.0 (1.4142135623730951+0j) (1+2j)
# expect: True True True False
# expect: 256 b'\xe8\x03' 8 3
# expect: 1.0 2.5 1 5 3.5 3.0 0.5 (1.0000000000000002+1.7320508075688772j)
# expect: True 5 191 70550791086553325712 634
# expect: ZeroDivisionError integer division or modulo by zero
# expect: ZeroDivisionError float modulo by zero
# expect: ValueError invalid literal for int() with base 10: 'x'
# expect: ValueError negative shift count
# expect: ValueError could not convert string to float: 'y'
# expect: OverflowError int too large to convert to float
# expect: MemoryError  0
# expect: MemoryError  0
# expect: 0
# expect: OverflowError too many digits in integer 0
# expect: MemoryError  -1
# expect: OverflowError too many digits in integer -1
# expect: OverflowError too many digits in integer 0
