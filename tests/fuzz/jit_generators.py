"""Programs over generators for jit_programs.py, made from numbers from 5000000 on: generators and generator expressions whose items functions in C take, of changing types, with
exceptions, deaths, frames and counts looked at, generators driven by others meanwhile.

What a program gives: results, and a log of deaths, lines and what was seen. Nothing depends on addresses or on hashes of strings."""

import random

PRELUDE = '''
import sys
log = []
gens = []
def note(*what):
    if len(log) < 2000:
        log.append(what)
class D:
    def __init__(self, v):
        self.v = v
    def __del__(self):
        note("gone", self.v, sys._getframe(1).f_lineno)
    def __lt__(self, other):
        return self.v < getattr(other, "v", other)
    def __gt__(self, other):
        return self.v > getattr(other, "v", other)
    def __add__(self, other):
        return self.v + getattr(other, "v", other)
    __radd__ = __add__
    def __bool__(self):
        return self.v > 3
    def __hash__(self):
        if self.v % 17 == 5:
            drive()
        return self.v
    def __eq__(self, other):
        return self.v == getattr(other, "v", other)
class I(int):
    pass
def see(v):
    f = sys._getframe(1)
    note("see", f.f_code.co_name, f.f_lineno, f.f_back.f_code.co_name, f.f_back.f_lineno, *(x for k, x in f.f_locals.items() if type(x) in (int, float, bool)))
    return v
def count(v):
    if gens:
        note("count", sys.getrefcount(gens[-1]), gens[-1].gi_running, gens[-1].gi_suspended)
    return v
def drive():
    if gens:
        try:
            note("next", desc(next(gens[-1])))
        except Exception as e:
            note("next", type(e).__name__, str(e))
def shut(v):
    if gens:
        try:
            gens[-1].close()
        except Exception as e:
            note("close", type(e).__name__, str(e))
    return v
def fail(v, at):
    if v == at:
        raise ValueError(v)
    return v
def plain(v, k=1):
    return v * k
def desc(v, depth=0):
    t = type(v)
    if t in (int, float, bool, str, type(None)):
        return v
    if t in (list, tuple) and depth < 3:
        return (t.__name__, *(desc(x, depth + 1) for x in v[:40]))
    if t is set:
        return ("set", len(v), *sorted(desc(x) for x in v if type(x) in (int, float)))
    return (t.__name__, getattr(v, "v", None))
def lines(e):
    tb, out = e.__traceback__, []
    while tb:
        out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno, tuple(x for x in tb.tb_frame.f_locals.values() if type(x) in (int, float, bool))))
        tb = tb.tb_next
    return out
'''

ENDING = '''
def take(f, n, a):
    try:
        return desc(f(n, a))
    except Exception as e:
        return type(e).__name__, str(e)[:60], lines(e)
def f(n):
    before = len(log)
    return [take(g, n, AT) for g in (f0, f1, f2, f3)], log[before:]
calls = [(n,) for n in SIZES]
'''

CONSUMERS = ["tuple", "list", "set", "any", "all", "sum", "min", "max", "sorted", "sum", "set", "tuple"]
ITEMS = ["i", "i", "i", "i * 2", "i & 7", "i - 3", "i / 2", "-i", "i > n - 4", "i < 0", "D(i)", "D(i).v", "float(i)", "I(i)", "str(i)", "[i]", "(i, a)", "(i & 3, -i)", "i * 2**52", "2**62 + i",
         "i if i != a else 2.5", "i if i != a else 2**70", "i if i != a else None", "i if i != a else 'x'", "i if i != a else True", "fail(i, a)", "10 // (i - a)", "plain(i)", "plain(i, 3)",
         "see(i) if i == a else i", "count(i) if i % 9 == 4 else i", "shut(i) if i == a else i", "(drive() if i == a else None) or i", "l[i % 5]", "i if i & 1 else i + 0.5", "v", "not i", "i == a",
         "len(str(i))", "s[i % 3]", "sum(x for x in range(i & 7))", "max((x * a % 5 for x in range(i & 3)), default=i)", "any(x == a for x in range(i % 5))"]
SOURCES = ["range(n)", "range(n)", "range(n)", "range(n, 0, -1)", "l * (n // 5 + 1)", "tuple(range(n))", "(y for y in range(n))", "list(range(n))", "reversed(range(n))", "inner(n)"]
TESTS = ["i % 3", "i != a", "i & 1 == 0", "i < a", "l[i % 5]", "plain(i)", "i > -5"]


class GeneratorMaker:
    def __init__(self, number):
        self.r = random.Random(number)
        self.lines = []

    def put(self, level, text):
        self.lines.append("    " * level + text)

    def item(self):
        return self.r.choice(ITEMS)

    def expression(self):
        r = self.r
        tests = f" if {r.choice(TESTS)}" if r.random() < 0.3 else ""
        return f"{self.item()} for i in {r.choice(SOURCES)}{tests}"

    def generator(self, k):
        r = self.r
        self.put(0, f"def g{k}(n, a):")
        self.put(1, "l = [3, 1, 4, 1, 5]; s = 'abc'; v = 0; t = 1")
        level = 1
        if r.random() < 0.3:
            self.put(1, "try:")
            level = 2
        self.put(level, f"for i in {r.choice(SOURCES)}:")
        for _ in range(r.randint(0, 2)):
            self.put(level + 1, r.choice(["v += i", "v = i", "t = t * 3 % 101", f"if {r.choice(TESTS)}: continue", "v = D(i)", "l[i % 5] = i", "s = str(i) + 'xy'", f"if i == a: {r.choice(['return', 'break', 'see(v)', 'v = 1.5', 'count(v)'])}"]))
        self.put(level + 1, f"{'w = ' if r.random() < 0.2 else ''}yield {self.item()}")
        if r.random() < 0.25:
            self.put(level + 1, f"if {r.choice(TESTS)}: yield {self.item()}")
        if level == 2:
            self.put(1, r.choice(["finally:", "except ValueError:", "except GeneratorExit:"]))
            self.put(2, "note('end', sys._getframe(1).f_code.co_name)" if r.random() < 0.7 else "see(v)")
        elif r.random() < 0.3:
            self.put(1, "yield v")

    def function(self, k):
        r = self.r
        self.put(0, f"def f{k}(n, a):")
        self.put(1, "l = [3, 1, 4, 1, 5]; s = 'abc'; v = 7")
        consumer = r.choice(CONSUMERS)
        what = f"({self.expression()})" if r.random() < 0.5 else f"g{r.randint(0, 1)}(n, a)"
        if r.random() < 0.3:
            self.put(1, f"gens[:] = [{what}]")
            self.put(1, f"v = {consumer}(gens[0])")
            self.put(1, "gens.clear()")
        else:
            self.put(1, f"v = {consumer}{what if what[0] == '(' else '(' + what + ')'}")
        self.put(1, r.choice(["return v", "return v", f"return v, {r.choice(CONSUMERS)}({self.expression()})", "see(0); return v"]))

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.put(0, "def inner(n):")
        self.put(1, r.choice(["for i in range(n): yield i", "yield from range(n)", "i = 0\n    while i < n:\n        yield i\n        i += 1"]))
        for k in range(2):
            self.generator(k)
        for k in range(4):
            self.function(k)
        sizes = r.choice([[5, 200, 8, 200], [150, 150, 3], [8] * 40, [1, 2, 0, 250, 250]])
        self.put(0, ENDING.strip().replace("SIZES", repr(sizes)).replace("AT", str(r.choice([0, 2, 6, 100, 120, 149, 1000]))))
        return "\n".join(self.lines) + "\n"


def text_of(number):
    return GeneratorMaker(number).program()
