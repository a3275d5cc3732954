"""Small programs for jit_programs.py, made from numbers from 9000000 on: one loop or two over a few statements of every kind, with objects whose deaths, lines and counts are logged. They take a
millisecond each: what goes wrong mostly does so in a few lines. Loops of those from 9500000 on go round often enough to be compiled at the usual thresholds.

Nothing that they give depends on addresses or on hashes of strings."""

import random

PRELUDE = '''
import gc, sys
gc.disable()
log = []
def note(*what):
    if len(log) < 400:
        log.append(what)
class D:
    def __init__(self, v=0, w=None):
        self.v = v
        self.w = w
    def __del__(self):
        note("gone", self.v, getattr(sys._getframe().f_back, "f_lineno", None))
    def m(self, k=1):
        return self.v + k
    def set(self, w):
        self.w = w
        return self
    def __add__(self, other):
        return D(self.v + 1, other)
    def __repr__(self):
        return "D"
class P:
    __slots__ = "v", "w"
    def __init__(self, v, w=None):
        self.v, self.w = v, w
    @property
    def p(self):
        return self.w
    def __eq__(self, other):
        return self.v == getattr(other, "v", None)
    __hash__ = None
    def __enter__(self):
        return self.w
    def __exit__(self, *e):
        return e[0] is IndexError
class L(list):
    pass
class E(Exception):
    pass
def one(x):
    return x
def two(a, b=2):
    return a, b
def any_of(*args, **kw):
    return args[-1] if args else kw
def fails(i, k):
    if i % 5 == k:
        raise E(i)
    return i
def quiet(i):
    try:
        return fails(i, 2)
    except E as e:
        return e.args[0]
def gen(n, x=None):
    for i in range(n):
        yield (i, x) if i & 1 else x
def matched(v):
    match v:
        case (int(k), z): return z
        case [z, *w, 2]: return w
        case {'a': z}: return z
        case {0: z, 1: w}: return z, w
        case P(w=z, v=3): return z
        case D(v=7, w=z): return z
        case D(v=z): return z
        case [z, *w]: return w
        case str() | None: return 1
        case _: return v
def refs(o):
    return sys.getrefcount(o)
def see():
    f = sys._getframe(1)
    note(f.f_lineno, *(x for x in f.f_locals.values() if type(x) in (int, bool)))
def shown(v, depth=0):
    t = type(v)
    if t in (int, float, bool, str, bytes, type(None)):
        return v if t is not int or -2**70 < v < 2**70 else v % 1000003
    if depth > 3:
        return t.__name__
    if t in (list, tuple, L):
        return (t.__name__, *(shown(x, depth + 1) for x in v[:12]))
    if t is dict:
        return ("dict", *((shown(k, 3), shown(x, depth + 1)) for k, x in list(v.items())[:12]))
    if t is set:
        return ("set", *sorted(x for x in v if type(x) is int))
    return (t.__name__, shown(getattr(v, "v", None), depth + 1), shown(getattr(v, "w", None), depth + 1))
'''

ENDING = '''
def f(n):
    try:
        r = body(n)
    except Exception as e:
        r = type(e).__name__, str(e)[:60], e.__traceback__.tb_next.tb_lineno
        e = None
    r = shown(r)
    out = r, tuple(log)
    log.clear()
    return out
calls = [(n,) for n in SIZES]
'''

INTS = ["i", "i", "n", "k", "i + 1", "n + i", "n - 1", "i & 3", "n ^ i", "n * 3 & 255", "i % 5", "1", "0", "7", "len(l)", "i // 2", "2**40 + i", "a.v", "o.v", "o.m()", "o.m(i)", "a.m(k=n)", "l.index(i) if i in l else 0", "refs(x)", "refs(o)", "min(n, i)", "abs(n - 9)", "int(i / 2)", "sum([i, n])", "len(t)", "quiet(i)", "fails(i, 9)", "n << 1 & 1023", "2**62 + n"]
ANY = ["matched(x)", "matched(y)", "matched((i, x))", "matched(D(i, x))", "matched([o, i, 2])", "matched({'a': x})", "matched(d)", "matched(t)", "{'a': i, 'b': x}", "{n: x, 'c': o}", "{i, 1}", "{1, 2, 3}", "[1, 2, 3]", "[*l, x]", "[o, *t, *l[:2]]", "[x] * 3", "(x, i) * 2", "divmod(n, 7)", "divmod(i - 9, i % 5 - 2)", "n ** 2", "i ** 3", "isinstance(x, (D, int))", "[i, 'a'] == [i, n]", "[1, x] == [1, o]", "x", "y", "o", "a", "t", "l", "None", "D(i)", "D(i)", "D(n, x)", "D(i, o)", "P(i)", "P(i, x)", "(x, i)", "(i, n)", "[x]", "[i, o]", "one(x)", "one(D(i))", "two(x)", "two(i, o)", "any_of(x, i)", "any_of(*l)", "any_of(k=i)", "o.w", "a.w", "p.w", "p.p", "l[0]", "l[-1]", "l[i % len(l)]", "d.get(i)", "d.get(i, x)", "d[i & 3]", "t[0]", "t[-1]", "(i, x)[0]", "[D(i), x][1]", "o.set(x)", "o + x", "i / 2", "f'{i}'", "str(n)", "i > n", "x is y", "x is o", "p == o", "not x", "x or i", "x and o", "x if i & 1 else y", "[*l]", "l[:2]", "l[1:]", "t + (i,)", "{i: x}", "next(g, None)", "lambda: i", "[j for j in range(3)]", "[D(j) for j in range(2)]", "tuple(l)", "list(t)", "float(i)", "D(i).v", "D(i).m()", "P(i, D(n)).w", "L(l)", "getattr(o, 'v', 5)", "getattr(x, 'w', None)", "type(x).__name__", "isinstance(x, D)", "sorted([n, i])", "max(n, i)", "(D(i), D(n))"]
SIMPLE = ["x, *y = (o, {o}, x)", "*x, y = [{o}, {o}]", "x, *y = t", "x, *y, z = {o}, {o}, i", "x, *y = l", "x = {o}", "x = {o}", "x = {o}", "y = {o}", "x, y = y, x", "x, y = {o}, {o}", "n = {i}", "n += {i}", "n = n & 1023", "o = D({i})", "o = D({i}, {o})", "o.v = {i}", "o.v += 1", "o.w = {o}", "a.w = {o}", "a.v = {i}", "p.w = {o}", "p = P({i}, {o})", "t = ({o}, {o})", "t = {o}, *t[:1]", "l[0] = {o}", "l[i % len(l)] = {o}", "l.append({o})", "x = l.pop() if len(l) > 1 else {o}", "del l[3:]", "l = [{o}, {o}]", "d[i & 3] = {o}", "d[{i} & 7] = {o}", "x = d.pop(i & 3, {o})", "x, *y = {o}, {i}, {o}", "x, (y, n) = {o}, ({o}, {i})", "note({i})", "note(x is y, x is o, o is a)", "note(refs(o), refs(a))", "note(refs(x))" , "see()", "x = None", "o = a", "a, o = o, a", "del x; x = {o}", "g = gen({i} & 7, {o})", "x = next(g, {o})", "s += 'z'; s = s[-3:]", "s = s + str(i & 1); s = s[1:]", "x = s[0] if s else None", "x = [{o} for j in range(2)]", "n = sum(j for j in range(i & 7))", "x = any(j == i for j in l)", "x = {o}; x = x.w", "x = x[0]", "x = x.v", "n = x + 1", "x = {o}; del y; y = x", "q.add({i})", "n = i in q", "x = {o} == {o}", "k = n if type(n) is int else 1"]
LOOPS = ["for i in range(n0):", "for i in range(n0):", "for i in range(n0):", "for i, z in enumerate(l * 6):", "for i, z in zip(range(n0), l * 9):", "i = 0\n    while i < n0:\n        i += 1", "for i in range(n0, 0, -1):", "for i in [j for j in range(n0)]:", "for i, z in enumerate(gen(n0, a)):", "for z, i in zip(gen(n0), range(n0)):", "for i, (z, w) in enumerate(zip(l * 5, l * 6)):", "for i, z in enumerate(t * 9):"]
INNER = ["for j in range(3):", "for j in range(i & 7):", "for z in l[:4]:", "for j, z in enumerate(t):", "for z, w in zip(l[:3], (x, y, o)):", "for z in gen(3, o):", "for j in (1, 2):", "for z in t:", "for z in d.values():", "for j in list(d):", "for x in (D(i), o):", "while n > 40:\n{pad}    n -= 13 + n // 8"]
TESTS = ["i & 1", "i % 3 == 1", "n > i", "x is None", "x is y", "x", "not x", "i == 7", "type(x) is int", "isinstance(x, D)", "len(l) > 2", "o.v > 5", "i in d", "x == y", "n & 2", "i > 15"]
KINDS = ["E", "IndexError", "(E, KeyError)", "Exception", "Exception", "AttributeError", "(TypeError, AttributeError)", "KeyError"]
RAISING = ["fails(i, {k})", "fails(i, {k})", "x = l[i]", "x = d[i]", "x = o.zz", "raise E(i)", "raise E(o)", "x = {o}; x.v", "if {t}: raise E(x)", "if {t}: raise KeyError(i)", "n = 1 // (i & 3)", "x, y = {o}", "one()"]


class SmallMaker:
    def __init__(self, number):
        self.sizes = (24, 3, 24) if number < 9500000 else (220, 3, 220)
        self.r = random.Random(number)
        self.out = []
        self.fresh = 0
        self.liked = self.r.sample(SIMPLE, self.r.randint(2, 9))

    def put(self, level, text):
        self.out.append("    " * level + text.replace("{pad}", "    " * level))

    def fill(self, text):
        tables = {"{i}": INTS, "{o}": ANY, "{t}": TESTS, "{k}": "01234"}
        while (key := next((k for k in tables if k in text), None)) is not None:
            text = text.replace(key, self.r.choice(tables[key]), 1)
        return text

    def simple(self):
        return self.fill(self.r.choice(self.liked if self.r.random() < 0.7 else SIMPLE))

    def block(self, level, deep):
        for _ in range(self.r.choice([1, 1, 2])):
            self.statement(level, deep)

    def statement(self, level, deep=0):
        r, k = self.r, self.r.random()
        if k < 0.62 or deep > 2:
            self.put(level, self.simple())
        elif k < 0.74:
            self.put(level, self.fill("if {t}:"))
            self.block(level + 1, deep + 1)
            if r.random() < 0.4:
                self.put(level, "else:")
                self.block(level + 1, deep + 1)
        elif k < 0.86:
            self.fresh += 1
            self.put(level, "try:")
            if r.random() < 0.5:
                self.block(level + 1, deep + 1)
            self.put(level + 1, self.fill(r.choice(RAISING)) if r.random() < 0.75 else self.simple())
            if r.random() < 0.15:
                self.put(level, "finally:")
                self.put(level + 1, self.simple())
            else:
                name = f" as e{self.fresh}" if r.random() < 0.6 else ""
                self.put(level, f"except {r.choice(KINDS)}{name}:")
                self.put(level + 1, r.choice([f"note(str(e{self.fresh}), e{self.fresh}.__traceback__.tb_lineno)", f"x = e{self.fresh}.args", f"y = e{self.fresh}", self.simple(), "continue"]) if name else r.choice([self.simple(), "continue", "pass"]))
        elif k < 0.93:
            self.put(level, r.choice(INNER))
            self.block(level + 1, deep + 1)
        elif k < 0.96:
            self.put(level, self.fill("with P(i, {o}) as x:"))
            self.block(level + 1, deep + 1)
        else:
            self.put(level, self.fill("if {t}:"))
            self.put(level + 1, r.choice(["continue", "break", "continue"]))

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.put(0, "def body(n0):")
        self.put(1, "x = y = z = None; n = k = 1; i = 0; o = D(-1); a = D(-2); p = P(3); t = (o, 1); l = [a, 2, o]; d = {0: a, 1: 1}; q = {1}; s = 'ab'; g = gen(5, o)")
        for _ in range(r.choice([1, 1, 1, 2])):
            self.put(1, r.choice(LOOPS))
            if r.random() < 0.7:
                self.put(2, "try:")
                for _ in range(r.choice([1, 2, 2, 3, 4])):
                    self.statement(3)
                self.put(2, "except Exception as e:")
                self.put(3, r.choice(["note(type(e).__name__, e.__traceback__.tb_lineno)", "pass", "x = y = None; l = [a]; t = (1,); o = D(i)"]))
            else:
                for _ in range(r.choice([1, 2, 3])):
                    self.statement(2)
            if "l.append" in "\n".join(self.out[-20:]):
                self.put(2, "if len(l) > 9: del l[2:]")
        self.put(1, "return x, y, n, o, a, p, t, l, d, i, x is y, x is o, o is a, s, refs(o), refs(a)")
        self.put(0, ENDING.strip().replace("SIZES", str(self.sizes)))
        return "\n".join(self.out) + "\n"


def text_of(number):
    return SmallMaker(number).program()
