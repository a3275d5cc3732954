"""Text of values in hot loops: f-strings, str(), repr(), format(), the operator %."""
import sys


def texts(values, rounds):
    out = []
    for i in range(rounds):
        for v in values:
            out.append(f"{v}|{v!r}|{v!s}|{v!a}")
            out.append(str(v) + repr(v))
    return hash(tuple(out)) == hash(tuple([f"{v}|{v!r}|{v!s}|{v!a}", str(v) + repr(v)][k] for _ in range(rounds) for v in values for k in (0, 1))), out[:2 * len(values)]


print(texts([1, -1, 0, 2 ** 70, -2 ** 62, 2 ** 63 - 1, -2 ** 63], 40))
print(texts([1.5, -0.0, 1e300, float("inf"), float("nan"), 0.1 + 0.2], 40))
print(texts(["a", "\u00e9", "\U0001f600", "", "it's \"x\""], 40))
print(texts([None, True, False], 40))


def parts(rounds):
    n = 0
    for i in range(rounds):
        a, b = f"{i}", "\u20ac" * (i % 3)
        s = f"{a}{b}{i}{a},{b}-{a}+{i}/{i * 2}:{a}"
        n += len(s)
    return n, s


print(parts(300))


def specs(rounds):
    out = set()
    for i in range(rounds):
        x = i / 7
        w = i % 5
        out.add(f"{i:5d}{x:.3f}{x:>10.2e}{i:x}{i:{w}}{'ab':^7}{i:,}{x:%}{True:d}")
    return len(out), sorted(out)[::50]


print(specs(200))


def wrong(rounds):
    errors = []
    for i in range(rounds):
        spec = ".2f" if i != 150 else "zz"
        v = 1.5 if i != 170 else "text"
        try:
            f"{v:{spec}}"
        except ValueError as e:
            errors.append((i, str(e)))
    return errors


print(wrong(200))


def percent(rounds):
    out = []
    for i in range(rounds):
        out.append("%d %s %r %5.2f" % (i, "x", None, i / 3))
        out.append("<%s>" % i)
        out.append("%%%x" % (i,))
    return len(out), out[-3:]


print(percent(200))


class Talks:
    def __init__(self, n):
        self.n = n

    def __str__(self):
        said.append(sys._getframe(1).f_lineno)
        return f"T{self.n}"

    def __format__(self, spec):
        said.append(spec)
        return "F" + spec

    def __repr__(self):
        return "R"


said = []


def talks(rounds):
    """In mid-loop a value has code to run."""
    out = []
    for i in range(rounds):
        v = i if i % 50 != 49 else Talks(i)
        out.append(f"{v}" + "%s" % v + "%s-%s" % (v, 1) + f"{v:4}" + str(v) + f"{v!r}")
    return out[48:51], len(out)


print(talks(200), said[:6], len(said))


def percent_errors(rounds):
    errors = []
    for i in range(rounds):
        args = (i, 1) if i % 60 == 59 else (i,)
        try:
            "%d" % args
        except TypeError as e:
            errors.append(str(e))
        try:
            "%d" % ("x" if i % 60 == 58 else i)
        except TypeError as e:
            errors.append(str(e))
    return errors


print(percent_errors(200))


def digits(rounds):
    """More digits than int allows to be converted."""
    n = 0
    big = 10 ** 5000
    for i in range(rounds):
        try:
            n += len(f"{big if i == 150 else i}")
        except ValueError as e:
            print(str(e)[:30])
    return n


print(digits(200))


class Sub(str):
    def __str__(self):
        return "sub"


def subclass(rounds):
    out = []
    for i in range(rounds):
        s = Sub("x") if i % 70 == 69 else "x"
        out.append(f"{s}{s!s}{i}" + "%s" % s)
    return out[68:71]


print(subclass(200))


def counts(rounds):
    a = "some text" + str(rounds)
    before = sys.getrefcount(a)
    kept = []
    for i in range(rounds):
        kept.append(f"{a}{i}{a}")
        b = f"{a}"
        c = "%s" % a
    return sys.getrefcount(a) - before, b is a, c is a, sys.getrefcount(kept[-1])


print(counts(200))


# expect: (True, ['1|1|1|1', '11', '-1|-1|-1|-1', '-1-1', '0|0|0|0', '00', '1180591620717411303424|1180591620717411303424|1180591620717411303424|1180591620717411303424', '11805916207174113034241180591620717411303424', '-4611686018427387904|-4611686018427387904|-4611686018427387904|-4611686018427387904', '-4611686018427387904-4611686018427387904', '9223372036854775807|9223372036854775807|9223372036854775807|9223372036854775807', '92233720368547758079223372036854775807', '-9223372036854775808|-9223372036854775808|-9223372036854775808|-9223372036854775808', '-9223372036854775808-9223372036854775808'])
# expect: (True, ['1.5|1.5|1.5|1.5', '1.51.5', '-0.0|-0.0|-0.0|-0.0', '-0.0-0.0', '1e+300|1e+300|1e+300|1e+300', '1e+3001e+300', 'inf|inf|inf|inf', 'infinf', 'nan|nan|nan|nan', 'nannan', '0.30000000000000004|0.30000000000000004|0.30000000000000004|0.30000000000000004', '0.300000000000000040.30000000000000004'])
# expect: (True, ["a|'a'|a|'a'", "a'a'", "é|'é'|é|'\\xe9'", "é'é'", "😀|'😀'|😀|'\\U0001f600'", "😀'😀'", "|''||''", "''", 'it\'s "x"|\'it\\\'s "x"\'|it\'s "x"|\'it\\\'s "x"\'', 'it\'s "x"\'it\\\'s "x"\''])
# expect: (True, ['None|None|None|None', 'NoneNone', 'True|True|True|True', 'TrueTrue', 'False|False|False|False', 'FalseFalse'])
# expect: (7685, '299€€299299,€€-299+299/598:299')
# expect: (200, ['    00.000  0.00e+0000  ab   00.000000%1', '   507.143  7.14e+003250  ab   50714.285714%1', '  10014.286  1.43e+0164100  ab   1001428.571429%1', '  15021.429  2.14e+0196150  ab   1502142.857143%1'])
# expect: [(150, "Unknown format code 'z' for object of type 'float'"), (170, "Unknown format code 'f' for object of type 'str'")]
# expect: (600, ['199 x None 66.33', '<199>', '%c7'])
# expect: (['484848-1  484848', 'FT49T49-1F4T49R', '505050-1  505050'], 200) ['', 95, 95, '4', 95, ''] 20
# expect: ['%d format: a real number is required, not str', 'not all arguments converted during string formatting', '%d format: a real number is required, not str', 'not all arguments converted during string formatting', '%d format: a real number is required, not str', 'not all arguments converted during string formatting']
# expect: Exceeds the limit (4300 digits
# expect: 487
# expect: ['xx68x', 'subsub69sub', 'xx70x']
# expect: (2, True, True, 2)
