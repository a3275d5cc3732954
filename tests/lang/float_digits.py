"""Floats as a given number of digits, rounded, and read: the digest of what CPython 3.13.5 makes of these."""
import hashlib
import random
import struct

r = random.Random(1)


def value():
    kind = r.randrange(8)
    if kind == 0:
        return struct.unpack("d", struct.pack("Q", r.getrandbits(64)))[0]
    if kind == 1:
        return r.random()
    if kind == 2:
        return r.randrange(-10**6, 10**6) / 2 ** r.randrange(12)
    if kind == 3:
        return r.uniform(-1e6, 1e6)
    if kind == 4:
        return float(10 ** r.randrange(25)) * r.choice([1, -1, 0.5, 1.5])
    if kind == 5:
        return r.randrange(10**6) / 100 + 0.005
    if kind == 6:
        return 10.0 ** r.randrange(-30, 40)
    return r.choice([0.0, -0.0, 5e-324, 1e22, 1e23, 0.5, 1.5, 2.5, 9.995, 99.5, 999999.5, 2**53, 2**63, 2.0**64, 0.05, 0.045])


h = hashlib.md5()
for _ in range(20000):
    v, n = value(), r.randrange(0, 20)
    if v - v == 0:
        h.update(f"{v:.{n}f} {v:.{n}e} {v:.{n}g} {v:#.{n}g} {round(v, n)!r} {round(v, -n % 4)!r} {'%.*f' % (n, v)}\n".encode())
print(h.hexdigest())  # expect: 315dd172f6dd26cd84846f53de7a579a
print(f"{2.5:.0f} {0.125:.2f} {1e15 + 0.3:.1f} {1e23:.3f} {-0.0:.1f} {9.9996:.3f} {9.9996e-5:.3e}", round(2.675, 2), round(-0.5, 0))  # expect: 2 0.12 1000000000000000.2 99999999999999991611392.000 -0.0 10.000 1.000e-04 2.67 -0.0

D = "0123456789"
h = hashlib.md5()
for _ in range(15000):
    whole, fraction = ("".join(r.choice(D) for _ in range(r.randrange(0, r.choice([3, 8, n])))) for n in (20, 25))
    exponent = r.choice(["", "", "", f"e{r.randrange(-40, 40)}", f"E+{r.randrange(30)}", f"e{r.randrange(-400, 400)}", "e", ".", "e-", "_1"])
    try:
        v = float(r.choice(["", "-", "+"]) + whole + r.choice(["", ".", "."]) + fraction + exponent)
    except ValueError as e:
        v = str(e)
    h.update(repr(v).encode())
print(h.hexdigest())
# expect: 61b23b6d146d33b2a60050346deb0547
for s in "0 -0 -0.0 -0e5 1e22 1e23 9007199254740991 9007199254740992 9007199254740993 .5 5. 1e-22 1e-23 123456789012345e22 000000000000000000001.5 1e0000000000000000000001".split():
    print(float(s).hex(), end=" ")
# expect: 0x0.0p+0 -0x0.0p+0 -0x0.0p+0 -0x0.0p+0 0x1.0f0cf064dd592p+73 0x1.52d02c7e14af6p+76 0x1.fffffffffffffp+52 0x1.0000000000000p+53 0x1.0000000000000p+53 0x1.0000000000000p-1 0x1.4000000000000p+2 0x1.e392010175ee6p-74 0x1.82db34012b251p-77 0x1.db89cafccd3a9p+119 0x1.8000000000000p+0 0x1.4000000000000p+3 
