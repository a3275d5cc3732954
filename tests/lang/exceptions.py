"""try, except, else, finally, chaining, groups, with."""


def f(x):
    try:
        if x == 0:
            raise ValueError("zero")
        if x == 1:
            return "returned"
        if x == 2:
            1 / 0
    except ValueError as e:
        return f"handled {e}"
    else:
        return "else"
    finally:
        print("finally", x)


print(f(0), f(1), f(3))
try:
    f(2)
except ZeroDivisionError as e:
    print(e, e.__context__)
try:
    try:
        {}["k"]
    except KeyError as k:
        raise RuntimeError("wrapped") from k
except RuntimeError as e:
    print(repr(e), repr(e.__cause__))
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError("t"), ExceptionGroup("h", [ValueError(2)])])
except* ValueError as eg:
    print("values", eg.exceptions)
except* TypeError as eg:
    print("types", eg.exceptions)


class CM:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, t, v, tb):
        print("exit", t and t.__name__, v)
        return self.swallow


with CM(True):
    raise OSError(2, "gone")
with CM(False) as a, CM(True) as b:
    print("body", a is b)
try:
    with CM(False):
        raise KeyError("k")
except KeyError as e:
    print("outside", e)


def recursive():
    return recursive()


try:
    recursive()
except RecursionError as e:
    print(e)

# expect: finally 0
# expect: finally 1
# expect: finally 3
# expect: handled zero returned else
# expect: finally 2
# expect: division by zero None
# expect: RuntimeError('wrapped') KeyError('k')
# expect: values (ValueError(1), ExceptionGroup('h', [ValueError(2)]))
# expect: types (TypeError('t'),)
# expect: enter
# expect: exit FileNotFoundError [Errno 2] gone
# expect: enter
# expect: enter
# expect: body False
# expect: exit None None
# expect: exit None None
# expect: enter
# expect: exit KeyError 'k'
# expect: outside 'k'
# expect: maximum recursion depth exceeded
