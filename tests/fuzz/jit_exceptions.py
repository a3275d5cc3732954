"""Programs over exceptions for jit_programs.py, made from numbers from 7000000 on: raised by all kinds of instructions and calls, caught where they are raised and further out, nested,
raised again, grouped, kept, with statements that swallow them or not, finally with jumps, deaths and counts of what tracebacks keep alive, tools switched on meanwhile.

What a program gives: results, and a log of lines, places, contexts, deaths and what was seen. Nothing depends on addresses or on hashes of strings."""

import random

PRELUDE = '''
import gc, sys, weakref
gc.disable()
log = []
kept = []
refs = []
def note(*what):
    if len(log) < 3000:
        log.append(what)
class D:
    def __init__(self, v):
        self.v = v
    def __del__(self):
        f = sys._getframe(1)
        note("gone", self.v, f.f_code.co_name, f.f_lineno, type(sys.exception()).__name__)
class Err(Exception):
    pass
class Sub(Err, KeyError):
    pass
class Made(Exception):
    def __init__(self, v=0, *more):
        self.d = D(v)
        super().__init__(v, *more)
class Loud(Exception):
    def __del__(self):
        note("dies", self.args, sys._getframe(1).f_lineno)
class Meta(type):
    def __instancecheck__(cls, o):
        note("instancecheck")
        return True
    def __subclasscheck__(cls, o):
        note("subclasscheck")
        return True
class Odd(Exception, metaclass=Meta):
    pass
class CM:
    def __init__(self, swallow=False):
        self.swallow = swallow
        self.n = 0
    def __enter__(self):
        self.n += 1
        return self
    def __exit__(self, t, e, tb):
        if t is not None and self.n % 7 == 3:
            note("exit", t.__name__, desc(e), places(tb))
        self.n -= 1
        return self.swallow
class Bad:
    def __init__(self, where):
        self.where = where
    def __enter__(self):
        if self.where == 0:
            raise Err("enter")
        return self
    def __exit__(self, t, e, tb):
        if self.where == 1:
            raise Sub("exit")
        return t is not None and t.__name__ == "ValueError"
class O:
    x = 3
    def __getitem__(self, i):
        return D(i).v // (i % 5 - 1)
    @property
    def p(self):
        raise AttributeError("p")
    def m(self, i, a):
        v = D(i)
        return boom(i, a)
def places(tb):
    out = []
    while tb is not None and len(out) < 8:
        out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_lasti))
        tb = tb.tb_next
    return out
def desc(e, depth=0):
    if e is None or depth > 3:
        return None
    if isinstance(e, BaseExceptionGroup):
        return (type(e).__name__, [desc(x, depth + 1) for x in e.exceptions], places(e.__traceback__))
    return (type(e).__name__, str(e)[:40], places(e.__traceback__), e.__suppress_context__, desc(e.__context__, depth + 1), desc(e.__cause__, depth + 1))
def values(e):
    f = e.__traceback__ and e.__traceback__.tb_frame
    return f and [(k, v) for k, v in f.f_locals.items() if type(v) in (int, str, bool)]
def boom(i, a):
    if i % 3 == a:
        raise ValueError(i)
    return i
def deep(i, a):
    d = D(i)
    x = boom(i, a)
    return x + d.v
def clean(i, a):
    try:
        return boom(i, a)
    finally:
        note("finally", i) if i % 40 == 7 else None
def wrap(i, a):
    try:
        return deep(i, a)
    except ValueError as e:
        raise Err("wrapped") from (e if i & 1 else None)
def inner(i):
    e = sys.exception()
    return 0 if e is None else len(type(e).__name__)
def gen(n):
    for i in range(n):
        try:
            yield i
        except Err:
            yield -1
def ends(it, n):
    s = 0
    while True:
        try:
            s += next(it)
        except StopIteration:
            return s
def recurse(i):
    return recurse(i + 1) + 1
def traced(f, e, arg):
    if e in ("exception", "return") and len(log) < 2500:
        note(e, f.f_code.co_name, f.f_lineno, arg[0].__name__ if e == "exception" else None)
    return traced
'''

ENDING = '''
def take(f, n, a):
    try:
        r = f(n, a)
    except BaseException as e:
        r = desc(e)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    r = r, sys.exception() is None, [desc(e) for e in kept[-3:]], [w() is None for w in refs[-6:]]
    kept.clear()
    return r
def f(n):
    before = len(log)
    return [take(g, n, AT) for g in (f0, f1, f2)], log[before:]
calls = [(n,) for n in SIZES]
'''

SIMPLE = ["n += 1", "n += i", "x = i * 3", "y = x + 1", "n ^= x", "d[i & 7] = n & 15", "l[i % 5] = i", "x = i / 2", "y = D(i)", "x = str(i)", "y = (x, i)", "x = None", "o.x = n & 3", "n -= 2"]
RAISING = ["n += d[i % 11]", "x = d[i]", "n += l[i % 9]", "x = l[i % 5 + 2]", "x = next(it)", "x = int(t[i % 4])", "n += int(t[i & 1])", "x = o.missing", "x = o.p", "x = o[i]", "n += boom(i, a)", "n += boom(i, 0)",
           "n += deep(i, a)", "n += deep(i, 1)", "n += wrap(i, a)", "n += clean(i, a)", "n += o.m(i, a)", "n += 10 // (i % 4)", "n += 1 // (i % 2)", "x, y = l[:i % 4]", "del d[i % 5]", "x = undefined_name",
           "l.pop(i % 7)", "x = 'abc'[i % 5]", "x = d[[]] if i % 4 == a else 1", "x = i + 'a' if i % 5 == a else 2", "for q in (3, 2, 1, 0): n += 6 // q", "assert i % 3 != a", "x = getattr(o, 'none')", "x = (i, i)[i % 3]",
           "n += ends(iter(l), n)", "x = gs.throw(Err(i))", "x = next(gs)", "n += len(i)", "x = list(map(int, t))", "x = [10 // (q - i % 4) for q in (1, 2, 3)]", "x = max(())", "u", "x = recurse(0) if i % 50 == 3 else 1"]
RAISES = ["raise Err(i)", "raise Err", "raise Sub", "raise ValueError(i, n)", "raise ValueError from None", "raise Made(i)", "raise Loud(i)", "raise KeyError(i) from IndexError(n)", "raise", "raise StopIteration(i)", "raise Odd", "raise e0",
          "raise ExceptionGroup('g', [ValueError(i), Err(n)])", "raise TypeError from ValueError", "raise 5", "raise KeyboardInterrupt", "raise Made(i, n) from Loud(i)"]
CLASSES = ["ValueError", "KeyError", "LookupError", "(KeyError, IndexError)", "Err", "Sub", "Exception", "StopIteration", "AttributeError", "ZeroDivisionError", "(ValueError, (TypeError, Err))", "Made", "Loud", "Exception", "BaseException", "errors", "Odd",
           "cls", "(cls, ValueError)", "Exception", "Exception", "NameError", "5 if i % 30 == 9 else Exception"]
LOOKS = ["note('exc', desc(sys.exception()))", "n += inner(i)", "kept.append(sys.exception())", "note(sys.getrefcount(sys.exception()))", "x = sys.exc_info()[0]", "note(sys._getframe().f_lineno)", "n += sys.exception() is None",
         "refs.append(weakref.ref(D(i)))", "sys._getframe().f_locals['n'] = i"]
AS = ["note('as', desc(e))", "n += len(e.args)", "x = e", "kept.append(e)", "refs.append(weakref.ref(e))", "note(values(e))", "note(sys.getrefcount(e))", "e.__traceback__ = None", "e = 5", "del e", "x = str(e)", "e.x = D(i)", "e.add_note('n')",
      "l[0] = e", "note(e.__traceback__.tb_frame is sys._getframe())", "y = e.__traceback__", "note(e.__context__ is None)", "raise e", "raise Err(i) from e", "raise", "e.__context__ = None"]
TESTS = ["i % 3 == a", "i % 7 == 2", "i & 1", "i > 60", "i % 10 == 9", "n & 1", "type(x) is int", "i == 77", "sys.exception() is None"]
CONTEXTS = ["c", "c", "s", "c as y", "CM()", "CM(i % 3 == a)", "Bad(i % 9)", "Bad(2)", "lock", "c, s", "suppress(ValueError, Err)", "rlock"]
TOOLS = ["sys.settrace(traced if i % 40 == 20 else None)", "sys.setprofile(None)", "sys.settrace(traced) if i == 90 else sys.settrace(None) if i == 99 else None"]


class ExceptionMaker:
    def __init__(self, number):
        self.r = random.Random(number)
        self.lines = []
        self.hostile = self.r.random() < 0.3

    def put(self, level, text):
        self.lines.append("    " * level + text)

    def test(self):
        return self.r.choice(TESTS)

    def small(self, level, where):
        r = self.r
        k = r.random()
        if where == "except" and k < 0.25:
            self.put(level, r.choice(AS))
        elif where and k < 0.4:
            self.put(level, r.choice(LOOKS))
        elif k < 0.65:
            self.put(level, r.choice(SIMPLE))
        elif k < 0.9:
            self.put(level, r.choice(RAISING))
        elif self.hostile and k < 0.93:
            self.put(level, r.choice(TOOLS))
        else:
            self.put(level, f"if {self.test()}: {r.choice(RAISES)}")

    def jump(self, level, loop):
        self.put(level, self.r.choice(["continue", "break", "return n", "pass"] if loop else ["return n", "pass"]))

    def attempt(self, level, depth, where, loop):
        r = self.r
        self.put(level, "try:")
        self.block(level + 1, depth - 1, where, loop, raising=True)
        star = r.random() < 0.08
        n = r.choice([1, 1, 1, 2, 3, 0])
        for _ in range(n):
            named = r.random() < 0.4
            cls = r.choice(CLASSES)
            self.put(level, f"except{'*' if star else ''} {cls}{' as e' if named else ''}:" if star or r.random() < 0.93 or _ < n - 1 else "except:")
            self.block(level + 1, depth - 1, "except" if named else "handler", loop and not star, short=r.random() < 0.5, jumps=not star)
        if n and r.random() < 0.2:
            self.put(level, "else:")
            self.block(level + 1, depth - 1, where, loop)
        if n == 0 or r.random() < 0.2:
            self.put(level, "finally:")
            self.block(level + 1, depth - 1, "finally", loop, short=True)

    def block(self, level, depth, where, loop, raising=False, short=False, jumps=True):
        r = self.r
        if short and r.random() < 0.5:
            self.put(level, r.choice(["n += 1", "pass", "x = 0", "d[i & 15] = i & 3", "n -= i", "continue" if loop else "pass"]))
            return
        for _ in range(r.randint(1, 2 if short else 3)):
            k = r.random()
            if depth > 0 and k < 0.3:
                self.attempt(level, depth, where, loop)
            elif depth > 0 and k < 0.42:
                self.put(level, f"with {r.choice(CONTEXTS)}:")
                self.block(level + 1, depth - 1, where, loop, raising=True)
            elif depth > 0 and k < 0.5:
                self.put(level, f"if {self.test()}:")
                self.block(level + 1, depth - 1, where, loop)
            elif depth > 0 and k < 0.54:
                self.put(level, r.choice(["for j in range(3):", "for j in range(i & 3):", "w = 3\n" + "    " * level + "while w > 0:\n" + "    " * (level + 1) + "w -= 1"]))
                self.block(level + 1, depth - 1, where, jumps and True)
            else:
                self.small(level, where)
        if raising and r.random() < 0.7:
            self.put(level, r.choice(RAISING) if r.random() < 0.8 else f"if {self.test()}: {r.choice(RAISES)}")
        if jumps and r.random() < 0.12:
            self.put(level, f"if {self.test()}:")
            self.jump(level + 1, loop)

    def function(self, k):
        r = self.r
        self.put(0, f"def f{k}(n, a):")
        self.put(1, "d = {0: 1, 2: 3, 4: 5}; l = [3, 1, 4, 1, 5]; t = ['1', '22', 'x', '']; o = O(); c = CM(); s = CM(True); lock = threading.Lock(); rlock = threading.RLock()")
        self.put(1, "x = y = j = 0; it = iter(range(n // 2)); gs = gen(3); end = n; n = 0; e0 = Err('kept'); cls = (KeyError, Err, ValueError)[a % 3]; suppress = contextlib.suppress")
        self.put(1, r.choice(["for i in range(end):", "for i in range(end):", "i = 0\n    while i < end:\n        i += 1"]))
        safe = r.random() < 0.85                             # else the first exception that nothing catches ends the loop
        if safe:
            self.put(2, "try:")
        if r.random() < 0.7:
            self.attempt(2 + safe, r.choice([1, 1, 2, 3]), None, True)
        self.block(2 + safe, r.choice([0, 1, 2]), None, True)
        if safe:
            self.put(2, r.choice(["except Exception:", "except Exception as e:", "except (Exception, KeyboardInterrupt):", "except:", "except Exception as e1:"]))
            self.put(3, r.choice(["n += 1", "n += inner(i)", "note(desc(sys.exception())) if i % 20 == 9 else None", "x = i", "n += len(sys.exception().args); l[i % 5] = 0"]))
        if r.random() < 0.6:
            self.put(2, r.choice(["n += i & 3", "if n > 1 << 40: n = 0", "l[2:] = [4, 1, 5]", "if len(d) > 20: d.clear()"]))
        self.put(1, r.choice(["return n", "return n, desc(sys.exception())", "return n, x if type(x) is int else type(x).__name__"]))
        if r.random() < 0.01:
            self.put(1, "u = 1")

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.put(0, "import threading, contextlib")
        self.put(0, "errors = (ZeroDivisionError, IndexError)")
        for k in range(3):
            self.function(k)
        sizes = r.choice([[60, 150, 8, 200], [250, 250, 3], [12] * 30, [1, 2, 0, 300, 100]])
        self.put(0, ENDING.strip().replace("SIZES", repr(sizes)).replace("AT", str(r.choice([0, 1, 2, 5]))))
        return "\n".join(self.lines) + "\n"


def text_of(number):
    return ExceptionMaker(number).program()
