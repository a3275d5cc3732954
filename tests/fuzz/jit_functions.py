"""Programs for jit_programs.py, made from numbers from 6000000 on, whose time goes into calls: functions that call themselves and each other, that are hot because C functions call them, with
default and keyword arguments, *args and **kwargs, cells, methods, exceptions through many frames, and objects that die on the way.

What a program gives: results, and a log of deaths, lines, frames and depths. Nothing depends on addresses or on hashes of strings."""

import ast
import random

PRELUDE = '''
import functools, sys
log = []
calls_made = [0]
def note(*what):
    if len(log) < 1500:
        log.append(what)
class D:
    def __init__(self, v):
        self.v = v
    def __del__(self):
        f = sys._getframe().f_back
        f and note("gone", self.v, f.f_code.co_name, f.f_lineno)
    def __repr__(self):
        return "D"
class Node:
    def __init__(self, v, left=None, right=None):
        self.v = v
        self.left = left
        self.right = right
    def total(self):
        return self.v + (self.left.total() if self.left is not None else 0) + (self.right.total() if self.right is not None else 0)
    def walk(self):
        if self.left:
            yield from self.left.walk()
        yield self.v
        if self.right:
            yield from self.right.walk()
    def find(self, v):
        if v == self.v:
            return self
        for side in (self.left, self.right):
            if side is not None:
                got = side.find(v)
                if got is not None:
                    return got
        return None
    def __bool__(self):
        return True
def tree(n, k=0):
    return Node(n + k, tree(n - 1, k), tree(n - 2, k + 1)) if n > 0 else None
def see(v):
    f, out = sys._getframe(1), []
    while f is not None and f.f_code.co_name != "body" and len(out) < 9:
        out.append((f.f_code.co_name, f.f_lineno, *(x for x in f.f_locals.values() if type(x) in (int, bool))))
        f = f.f_back
    note("see", *out)
    return v
def frames():
    f, n = sys._getframe(1), 0
    while f is not None and f.f_code.co_name != "body":
        f, n = f.f_back, n + 1
    return n
def refs(o):
    note("refs", sys.getrefcount(o))
    return o
def turn(at):
    calls_made[0] += 1
    return calls_made[0] == at
def shallow(room, f, *args):
    frame, n = sys._getframe(), 0
    while frame is not None:
        frame, n = frame.f_back, n + 1
    old = sys.getrecursionlimit()
    sys.setrecursionlimit(n + room)
    try:
        return f(*args)
    except RecursionError as e:
        tb, n = e.__traceback__, 0
        while tb is not None:
            tb, n = tb.tb_next, n + 1
        note("too deep", n)
        return n
    finally:
        sys.setrecursionlimit(old)
def passes(v):
    return v
'''

ENDING = '''
def lines(e):
    tb, out = e.__traceback__, []
    while tb is not None and len(out) < 30:
        out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    return out
def desc(v, depth=0):
    t = type(v)
    if t in (int, float, bool, str, type(None)):
        return v if t is not int or -2**80 < v < 2**80 else v % 1000003
    if t in (list, tuple) and depth < 4:
        return (t.__name__, *(desc(x, depth + 1) for x in v[:30]))
    if t is dict and depth < 4:
        return ("dict", *((desc(k, 4), desc(x, depth + 1)) for k, x in list(v.items())[:30]))
    return (t.__name__, desc(getattr(v, "v", None), depth + 1) if depth < 4 else None)
def f(k):
    calls_made[0] = 0
    hook, sys.unraisablehook = sys.unraisablehook, id
    try:
        r = desc(body(k))
    except Exception as e:
        r = type(e).__name__, str(e)[:80], lines(e)
    sys.unraisablehook = hook
    out = r, tuple(log)
    log.clear()
    return out
calls = [(n,) for n in (3, 5, 6, 6, 4)]
'''

# What an int may be where n and a are ints; what anything may be where x is anything, too.
INTS = ["n", "n", "a", "n - 1", "n + 1", "a + n", "n * 2", "a & 7", "n % 3", "a - n", "n * n & 255", "1", "2", "0", "7", "-1", "n + 1000", "n << 2", "abs(a)", "min(n, a)", "len(str(n))", "frames()", "2**30 + n", "2**62 + a", "n // 2", "a ^ n", "K", "(n + a) % 101", "int(n / 2)"]
ANY = ["x", "x", "n", "a", "(n, a)", "(x, n)", "[n]", "[x, a]", "D(n)", "D(a)", "None", "n > a", "n / 2", "float(n)", "str(n)", "'s'", "x is None", "refs(x)", "Node(n)", "Node(n, x)", "(D(n), x)", "D(n).v", "{n: a}", "passes(x)", "not x", "x or n", "n and a", "f'{n}'", "[D(n), D(a)][0]", "lambda: n", "see(n)"]
TESTS = ["n & 1", "n > a", "a == 0", "x is None", "n == 3", "n % 3 == 1", "a > 50", "x", "not n", "a < n < 9", "type(x) is int", "n == a"]
SIMPLE = ["a = {i}", "a += {i}", "x = {o}", "x = {o}", "y = x; x = {o}", "note({i})", "note(n, a)", "y = {o}", "a = a % 1000", "l = [{o}, {o}]", "x, y = {o}, x", "see(0)", "del y", "y = None", "if turn({at}): {event}", "a, y = {i}, {o}", "t = ({o}, {i}); y = t[0]"]
EVENTS = ["return {o}", "raise ValueError(n)", "see(0)", "globals()['K'] = {i}", "f0.__defaults__ = f0.__defaults__ and (5,) * len(f0.__defaults__)", "globals()['passes'] = lambda v: n", "globals()['passes'] = D", "f1.__code__ = f1.__code__.replace()", "sys.settrace(lambda *a: None); sys.settrace(None)",
          "sys.setprofile(None)", "x = D(77)", "a = 2**70", "a = 0.5", "x = sys._getframe()", "globals()['f2'] = passes", "globals()['keep'] = [x]", "note(sys._getframe().f_locals.get('a'))", "D.k = 3", "Node.walk = Node.walk", "a = True"]


def is_exact(text):
    """Does the function call others with as many arguments as they have parameters? CPython 3.13 does not look at the limit of recursion where it must
    bring arguments into order."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.keywords or any(isinstance(a, ast.Starred) for a in node.args) or (node.func.id[0] == "f" and node.func.id[1:].isdigit() and len(node.args) != 3) or node.func.id in ("Node", "note", "map", "refs", "see", "D"):
                return False
    return "rest" not in text and "args" not in text


class FunctionMaker:
    def __init__(self, number):
        self.r = random.Random(number)
        self.out = []
        self.names = []
        self.exact = []

    def put(self, level, text):
        self.out.append("    " * level + text)

    def chance(self, p):
        return self.r.random() < p

    def fill(self, text):
        r = self.r
        kinds = {"{i}": INTS, "{o}": ANY, "{t}": TESTS, "{event}": EVENTS}
        while (key := next((k for k in kinds if k in text), None)) is not None:
            text = text.replace(key, r.choice(kinds[key]), 1)
        return text.replace("{at}", str(r.choice([5, 9, 17, 40, 90])))

    def simple(self, level):
        k = self.r.random()
        if k < 0.18:
            self.put(level, self.fill("if {t}:"))
            self.put(level + 1, self.fill(self.r.choice(SIMPLE)))
        elif k < 0.24:
            self.put(level, "try:")
            self.put(level + 1, self.fill(self.r.choice([*SIMPLE, "if {t}: raise KeyError(n)", "x = [1][a]", "x = x.v", "x = n // a"])))
            self.put(level, f"except {self.r.choice(['Exception', 'KeyError', '(LookupError, AttributeError, ArithmeticError)'])} as e:")
            self.put(level + 1, self.r.choice(["note(type(e).__name__, e.__traceback__.tb_lineno)", "x = None", "a += 1"]))
        elif k < 0.29:
            self.put(level, self.fill(self.r.choice(["for j in range(n & 3): a += j", "for j in (n, a): x = j", "while 20 < a < 300: a -= 9", "for j in range(12): a ^= j", "a = sum([j for j in range(n & 7)])"])))
        else:
            self.put(level, self.fill(self.r.choice(SIMPLE)))

    def call(self, own, down="n - 1"):
        """A call of function `own`, or of another one, that comes to an end."""
        r = self.r
        name = own if self.chance(0.7) or not self.names else r.choice(self.names)
        i, o = self.fill("{i}"), self.fill("{o}")
        if self.chance(0.3):
            return f"{name}({down}, {i}, {o})"
        return r.choice([f"{name}({down}, {i}, {o})", f"{name}({down})", f"{name}({down}, {i})", f"{name}({down}, x={o})", f"{name}({down}, a={i}, x={o})", f"{name}(*({down}, {i}))", f"{name}({down}, **{{'x': {o}}})", f"{name}(n={down}, x={o})"])

    def function(self, name):
        r = self.r
        k = r.random()
        head = f"def {name}(n, a=1, x=None):"
        if k < 0.12:
            head = f"def {name}(n=0, *args, a=1, x=None):"
        elif k < 0.22:
            head = f"def {name}(n, a=1, x=None, *args, **kw):"
        elif k < 0.30:
            head = f"def {name}(n, *rest, **kw):"
        self.put(0, head)
        if "rest" in head:
            self.put(1, r.choice(["a = rest[0] if rest else len(kw)", "a, *rest = rest or (n,)", "a = len(rest) + len(kw)"]))
            self.put(1, r.choice(["x = kw.get('x')", "x = rest", "x = kw", "x = rest[-1] if rest else None"]))
        self.put(1, "y = None")
        if self.chance(0.12):
            self.put(1, r.choice(["g = lambda v: v + a if type(a) is int else v", "g = lambda v: (v, n)", "g = passes"]))
            self.put(1, "x = g(n)")
        guard = self.chance(0.95)                        # or deeper
        self.put(1, "if n < -40:" if not guard else r.choice(["if n <= 0:", "if n < 2:", "if type(n) is not int or n <= 0:", "if not n > 0:"]))
        self.put(2, self.fill(r.choice(["return a", "return {o}", "return n", "return (a, x)", "return {i}", "see(0); return 1", "note(frames()); return 0", "raise ValueError(n)" if self.chance(0.15) else "return a"])))
        for _ in range(r.choice([0, 1, 1, 2])):
            self.simple(1)
        k = r.random() if guard else 0
        level = 1
        if guard and self.chance(0.15):
            self.put(1, "try:")
            level = 2
        if k < 0.30:
            self.put(level, f"r = {self.call(name)}")
        elif k < 0.45:
            self.put(level, f"r = {self.call(name)}, {self.call(name, 'n - 2')}")
        elif k < 0.55:
            self.put(level, self.fill("if {t}:"))
            self.put(level + 1, f"return {self.call(name)}")
            self.put(level, f"r = {self.call(name, r.choice(['n - 2', 'n - 1', 'n // 2']))}")
        elif k < 0.65:
            self.put(level, f"r = [{self.call(name, r.choice(['n - 2', 'n // 2', 'j - 1']))} for j in range({r.choice(['2', 'n & 3', '1'])})]")
        elif k < 0.72:
            self.put(level, "r = a")
            self.put(level, f"for j in range({r.choice(['2', '3', 'n & 3', '1'])}):")
            self.put(level + 1, f"r = {self.call(name, r.choice(['n - 2', 'n // 2', 'n - 2 - j']))}")
        elif k < 0.78:
            self.put(level, f"r = list(map({name}, {r.choice(['(n - 1, n - 2)', 'range(n - 1 if n < 4 else 2)', '[n // 2] * 2'])}))")
        elif k < 0.86:
            self.put(level, f"r = {self.fill('{o}')}")
        else:
            self.put(level, f"r = {self.fill('{i}')} + {self.fill('{i}')}")
        if level == 2:
            if self.chance(0.5):
                self.put(1, f"except {r.choice(['Exception', 'ValueError', 'TypeError'])} as e:")
                self.put(2, self.fill(r.choice(["r = {i}", "r = type(e).__name__", "note('caught', n, str(e)[:30]); r = 0", "raise", "return {o}"])))
            else:
                self.put(1, "finally:")
                self.put(2, self.fill(r.choice(["note('finally', n)", "a = {i}", "x = None", "see(0)"])))
        if self.chance(0.3):
            self.simple(1)
        self.put(1, self.fill(r.choice(["return r", "return r", "return r", "return r, x", "return a", "return x", "return (r, {i})", "return r if type(r) is int else {i}", "return r + 1 if type(r) is int else r"])))
        self.names.append(name)
        if is_exact("\n".join(self.out[self.out.index(head):])):
            self.exact.append(name)

    def use(self, name, levels):
        """A statement of the body: the function called again and again, with or without a loop."""
        r = self.r
        n = f"k - {r.randint(0, 2)}"
        if set(self.names) <= set(self.exact) and self.chance(0.3):
            return f"out.append(shallow({r.choice([4, 5, 6, 7, 8, 9])}, {name}, {r.choice(['k', '6', '9'])}, 2, (5, 6)))"
        direct = f"{name}({r.choice([n, 'k', '5', 'k + 1'])}{r.choice(['', ', 2', ', 2, D(1)', ', x=[1]'])})"
        return r.choice([
            f"out.append({direct})", f"out.append({direct})", f"out += map({name}, (1, 2, 3, 1, 2, 3, 4, 2))", f"out += map({name}, range(k), range(9))", f"out.append([{name}(j) for j in range(k)])", f"for j in range(k + 12): out.append({name}(j & 3, j)) if len(out) < 60 else {name}(j % 5)",
            f"for j in range(20): y = {name}(j & 3)", f"out.append(sorted(range(k), key=lambda v: type({name}(v & 3)).__name__)[:3])", f"out.append(functools.reduce(lambda v, w: {name}(w % 4), range(9)))",
            f"out.append(list(map(functools.partial({name}, x=3), (1, 2, 3, 4, 1, 2))))", f"out.append(max(range(k), key=lambda v: hash(type({name}(v & 3)) is int)))",
            "out.append(t.total())", "out.append(list(t.walk())[:6])", "out.append(t.find(k) is None)", "out.append(sum(v for v in t.walk()))", f"out.append([{name}(v & 3) for v in t.walk()][:9])", f"y = [{name}(j % 3, x=D(j)) for j in range(12)]", f"{name}(4); {name}(4); {name}(4)",
        ])

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.put(0, f"K = {r.choice(['3', '1', '2**61', '-2'])}")
        self.put(0, "keep = []")
        count = r.choice([1, 2, 2, 3])
        for i in range(3):
            if i < count:
                self.function(f"f{i}")
            else:
                self.put(0, f"def f{i}(n, a=1, x=None):")
                self.put(1, r.choice(["return n", "return x", "return (n, a)", "return n + a if n and a is not None and type(a) is int else n"]))
        self.put(0, "def body(k):")
        self.put(1, "global K, passes, f2")
        self.put(1, "out = []; y = None; t = tree(k - 1); kept = K, passes, f2")
        self.put(1, "try:")
        for _ in range(r.randint(2, 4)):
            self.put(2, self.use(r.choice(self.names), 3))
        self.put(1, "finally:")
        self.put(2, "K, passes, f2 = kept")
        self.put(1, "return out[:80]")
        self.put(0, ENDING.strip())
        return "\n".join(self.out) + "\n"


def text_of(number):
    return FunctionMaker(number).program()
