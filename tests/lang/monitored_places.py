"""Places of exceptions, and lines, that tools are told of: those of CPython, which are not always those of the instruction."""
import sys

M = sys.monitoring
log = []
M.use_tool_id(3, "places")
EXCEPTIONS = "RAISE", "RERAISE", "PY_UNWIND", "EXCEPTION_HANDLED", "PY_THROW"
ALL = 0
for name in EXCEPTIONS:
    event = getattr(M.events, name)
    M.register_callback(3, event, lambda code, at, exc, name=name: log.append(f"{name}:{code.co_name}:{at}"))
    ALL |= event
M.register_callback(3, M.events.LINE, lambda code, line: log.append(line - code.co_firstlineno))


def raises():
    raise ValueError


def generator():
    yield 1
    raise ValueError


class C:
    def __init__(self, x):
        raise ValueError


class W:
    def __enter__(self):
        pass

    def __exit__(self, *a):
        pass


def in_c():
    try:
        next(None)
    except TypeError:
        pass


def in_python():
    try:
        raises()
    except ValueError:
        pass


def through_c():
    try:
        list(generator())
    except ValueError:
        pass


def in_generator():
    try:
        for x in generator():
            pass
    except ValueError:
        pass


def thrown():
    g = generator()
    next(g)
    try:
        g.throw(KeyError)
    except KeyError:
        pass


def made():
    try:
        C(1)
    except ValueError:
        pass


def again():
    with W():
        raise ValueError


def looked_up():
    try:
        None.x
    except AttributeError:
        pass


for f in in_c, in_python, through_c, in_generator, thrown, made, again, looked_up:
    M.set_events(3, ALL)
    try:
        f()
    except ValueError:
        pass
    M.set_events(3, 0)
    print(*(entry for entry in log if ":<module>:" not in entry))
    log.clear()


class On:
    on = False

    def __enter__(self):
        pass

    def __exit__(self, *a):
        if self.on:
            M.set_events(3, ALL)


def later(n):
    """They are switched on in a loop that is compiled by then."""
    on = On()
    count = 0
    for i in range(n):
        on.on = i == n - 1
        try:
            with on:
                try:
                    if i & 1:
                        int("x")
                    raises()
                finally:
                    count += 1
        except ValueError:
            count += 1
    M.set_events(3, 0)
    return count


print(later(600), *log)
log.clear()


def one_line(): return 3


def two_lines():
    return 3


def lines():
    one_line()
    two_lines()
    for x in (y for y in [1, 2]):
        pass
    g = (y
         for y in [1, 2])
    for x in g:
        pass
    return (lambda: 4)()


for events in M.events.LINE, M.events.LINE | M.events.PY_START:
    for i in range(2):
        M.set_events(3, events)
        lines()
        M.set_events(3, 0)
        print(*log)
        log.clear()


# RESUME of a function in one line is its visit of that line, with a closure or cells, too.
def closure():
    return lambda v=1: s


def cells(v=1): return lambda: v


M.set_events(3, M.events.LINE)
s = closure()
for i in range(3):
    s(), cells()
M.set_events(3, 0)
print(*log)
# expect: RAISE:in_c:22 EXCEPTION_HANDLED:in_c:28
# expect: RAISE:raises:12 PY_UNWIND:raises:12 RAISE:in_python:12 EXCEPTION_HANDLED:in_python:26
# expect: RAISE:generator:24 EXCEPTION_HANDLED:generator:26 RERAISE:generator:28 PY_UNWIND:generator:28 RAISE:through_c:38 EXCEPTION_HANDLED:through_c:44
# expect: RAISE:generator:24 EXCEPTION_HANDLED:generator:26 RERAISE:generator:28 PY_UNWIND:generator:28 RAISE:in_generator:22 EXCEPTION_HANDLED:in_generator:40
# expect: PY_THROW:generator:10 RAISE:generator:8 EXCEPTION_HANDLED:generator:26 RERAISE:generator:28 PY_UNWIND:generator:28 RAISE:thrown:84 EXCEPTION_HANDLED:thrown:90
# expect: RAISE:__init__:12 PY_UNWIND:__init__:12 RAISE:made:22 EXCEPTION_HANDLED:made:28
# expect: RAISE:again:34 EXCEPTION_HANDLED:again:36 RERAISE:again:52 EXCEPTION_HANDLED:again:64 RERAISE:again:68 PY_UNWIND:again:68
# expect: RAISE:looked_up:24 EXCEPTION_HANDLED:looked_up:30
# expect: 1200 RERAISE:later:270 EXCEPTION_HANDLED:later:284 RERAISE:later:288 EXCEPTION_HANDLED:later:290
# expect: 162 1 2 1 3 4 3 4 3 5 6 5 7 1 0 8 7 1 0 8 7 1 9 163
# expect: 162 1 2 1 3 4 3 4 3 5 6 5 7 1 0 8 7 1 0 8 7 1 9 163
# expect: 162 1 0 2 1 3 0 4 3 4 3 5 6 5 7 0 1 0 8 7 1 0 8 7 1 9 0 163
# expect: 162 1 0 2 1 3 0 4 3 4 3 5 6 5 7 0 1 0 8 7 1 0 8 7 1 9 0 163
# expect: 177 1 178 179 178 179 178 179 178 180
