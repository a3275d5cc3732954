"""Programs over objects for jit_programs.py, made from numbers from 3000000 on: classes with and without __del__, weak references with callbacks,
counts, frames looked at, generators, threads, tools switched on and off, containers, and classes and functions that change while loops run.

What a program gives is its log: each death with the line at which it happened, counts, exceptions with lines, what tools saw, and the variables at
the end. Nothing in it depends on addresses, on hashes of strings, or on when the collector runs by itself."""

import random
import re

PRELUDE = '''
import gc, signal, sys, threading, weakref
gc.disable()
log = []
kept = []
tool = 4
M = sys.monitoring
def note(*what):
    if len(log) < 4000:
        log.append(what)
def line(depth):
    return sys._getframe(depth + 1).f_lineno
def desc(v, depth=0):
    t = type(v)
    if t in (int, float, bool, str, type(None)):
        return v
    if depth > 2:
        return t.__name__
    if t in (list, tuple):
        return (t.__name__, *(desc(x, depth + 1) for x in v))
    if t is dict:
        return ("dict", *((desc(k), desc(x, depth + 1)) for k, x in v.items()))
    if t is set:
        return ("set", *sorted(x for x in v if type(x) is int))
    if hasattr(v, "n") and not isinstance(v, type):
        return (t.__name__, v.n, desc(getattr(v, "x", None), depth + 1), desc(getattr(v, "link", None), depth + 1), sys.getrefcount(v))
    return t.__name__
def see(depth=1):
    f = sys._getframe(depth)
    note("see", f.f_lineno, f.f_lasti, *(k for k in f.f_locals if k != "ws"), *(x for x in f.f_locals.values() if type(x) in (int, float, bool)))
def rc(o):
    note("rc", sys.getrefcount(o))
    return sys.getrefcount(o)
def gone(w):
    note("gone", line(1))
def ident(o):
    return o
def pick(a, b, first=True):
    return a if first else b
def add(x, y=1, *, z=0):
    return x + y + z
def sub(x, y=1, *, z=0):
    return x - y - z
def star(*args, **kw):
    note("star", len(args), *kw)
    return args
def put(o, v):
    o.x = v
    return o
def boom(i, k):
    if i % 5 == k:
        raise ValueError(i)
    return i
def raiser(o):
    try:
        raise KeyError(o.n)
    finally:
        note("finally", line(0))
def nested(o, v):
    try:
        return boom(v, 3) + o.x
    except ValueError as e:
        return e.args[0]
def produce(n, *objects):
    try:
        for i in range(n):
            yield objects[i % len(objects)] if objects else i
    finally:
        note("produced", n)
def relay(n, *objects):
    yield from produce(n, *objects)
def tracer(frame, event, arg):
    if frame.f_code.co_filename == here:
        note("trace", event, frame.f_code.co_name, frame.f_lineno)
    return tracer
def profiler(frame, event, arg):
    if frame.f_code.co_filename == here and frame.f_code.co_name not in ("note", "off"):
        note("profile", event, frame.f_code.co_name, frame.f_lineno)
def seen_line(code, n):
    if code.co_filename == here and code.co_name != "note":
        note("line", code.co_name, n)
def seen_start(code, offset):
    if code.co_filename == here and code.co_name not in ("note", "off"):
        note("start", code.co_name, offset)
def seen_jump(code, offset, to):
    if code.co_filename == here and code.co_name != "note":
        note("jump", code.co_name, offset, to)
        return M.DISABLE if len(log) % 3 == 0 else None
def seen_call(code, offset, what, arg):
    if code.co_filename == here and code.co_name != "note":
        note("call", code.co_name, offset)
def monitor(events):
    M.use_tool_id(tool, "fuzz")
    for e, call in ((M.events.LINE, seen_line), (M.events.PY_START, seen_start), (M.events.JUMP, seen_jump), (M.events.BRANCH, seen_jump), (M.events.CALL, seen_call)):
        if events & e:
            M.register_callback(tool, e, call)
    M.set_events(tool, events)
def off():
    sys.settrace(None)
    sys.setprofile(None)
    if M.get_tool(tool) is not None:
        M.set_events(tool, 0)
        M.free_tool_id(tool)
def thread(what, *args):
    t = threading.Thread(target=what, args=args)
    t.start()
    t.join()
def handler(number, frame):
    note("signal", frame.f_lineno)
def unraisable(u):
    note("unraisable", type(u.exc_value).__name__)
threading.excepthook = lambda e: note("thread", e.exc_type.__name__)
here = note.__code__.co_filename
signal.signal(signal.SIGUSR1, handler)
'''

ENDING = '''
def f(k):
    hook, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        result = body(k, {args})
    except Exception as e:
        tb, lines = e.__traceback__, []
        while tb is not None:
            lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
            tb = tb.tb_next
        result = type(e).__name__, str(e), *lines
        e = tb = None
    finally:
        off()
    G.clear()
    kept.clear()
    note("end")
    gc.collect()
    sys.unraisablehook = hook
    out = result, tuple(log)
    log.clear()
    return out
calls = [(0,), (1,), (0,)]
'''


# What gives objects, ints, truth; what changes.
OBJECTS = [
    "<o>.link", "(<o>.link or <v>)", "(<o>.link or <c>(<i>))", "<o>.me()", "l[0]", "l[-1]", "l[<i> % len(l)]", "l.pop()", "d.get(<i>)", "d[<i>]", "t[0]", "ident(<o>)",
    "pick(<o>, <o>, <i> & 1)", "pick(first=<i> > 2, a=<o>, b=<o>)", "(<o> or <o>)", "(<o> if <t> else <o>)", "[<o>, <o>][<i> & 1]",
    "star(<o>, <o>)[0]", "star(*l)[0]", "next(g, a)", "w()", "<o>.p", "G[-1]", "put(<o>, <i>)", "h()", "None", "(<o>, <o>)[1]",
    "getattr(<o>, 'link', None)", "d.setdefault(<i>, <o>)", "d.pop(<i>, <o>)", "min([<o>, <o>], key=rc)", "<o>.make(<i>)", "<c>(<i>).me()"
]
NUMBERS = [
    "<o>.x", "<o>.x", "<o>.n", "<o>.k", "<o>.m(<i>)", "<o>.m(<i>)", "len(l)", "len(d)", "len(s)", "len(t)", "(<i> + <i>)", "(<i> - <i>)", "(<i> & 7)",
    "(<i> % 5)", "add(<i>, <i>)", "add(<i>, z=<i>)", "rc(<o>)", "sys.getrefcount(<o>)", "nested(<o>, <i>)", "boom(<i>, 2)", "min(<i>, <i>)",
    "abs(<i>)", "int(<i> * 0.5)", "hash(<i>)", "sum([<i>, <i>])", "len(star(<o>, *l, z=<i>))", "(<o> is <o>)", "isinstance(<o>, <c>)", "(<o> in l)",
    "(<i> in q)", "<o>.s(<i>)", "(<o> + 1)", "<o>(<i>)", "len(<o>)", "sum(o.x for o in l)", "len([o for o in l if o is not None])", "int(f'{<i>:d}')",
    "ord(s[<i> % len(s)])", "line(0)", "-<i>", "(x := <i>)", "(lambda v: v + 1)(<i>)", "int(<o>.f) % 100"
]
TESTS = [
    "<i> <cmp> <i>", "<i> % 3 == 2", "<i> & 1", "<o> is <o>", "<o> is None", "<o> is not None", "<o>", "not <o>", "<o> == <o>", "<i> in d", "l", "s",
    "isinstance(<o>, A)", "<i> < 3 and <o>", "hasattr(<o>, 'x')"
]
NUMBER_STORES = [
    "n = <i>", "n += <i>", "n = (<i>) & 0xffff", "n -= <i>"
]
ATTRIBUTE_STORES = [
    "<o>.link = <o>", "<v>.link = <o>", "<v>.x = <i>", "<v>.x += <i>", "<v>.f = <v>.f * 0.5", "<v>.f += 1.5", "<v>.x, <v>.x = <v>.x, <i>",
    "<v>.y = <i>", "del <o>.x", "del <o>.link", "del <v>.y", "<v>.link.x = <i>", "<v>.link, <v> = <o>, <o>", "<v>.p = <i>", "setattr(<v>, 'x', <i>)",
    "delattr(<v>, 'f')"
]
LISTS = [
    "l.append(<o>)", "l.append(<o>)", "l.pop()", "l[<i> % len(l)] = <o>", "l[0] = <o>", "del l[0]", "del l[-1]", "l[:] = [<o>, <o>]", "l.clear()",
    "l = [<o>, <o>, <o>]", "l += [<o>]", "l[1:2] = ()", "l.insert(0, <o>)", "l.reverse()", "l = l[:4]", "l.sort(key=lambda o: getattr(o, 'n', 0))",
    "l[0], l[-1] = l[-1], l[0]", "l.extend((a, <o>))", "l.remove(<o>)", "del l[5:]", "l = [*l, a]", "l = sorted(l, key=rc)",
    "l = [o for o in l if o is not None]", "l[0].x = <i>", "l[0].link = <o>"
]
DICTS = [
    "d[<i>] = <o>", "d[<i>] = <o>", "d.pop(<i>, None)", "del d[<i>]", "d.clear()", "d = {<i>: <o>, 1: <o>}", "d.setdefault(<i>, <o>)",
    "d.update(z=<o>)", "d['z'] = <o>", "d = dict(d)", "d[<i> & 3] = d.get(<i> & 3, 0)", "d.popitem()", "d = {k: v for k, v in d.items() if k != <i>}",
    "q.add(<i>)", "q.discard(<i>)", "q = {<i>, <i>}", "q |= {1, 2}", "q = q - {1}", "q.pop() if len(q) == 1 else None"
]
TUPLES = [
    "t = (<o>, <i>)", "t = (<o>, <o>)", "<v>, n = t", "a, b = b, <o>", "a, b, c = <o>, <o>, <o>", "<v>, *rest = l", "a, (b, n) = <o>, t", "a, b = t",
    "t += (<o>,)", "t = t[:2]", "a = b = <o>", "(a, n), b = t, a"
]
STRINGS = [
    "s = s + 'x'", "s += str(<i>)", "s = f'{<i>}-{n}'", "s = s[:5]", "s = s.upper()", "s = s[1:] or 'q'", "s = '%d' % n", "s = ','.join([s, 'y'])",
    "s = s.replace('x', 'yy')[:20]", "s += 'z'", "s = s * 2 if len(s) < 9 else 'r'", "n = len(s.split('-'))", "s = (s or 'e')[::-1]"
]
OTHERS = [
    "note(<i>)", "note(desc(<o>))", "rc(<o>)", "note(sys.getrefcount(<v>))", "see()", "<o>", "<i>", "note(<o> is <o>)", "put(<o>, <i>)",
    "star(<o>, <i>, z=<o>)", "star(*l, **{'u': <o>})", "raiser(<o>)", "w = weakref.ref(<o>, gone)", "ws.append(weakref.ref(<o>, gone))", "ws.clear()",
    "g = produce(3, a, <o>)", "g = relay(2, <o>)", "g.close()", "h = lambda: <r>", "h = <o>.me", "h = <o>.m", "h(1)", "assert <t>",
    "thread(put, <o>, n)", "kept.append(<o>) if len(kept) < 4 else kept.clear()", "G[:] = [<o>]", "note(type(<o>).__name__)", "note([o.x for o in l])",
    "note(sorted(q))", "note(*map(desc, l))", "note(*zip(l and [1], [<i>]))"
]
# What makes compiled code wrong, or notices it.
CHANGES = [
    "gc.collect()", "see()", "sys.settrace(tracer)", "sys.settrace(None)", "sys.setprofile(profiler)", "sys.setprofile(None)", "off()", "off()",
    "monitor(<ev>)", "thread(put, <o>, <i>)", "thread(gc.collect)", "thread(see)", "signal.raise_signal(signal.SIGUSR1)", "<c>.k = <i>", "<c>.k = <o>",
    "del <c>.k", "<c>.m = lambda self, v: v", "<c>.m = A.me", "del <c>.m", "<c>.x = 5", "del <c>.x", "<c>.x = property(lambda self: 7)",
    "<c>.link = property(lambda self: None, lambda self, v: note('set'))", "<c>.p = <i>", "<c>.__del__ = lambda self: note('other del', line(1))",
    "del <c>.__del__", "<c>.__getattr__ = lambda self, name: 4", "<c>.__setattr__ = lambda self, name, v: None", "del <c>.__setattr__",
    "<c>.__bool__ = lambda self: False", "<c>.__eq__ = lambda self, o: True", "<c>.__len__ = lambda self: 0",
    "<c>.__init__ = lambda self, n, x=0: setattr(self, 'n', n)", "<o>.__class__ = <c>", "globals()['add'], globals()['sub'] = sub, add",
    "globals()['ident'] = lambda o: None", "globals()['ident'] = ident", "add.__code__, sub.__code__ = sub.__code__, add.__code__",
    "add.__defaults__ = (5,)", "put.__code__ = pick.__code__", "globals()['pick'] = boom", "globals()['len'] = lambda o: 2",
    "globals().pop('len', None)", "<o>.__dict__.clear()", "<o>.__dict__['x'] = 9", "<o>.__dict__ = {'x': 1, 'n': 2}", "vars(<o>).pop('x', None)",
    "<c>.me = <c>.m", "<c>.make = classmethod(lambda cls, n: n)", "raise ValueError('event')", "sys._getframe().f_locals['<v>'] = None",
    "kept.append(<o>)", "kept.clear()", "G.append(<o>)", "G.clear()", "G[:] = [a]", "ws.append(weakref.ref(<o>, gone))", "w = weakref.ref(<o>, gone)",
    "frame = sys._getframe()", "frame = None", "<c>.__bases__ = <c>.__bases__", "type(<o>).k = 3", "l = tuple(l)", "l = list(l)", "s = None", "d = {}",
    "<o>.f = None", "<o>.f = 2.5", "n = 0.5", "n = <i>", "n = 'text'", "<c>.__getattribute__ = object.__getattribute__",
    "<c>.__getattribute__ = lambda self, name: object.__getattribute__(self, name)"
]
PLAIN = ["n = (n * 3 + i) & 1023", "n = n ^ i", "x = x + n & 255", "<v>.x = n & 7", "<v>.x = <v>.x + 1", "n = (n + <v>.x) % 1001", "<v>, <v> = <v>, <v>", "<v> = <v>", "l[0] = <v>", "<v>.link = <v>", "n = len(l) + i", "<v>.f = <v>.f * 0.5 + i",
         "x = (x << 1 | n & 1) & 4095", "if n & 1: x += 1", "n = add(n, i) & 511", "<v>.m(n & 3)", "x = <v>.k + x & 63", "<v> = ident(<v>)", "<v> = l[n & 1]", "x = -x if <v> is <v> else x + 1", "<v> = <v>.link or <v>"]
# What often raises. Tame programs have little of it, so that their loops go round.
RISKY = re.compile(r"^del |None|clear|popitem|remove|\.p\b|\.s\(|\.make|\bw\(\)|next\(g|G\[|boom|<o>\.link$|\.link\.|<o> \+ 1|<o>\(|len\(<o>|assert|raiser|rest|pop\(\)|d\[<i>\]$|\bt\b|l = l\[|\[:\]|\(\)$|h\(|\.y|delattr|h = |"
                   r"s\[<i>|2\*\*|sorted|o\.x|\[5:\]|-1\]|text|__")
EVENTS = [
    "M.events.LINE | M.events.PY_START", "M.events.PY_START | M.events.JUMP", "M.events.BRANCH", "M.events.CALL", "M.events.JUMP"
]


class ObjectMaker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines = []
        self.objects = ["a", "b", "c"]
        self.loops = self.tries = 0
        self.fresh = 0
        self.counter = "i"
        self.tame = self.chance(0.8)
        self.plain = 0.62 if self.tame else 0.40         # expressions that are variables
        self.small = self.tame and self.chance(0.6)      # bodies of loops that become one trace

    def put(self, level, text):
        for line in text.split("\n"):
            self.lines.append("    " * level + line)

    def chance(self, p):
        return self.r.random() < p

    # ---- classes ----

    def one_class(self, name, base):
        r = self.r
        self.put(0, f"class {name}({base}):" if base else f"class {name}:")
        if not base and self.chance(0.2):
            self.put(1, "__slots__ = 'n', 'x', 'f', 'link', '__weakref__'")
        self.put(1, f"k = {r.randint(0, 9)}")
        if not base:
            self.put(1, "def __init__(self, n, x=1):")
            self.put(2, "self.n = n")
            self.put(2, f"self.x = {r.choice(['x', 'x', 'x', 'n', '2'])}")
            self.put(2, f"self.f = {r.choice(['0.5', 'x * 1.5', '1e300'])}")
            self.put(2, "self.link = None")
        elif self.chance(0.5):
            self.put(1, "def __init__(self, n, x=2):")
            self.put(2, f"super().__init__(n, x{r.choice(['', ' + 1'])})")
            if self.chance(0.3):
                self.put(2, "self.link = G[0] if G else None")
        if self.chance(0.7):
            self.put(1, "def __del__(self):")
            self.put(2, r.choice(["note('del', self.n, line(1))"] * 4 + ["note('del', self.n, sys.getrefcount(self))", "kept.append(self) if len(kept) < 3 else note('del', self.n)",
                                 "note('del', self.n)\nraise TypeError", "G.append(self.n)\nnote('del', self.n, line(1))", f"note('del', self.n)\n{name}.k += 1", "see(2)"]))
        if self.chance(0.8) or not base:
            self.put(1, "def m(self, v):")
            self.put(2, r.choice(["return self.x + v", "self.x += v\nreturn self.x", "return v", "note('m', self.n)\nreturn self.k", "self.link, v = self, self.link\nself.link = v\nreturn 1",
                                  "super().__init__(self.n)\nreturn self.k" if base else "return self.k", "self.f = self.f * 1.5\nreturn int(self.f) % 7 if self.f < 1e200 else 0"]))
        self.put(1, "def me(self):")
        self.put(2, r.choice(["return self", "return self.link or self", "return super().me()" if base else "return self", f"return {name}(self.n + 100)"]))
        if self.chance(0.5):
            self.put(1, "@property")
            self.put(1, "def p(self):")
            self.put(2, r.choice(["return self.x", "return self.link", "note('p')\nreturn self"]))
        if self.chance(0.2):
            self.put(1, "@p.setter\ndef p(self, v):" if any(line.strip() == "def p(self):" for line in self.lines[-6:]) else "def q(self, v):")
            self.put(2, "self.x = v")
        for rate, text in ((0.12, "def __bool__(self):\n    return self.x % 2 == 1"), (0.12, "def __eq__(self, other):\n    note('eq')\n    return self is other\n__hash__ = None"),
                           (0.12, "def __len__(self):\n    return self.n % 3"), (0.12, "def __getattr__(self, name):\n    note('getattr', name)\n    return 3"),
                           (0.12, "def __add__(self, other):\n    return self.x + 1\n__radd__ = __add__"), (0.12, "def __iter__(self):\n    return iter((self, self.x))"),
                           (0.12, "def __getitem__(self, i):\n    if i > 3:\n        raise IndexError\n    return self.x"), (0.1, "def __call__(self, v):\n    return v"),
                           (0.15, "def __enter__(self):\n    note('enter')\n    return self\ndef __exit__(self, *e):\n    note('exit', len(e))\n    return self.n % 2 == 0"),
                           (0.1, "def __setattr__(self, name, v):\n    object.__setattr__(self, name, v)"), (0.1, "@staticmethod\ndef s(v):\n    return v"),
                           (0.1, "@classmethod\ndef make(cls, n):\n    return cls(n)"), (0.06, "def __lt__(self, other):\n    return self.n < other.n")):
            if self.chance(rate):
                self.put(1, text)

    # ---- expressions ----

    def fill(self, text, depth=0):
        """With expressions in the place of <o> (an object), <i> (an int), <t> (a test), <c> (a class), <v> (a variable)."""
        made = {"o": lambda: self.o(depth + 1), "i": lambda: self.i(depth + 1), "t": lambda: self.fill(self.some(TESTS), depth + 1), "c": lambda: self.r.choice(self.classes), "v": lambda: self.r.choice(self.objects),
                "cmp": lambda: self.r.choice(["<", "<=", "==", "!=", ">"]), "ev": lambda: self.r.choice(EVENTS), "r": lambda: self.r.choice(["n", "None", "G[0]"])}
        return re.sub("<([a-z]+)>", lambda m: made[m[1]](), text)

    def some(self, table):
        text = self.r.choice(table)
        while self.tame and RISKY.search(text) and self.chance(0.97):
            text = self.r.choice(table)
        return text

    def test(self):
        return self.fill(self.some(TESTS), 1)

    def event(self):
        return self.fill(self.r.choice(CHANGES), 1)

    def o(self, depth=0):
        r, k = self.r, self.r.random()
        if depth > 2 or k < self.plain:
            return r.choice(self.objects)
        if k < self.plain + 0.12:
            return self.fill("<c>(<i>" + r.choice(["", "", ", <i>", ", x=<i>"]) + ")", depth)
        return self.fill(self.some(OBJECTS), depth)

    def i(self, depth=0):
        r, k = self.r, self.r.random()
        if depth > 2 or k < self.plain - 0.1:
            return r.choice([self.counter, self.counter, "i", "n", "n", "k"])
        if k < self.plain + 0.02:
            return r.choice(["0", "1", "2", "3", "-1", "7", "1000", "2**31", "2**61"])
        return self.fill(self.some(NUMBERS), depth)

    # ---- statements ----

    def simple(self):
        k = self.r.random()
        if k < 0.30:
            return self.fill("<v> = <o>")
        if k > 0.96:
            return self.r.choice(["gc.collect()", "see()", self.event()])
        for limit, table in ((0.40, NUMBER_STORES), (0.56, ATTRIBUTE_STORES), (0.68, LISTS), (0.76, DICTS), (0.82, TUPLES), (0.87, STRINGS), (0.93, OTHERS)):
            if k < limit:
                return self.fill(self.some(table))
        return self.fill("<v> = <o>" if self.tame else "del <v>")

    def statement(self, level, in_loop):
        r = self.r
        k = r.random()
        if k < 0.66 or level > 5:
            self.put(level, self.simple())
        elif k < 0.74:
            self.put(level, f"if {self.test()}:")
            self.block(level + 1, in_loop)
            if self.chance(0.4):
                self.put(level, "else:")
                self.block(level + 1, in_loop)
        elif k < 0.82 and in_loop:
            self.put(level, f"if {self.counter} == {r.randint(1, 14)}:")
            self.put(level + 1, self.event())
        elif k < 0.88:
            self.attempt(level, in_loop)
        elif k < 0.90:
            self.put(level, f"with {self.o(1)} as {r.choice(self.objects)}:")
            self.block(level + 1, in_loop)
        elif k < 0.96 and self.loops < 4 and level < 5:
            self.loop(level)
        elif in_loop:
            self.put(level, f"if {self.test()}:")
            self.put(level + 1, r.choice(["continue", "break", "continue"]))
        else:
            self.put(level, self.simple())

    def attempt(self, level, in_loop):
        r = self.r
        self.tries += 1
        self.put(level, "try:")
        self.block(level + 1, in_loop)
        if self.chance(0.15):
            self.put(level, "finally:")
            self.put(level + 1, f"note('finally', {self.i(2)})" if self.chance(0.5) else self.simple())
            return
        self.put(level, f"except {r.choice(['Exception', 'Exception', 'Exception', '(AttributeError, TypeError)', 'LookupError'])} as e{self.tries}:")
        self.put(level + 1, f"note(type(e{self.tries}).__name__, str(e{self.tries}), e{self.tries}.__traceback__.tb_lineno)")
        if self.chance(0.5):
            self.put(level + 1, self.simple())
        if self.chance(0.2):
            self.put(level, "else:")
            self.put(level + 1, self.simple())

    def block(self, level, in_loop):
        for _ in range(self.r.choice([1, 1, 1, 2, 2, 3]) if not self.small else 1):
            self.statement(level, in_loop)

    def body(self, level):
        for _ in range(self.r.randint(1, 2) if self.small else self.r.randint(2, 5)):
            self.statement(level, True)
            if self.small:                               # calls left to the interpreter are a small part of a trace
                self.put(level, self.fill(self.r.choice(PLAIN)))

    def loop(self, level):
        r = self.r
        self.loops += 1
        self.fresh += 1
        outer, counter = self.counter, f"i{self.fresh}" if level > 1 else "i"
        rounds = r.choice([6, 10, 16, 25, 40] if self.loops == 1 else [2, 3, 5, 14])
        k = r.random()
        over = None
        if k < 0.5 or level == 1:
            self.put(level, f"for {counter} in range({rounds}):")
        elif k < 0.62:
            self.put(level, f"{counter} = 0")
            self.put(level, f"while {counter} < {rounds}" + (f" and {self.test()}:" if self.chance(0.3) else ":"))
            self.put(level + 1, f"{counter} += 1")
        else:
            over = r.choice(["l", "l", "l", "t", "t", "list(l)", "list(l)", "t", "l[:6]", "tuple(l)", "(a, b)", f"produce({rounds}, a, b)", f"relay({rounds}, {self.o(1)})", "reversed(l)", "d.values()", "list(d)", f"({self.classes[0]}(v) for v in range({rounds}))", "map(ident, l[:9])", "iter([a, b, c])"])
            counter = outer
            if self.chance(0.15):
                self.put(level, f"for j, {r.choice(self.objects)} in {r.choice(['enumerate', 'enumerate', 'zip'])}({over if over != 'l' else 'l[:9]'}" + "):")
                self.lines[-1] = self.lines[-1].replace("zip(", "zip(range(9), ")
            else:
                self.put(level, f"for {r.choice(self.objects)} in {over}:")
            self.put(level + 1, "if l.__len__() > 20: break")
        self.counter = counter
        start = len(self.lines)
        if self.loops == 1:                              # containers do not grow for ever
            self.put(level + 1, "if type(l) is list and l.__len__() > 12: del l[4:]")
        if self.loops == 1 and self.chance(0.75):
            self.put(level + 1, "try:")
            self.body(level + 2)
            self.put(level + 1, "except Exception as e0:")
            self.put(level + 2, "note(type(e0).__name__, str(e0), e0.__traceback__.tb_lineno)")
            if self.chance(0.5):
                self.put(level + 2, "a = A(1000 + i)")
        else:
            self.body(level + 1)
        if any("off()" in line or "trac" in line or "prof" in line or "monitor" in line for line in self.lines[start:]) and self.chance(0.8):
            self.put(level + 1, f"if {self.counter} == {r.randint(4, 15)}: off()")
        self.counter = outer

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.put(0, "G = []")
        self.one_class("A", "")
        self.one_class("B", r.choice(["A", "A", ""]))
        self.classes = ["A", "B"]
        if self.chance(0.3):
            self.one_class("C", r.choice(["B", "A"]))
            self.classes.append("C")
        self.put(0, "def body(k, l, d, t, s, q, g, w, a, b, c=None):")
        self.put(1, "n = k; ws = []; x = 0; h = ident; frame = None" if self.chance(0.8) else "global n\nn = k; ws = []; x = 0; h = ident; frame = None")
        if self.chance(0.12):
            name = r.choice(["a", "b", "l", "n"])
            if "global n" not in self.lines[-2] or name != "n":
                self.put(1, f"cell = lambda: {name}")
        if self.chance(0.7):
            self.put(1, "keep = [a, b, c, *l, *d.values()]")
        while self.loops < 2 and (self.loops == 0 or self.chance(0.4)):
            self.loop(1)
            if self.chance(0.3):
                self.put(1, self.simple())
        self.put(1, "return [(name, desc(v)) for name, v in locals().items()]")
        for _ in range(r.randint(0, 2)):
            pass
        a = [f"{r.choice(self.classes)}({v})" for v in (1, 2, 3)]
        args = f"[{r.choice(self.classes)}(4), {r.choice(self.classes)}(5)], {{0: {r.choice(self.classes)}(6), 1: None, 2: {r.choice(self.classes)}(7)}}, ({r.choice(self.classes)}(8), 2), 'abc', {{1, 2}}, produce(2), lambda: None, {', '.join(a)}"
        if self.chance(0.3):
            args = args.replace("A(4)", "None")
        self.put(0, ENDING.strip().replace("{args}", args))
        return "\n".join(self.lines) + "\n"


def text_of(number):
    return ObjectMaker(number).program()
