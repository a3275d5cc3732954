"""An __init__ in whose trace a call was not inlined returns to the hidden frame of its class's call, and through that to the caller of the class."""
import sys
import weakref

log = []


def search(items, k):
    """Has a large loop with branches: callers go on in its trace, and come back by a return."""
    best = 0
    i = 0
    while i < len(items):
        x = items[i]
        if x == k:
            best += 1
        elif x < 0:
            best -= 1
        if x > 100:
            best += 2
        elif x > 50:
            best += 3
        if best > 1000000:
            best = 0
        if x == -1:
            best += 7
        elif x == -2:
            best += 8
        i += 1
    return best


ROW = [1, 2, 60, 120]


class Base:
    def __init__(self, k):
        self.k = k
        self.found = search(ROW, k)


class Sub(Base):
    def __init__(self, k, other):
        super().__init__(k)
        self.other = other


class Late(Sub):
    def __init__(self, k):
        super().__init__(k, k + 1)


def plain(n):
    total = 0
    for i in range(n):
        b = Base(i & 3)
        s = Sub(i & 1, b)
        total += s.found + s.other.k + Late(2).other
    return total


print(plain(2000))
# expect: 20000


class Gives:
    def __init__(self, k, result):
        self.found = search(ROW, k)
        log.append(k)
        if result is not None:
            return result


def gives(n):
    wrong = 0
    for i in range(n):
        try:
            Gives(i & 3, i if i % 50 == 7 else None)
        except TypeError as e:
            wrong += 1
            last = str(e), e.__traceback__.tb_next is None, e.__traceback__.tb_lineno - gives.__code__.co_firstlineno
    return wrong, last, len(log)


print(gives(1000))
# expect: (20, ("__init__() should return None, not 'int'", True, 4), 1000)


class Raises:
    def __init__(self, k):
        self.found = search(ROW, k)
        if k > 900:
            raise ValueError(k)


def raises(n):
    seen = []
    for i in range(n):
        try:
            Raises(i)
        except ValueError as e:
            tb = e.__traceback__
            seen.append((e.args[0], tb.tb_next.tb_frame.f_code.co_name, tb.tb_next.tb_frame.f_locals["k"], tb.tb_next.tb_next is None))
    return len(seen), seen[0], seen[-1]


print(raises(1000))
# expect: (99, (901, '__init__', 901, True), (999, '__init__', 999, True))


class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        if self.n % 100 == 0:
            f = sys._getframe(1)
            log.append((self.n, f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno))


class Holds:
    def __init__(self, k, dies):
        mine = dies
        other = Dies(k + 1)
        del dies
        self.found = search(ROW, k)


def deaths(n):
    log.clear()
    for i in range(n):
        h = Holds(i, Dies(i))
        log.append(h.found) if i % 100 == 99 else None
    return log[:6], len(log)


print(deaths(1000))
# expect: ([(0, 'deaths', 3), (100, 'deaths', 3), 5, (100, 'deaths', 3), (200, 'deaths', 3), 5], 30)


def writes(n):
    """What dies when __init__ returns writes into the variables of the class's caller."""
    out = []

    class Writer:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            if self.n % 250 == 249:
                sys._getframe(1).f_locals["total"] = 0

    class Made:
        def __init__(self, k):
            w = Writer(k)
            self.found = search(ROW, k & 3)

    total = 0
    for i in range(n):
        x = Made(i).found
        total += x
        if i % 100 == 99:
            out.append(total)
    return out


print(writes(1000))
# expect: [550, 1100, 281, 831, 5, 555, 1105, 281, 831, 5]


class Looks:
    def __init__(self, k):
        self.found = search(ROW, k & 3)
        if k % 97 == 5:
            f = sys._getframe()
            log.append((f.f_code.co_name, f.f_back.f_code.co_name, f.f_back.f_lineno - f.f_back.f_code.co_firstlineno))
            self.frame = f


def looks(n):
    log.clear()
    kept = []
    for i in range(n):
        x = Looks(i)
        if i % 97 == 5:
            kept.append(x.frame.f_locals["k"])
    return log[0], len(set(log)), kept[:3], len(kept)


print(looks(1000))
# expect: (('__init__', 'looks', 4), 1, [5, 102, 199], 11)


class Deep:
    """As deep as it goes, through the hidden frames, which count as calls."""
    def __init__(self, n):
        self.found = search(ROW, n & 3)
        if n > 0:
            self.next = Deep(n - 1)


def plainly(n):
    return 0 if n == 0 else 1 + plainly(n - 1)


def depth():
    n = 800
    try:
        while True:
            plainly(n)
            n += 1
    except RecursionError:
        return n


def errors(n):
    raised = 0
    for i in range(n):
        try:
            Deep(20 if i % 10 else 900)
        except RecursionError:
            raised += 1
    return raised


first = depth()
print(errors(100), depth() - first)
# expect: 10 0


def generate(n):
    for i in range(n):
        yield Base(i & 3).found


def consume(n):
    return sum(generate(n)), [x for x in generate(5)]


print(consume(1000))
# expect: (5500, [5, 6, 6, 5, 5])


def references(n):
    """The instance has the references that it has in the interpreter."""
    counts = set()
    alive = []
    for i in range(n):
        b = Base(i & 3)
        counts.add(sys.getrefcount(b))
        alive.append(weakref.ref(Base(1)))
    return counts, sum(r() is not None for r in alive)


print(references(500))
# expect: ({2}, 0)


def told(n):
    """A tool comes while __init__ runs, and when something dies as it returns."""
    lines = []
    first = told.__code__.co_firstlineno

    def tell(frame, event, arg):
        lines.append((frame.f_code.co_name, event, frame.f_lineno - first))
        return tell

    class Begins:
        def __init__(self, k):
            self.k = k

        def __del__(self):
            if self.k:
                sys.settrace(tell)
                sys._getframe(1).f_trace = tell

    class Made:
        def __init__(self, k):
            b = Begins(k == 500)
            self.found = search(ROW, k & 3)
            if k == 700:
                sys.setprofile(tell)

    for i in range(n):
        m = Made(i)
        if i == 500 or i == 700:
            i += 1
            sys.settrace(None)
            sys.setprofile(None)
    return lines


print(told(900))
# expect: [('told', 'line', 27), ('told', 'line', 28), ('told', 'line', 29), ('__init__', 'return', 23), ('__del__', 'call', 13), ('__del__', 'return', 14), ('told', 'c_call', 29), ('told', 'c_return', 29), ('told', 'c_call', 30)]


class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args)


class ByMeta(metaclass=Meta):
    def __init__(self, k):
        self.found = search(ROW, k)


class Item:
    def __init__(self):
        self.d = {}

    def __setitem__(self, k, v):
        self.d[k] = search(ROW, v)

    def __enter__(self):
        search(ROW, 1)
        return self

    def __exit__(self, *exc):
        search(ROW, 1)


def others(n):
    total = 0
    item = Item()
    for i in range(n):
        total += ByMeta(i & 3).found
        item[i & 7] = i & 3
        with item as it:
            total += it.d[i & 7]
    return total


print(others(800))
# expect: 8800
