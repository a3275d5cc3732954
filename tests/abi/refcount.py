"""Development mode reports functions that get reference counts wrong, and no others: refcount.py FOLDER-OF-SHARED-OBJECTS"""

import os
import subprocess
import sys

FOLDER = sys.argv[1]
RELEASED = "the function released a reference that it does not own"
RETURNED = "the function returned one that it does not own"

# program: what the fatal error says, and the line it is in
WRONG = {
    "m.drop([])": f"refcount.drop: argument 1, of type list, is gone: {RELEASED}",
    "x = []\nm.drop(x)": f"refcount.drop: argument 1, of type list, has 1 reference where 2 are held: {RELEASED}",
    "def f():\n    x = object()\n    m.drop(x)\nf()": f"refcount.drop: argument 1, of type object, has 1 reference where 2 are held: {RELEASED}",
    "def f(x):\n    y = x\n    m.drop_fast(1, y)\nf({})":
        f"refcount.drop_fast: argument 2, of type dict, has 2 references where 3 are held: {RELEASED}",
    "x = 'a%d' % 5\nm.give_back(x)": f"refcount.give_back: argument 1, of type str, has 2 references where 3 are held: {RELEASED}",
    "m.first([object()])": f"refcount.first: the result, of type object, has 1 reference where 2 are held: {RETURNED}",
    "x = 3.5 * len('ab')\nm.first([x])": f"refcount.first: the result, of type float, has 2 references where 3 are held: {RETURNED}",
    "m.first_of(values=[{1}])": f"refcount.first_of: the result, of type set, has 1 reference where 2 are held: {RETURNED}",
    "m.drop_item([[]])": f"refcount.drop_item: an object that argument 1, of type list, refers to is gone: {RELEASED}",
    "m.drop_in_dict({1: object()})": f"refcount.drop_in_dict: an object that argument 1, of type dict, refers to is gone: {RELEASED}",
    "class T:\n    @property\n    def x(self):\n        return []\nm.attribute(T())": f"refcount.attribute: the result, of type unknown, is gone: {RETURNED}",
    "m.Thing().drop([])": f"refcount.Thing.drop: argument 1, of type list, is gone: {RELEASED}",
    "x = m.Thing()\nx.drop_self()": f"refcount.Thing.drop_self: self, of type refcount.Thing, has 1 reference where 2 are held: {RELEASED}",
    "for i in range(20):\n    if i < 19:\n        len([])\n    (len if i < 19 else m.drop)([])":
        f"refcount.drop: argument 1, of type list, is gone: {RELEASED}",
    "list(map(m.drop, ([] for i in range(3))))": f"refcount.drop: argument 1, of type list, is gone: {RELEASED}",
    "def f():\n    t, x = m.Slots(), []\n    t + x\n    return x\nf()":
        f"slot of refcount.Slots in BINARY_OP +: operand 2, of type list, is gone: {RELEASED}",
    "def f():\n    t, x = m.Slots(), []\n    return t - x\nf()":
        f"slot of refcount.Slots in BINARY_OP -: the result, of type list, has 1 reference where 2 are held: {RETURNED}",
    "def f(x):\n    y = x\n    y -= [1]\nx = m.Slots()\nt = x\nf(x)": f"slot of refcount.Slots in BINARY_OP -=: the result, of type unknown, is gone: {RETURNED}",
    "t = m.Slots()\nx = t\nx[{}]": f"slot of refcount.Slots in BINARY_SUBSCR: operand 1, of type refcount.Slots, has 1 reference where 2 are held: {RELEASED}",
    "class S(m.Slots): pass\ndef f(x):\n    y = x\n    for z in y: pass\nf(S())":
        f"slot of S in GET_ITER: the result, of type S, has 2 references where 3 are held: {RETURNED}",
    "def f(t, x):\n    for i in range(9):\n        t * x\n    t(x)\nf(m.Slots(), [])":
        f"slot of refcount.Slots in CALL: operand 2, of type list, is gone: {RELEASED}",
    "x = [[]]\nx.append(x)\nm.drop(x[0])\ngc.collect()":
        "gc: an object of type list refers to one that is gone: a reference was released by somebody who did not own it",
}

RIGHT = """
import functools, operator
class C:
    def __init__(self): self.items = [object(), [1], (2,), {}]
def use(x):
    y = x
    for f in (m.keep, m.Thing().keep, functools.partial(m.keep), operator.methodcaller("keep", x)):
        got = f(m.Thing()) if isinstance(f, operator.methodcaller) else f(y)
    return m.call(m.keep, x), m.call(use_less, x), got
def use_less(x): return m.keep(x)
def generate(values):
    for v in values:
        yield m.keep(v), m.pop([v])
for i in range(30):
    for v in [C(), [], [[]], {}, (i, []), str(i) * 2, 3.5 * i, use, m, m.Thing(), None, type("T", (), {})]:
        use(v)
        list(generate([v, v]))
        sorted([v, v], key=lambda v: m.keep(id(v)))
        list(map(m.keep, [v, v]))
        m.call(m.keep, m.keep)
    t = m.Slots()
    for v in [C(), [], {}, i * 1.5, str(i) * 2, t, m, None]:
        w = t * v
        assert w is v and t * w is v
        t * v * t if v is t else None
        try: v / t
        except TypeError: pass
        try: t.missing
        except AttributeError: pass
    gc.collect()
class Managed(m.Managed): pass
def live_cycle(t):
    x = t()                     # only the frame holds it from outside
    x.me, x.list = x, [x]
    gc.collect()
    return x.me is x.list[0] is x
assert live_cycle(m.Managed) and live_cycle(Managed)
print("kept")
"""


def run(program, *options):
    return subprocess.run([sys.executable, *options, "-c", f"import sys, gc\nsys.path.insert(0, {FOLDER!r})\nimport refcount as m\n{program}"],
                          capture_output=True, text=True, timeout=120)


def main():
    failed = 0
    for program, expected in WRONG.items():
        p = run(program, "-X", "dev")
        said = p.stderr.splitlines()[:1]
        if p.returncode >= 0 or said != [f"Fatal Python error: {expected}"] or 'File "<string>", line ' not in p.stderr:
            print(f"{program}\n  wanted: {expected}\n  said ({p.returncode}): {p.stderr}")
            failed += 1
    for options in (("-X", "dev"), ()):
        p = run(RIGHT, *options)
        if (p.returncode, p.stdout) != (0, "kept\n"):
            print(f"the right program: {p.returncode} {p.stdout} {p.stderr}")
            failed += 1
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
