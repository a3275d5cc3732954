"""super().method() in a class with a __getattr__: what is called is a bound method, as tools see that come while its arguments are computed."""

import sys

mon = sys.monitoring
seen = []


class Base:
    def __getattr__(self, name):
        return name

    def m(self, x):
        return sys.getrefcount(self)

    def other(self, x):
        return self.missing


class Sub(Base):
    def m(self, x):
        return super().m(one(x)) + (super().other(x) == "missing")

    def __setattr__(self, name, value):
        super().__setattr__(name, one(value))


class Plain:
    def m(self, x):
        return sys.getrefcount(self)


class PlainSub(Plain):
    def m(self, x):
        return super().m(one(x))

    def __setattr__(self, name, value):
        super().__setattr__(name, one(value))


def one(x):
    if x == at and mon.get_tool(3) is None:
        mon.use_tool_id(3, "t")
        mon.register_callback(3, mon.events.CALL, lambda code, offset, f, arg: seen.append((code.co_name, type(f).__name__, type(arg).__name__)))
        mon.set_events(3, mon.events.CALL)
    return x


def loop(cls, n):
    o, s = cls(), 0
    for i in range(n):
        s += o.m(i)
        o.k = i
        if i == n - 1 and mon.get_tool(3):
            mon.set_events(3, 0)
            mon.free_tool_id(3)
    return s


for cls in Sub, PlainSub:
    at = -1
    print(loop(cls, 400), len(seen))
    at = 398
    print(loop(cls, 400), len(seen), seen[:8])
    seen.clear()
# expect: 2000 0
# expect: 2000 20 [('m', 'method', 'int'), ('m', 'builtin_function_or_method', 'Sub'), ('m', 'type', 'object'), ('m', 'method', 'int'), ('__setattr__', 'type', 'object'), ('__setattr__', 'function', 'int'), ('one', 'builtin_function_or_method', 'int'), ('__setattr__', 'method-wrapper', 'str')]
# expect: 1600 0
# expect: 1600 16 [('m', 'function', 'PlainSub'), ('m', 'builtin_function_or_method', 'PlainSub'), ('__setattr__', 'type', 'object'), ('__setattr__', 'function', 'int'), ('one', 'builtin_function_or_method', 'int'), ('__setattr__', 'method-wrapper', 'str'), ('loop', 'function', 'PlainSub'), ('m', 'type', 'object')]
