"""Programs for jit_programs.py, made from numbers from 8000000 on, over shapes of code that the others have little of: signatures with everything and calls to match, instances that
are called, generators left by break, throw() and close(), `yield from`, coroutines, generator expressions in consumers, closures that call themselves, keys of sorts, classes
with slots, properties, super() and __getattr__ that change while loops are hot, code that exec() makes and drops, patterns, threads, tools switched on in mid-loop.

What a program gives: its variables and a log of deaths with lines, counts, and what tools saw. Nothing depends on addresses, on hashes of strings, or on when threads run."""

import random

PRELUDE = '''
import functools, gc, sys, threading, weakref
gc.disable()
log = []
ws = []
codes = []
M = sys.monitoring
def note(*what):
    if len(log) < 500:
        log.append(what)
class D:
    def __init__(self, v=0, w=None):
        self.v = v
        self.w = w
    def __del__(self):
        f = sys._getframe().f_back
        note("gone", self.v, f and f.f_lineno)
    def __call__(self, v=0, *rest, k=1, **kw):
        return v + k + len(rest) + len(kw)
    def m(self, v=1):
        return v + 1
    def __lt__(self, other):
        return self.v < getattr(other, "v", 0)
    def __iter__(self):
        yield self.v
        yield self
    def __repr__(self):
        return "D"
class E(Exception):
    def __init__(self, v=0, *more):
        super().__init__(v, *more)
        self.v = v
class Later:
    def __init__(self, n):
        self.n = n
    def __await__(self):
        for j in range(self.n):
            yield j
        return self
    async def __aenter__(self):
        return self
    async def __aexit__(self, *e):
        return e[0] is E
class Items:
    def __init__(self, n, fails=False):
        self.n = n
        self.fails = fails
    def __iter__(self):
        return self
    def __next__(self):
        self.n -= 1
        if self.n < 0:
            if self.fails:
                raise E(self.n)
            raise StopIteration
        return self.n
    def __len__(self):
        return self.n if self.n > 0 else 0
    def __getitem__(self, i):
        return (self.n, i)
    def __contains__(self, x):
        return x == self.n
def gone(w):
    note("ref", sys._getframe(1).f_lineno)
def refs(o):
    return sys.getrefcount(o)
def fails(i, k):
    if i % 5 == k:
        raise E(i)
    return i
def see(v=None):
    f = sys._getframe(1)
    note(f.f_code.co_name, f.f_lineno, *(x for x in f.f_locals.values() if type(x) in (int, bool)))
    return v
def tracer(f, event, arg):
    if f.f_code.co_filename == here and f.f_code.co_name in watched:
        note("t", event, f.f_code.co_name, f.f_lineno)
        return tracer
def profiler(f, event, arg):
    if f.f_code.co_filename == here and f.f_code.co_name in watched:
        note("p", event, f.f_code.co_name, f.f_lineno)
def seen(code, at, *more):
    if code.co_filename == here and code.co_name in watched:
        note("m", code.co_name, at, *(x for x in more if type(x) is int))
def once(code, at, *more):
    seen(code, at)
    return M.DISABLE
def monitor(events, code=None):
    if M.get_tool(4) is None:
        M.use_tool_id(4, "fuzz")
        for e in (M.events.LINE, M.events.PY_START, M.events.PY_RETURN, M.events.PY_YIELD, M.events.PY_RESUME, M.events.CALL, M.events.RAISE, M.events.PY_UNWIND):
            M.register_callback(4, e, seen)
        M.register_callback(4, M.events.JUMP, once)
        M.register_callback(4, M.events.BRANCH, once)
    if code is None:
        M.set_events(4, events)
    else:
        M.set_local_events(4, code, events)
        codes.append(code)
def off():
    sys.settrace(None)
    sys.setprofile(None)
    if M.get_tool(4) is not None:
        M.set_events(4, 0)
        while codes:
            M.set_local_events(4, codes.pop(), 0)
        M.free_tool_id(4)
def run(what, *args):
    out = []
    t = threading.Thread(target=lambda: out.append(what(*args)))
    t.start()
    t.join()
    return out[0] if out else None
def race(what, *args):
    out = [None, None]
    def one(k):
        out[k] = what(*args)
    old = sys.getswitchinterval()
    sys.setswitchinterval(2e-5)
    ts = [threading.Thread(target=one, args=(k,)) for k in (0, 1)]
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    sys.setswitchinterval(old)
    return out
def drive(c):
    n = 0
    try:
        while n < 40:
            c.send(None)
            n += 1
    except StopIteration as e:
        return e.value
    finally:
        c.close()
async def waits(n, x=None):
    for j in range(n):
        async with Later(j & 1) as y:
            x = await y
    return x
async def gives(n, x=None):
    try:
        for j in range(n):
            if j & 1:
                await Later(1)
            yield j if j & 2 else x
    finally:
        note("given", n)
async def takes(n, x=None):
    last = None
    async for last in gives(n, x):
        if last == 6:
            break
    return [q async for q in gives(n & 3)], last
def shown(v, depth=0):
    t = type(v)
    if t in (int, float, bool, str, bytes, type(None)):
        return v if t is not int or -2**70 < v < 2**70 else v % 1000003
    if depth > 3:
        return t.__name__
    if t in (list, tuple):
        return (t.__name__, *(shown(x, depth + 1) for x in v[:12]))
    if t is dict:
        return ("dict", *((shown(k, 3), shown(x, depth + 1)) for k, x in list(v.items())[:12]))
    if t is set:
        return ("set", *sorted(x for x in v if type(x) is int))
    if isinstance(v, BaseException):
        return (t.__name__, *(shown(x, depth + 1) for x in v.args[:3]))
    return (t.__name__, shown(getattr(v, "v", None), depth + 1), shown(getattr(v, "w", None), depth + 1))
here = note.__code__.co_filename
threading.excepthook = lambda e: note("thread", e.exc_type.__name__)
'''

ENDING = '''
def f(n):
    hook, sys.unraisablehook = sys.unraisablehook, lambda u: note("unraisable", type(u.exc_value).__name__)
    try:
        r = body(n)
    except Exception as e:
        tb, lines = e.__traceback__, []
        while tb is not None and len(lines) < 9:
            lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
            tb = tb.tb_next
        r = type(e).__name__, str(e)[:80], lines
        e = tb = None
    finally:
        off()
    r = shown(r)
    ws.clear()
    note("end")
    sys.unraisablehook = hook
    out = r, tuple(log)
    log.clear()
    return out
calls = [(n,) for n in SIZES]
'''

INTS = ["i", "i", "n", "i + 1", "n - i", "i & 3", "i % 5", "1", "0", "n * 3 & 255", "2**40 + i", "len(l)", "o.v", "c.v", "c.num({i})", "c.num()", "{call}", "{call}", "refs(x)", "refs(o)", "o({i})", "o({i}, x, k={i})", "o(k=2, u=x)", "c.size", "len(it)", "sum(l2)",
        "rec({small})", "adds(i)", "adds({i})", "h(i)", "h({i})", "max((i, n))", "sum(q for q in range({small}))", "sum({gen_int})", "len([*{gen}])", "len(str(n))", "fails(i, 9)", "c[i]", "(n := {i})", "c + {i}", "n // 3", "i << 2", "-n", "kd.get('b', i)", "C0.k", "type(c).k", "c.k"]
ANY = ["x", "y", "o", "c", "l", "t", "None", "D(i)", "D(i, x)", "D({i})", "C1({i})", "C0({i})", "C1(*t[:1])", "C1({i}, w={o})", "{call}", "{call}", "c.get({o})", "c.w", "o.w", "c.prop", "c.none", "c.same()", "C1.make({i})", "c.stat({o})", "c({o})", "c({i}, {o}, q=x)", "[*{gen}]", "list({gen})", "tuple({gen})", "next({gen}, None)", "next(g, None)", "any(q is x for q in l)", "all({gen})", "set({gen_int})", "sorted({gen_int}, key=lambda q: -q)",
       "max({gen_int}, default=x)", "max(l2, key={key})", "min(l2, key={key})", "sorted(l2, key={key})", "sorted(l2, key={key}, reverse=i & 1)", "list(map({f}, l2))", "list(filter({f}, l2))", "functools.reduce(lambda a, b: a + b, l2, i)", "[q for q in {gen}]", "{q: i for q in range({small})}", "(x, {i})", "[{o}, i]",
       "(lambda: x)()", "(lambda q, *r: q)({o}, {o})", "lambda: {o}", "h", "adds", "rec", "part({i})", "f'{i}:{n:>3}'", "str(n)", "x if i & 1 else y", "{o} or {o}", "l[i % len(l)]", "l[-1]", "t[0]", "kd.get('a')", "{**kd, 'z': x}", "(*l, x)", "[*l, *t]", "D(i).m", "c.same", "x is y", "isinstance(x, D)", "i > n", "drive(waits({small}, {o}))", "drive(takes({small}, {o}))", "getattr(c, 'v', None)", "getattr(c, 'zz', {o})", "cell()", "wr()", "type(x)", "(x, y)[i & 1]", "E({i})", "{i}", "i / 3", "vars(D(i)).get('v')", "c == {o}", "not c", "[{o}][0]", "next(it, None)", "next(iter(l))", "eval('x', None, {'x': {o}})"]
SIMPLE = ["x = {o}", "x = {o}", "y = {o}", "x, y = {o}, {o}", "x, y = y, x", "n = {i}", "n += {i}", "n = n & 1023", "o = D({i})", "o = D({i}, {o})", "c = C1({i})", "c = C0({i}, {o})", "c.v = {i}", "c.v += 1", "c.w = {o}", "o.w = {o}", "c.prop = {o}", "c.size = {i}", "l[0] = {o}", "l.append({o})", "l = [{o}, {o}]", "t = ({o}, {i})", "t = {o}, *t[:1]", "kd['a'] = {o}", "kd = {'b': {i}}", "kd = dict(a={o}, b=1)", "x = l.pop() if len(l) > 1 else {o}",
          "x, *y = {gen}", "x, *y = l", "(x, y), n = {o}, {i}", "g = {gen}", "g = {gen}", "x = next(g, {o})", "x = next(g)", "x = g.send(None)", "x = g.throw(E(i))", "g.close()", "g = None", "del g; g = iter(t)", "note(g.gi_suspended, g.gi_frame is None)", "h = {f}", "h = adds", "h = C1", "h = c.num", "h = functools.partial(rec, {small})", "cell = lambda: {o}", "wr = weakref.ref({ref}, gone)", "ws.append(weakref.ref({ref}, gone))", "ws.clear()",
          "l2.sort(key={key})", "l2 = sorted(l2, key={key})", "l2[i % 4] = i", "l2.reverse()", "note({i})", "note(shown({o}))", "note(refs(x), refs(o), refs(c))", "note(x is y, x is o)", "see()", "x = see({o})", "x = {call}", "{call}", "n = {i} + {i}", "it = Items({small})", "it = Items(3, i % 4 == 1)", "x = None", "o = None; o = D(i)", "del x; x = {o}", "exec({code})", "exec({code}, {'i': i})", "ns = {'i': i}; exec({code}, ns); x = ns.get('r'); ns = None", "x = eval('lambda q=0: q + 1')(i)", "x = eval('[q for q in range(3)]')", "x = run({f}, {i})", "run(adds, i)", "n = sum(q is not None for q in race(work, {small}, o)) if i & 7 == 3 else i", "globals()['G'] = {o}", "x = G", "G[0:1] = [{o}] if type(G) is list else ()", "c.__class__ = C1 if i & 1 else C0", "del c.w; c.w = i", "x = c.later", "c.bump()", "x = o, c", "s += 'ab'; s = s[-5:]", "x = s[i % 3:]"]
CODES = ["for q in range(6): r = q", "def r(q=1): return q", "class r:\\n    k = 1\\n    for q in range(4): k += q", "r = [q for q in range(5)]", "def r(*a):\\n    for q in range(4): a = (q,)\\n    return a\\nr(1); r = r(2)", "r = 0\\nwhile r < 7: r += 1", "def r(n):\\n    return n if n < 1 else r(n - 1)\\nr = r(5)", "def w():\\n    yield 1\\n    yield 2\\nr = sum(w())", "r = (lambda q: q)(3)"]
EVENTS = ["sys.settrace(tracer)", "sys.settrace(tracer)", "sys.settrace(None)", "sys.setprofile(profiler)", "off()", "off()", "monitor(M.events.LINE)", "monitor(M.events.PY_START | M.events.PY_RETURN)", "monitor(M.events.PY_YIELD | M.events.PY_RESUME)", "monitor(M.events.CALL)", "monitor(M.events.JUMP | M.events.BRANCH)", "monitor(M.events.RAISE | M.events.PY_UNWIND)", "monitor(M.events.LINE, body.__code__)", "monitor(M.events.LINE, g0.__code__)", "monitor(M.events.PY_START, e0.__code__)", "monitor(0, body.__code__)", "sys._getframe().f_trace = tracer",
          "C1.num = lambda self, v=1: v * 2", "C0.num = C1.num", "del C1.num", "C1.k = {i}", "C0.k = {o}", "del C1.k", "C1.w = property(lambda self: 5)", "del C1.w", "C1.__call__ = lambda self, *a, **k: len(a)", "del C1.__call__", "C1.__bool__ = lambda self: False", "C1.__eq__ = lambda self, o: True", "C1.__getattr__ = lambda self, name: 7", "del C1.__getattr__", "C1.__setattr__ = lambda self, name, v: None", "del C1.__setattr__", "C1.__init__ = lambda self, *a, **k: None", "C1.__del__ = lambda self: note('del', sys._getframe(1).f_lineno)", "del C1.__del__", "C1.prop = 3", "C1.same = C0.stat", "C0.same = lambda self: None", "C1.__getattribute__ = lambda self, name: object.__getattribute__(self, name)", "C1.__add__ = lambda self, o: 1", "C1.__bases__ = (C0,)", "D.m = lambda self, v=1: v", "D.__call__ = lambda self, *a, **k: 1", "D.__lt__ = lambda self, o: False",
          "g0.__code__, e0.__code__ = g0.__code__.replace(), e0.__code__.replace()", "g0.__defaults__ = g0.__defaults__ and tuple(9 for q in g0.__defaults__)", "g0.__kwdefaults__ = g0.__kwdefaults__ and {q: 4 for q in g0.__kwdefaults__}", "globals()['g0'] = lambda *a, **k: 3", "globals()['rec'] = lambda n, x=None: n", "globals()['refs'] = len", "globals()['len'] = lambda o: 2", "globals().pop('len', None)", "globals()['e0'] = lambda *a: iter((1, 2))", "gc.collect()", "run(gc.collect)", "run(see)", "sys._getframe().f_locals['x'] = 5", "sys._getframe().f_locals['n'] = 2**65", "note(sorted(sys._getframe().f_locals)[:3])", "n = 2**70", "n = 0.5", "l = (x, 1)", "l = [x]", "x = sys._getframe()", "raise E(i)", "ws.append(weakref.ref(c, gone))", "o.__class__ = C1", "c = o", "t = ()", "it = None", "l2[:] = [3, 'a']", "l2[:] = [5, 2, 9, 1]", "h = None", "del C1.prop", "race(work, 9, x)", "kd.clear()", "kd = {1: 2}", "s = None", "s = 'q'", "body.__code__.co_consts", "g.close()", "del h"]
TESTS = ["i & 1", "i % 3 == 1", "n > i", "x is None", "x is y", "x", "not x", "i == 7", "type(x) is int", "isinstance(x, D)", "len(l) > 2", "o.v > 5", "c", "i > 15", "n & 2", "{i} in it", "x == y", "i in l2", "0 < i < n", "c.v is not None and i & 2", "(q := {i}) > 3"]
LOOPS = ["for i in range(n0):", "for i in range(n0):", "for i in range(n0):", "i = 0\n    while i < n0:\n        i += 1", "for i, z in enumerate(e0(n0, o)):", "for i, z in zip(range(n0), e1(n0)):", "for i, z in enumerate(l * 6):", "for i in (q for q in range(n0)):", "for i in Items(n0):", "for i in range(n0, 0, -1):", "for i, z in enumerate(Items(n0)):", "for i in [q for q in range(n0)]:", "for i in iter([*range(n0)].pop, 0):", "for i in map(int, range(n0)):"]
INNER = ["for q in range({small}):", "for q in {gen}:", "for q in {gen}:", "for q in {gen}:", "for j, q in enumerate({gen}):", "for q, z in zip({gen}, l):", "for x in {gen}:", "for q in Items(3):", "for q in l[:4]:", "for q in c:", "for q, z in kd.items():", "while n > 40:\n{pad}    n //= 3", "for q in o:", "for q in (x for x in l[:3]):", "for q, z in ((1, x), (2, y)):", "for q in sorted(l2):", "for q in reversed(t):", "for q in [*t]:"]
KINDS = ["E", "Exception", "Exception", "(E, TypeError)", "AttributeError", "TypeError", "(StopIteration, E)", "LookupError", "ValueError"]
RAISING = ["fails(i, {k})", "fails(i, {k})", "raise E(i)", "raise E({o})", "x = l[i]", "x = c.zz", "x = next(g)", "x = g.throw(E(i))", "{call_bad}", "x = {call}", "if {t}: raise E(x)", "x, y = {o}", "n = 1 // (i & 3)", "x = c.fails({i})", "x = kd['q']", "for q in Items(2, True): n += q", "x = l2.sort(key=lambda q: fails(q, {k}))", "x = [fails(q, 4) for q in range(i & 7)]", "x = sum(fails(q, 4) for q in range(i & 7))", "x = sorted(l, key=lambda q: q.v)", "x = rec(3, i) + None", "assert i % 4, x", "x = int(s)", "raise ExceptionGroup('g', [E(i), ValueError(n)])", "x = c.prop.v", "x = {f}({o})"]
CONTEXTS = ["Managed({o})", "Managed({o}) as x", "Managed(i % 3) as y", "managed({o}) as x", "managed(i)"]
VALUES = ["i", "n", "None", "1", "5", "'k'", "0.5", "(1, 2)", "D(i)", "[]", "{}", "-1"]
PATTERNS = ["case int(): {p}", "case D(v=q): n = q if type(q) is int else 1", "case [q, *r]: y = q", "case {{'a': q, **r}}: y = r", "case (q, _): y = q", "case None | True: {p}", "case C0() as q: y = q", "case str() if i & 1: {p}", "case C1(v=int(q), w=None): n = q", "case [D() as q, *_] | [_, D() as q]: y = q", "case 0 | 1 | 2: {p}", "case float(q): {p}"]


class ShapeMaker:
    def __init__(self, number):
        self.r = random.Random(number)
        self.out = []
        self.fresh = 0
        self.functions = []
        self.plain = 0.5                                 # expressions that are a few letters
        self.liked = self.r.sample(SIMPLE, self.r.randint(3, 10))
        self.tools = self.r.random() < 0.3
        self.threads = self.r.random() < 0.15

    def put(self, level, text):
        self.out.append("    " * level + text.replace("{pad}", "    " * level))

    def chance(self, p):
        return self.r.random() < p

    # ---- text with holes ----

    def hole(self, key, depth):
        r = self.r
        if key == "{i}":
            return r.choice(["i", "n", "1", "i & 3", "2"]) if depth > 2 or self.chance(self.plain) else self.fill(r.choice(INTS), depth + 1)
        if key == "{o}":
            return r.choice(["x", "y", "o", "c", "i", "D(i)", "None"]) if depth > 2 or self.chance(self.plain) else self.fill(r.choice(ANY), depth + 1)
        if key == "{call}":
            return self.call(depth + 1)
        if key == "{call_bad}":
            return self.call(depth + 1, True)
        if key == "{gen}":
            return self.fill(r.choice(["e0({small})", "e0({small}, {o})", "e1({small})", "e1({small}, {o})", "e0(3, x)", "(q for q in l[:6])", "(q for q in e0({small}))", "(D(q) for q in range({small}))", "Items({small})", "map({f}, l2)", "(q for q in range({small}) if q & 1)", "((q, r) for q in t for r in range(2))", "iter(l[:6])", "e1(4, o)", "walk({small})", "c.items({small})", "(x for x in (y, o))"]), depth + 1)
        if key == "{gen_int}":
            return self.fill(r.choice(["(q for q in range({small}))", "(q * i for q in l2)", "(q.v for q in (o, D(i)))", "e2({small})", "map(adds, range({small}))", "(fails(q, 9) for q in range({small}))", "Items({small})", "(q & 3 for q in e2({small}))", "(len(str(q)) for q in l)"]), depth + 1)
        if key == "{f}":
            return self.fill(r.choice(["adds", "lambda q: q", "lambda q: (q, i)", "h", "g0", "C1", "c.num", "o", "lambda q=0, *r, **k: q", "functools.partial(g1)", "rec", "D", "lambda q: D(q)", "part(i)", "str", "c.get"]), depth + 1)
        if key == "{key}":
            return r.choice(["lambda q: -q", "lambda q: q", "lambda q: (q & 1, q)", "adds", "lambda q: str(q)", "lambda q: D(q)", "lambda q: fails(q, 6)", "lambda q: see(q)", "c.num", "lambda q: l2.append(1) or q if i == 5 and len(l2) < 9 else q", "lambda q: q * n % 7", "abs", "lambda q, x=x: q", "functools.cmp_to_key(lambda a, b: a - b)"])
        if key == "{p}":
            return self.fill(r.choice(["n += 1", "x = {o}", "y = x", "pass", "note(i)"]), depth + 1)
        return {"{t}": lambda: self.fill(r.choice(TESTS), depth + 1), "{k}": lambda: str(r.randrange(5)), "{small}": lambda: r.choice(["2", "3", "i & 3", "5", "i % 5", "0"]), "{code}": lambda: '"' + r.choice(CODES) + '"',
                "{ref}": lambda: r.choice(["o", "D(i)", "o", "adds", "C1(1)", "set()", "lambda: 0"])}[key]()

    KEYS = ["{i}", "{o}", "{call}", "{call_bad}", "{gen}", "{gen_int}", "{f}", "{key}", "{p}", "{t}", "{k}", "{small}", "{code}", "{ref}"]

    def fill(self, text, depth=0):
        while True:
            best = min(((at, key) for key in self.KEYS if (at := text.find(key)) >= 0), default=None)
            if best is None:
                return text.replace("{{", "{").replace("}}", "}") if depth == 0 else text
            at, key = best
            text = text[:at] + self.hole(key, depth) + text[at + len(key):]

    def call(self, depth, bad=False):
        """A call of one of the functions, mostly one that fits."""
        r = self.r
        name, pos, defaults, exact, star, keywords, kw = r.choice(self.functions)
        given = r.randint(pos - defaults, pos)
        if bad:
            given = max(0, given + r.choice([-1, 1, 2]))
        args = [self.hole("{o}" if self.chance(0.6) else "{i}", depth + 1) for _ in range(given)]
        named = [k for k, needed in keywords if needed or self.chance(0.5)]
        out, k = [], r.random()
        if args and k < 0.12:
            out = [f"*({', '.join(args)},)"]
        elif k < 0.18 and star:
            out = args + [r.choice(["*l", "*t", "*(q for q in range(2))", "*range(i & 3)", "*{gen}"])]
        elif k < 0.30 and given and given <= pos and not exact:
            cut = r.randint(0, given - 1)
            out = args[:cut] + [f"p{j}={a}" for j, a in enumerate(args) if j >= cut]
        else:
            out = args
            if star and self.chance(0.4):
                out = out + [self.hole("{o}", depth + 1) for _ in range(r.randint(1, 3))] if given == pos else out
        out += [f"{k}={self.hole('{o}', depth + 1)}" for k in named]
        if kw and self.chance(0.5):
            out.append(r.choice(["u=x", "**kd", "**{'u': i}", "u=i, w=o", "**kd, u=1", "**{}"]))
        elif self.chance(0.04):
            out.append("**{}")
        return self.fill(f"{name}({', '.join(out)})", depth + 1)

    def simple(self):
        text = self.r.choice(self.liked if self.chance(0.7) else SIMPLE)
        if ("race" in text or "run(" in text) and not self.threads:
            text = "x = {o}"
        return self.fill(text)

    def event(self):
        text = self.r.choice(EVENTS)
        if ("race" in text or "run(" in text) and not self.threads or ("trac" in text or "monitor" in text or "profile" in text) and not self.tools:
            text = self.r.choice(EVENTS[17:60])
        return self.fill(text)

    # ---- what is called ----

    def signature(self):
        r = self.r
        pos = r.randint(0, 3)
        defaults = r.randint(0, pos)
        exact = pos if pos and self.chance(0.12) else 0
        star, kw = self.chance(0.45), self.chance(0.35)
        keywords = [(f"k{j}", self.chance(0.3)) for j in range(r.choice([0, 0, 0, 1, 2]))]
        text = []
        for j in range(pos):
            text.append(f"p{j}" + (f"={r.choice(['1', 'None', '2.5', '()', 'G', chr(39) + 's' + chr(39)])}" if j >= pos - defaults else ""))
            if exact == j + 1:
                text.append("/")
        if star:
            text.append("*rest")
        elif keywords:
            text.append("*")
        text += [k if needed else f"{k}=3" for k, needed in keywords]
        if kw:
            text.append("**kw")
        return text, pos, defaults, exact, star, keywords, kw

    def function(self, name, level=0, method=False):
        r = self.r
        text, *known = self.signature()
        params = [f"p{j}" for j in range(known[0])] + [k for k, _ in known[4]]
        things = params + (["rest"] if known[3] else []) + (["kw"] if known[5] else []) or ["None"]
        self.put(level, f"def {name}({', '.join((['self'] if method else []) + text)}):")
        some = lambda: r.choice(things)
        for _ in range(r.choice([0, 1, 1, 2])):
            k = r.random()
            if known[3] and k < 0.25:
                self.put(level + 1, r.choice(["q = rest[0] if rest else 0", "for q in rest: note(refs(q) > 0)", "q, *rest = rest or (1, 2)", "rest = rest[1:]", f"q = any_of(*rest, {some()})", "rest = *rest, 1", "q = len(rest)", "note(len(rest))"]))
            elif known[5] and k < 0.5:
                self.put(level + 1, r.choice(["q = kw.get('u')", "for k, q in kw.items(): pass", "kw['z'] = 1", "q = kw.pop('u', None)", "q = any_of(**kw)", "note(*kw)", "kw = {**kw}", "q = len(kw)"]))
            elif k < 0.6:
                self.put(level + 1, f"if {some()}:")
                self.put(level + 2, r.choice([f"return {some()}", "pass", "note(1)", f"return [{some()}]", f"return D(5, {some()})"]))
            elif k < 0.7:
                self.put(level + 1, f"for q in range({r.choice(['2', '5', '3'])}): {r.choice(['pass', 'z = q', 'note(q)', 'z = D(q)', 'q += 1'])}")
            elif k < 0.78:
                self.put(level + 1, f"z = lambda: {some()}")
                self.put(level + 1, "z()")
            elif k < 0.85:
                self.put(level + 1, "try:")
                self.put(level + 2, r.choice([f"z = {some()}.v", f"z = {some()} + 1", "raise E(2)", f"z = {some()}[0]"]))
                self.put(level + 1, r.choice(["except Exception: pass", "except Exception as e: note(type(e).__name__)", "except (E, TypeError): z = 1", "finally: note('f')"]))
            else:
                self.put(level + 1, r.choice([f"z = {some()}", f"z = D(7, {some()})", f"note(refs({some()}))", "see()", f"z = [{some()}]; z = z[0]", f"z = {some()}, 1"]))
        k = r.random()
        self.put(level + 1, "return " + (some() if k < 0.4 else f"({some()}, {some()})" if k < 0.55 else f"D(8, {some()})" if k < 0.65 else f"len(({some()}, {some()}))" if k < 0.75 else f"{some()} if type({some()}) is int else 1"))
        return known

    def generator(self, name):
        r = self.r
        ints = name == "e2"
        self.put(0, f"def {name}(n, x=None):")
        level = 1
        if r.random() < 0.4:
            self.put(1, "try:")
            level = 2
        items = ["j", "j + 1", "n - j", "j * 3", "n"] if ints else ["j", "x", "(j, x)", "D(j)", "D(j, x)", "j if j & 1 else x", "[x]", "refs(x)", "see(j)", "j / 2"]
        for _ in range(r.choice([1, 1, 1, 2])):
            k = r.random()
            if k < 0.15:
                self.put(level, "yield " + r.choice(items).replace("j", "1"))
                continue
            if k < 0.3 and name != "e0":
                self.put(level, f"{r.choice(['', 'x = ' if not ints else 'n = n + 0 if ((yield from ()) is None) else ', ''])}yield from {'e2(n - 2)' if ints and name != 'e2' else r.choice(['range(n)', 'range(n & 3)', 'iter((1, 2))'] if ints else ['e0(n, x)', 'e0(n & 3)', 'range(n)', '(x, 1)', 'walk(n & 3)', 'Items(n)', '(q for q in range(n))'])}"
                         if not ints else f"yield from {r.choice(['range(n)', 'range(n & 3)', '(1, 2)', 'Items(n)', '(q for q in range(n))', 'walk(n & 3)'])}")
                continue
            self.put(level, r.choice(["for j in range(n):", "for j in range(n):", "j = 0\n{pad}while j < n:\n{pad}    j += 1", "for j, q in enumerate(range(n)):", "for j in [*range(n)]:"]))
            if self.chance(0.4):
                self.put(level + 1, r.choice(["q = j", "if j == 3: return j", "if j & 1: continue", "if j == 5: break", "n = n", "z = D(j)", "if j > 30: raise E(j)", "note(j)", "q = refs(x)", "see()"]))
            if self.chance(0.25):
                self.put(level + 1, "try:")
                self.put(level + 2, f"yield {r.choice(items)}")
                self.put(level + 1, r.choice(["except E:", "except E as e:", "except GeneratorExit:", "finally:"]))
                self.put(level + 2, r.choice(["note('in', j)", "yield 0", "pass", "note('x')"]) if "Exit" not in self.out[-1] else "note('exit', j); raise")
            else:
                self.put(level + 1, r.choice(["", "", "", "q = "]) + f"yield {r.choice(items)}")
            if self.chance(0.15):
                self.put(level + 1, f"yield {r.choice(items)}")
        if level == 2:
            self.put(1, r.choice(["finally:", "finally:", "except E:", "except E as e:"]))
            self.put(2, r.choice(["note('end', n)", "see()", "x = None", "n = 0", "note('ended', sys._getframe(1).f_lineno)"]))
        if self.chance(0.3):
            self.put(1, "return " + ("n" if ints else r.choice(["n", "x", "D(n)"])))

    def classes(self):
        r = self.r
        slots = self.chance(0.25)
        self.put(0, "class C0:")
        if slots:
            self.put(1, "__slots__ = 'v', 'w', '_p'" + r.choice(["", ", '__dict__'", ", '__weakref__'"]))
        self.put(1, "k = 2")
        self.put(1, r.choice(["def __init__(self, v=0, w=None):", "def __init__(self, v=0, w=None, *rest, **kw):", "def __init__(self, v=0, *, w=None):" if False else "def __init__(self, v=0, w=None, /, **kw):", "def __init__(self, *args, **kw):\n        v, w, *_ = *args, None, None"]))
        self.put(2, r.choice(["self.v = v", "self.v = v if type(v) is int else 1", "super().__init__(); self.v = v", "self.set(v)" if False else "self.v = v"]))
        self.put(2, "self.w = w")
        for text in (
            ["def num(self, v=1): return v if type(v) is int else 1", "def num(self, v=1): return self.k + 1", "def num(self, *v): return len(v)", "def num(self, v=1, **kw): return v if type(v) is int else 2"],
            ["def get(self, x): return x", "def get(self, x, *r): return (x, *r)", "def get(self, x=None): return self.w", "def get(self, x): return self, x"],
            ["def same(self): return self", "def same(self): return self.w", "same = property(lambda self: lambda: self)", "def same(self): return self.get(self)"],
            ["@staticmethod\n    def stat(x=None): return x", "@staticmethod\n    def stat(*x): return x"],
            ["@classmethod\n    def make(cls, v=0): return cls(v)", "@classmethod\n    def make(cls, *v): return cls, v"],
            ["@property\n    def prop(self): return self.w\n    @prop.setter\n    def prop(self, v): self.w = v", "@property\n    def prop(self): return self.v, self\n    @prop.setter\n    def prop(self, v): note('set')", "prop = 4", "@property\n    def prop(self): return D(9, self)\n    @prop.setter\n    def prop(self, v): self.v, self.w = v, self.v"],
            ["@property\n    def size(self): return 3\n    @size.setter\n    def size(self, v): self.v = v", "size = 5" if not slots else "@property\n    def size(self): return 4", "@functools.cached_property\n    def size(self): return 6" if not slots else "size = property(lambda self: 7)"],
            ["none = None", "@property\n    def none(self): return None", "def none(self): return 1"],
            ["def items(self, n): yield from range(n)", "def items(self, n):\n        for j in range(n): yield self, j", "def items(self, n): return iter((self, n))"],
            ["def fails(self, v): raise E(v)", "def fails(self, v): return fails(v if type(v) is int else 2, 2)", "@property\n    def fails(self): raise AttributeError('fails')"],
            ["def bump(self): self.v = self.v + 1 if type(self.v) is int else 0", "def bump(self): self.w, self.v = self.v, 1"],
            ["def __call__(self, *args, **kw): return args or kw", "def __call__(self, x=None, *rest, q=None): return x", "def __call__(self, x, y=1, **kw): return (x, y, self.v)", "def __call__(self, x=1, *r, **kw):\n        for q in range(3): x = q, x\n        return x"],
            ["def __getitem__(self, i): return 1", "def __getitem__(self, i):\n        if i == 3: raise IndexError\n        return 2", "def __getitem__(self, i): return i % 3 if type(i) is int else 0"],
            ["def __add__(self, o): return 1", "def __add__(self, o): return 2 if type(o) is int else NotImplemented", "def __add__(self, o): return self.num()"],
            ["def __iter__(self): yield self.v", "def __iter__(self): return iter((1, self))", "def __iter__(self): return Items(2)"],
            ["", "", "def __del__(self): note('died', sys._getframe(1).f_lineno)", "def __eq__(self, o): return self is o", "def __bool__(self): return self.k > 1", "def __len__(self): return 2"],
            ["", "", "def __getattr__(self, name):\n        if name in ('later', 'zz'): return 5\n        raise AttributeError(name)"],
        ):
            if (text := r.choice(text)):
                self.put(1, text)
        self.put(0, "class C1(C0):")
        if slots and self.chance(0.6):
            self.put(1, "__slots__ = ()")
        else:
            self.put(1, "k = 3" if self.chance(0.5) else "later = 8")
        for text in (
            ["def __init__(self, *args, **kw): super().__init__(*args, **kw)", "def __init__(self, v=0, w=None, **kw):\n        super().__init__(v, w)", "", ""],
            ["def num(self, *args): return super().num(*args) + 1", "def num(self, v=1): return super().num(v)", "", "def num(self, v=1): return 7"],
            ["def get(self, *args): return super().get(*args[:1])", "", "def get(self, x=None): return C0.get(self, x)"],
            ["def same(self): return super().same()", "", "@property\n    def same(self): return super().same"],
            ["def __call__(self, *args, **kw): return super().__call__(*args, **kw)", "", "", "__call__ = C0.num"],
            ["@property\n    def prop(self): return super().prop\n    @prop.setter\n    def prop(self, v): self.w = v", "", ""],
            ["@classmethod\n    def make(cls, *v): return super().make(*v[:1])", "", ""],
            ["def items(self, n): yield from super().items(n)", "", ""],
            ["def __iter__(self):\n        for q in super().__iter__(): yield q", "", ""],
        ):
            if (text := r.choice(text)):
                self.put(1, text)

    def helpers(self):
        r = self.r
        self.put(0, "G = [0]")
        self.put(0, "def any_of(*args, **kw):\n    return args[-1] if args else kw")
        self.put(0, r.choice(["def adds(q=0):\n    return q + 1 if type(q) is int else 1", "def adds(q=0, *r):\n    return len(r)", "def adds(q=0):\n    x = D(q)\n    return 2"]))
        self.put(0, r.choice(["def rec(n=2, x=None):\n    def down(k):\n        return down(k - 1) + 1 if k > 0 else n if type(n) is int else 1\n    return down(n + 4 if type(n) is int else 3)",
                              "def rec(n=2, x=None):\n    return 1 if type(n) is not int or n <= 0 else rec(n - 1, D(n)) + 1",
                              "def rec(n=2, x=None):\n    def down(k, *r):\n        x, y = k, n\n        return len(r) if k < 1 else down(k - 1, *r, x) + down(k - 2)\n    return down(4)",
                              "def rec(n=2, x=None):\n    t = 0\n    def down(k):\n        nonlocal t\n        t += k\n        if k > 0:\n            for q in (k - 1, k - 2): down(q)\n    down(4)\n    return t"]))
        self.put(0, r.choice(["def part(n):\n    return lambda q=0, *r: n", "def part(n):\n    def inner(q=0):\n        nonlocal n\n        n = q\n        return n\n    return inner", "def part(n):\n    return functools.partial(any_of, n)"]))
        self.put(0, r.choice(["def walk(n):\n    if n > 0:\n        yield from walk(n - 1)\n        yield n\n        yield from walk(n - 2)", "def walk(n):\n    yield n\n    if n > 0:\n        for q in walk(n - 1): yield q", "def walk(n):\n    while n > 0:\n        n -= 1\n        yield n"]))
        self.put(0, r.choice(["def work(n, x):\n    y = 0\n    for j in range(n * 20):\n        x, y = x, j\n        z = [x, j]\n    return len(z) if n else 0", "def work(n, x):\n    t = 0\n    for q in (j for j in range(n * 9)): t += q\n    return t", "def work(n, x):\n    z = {}\n    for j in range(n * 9): z[j & 3] = (x, j)\n    return len(z)"]))
        self.put(0, r.choice(["class Managed:\n    def __init__(self, v): self.v = v\n    def __enter__(self): return self.v\n    def __exit__(self, *e): return e[0] is E", "class Managed:\n    def __init__(self, v): self.v = v\n    def __enter__(self): return self\n    def __exit__(self, t, e, tb): note('exit', t is None)"]))
        self.put(0, "class managed:\n    pass" if False else "def managed_(v):\n    try:\n        yield v\n    except E:\n        note('managed')\n    finally:\n        note('out')")
        self.put(0, "import contextlib\nmanaged = contextlib.contextmanager(managed_)")

    # ---- statements ----

    def block(self, level, deep, loop=True):
        for _ in range(self.r.choice([1, 1, 2])):
            self.statement(level, deep, loop)

    def statement(self, level, deep=0, loop=True):
        r, k = self.r, self.r.random()
        if k < 0.55 or deep > 2:
            self.put(level, self.simple())
        elif k < 0.60:
            self.put(level, f"if i == {r.choice([2, 5, 9, 14, 20])}:")
            self.put(level + 1, self.event())
        elif k < 0.68:
            self.put(level, self.fill("if {t}:"))
            self.block(level + 1, deep + 1, loop)
            if self.chance(0.4):
                self.put(level, "else:")
                self.block(level + 1, deep + 1, loop)
        elif k < 0.78:
            self.fresh += 1
            self.put(level, "try:")
            if self.chance(0.5):
                self.block(level + 1, deep + 1, loop)
            self.put(level + 1, self.fill(r.choice(RAISING)) if self.chance(0.8) else self.simple())
            if self.chance(0.15):
                self.put(level, "finally:")
                self.put(level + 1, self.simple())
            else:
                star = "*" if self.chance(0.05) else ""
                name = f" as e{self.fresh}" if self.chance(0.6) else ""
                self.put(level, f"except{star} {r.choice(KINDS)}{name}:")
                self.put(level + 1, r.choice([f"note(type(e{self.fresh}).__name__, e{self.fresh}.__traceback__.tb_lineno)", f"x = e{self.fresh}.args", f"y = e{self.fresh}", self.simple()]) if name else r.choice([self.simple(), "pass", "pass" if star else "continue"]))
        elif k < 0.90:
            self.put(level, self.fill(r.choice(INNER)))
            self.block(level + 1, deep + 1)
            if self.chance(0.3):
                self.put(level + 1, self.fill("if {t}: ") + r.choice(["break", "break", "continue"]))
            if self.chance(0.1):
                self.put(level, "else:")
                self.put(level + 1, self.simple())
        elif k < 0.94:
            self.put(level, self.fill(f"with {r.choice(CONTEXTS)}:"))
            self.block(level + 1, deep + 1, loop)
        elif k < 0.97:
            self.put(level, self.fill("match {o}:"))
            for text in r.sample(PATTERNS, r.randint(1, 3)):
                self.put(level + 1, self.fill(text))
        elif loop:
            self.put(level, self.fill("if {t}: ") + r.choice(["continue", "break", "continue"]))
        else:
            self.put(level, self.simple())

    def program(self):
        r = self.r
        self.put(0, PRELUDE.strip())
        self.helpers()
        for name in ("g0", "g1", "g2")[:r.randint(2, 3)]:
            self.functions.append((name, *self.function(name)))
        for name in ("e0", "e1", "e2"):
            self.generator(name)
        self.classes()
        self.put(0, f"watched = {r.sample(['body', 'g0', 'g1', 'e0', 'num', '<lambda>', 'rec', '<genexpr>', 'down'], r.randint(1, 4))!r}")
        self.put(0, "def body(n0):")
        self.put(1, "x = y = z = q = g = None; n = 1; i = 0; o = D(-1); c = C1(4, 5); l = [o, 2]; t = (o, 1); l2 = [4, 1, 3, 2]; kd = {'a': o}; it = Items(3); h = adds; s = 'abc'; cell = lambda: 0; wr = weakref.ref(o)")
        for _ in range(r.choice([1, 1, 1, 2])):
            self.put(1, r.choice(LOOPS))
            start = len(self.out)
            if self.chance(0.75):
                self.put(2, "try:")
                for _ in range(r.choice([1, 2, 2, 3, 4])):
                    self.statement(3)
                self.put(2, "except Exception as e:")
                self.put(3, r.choice(["note(type(e).__name__, e.__traceback__.tb_lineno)", "pass", "x = y = None; l = [o]; t = (1,); o = D(i); c = C1(1)"]))
            else:
                for _ in range(r.choice([1, 2, 3])):
                    self.statement(2)
            if any("append" in line for line in self.out[start:]):
                self.put(2, "if type(l) is list and len(l) > 9: del l[2:]")
            if any("trac" in line or "prof" in line or "monitor" in line for line in self.out[start:]) and self.chance(0.7):
                self.put(2, f"if i == {r.choice([6, 12, 17])}: off()")
            self.put(2, "if type(x) is tuple and len(x) > 9 or type(n) is int and n > 1 << 300: x = y = None; n = 0" if self.chance(0.3) else "x = None if type(x) is tuple else x")
        self.put(1, "return x, y, n, o, c, t, l, l2, kd, i, x is y, x is o, refs(o), refs(c)")
        self.put(0, ENDING.strip().replace("SIZES", r.choice(["(24, 3, 24)", "(24, 3, 24)", "(12, 12, 12, 1)", "(40,)"])))
        return "\n".join(self.out) + "\n"


def text_of(number):
    return ShapeMaker(number).program()
