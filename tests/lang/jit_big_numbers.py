"""Numbers that no register holds, in hot loops: large ints, complex numbers, powers."""
import sys

M = (1 << 64) - 1


def xorshift(x, rounds):
    out = 0
    for i in range(rounds):
        x ^= (x << 13) & M
        x ^= x >> 7
        x ^= (x << 17) & M
        out = (out * 31 + x) % 1000000007
    return x, out


print(xorshift(88172645463325252, 300))


def lcg(x, rounds):
    small = 0
    for i in range(rounds):
        x = (x * 6364136223846793005 + 1442695040888963407) & M
        small += x >> 60
        if x > 1 << 63:
            small += 1
        elif x <= 12345678901234567890:
            small -= 1
        if x == M:
            small = -1
    return x, small


print(lcg(1, 300))


def fibonacci(rounds):
    a, b = 0, 1
    for i in range(rounds):
        a, b = b, a + b
    return a


print(fibonacci(300), fibonacci(60), [fibonacci(n) for n in range(85, 95)])


def operators(values, rounds):
    out = []
    for i in range(rounds):
        for a in values:
            for b in values:
                r = []
                r.append(a + b)
                r.append(a - b)
                r.append(a * b)
                if b:
                    r.append(a / b)
                    if type(a) is not complex and type(b) is not complex:
                        r.append(a // b)
                        r.append(a % b)
                out.append(r)
        del out[len(values) ** 2:]
    return out


BIG = [2 ** 60, -2 ** 60, 2 ** 63, 2 ** 64 + 1, -2 ** 100, 7, -1, 0, 3.5]
now = operators(BIG, 40)
print(hash(str(now)) == hash(str(operators(BIG, 1))), now[11])
C = [1 + 2j, -0.0j, 3, 2.5, -1j, True]
now = operators(C, 40)
print(str(now) == str(operators(C, 1)), now[1])


def bits(values, rounds):
    out = []
    for i in range(rounds):
        for a in values:
            out.append((a & 2 ** 70, a | 5, a ^ -1, a << 3, a << 70, a >> 2, a >> 100, a ** 3, a ** 2))
        del out[len(values):]
    return out


INTS = [2 ** 61, -2 ** 61 - 3, 2 ** 59, 5, -5, 0, 2 ** 200]
print(bits(INTS, 60) == bits(INTS, 1), bits(INTS, 60)[:2])


def powers(rounds):
    t = 0
    for i in range(rounds):
        t += i ** 2 + (-2) ** (i % 5) + (2 ** -1 if i % 50 == 49 else 0)
    return t


print(powers(300))


def mandelbrot(rounds):
    out = []
    for i in range(rounds):
        c = complex(i / rounds * 2 - 1.5, 0.3)
        z = 0j
        n = 0
        while abs(z) < 2 and n < 40:
            z = z * z + c
            n += 1
        out.append(n)
    return sum(out), z


print(mandelbrot(100))


def errors(rounds):
    out = []
    zero = 0
    for i in range(rounds):
        x = 2 ** 70 + i
        try:
            if i % 40 == 39:
                x //= zero
            elif i % 40 == 38:
                x << -1
            elif i % 40 == 37:
                x / (10 ** 400 - 10 ** 400)
            elif i % 40 == 36:
                (10 ** 400) / 3
            elif i % 40 == 35:
                1j // 1
            else:
                x % 7
        except (ZeroDivisionError, ValueError, OverflowError, TypeError) as e:
            out.append(str(e))
    return sorted(set(out)), len(out)


print(errors(200))


class Int(int):
    def __add__(self, other):
        return "mine"

    def __radd__(self, other):
        return "theirs"


def subclasses(rounds):
    out = {}
    for i in range(rounds):
        a = 2 ** 70
        b = Int(2 ** 71) if i % 30 == 29 else 2 ** 71
        for r in (a + b, b + a):
            out[str(r)] = out.get(str(r), 0) + 1
    return out


print(subclasses(200))


def counts(rounds):
    x = 2 ** 100 + rounds
    before = sys.getrefcount(x)
    kept = []
    for i in range(rounds):
        y = x + 0
        kept.append(x * 1)
        z = x - x
    return sys.getrefcount(x) - before, y is x, sys.getrefcount(y), z


print(counts(200))


def order(rounds):
    a, b = 2 ** 90, 2 ** 90 + 1
    n = 0
    for i in range(rounds):
        if a < b:
            n += 1
        if a <= i:
            n += 100
        if b > 2 ** 80:
            n += 1
        if a >= b:
            n += 1000
        a, b = b, a
    return n


print(order(300))


# expect: (16336317884979378143, 310674784)
# expect: (8916144862187334701, 2200)
# expect: 222232244629420445529739893461909967206666939096499764990979600 1548008755920 [259695496911122585, 420196140727489673, 679891637638612258, 1100087778366101931, 1779979416004714189, 2880067194370816120, 4660046610375530309, 7540113804746346429, 12200160415121876738, 19740274219868223167]
# expect: True [8070450532247928832, -10376293541461622784, -10633823966279326983230456482242756608, -0.125, -1, 8070450532247928832]
# expect: True [(1+2j), (1+2j), -0j]
# expect: True [(0, 2305843009213693957, -2305843009213693953, 18446744073709551616, 2722258935367507707706996859454145691648, 576460752303423488, 0, 12259964326927110866866776217202473468949912977468817408, 5316911983139663491615228241121378304), (1180591620717411303424, -2305843009213693955, 2305843009213693954, -18446744073709551640, -2722258935367507711248771721606379601920, -576460752303423489, -1, -12259964326927110914718984065459444955744728396330958875, 5316911983139663505450286296403542025)]
# expect: 8955713.0
# expect: (2757, (1.8615008736355336+1.7282831949533373j))
# expect: (['division by zero', 'integer division or modulo by zero', 'integer division result too large for a float', 'negative shift count', "unsupported operand type(s) for //: 'complex' and 'int'"], 25)
# expect: {'3541774862152233910272': 388, 'theirs': 6, 'mine': 6}
# expect: (0, False, 2, 0)
# expect: 150450
