"""Loops that call Python functions, which a trace takes in; and what becomes of them: exceptions, tracebacks, depth, changes."""
import sys
import traceback


def add(a, b):
    return a + b


def twice(x):
    return add(x, x)


def quadratic(x, a=2, b=3.5, *, c=1):
    y = a * x * x
    y = y + b * x
    return y + c


def clip(x, low, high):
    if x < low:
        return low
    if x > high:
        return high
    return x


def nothing(x):
    x = x + 1


def simple(n):
    s = 0
    for i in range(n):
        s = add(s, i)
        nothing(i)
    return s


def nested(n):
    s = 0
    for i in range(n):
        s = add(s, twice(twice(i)))
    return s


def defaults(n):
    s = 0
    for i in range(n):
        s += quadratic(i)
        s += quadratic(i, 1)
        s += quadratic(i, b=1.5)
        s += quadratic(c=3, x=i, a=4)
    return s


def branches(n):
    s = 0
    for i in range(n):
        s += clip(i, 100, 900) + clip(-i, -300, 300)
    return s


print(simple(1000), nested(1000), defaults(500), branches(1000))


def divide(a, b):
    c = a // b
    return c


def outer_divide(a, b):
    x = a + 1
    r = divide(x, b)
    return r + x


def raises(n):
    s = 0
    for i in range(n, -1, -1):
        s += outer_divide(i, i)
    return s


try:
    raises(500)
except ZeroDivisionError as e:
    tb = e.__traceback__
    while tb is not None:
        f = tb.tb_frame
        print(f.f_code.co_name, tb.tb_lineno - f.f_code.co_firstlineno, {k: v for k, v in f.f_locals.items() if type(v) is int})
        tb = tb.tb_next


def catches(n):
    s = bad = 0
    for i in range(n):
        try:
            s += outer_divide(i, i % 50)
        except ZeroDivisionError:
            bad += 1
    return s, bad


print(catches(1000))


def grow(x):
    return x * 3 + 1


def overflow(n):
    x = 1
    for i in range(n):
        x = grow(x)
    return x


print(overflow(300) % 1000003, overflow(45))


def mixed_kinds(n):
    s = 0
    for i in range(n):
        s = add(s, i) if i != 700 else add(float(s), 0.5)
    return s


print(mixed_kinds(1000))


def depth_of(n):
    """A function that looks at the stack, called only in rounds that leave the trace."""
    return len(traceback.extract_stack(sys._getframe(0)))


def looks(x, limit):
    y = x + 1
    if y > limit:
        return depth_of(y)
    return 0


def looking(n, limit):
    s = 0
    for i in range(n):
        s += looks(i, limit)
    return s


base = len(traceback.extract_stack(sys._getframe(0)))
print(looking(500, 499) - base, looking(500, 450) - 50 * base)


def frames(x, limit):
    if x == limit:
        f = sys._getframe(0)
        return [f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, f.f_locals["x"], f.f_back.f_code.co_name,
                f.f_back.f_lineno - f.f_back.f_code.co_firstlineno, f.f_back.f_locals["x"], f.f_back.f_back.f_locals["i"]]
    return None


def middle(x, limit):
    y = x * 2
    return frames(y, limit)


def chain(n, limit):
    for i in range(n):
        r = middle(i, limit)
        if r is not None:
            print(r)


chain(500, 800)
chain(500, 10)


# What the trace takes for granted changes.
def changing(n):
    s = 0
    for i in range(n):
        s += target(i)
    return s


def target(x):
    return x + 1


print(changing(500))
target.__code__ = (lambda x: x + 2).__code__
print(changing(500))
target.__defaults__ = (1,)
print(changing(500))


def target(x, y=5):
    return x + y


print(changing(500))
target.__defaults__ = (7,)
print(changing(500))
target.__defaults__ = (2.5,)
print(changing(500))


def target(x, *, y=5):
    return x + y


print(changing(500))
target.__kwdefaults__["y"] = 6
print(changing(500))
target.__kwdefaults__ = {"y": 7}
print(changing(500))
del target.__kwdefaults__["y"]
try:
    changing(500)
except TypeError as e:
    print(e)


def passed(f, n):
    """The function is no constant."""
    s = 0
    for i in range(n):
        s += f(i, 2)
    return s


print(passed(add, 300), passed(lambda a, b: a * b, 300), passed(divmod, 0), passed(add, 300), passed(max, 300))


def alternating(n):
    f, g = add, clip3
    s = 0
    for i in range(n):
        s += f(i, 3)
        f, g = g, f
    return s


def clip3(a, b):
    return a if a < b else b


print(alternating(500))


# The stack ends where it does without traces.
def deep(n, limit):
    if n > 0:
        return deep(n - 1, limit)
    s = 0
    for i in range(limit):
        s = add(s, twice(twice(i)))
    return s


def find_end():
    low, high = 0, 1000
    while low < high:
        mid = (low + high + 1) // 2
        try:
            deep(mid, 300)
            low = mid
        except RecursionError:
            high = mid - 1
    return low


def plain_end(n):
    try:
        return plain_end(n + 1)
    except RecursionError:
        return n


print(plain_end(0) - find_end())


def recursive(n):
    return 1 if n < 2 else n * recursive(n - 1)


def recursions(n):
    s = 0
    for i in range(n):
        s += recursive(i % 6)
    return s


print(recursions(600))


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def loops_inside(n):
    s = 0
    for i in range(1, n):
        s += gcd(i, 360)
    return s


print(loops_inside(1000))


def three(n):
    for _ in range(3):
        n += 1
    return n


def short_loops(n):
    s = 0
    for i in range(n):
        s += three(s) & 7
    return s


print(short_loops(1000))


def in_expression(n):
    s = 0
    for i in range(n):
        s += add(i if i % 3 else 1, add(2, i if i % 5 else 7))
    return s


print(in_expression(1000))


def comprehension(n):
    return add(3, sum([add(i, 1) for i in range(n)]))


print(comprehension(400))


# Tools see every call.
def traced(n):
    s = 0
    for i in range(n):
        if i == 400:
            sys.setprofile(profiler)
        s = add(s, i)
        if i == 403:
            sys.setprofile(None)
    return s


events = []


def profiler(frame, event, arg):
    events.append((event, frame.f_code.co_name))


print(traced(600), [e for e in events if e[1] == "add"])


def is_same(x):
    return x


def identities(n):
    same = 0
    for i in range(n):
        x = i * 1000
        y = is_same(x)
        z = add(x, 0)
        same += (x is y) + 10 * (x is z)
    return same


print(identities(500))
# expect: 499500 1998000 375375750.0 244750
# expect: <module> 85 {}
# expect: raises 3 {'n': 500, 's': 126251, 'i': 0}
# expect: outer_divide 2 {'a': 0, 'b': 0, 'x': 1}
# expect: divide 1 {'a': 1, 'b': 0}
# expect: (534191, 20)
# expect: 481047 4431469059826250547964
# expect: 498800.5
# expect: 3 150
# expect: ['frames', 3, 800, 'middle', 2, 400, 400]
# expect: ['frames', 3, 10, 'middle', 2, 5, 5]
# expect: 125250
# expect: 125750
# expect: 125750
# expect: 127250
# expect: 128250
# expect: 126000.0
# expect: 127250
# expect: 127750
# expect: 128250
# expect: target() missing 1 required keyword-only argument: 'y'
# expect: 45450 89700 0 45450 44853
# expect: 63748
# expect: 3
# expect: 15400
# expect: 10278
# expect: 13
# expect: 736401
# expect: 80203
# expect: 179700 [('call', 'add'), ('return', 'add'), ('call', 'add'), ('return', 'add'), ('call', 'add'), ('return', 'add'), ('call', 'add'), ('return', 'add')]
# expect: 510
