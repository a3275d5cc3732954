"""Programs over containers for jit_programs.py, made from numbers from 4000000 on: methods of lists, dicts, sets, strings and bytes, exceptions that a loop catches, generators and
generator expressions, comprehensions, enumerate, zip, slices, unpacking, recursion and small functions called again and again.

What a program gives: what its functions return, a log, and which of its variables are the same object. Nothing depends on addresses or on hashes of strings."""

import random

PRELUDE = '''
import sys
log = []
def note(*what):
    if len(log) < 3000:
        log.append(what)
class Own(Exception):
    pass
class Box:
    def __init__(self, v):
        self.v = v
    def __repr__(self):
        return "Box"
class Gone:
    def __init__(self, v):
        self.v = v
    def __del__(self):
        note("gone", self.v, sys._getframe(1).f_lineno)
    def __repr__(self):
        return "Gone"
def fail(i, k, kind):
    if i % k == 0:
        raise kind(i)
    return i
def find(d, key):
    try:
        return d[key]
    except KeyError as e:
        return e.args[0]
def at(l, i):
    try:
        return l[i]
    except IndexError:
        return None
    finally:
        log.append(i) if len(log) < 3000 else None
def count(n, step=1):
    i = 0
    while i < n:
        got = yield i
        i += step if got is None else got
def pairs(l):
    for i, x in enumerate(l):
        yield x, i
def chain(*ls):
    for l in ls:
        yield from l
def closing(n):
    try:
        for i in range(n):
            yield i
    except GeneratorExit:
        note("exit", n)
        raise
    finally:
        note("closed", n)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def depth(t):
    return 1 + max(depth(t[0]), depth(t[1])) if type(t) is tuple and len(t) == 2 else 0
def tree(n):
    return (tree(n - 1), tree(n - 2)) if n > 1 else n
def even(n):
    return n == 0 or odd(n - 1)
def odd(n):
    return n != 0 and even(n - 1)
def flat(l, out):
    for x in l:
        if type(x) is list:
            flat(x, out)
        else:
            out.append(x)
    return out
def clamp(x, low=0, high=50):
    return low if x < low else high if x > high else x
def swap(a, b):
    return b, a
def last(*args):
    return args[-1] if args else None
'''

ENDING = '''
def f(k):
    log.clear()
    a = [1, 2.5, "x", None, (1, 2), 1000, k]
    d = {0: 1, 1: "b", "k": [k], (1, 2): 3}
    s = {1, 2, 3, 1000 + k}
    try:
        r = body(k, a, d, s, "alpha beta,gamma" * 2, b"bytes\\x00and", (3, 1, 2), 7, 1000)
    except Exception as e:
        tb, lines = e.__traceback__, []
        while tb is not None:
            lines.append(tb.tb_lineno)
            tb = tb.tb_next
        r = type(e).__name__, str(e), lines
    return shown(r), shown(log), shown(a), shown(d), sorted(x for x in s if type(x) is int)
left = 0
def shown(v, depth=0):
    global left
    left = 20000 if depth == 0 else left - 1             # a list may be in itself, many times
    if depth > 6 or left < 0:
        return type(v).__name__
    if type(v) in (set, frozenset):
        return "{" + ", ".join(sorted(shown(x, depth + 1) for x in v)) + "}"
    if type(v) is list:
        return "[" + ", ".join(shown(x, depth + 1) for x in v[:200]) + "]"
    if type(v) is tuple:
        return "(" + ", ".join(shown(x, depth + 1) for x in v[:200]) + ")"
    if type(v) is dict:
        return "{" + ", ".join(shown(k, depth + 1) + ": " + shown(x, depth + 1) for k, x in list(v.items())[:200]) + "}"
    if type(v) in (Box, Gone):
        return f"{type(v).__name__}({shown(v.v, depth + 1)})"
    return repr(v)[:300]
calls = [(3,), (-1,), (300,), (3,)]
'''

INTS = ["i", "i & 3", "i % 5", "k", "n", "m", "len(l)", "i * 37", "-i", "i - 4", "i // 3", "1000 + i", "i << 3", "n + i", "m - i", "clamp(i, 2, 9)", "fib(i % 7)", "l.count(i)", "int(i / 2)", "0", "1", "7", "sum(t)", "max(t)", "min(i, 5)", "abs(i - 8)", "hash(i)", "ord('a') + i"]
STRS = ["w", "w[i % 5:]", "w[i % 3]", "str(i)", "f'{i}:{n}'", "'ab' * (i & 3)", "w + 'z'", "q", "q.upper()", "q.strip('a')", "'-'.join(q.split())", "w.replace('a', str(i & 1))", "chr(97 + i % 20)", "repr(i)", "w[::-1]", "w[:i % 9]", "'%d,%s' % (i, n)", "q.ljust(9, '.')", "w.title()", "f'{i:03d}'", "q.partition(',')[2]"]
LISTS = ["l", "p", "p", "[i, n, m]", "list(range(i % 6))", "l[1:i % 5]", "p[::-1]", "sorted(p, key=str)", "[x for x in p if x != i]", "[i] * (i % 4)", "list(d)", "list(q[:4])", "[*p, i]", "[[i], n]", "list(zip(p, l))", "p + [i]", "[y for x in (p, l) for y in (x, i)]", "list(map(clamp, range(i % 4)))", "flat([[1, [i]], 2], [])"]
DICTS = ["d", "e", "e", "{i: n}", "dict(e)", "{**e, i: 1}", "{x: i for x in range(i % 4)}", "dict(zip('abc', p))", "d | e"]
SETS = ["s", "{i, 1}", "s | {i}", "set(range(i % 5))", "{x & 3 for x in range(i)}", "s - {1}", "s & {1, i}", "frozenset(t)"]
TUPLES = ["t", "(i, n)", "tuple(range(i % 5))", "swap(i, n)", "t + (i,)", "t[1:]", "divmod(i, 3)", "tree(i % 5)[:1] if i % 5 > 1 else ()", "q.partition(',')", "(i, (n, m))", "t * (i & 1)"]
ANY = ["x", "y", "o", "None", "i > n", "i in l", "i in d", "'a' in w", "l is p", "x is y", "Box(i)", "Gone(i)", "o.v", "at(l, i)", "find(d, i)", "d.get(i)", "e.get(w[:1], n)", "last(i, n)", "last()", "l and l[0]", "i and n", "not x", "x if i & 1 else y", "t[0]", "l[-1] if l else i", "even(i % 9)", "next(g, None)", "isinstance(x, int)", "type(x).__name__", "even", "x == y", "depth(tree(4))", "b[i % 9]", "b[1:4]", "bytes([i & 255])", "float(i)", "i / 3", "2.5 * i", "any(x == i for x in p)", "sum(x for x in range(i % 7))", "max((i, n, 3))", "sum([i, 2])", "min(p, default=i) if i % 11 == 0 else i"]
STATEMENTS = [
    "l.append({any})", "p.append({int})", "p.append({any})", "l.insert({small}, {int})", "x = l.pop() if l else {any}", "x = p.pop(0)", "x = l[{small}]", "l[{small}] = {any}", "del l[{small}]", "p.extend({list})", "p += {list}",
    "l.reverse()", "p.clear()", "p[{small}:{small}] = {list}", "x = l.index({int})", "l.remove({int})", "p.sort()", "p = {list}", "y = {list}", "x = len({list})", "x = p.copy()", "l[:] = l[:12]",
    "d[{int}] = {any}", "e[{str}] = {int}", "e[{int}] = e.get({int}, 0) + 1", "x = d[{int}]", "x = e.pop({int}, {any})", "y = d.setdefault({int}, [])", "d.setdefault({small}, []).append(i) if type(d.get({small}, [])) is list else None", "e.update({dict})", "del e[{int}]", "e.clear()", "x = e.popitem()", "y = {dict}",
    "x = sorted(map(str, e))", "x = list(d.values())", "x = list(e.items())[-1:]", "x = {int} in e", "y = dict.fromkeys({list_small}, i)",
    "s.add({int})", "s.discard({int})", "s.remove({int})", "x = {int} in s", "y = {set}", "s |= {set}", "x = len({set})", "s.update({list_ints})", "s ^= {set}",
    "w = {str}", "q = {str}", "q += w[:2]", "w = w[:30]", "x = {str} == {str}", "x = {str} < {str}", "x = w.find({str})", "x = w.split({str})", "x = q.startswith(w[:1])", "x, *y = {str}", "x = w.isdigit(), q.isalpha()", "x = [c for c in w if c in q]", "x = w.encode()", "x = int({str})", "x = {str}.index('a')",
    "n = {int}", "m = {int}", "n += {int}", "m -= 1", "n ^= {int}", "n = n & 1023", "m = m % 1000", "n = {int} if {any} else {int}", "n, m = m, n", "n, m = swap({int}, {int})", "x, y = {tuple}", "(x, y), o = {tuple}, {any}", "x, *y = {list}", "x = {any}", "y = {any}", "o = Box({any})", "o = Gone({int})", "o.v = {any}", "x = {tuple}", "x = {tuple} == {tuple}", "x = {tuple}[{small}]", "t = {tuple} or t",
    "x = next(g)", "g = count({small})", "g = iter({list})", "g = pairs(p)", "g = (v for v in range({small}))", "x = g.send(2)", "g.close()", "g = closing({small})", "x = list(chain({list}, {tuple}))", "x = [v for v in count({small})]", "x = {{v: w for v in pairs(l[:4])}}" , "for x in count({small}): n += x", "for x, y in pairs({list}): m += y",
    "for x in {list}: n += 1", "for x in {dict}: n += 1", "for x, y in enumerate({list}): m += x", "for x, y in zip({list}, {tuple}): n -= 1", "for x, y in {dict}.items(): note(x)", "for x in {str}: m += 1", "for x in {set}: n += 1", "for x in reversed({list}): y = x", "while n > 50: n -= 7", "for x in range({small}): m += x", "for x in b: n += x",
    "note({any})", "note({int}, {str})", "note(x is y, x is o)", "note(sys.getrefcount({name}))", "assert {any} or True", "del o; o = None", "x = fib({small}) + depth(tree({small}))", "x = even({small})", "x = fail(i, {small} or 3, {kind})", "raise {kind}({int})", "if {any}: continue", "if i == {small} * 3: break", "x = (lambda v: v + n)({int})", "x = [fail(v, 9, {kind}) for v in range(1, {small})]",
    "x = any(v > n for v in {list_ints})", "x = all(v for v in {list_ints})", "x = sum(v * 2 for v in {list_ints})", "x = max({list_ints}, default=n)", "x = ''.join(c for c in {str} if c != 'a')", "x = dict((v, i) for v in {list_ints})", "x = tuple(v for v in {list})",
]
KINDS = ["KeyError", "IndexError", "ValueError", "Own", "StopIteration", "ZeroDivisionError", "TypeError", "AttributeError"]


class ContainerMaker:
    def __init__(self, number):
        self.r = random.Random(number)
        self.lines = []
        self.deep = 0
        self.fresh = 0
        # A program likes a few statements: hot loops over the same few things.
        self.liked = self.r.sample(STATEMENTS, self.r.randint(3, 14))

    def put(self, level, text):
        self.lines.append("    " * level + text)

    def chance(self, p):
        return self.r.random() < p

    def fill(self, text):
        r = self.r
        kinds = {"{int}": INTS, "{str}": STRS, "{list}": LISTS, "{dict}": DICTS, "{set}": SETS, "{tuple}": TUPLES, "{any}": [*ANY, *INTS[:8], *STRS[:3], *LISTS[:3]], "{kind}": KINDS,
                 "{small}": ["0", "1", "2", "3", "i % 4", "i & 7", "5"], "{name}": ["x", "y", "l", "p", "o", "t", "e"], "{list_ints}": ["range(i % 6)", "t", "[i, n, m]", "[1, 2, i]", "count(i % 5)"],
                 "{list_small}": ["range(i % 4)", "t", "'abc'"]}
        while True:
            for key, choices in kinds.items():
                if key in text:
                    text = text.replace(key, r.choice(choices), 1)
                    break
            else:
                return text.replace("{{", "{").replace("}}", "}")

    def statement(self, level):
        r, k = self.r, self.r.random()
        if self.deep < 3 and k < 0.16:
            self.deep += 1
            self.put(level, "try:")
            self.block(level + 1)
            kinds = r.choice(["KeyError", "IndexError", "Exception", "(KeyError, IndexError)", "ValueError", "(LookupError, ValueError)", "StopIteration", "Own", "Exception"])
            self.fresh += 1
            self.put(level, f"except {kinds} as e{self.fresh}:")
            self.put(level + 1, f"note(type(e{self.fresh}).__name__, str(e{self.fresh})[:40], e{self.fresh}.__traceback__.tb_lineno)" if self.chance(0.5) else r.choice(["n += 1", "x = None", "pass", "continue", f"y = e{self.fresh}.args"]))
            if self.chance(0.2):
                self.put(level, "else:")
                self.block(level + 1)
            if self.chance(0.15):
                self.put(level, "finally:")
                self.put(level + 1, r.choice(["m += 1", "note('finally', i)", "x = i"]))
            self.deep -= 1
        elif self.deep < 3 and k < 0.26:
            self.deep += 1
            self.put(level, self.fill(r.choice(["if {any}:", "if {int} > {int}:", "if i % 3 == 1:", "if x is None:", "if {str} in e:", "if l:", "if n < m:", "if i in s and n:"])))
            self.block(level + 1)
            if self.chance(0.4):
                self.put(level, "else:")
                self.block(level + 1)
            self.deep -= 1
        elif self.deep < 2 and k < 0.31:
            self.deep += 1
            self.fresh += 1
            v = f"j{self.fresh}"
            self.put(level, self.fill(r.choice([f"for {v} in range({{small}}):", f"for {v} in {{list}}[:9]:", f"for {v}, x in enumerate({{tuple}}):", f"for {v} in count({{small}}):", f"for {v} in (v for v in {{tuple}}):", f"for {v} in list({{dict}}):"])))
            self.block(level + 1)
            self.deep -= 1
        else:
            self.put(level, self.fill(r.choice(self.liked) if self.chance(0.8) else r.choice(STATEMENTS)))

    def block(self, level):
        for _ in range(self.r.choice([1, 1, 2, 3])):
            self.statement(level)

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.put(0, "def body(k, l, d, s, q, b, t, n, m):")
        self.put(1, "x = y = None; o = Box(k); p = [k, 3]; e = {}; g = count(4); w = 'abcab'; i = 0")
        if self.chance(0.1):
            self.put(1, f"cell = lambda: {r.choice(['x', 'n', 'p', 'i'])}")
        for _ in range(r.choice([1, 1, 2])):
            self.put(1, r.choice(["for i in range(60):", "for i in range(60):", "for i in range(150):", "for i, x in enumerate(range(40)):", "i = -1\n    while i < 50:\n        i += 1"]))
            catch = self.chance(0.75)
            self.put(2, "if len(l) > 20 or len(p) > 20: del l[5:], p[5:]")
            self.put(2, "if len(q) > 60: q, w = q[:9], w[:9]")
            self.put(2, "if not -10**6 < n < 10**6: n = 5")
            if catch:
                self.put(2, "try:")
                for _ in range(r.randint(1, 5)):
                    self.statement(3)
                self.put(2, f"except {r.choice(['Exception', 'Exception', '(LookupError, ValueError, TypeError, AttributeError, StopIteration, RuntimeError, Own)'])} as ee:")
                self.put(3, "note(type(ee).__name__, str(ee)[:60], ee.__traceback__.tb_lineno)")
                self.put(3, r.choice(["n = m = i", "x = o = None", "g = count(3)", "pass", "p = [i]; l.append(i)"]))
            else:
                for _ in range(r.randint(1, 5)):
                    self.statement(2)
        self.put(1, "return x, y, n, m, w, q, p, e, t, i, x is y, x is n, y is m, x is o, y is l, p is l, type(o).__name__")
        self.put(0, ENDING.strip())
        return "\n".join(self.lines) + "\n"


def text_of(number):
    return ContainerMaker(number).program()
