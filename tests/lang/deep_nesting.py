"""Nesting without end: destructors, iterators and hashes of structures too deep for the C stack."""
import functools
import itertools
import types
from collections import defaultdict


async def co(p):
    pass


def gen(p):
    try:
        yield p
    finally:
        pass


def advanced(p):
    g = gen(p)
    next(g)
    return g


def obj(p):
    o = types.SimpleNamespace()
    o.p = p
    return o


def closure(p):
    return lambda: p


def context(p):
    e = ValueError()
    e.__context__ = p if p else None
    return e


makers = {
    "list": lambda x: [x], "tuple": lambda x: (x,), "dict": lambda x: {1: x}, "defaultdict": lambda x: defaultdict(None, a=x),
    "cell": types.CellType, "method": lambda x: types.MethodType(x or len, 1), "generator": advanced, "object": obj,
    "closure": closure, "context": context, "partial": lambda x: functools.partial(closure, x), "slice": slice,
    "classmethod": classmethod, "staticmethod": staticmethod, "property": property, "proxy": lambda x: types.MappingProxyType({1: x}),
}
for name, make in makers.items():
    x = None
    for i in range(50_000):
        x = make(x)
    x = None
print("freed", len(makers))

wrappers = {
    "chain": itertools.chain, "islice": lambda x: itertools.islice(x, 5), "map": lambda x: map(abs, x), "zip": zip,
    "filter": lambda x: filter(None, x), "enumerate": enumerate, "cycle": itertools.cycle, "accumulate": itertools.accumulate,
    "dropwhile": lambda x: itertools.dropwhile(callable, x), "pairwise": itertools.pairwise, "genexp": lambda x: (a for a in x),
}
for name, wrap in wrappers.items():
    x = iter([1, 2, 3])
    for i in range(120_000):
        x = wrap(x)
    try:
        next(x)                          # an item where the stack is large enough
    except (RecursionError, StopIteration):
        pass
    x = None
print("iterated", len(wrappers))

p = functools.partial(len)
p.__setstate__((p, (), {}, {}))
try:
    p()
except RecursionError:
    print("partial of itself")
p.__setstate__((len, (), {}, {}))

for make in (lambda x: (x,), slice):
    x = None
    for i in range(300_000):
        x = make(x)
    try:
        hash(x)
    except RecursionError as e:
        print(type(x).__name__, e)

# expect: freed 16
# expect: iterated 11
# expect: partial of itself
# expect: tuple maximum recursion depth exceeded while hashing an object
# expect: slice maximum recursion depth exceeded while hashing an object
