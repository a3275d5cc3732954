"""Calls: defaults, keyword-only, star arguments, closures, recursion, decorators."""


def f(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, kw


print(f(1, c=3))
print(f(1, 2, 3, 4, c=5, e=6))
for call in ("f()", "f(1)", "f(1, c=2, a=3)", "f(1, *[2, 3], **{'c': 4})"):
    try:
        print(call, eval(call))
    except TypeError as e:
        print(call, "->", e)


def counter():
    n = 0

    def step():
        nonlocal n
        n += 1
        return n
    return step


c = counter()
print(c(), c(), c())
print((lambda *a, k=1: (a, k))(1, 2, k=3))


def twice(fn):
    return lambda *a: fn(fn(*a))


@twice
def inc(x):
    return x + 1


print(inc(5))


def ackermann(m, n):
    return n + 1 if m == 0 else ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


print(ackermann(2, 3))

# expect: (1, 2, (), 3, 4, {})
# expect: (1, 2, (3, 4), 5, 4, {'e': 6})
# expect: f() -> f() missing 1 required positional argument: 'a'
# expect: f(1) -> f() missing 1 required keyword-only argument: 'c'
# expect: f(1, c=2, a=3) -> f() got multiple values for argument 'a'
# expect: f(1, *[2, 3], **{'c': 4}) (1, 2, (3,), 4, 4, {})
# expect: 1 2 3
# expect: ((1, 2), 3)
# expect: 7
# expect: 9
