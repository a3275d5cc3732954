"""Ints that traces make in blocks from the free list, change where they lie and give back: of one digit, two and three, negative and static ones."""
import sys

BORDERS = (-(2**60), -(2**30), -6, -5, 0, 250, 256, 257, 2**29, 2**30 - 90, 2**31 - 90, 2**59, 2**60 - 90, 2**62)


class Box:
    def __init__(self, n):
        self.n = n


def sound(v):
    """It is what its parts say."""
    return v == int(str(v)) and hash(v) == hash(str(v).__len__() and int(str(v))) and v.bit_length() == len(bin(v).lstrip("-0b")) and (v >> 30 << 30) + (v & (1 << 30) - 1) == v


def lists(start, n):
    out = []
    for i in range(n):
        out.append(start + i)
        pair = [start - i, start + 2 * i]
        if i % 40 == 3:
            out.append(pair[0])
    return out


def places(start, n):
    row = [0, 1000, 2**40, -7] * 4
    for i in range(n):
        row[i & 15] = start + i
        row[i * 5 & 15] += 1
    return row


def fields(start, n):
    b, seen = Box(start), []
    for i in range(n):
        b.n += 1
        v = b.n
        b.n = v * 2 - v
        if i % 50 == 9:
            seen.append(b.n)
    return b.n, seen, sys.getrefcount(b.n) - sys.getrefcount(seen[-1])


def random(n):
    b, total = Box(12345), 0
    for i in range(n):
        b.n = (b.n * 1103515245 + 12345) & 0x7FFFFFFF
        total += b.n & 255
    return b.n, total


def dropped(start, n):
    total = 0
    for i in range(n):
        t = [start + i, start * 3 + i, -start - i]
        total ^= t[0] ^ t[1] ^ t[2]
        t[0] = t[1] = None
    return total


for start in BORDERS:
    made = lists(start, 200)
    print(start, sum(made), all(map(sound, made)), len({id(v) for v in made}), {sys.getrefcount(v) for v in made if v > 256 or v < -5} or "static")
    row = places(start, 200)
    print(sum(row), all(map(sound, row)))
    last, seen, more = fields(start, 200)
    print(last, sum(seen), sound(last), len({id(v) for v in seen}), more < 10**6)
    print(dropped(start, 200))
print(random(3000))

# expect: -1152921504606846976 -236348908444403610595 True 205 {3}
# expect: -18446744073709548542 True
# expect: -1152921504606846776 -4611686018427387564 True 4 True
# expect: 2305843009213693752
# expect: -1073741824 -220117054435 True 205 {3}
# expect: -17179866110 True
# expect: -1073741624 -4294966956 True 4 True
# expect: 2147483448
# expect: -6 18255 True 205 {3}
# expect: 2978 True
# expect: 194 316 True 4 True
# expect: -200
# expect: -5 18460 True 205 {3}
# expect: 2994 True
# expect: 195 320 True 4 True
# expect: 112
# expect: 0 19485 True 205 {3}
# expect: 3074 True
# expect: 200 340 True 4 True
# expect: -200
# expect: 250 70735 True 205 {3}
# expect: 7074 True
# expect: 450 1340 True 4 True
# expect: 312
# expect: 256 71965 True 205 {3}
# expect: 7170 True
# expect: 456 1364 True 4 True
# expect: 312
# expect: 257 72170 True 205 {3}
# expect: 7186 True
# expect: 457 1368 True 4 True
# expect: 0
# expect: 536870912 110058556445 True 205 {3}
# expect: 8589937666 True
# expect: 536871112 2147483988 True 4 True
# expect: 1073741624
# expect: 1073741734 220117074955 True 205 {3}
# expect: 17179870818 True
# expect: 1073741934 4294967276 True 4 True
# expect: 2147483592
# expect: 2147483558 440234148875 True 205 {3}
# expect: 34359740002 True
# expect: 2147483758 8589934572 True 4 True
# expect: 4294967240
# expect: 576460752303423488 118174454222201834525 True 205 {3}
# expect: 9223372036854778882 True
# expect: 576460752303423688 2305843009213694292 True 4 True
# expect: 1152921504606846776
# expect: 1152921504606846886 236348908444403631115 True 205 {3}
# expect: 18446744073709553250 True
# expect: 1152921504606847086 4611686018427387884 True 4 True
# expect: 2305843009213693896
# expect: 4611686018427387904 945395633777614539805 True 205 {3}
# expect: 73786976294838209538 True
# expect: 4611686018427388104 18446744073709551956 True 4 True
# expect: 9223372036854775608
# expect: (1186463809, 382548)
