"""**kwargs with items in compiled loops: who counts, who sees the dict, in which order, and what errors say."""
import functools
import sys


def deco(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)
    return wrapper


@deco
def add(a, b=2, *, c=3):
    return a + b + c


def plain(n):
    t = 0
    for i in range(n):
        t += add(i, b=i, c=1) + add(i, c=i) + add(a=i)
    return t


print(plain(3000))      # expect: 22516500


def show(*a, **k):
    return k


def seen(n):
    last = None
    for i in range(n):
        d = show(i, x=i, y='t', z=None)
        if i % 1000 == 999:
            print(d, list(d), len(d), sys.getsizeof(d) == sys.getsizeof({'x': 1, 'y': 2, 'z': 3}))
        last = d
    return last


print(seen(3000))
# expect: {'x': 999, 'y': 't', 'z': None} ['x', 'y', 'z'] 3 True
# expect: {'x': 1999, 'y': 't', 'z': None} ['x', 'y', 'z'] 3 True
# expect: {'x': 2999, 'y': 't', 'z': None} ['x', 'y', 'z'] 3 True
# expect: {'x': 2999, 'y': 't', 'z': None}


class Noisy:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append(self.name)


def counts(**k):
    return sys.getrefcount(k['o']), sys.getrefcount(k)


def use(o, **k):
    return len(k)


def lives(n):
    log, got = [], set()
    o = object()
    for i in range(n):
        got.add(counts(o=o, p=i))
        use(Noisy(log, 'a'), b=Noisy(log, 'b'), c=Noisy(log, 'c'))
        log.append('-')
    return got, log[:4], log.count('a'), log[-4:]


print(lives(2000))      # expect: ({(3, 2)}, ['a', 'b', 'c', '-'], 2000, ['a', 'b', 'c', '-'])


def spread(n):
    t = 0
    d = {'b': 1, 'c': 2}
    for i in range(n):
        t += add(i, **d)
        t += add(**d, a=i)
        if i == n // 2:
            d = {'c': 2, 'b': 1}
        if i == n * 3 // 4:
            d['b'] = 5
    return t


print(spread(3000))     # expect: 9020992


def collect(first=0, **rest):
    return list(rest.items())


def order(n):
    d = {'x': 1, 'y': 2}
    got = []
    for i in range(n):
        r = collect(w=i, **d, first=3)
        if i == n // 2:
            d = {'y': 2, 'x': 1}
        if i in (0, n - 1):
            got.append(r)
    return got


print(order(2000))      # expect: [[('w', 0), ('x', 1), ('y', 2)], [('w', 1999), ('y', 2), ('x', 1)]]


def fails(n):
    said = set()
    d = {'b': 1}
    for i in range(n):
        try:
            if i % 4 == 0:
                add(i, b=2, **d)
            elif i % 4 == 1:
                add(1, 2, b=3)
            elif i % 4 == 2:
                add(i, nope=i)
            else:
                collect(**{'first': 1}, first=2)
        except TypeError as e:
            said.add(str(e).split(') ')[-1].replace('__main__.', ''))
    return sorted(said)


for line in fails(2000):
    print(line)
# expect: got an unexpected keyword argument 'nope'
# expect: got multiple values for argument 'b'
# expect: got multiple values for keyword argument 'b'
# expect: got multiple values for keyword argument 'first'


def posonly(a, /, **k):
    return a, k


def positions(n):
    for i in range(n):
        r = posonly(i, a=i + 1)
    return r


print(positions(2000))  # expect: (1999, {'a': 2000})


class Base:
    def __init__(self, **options):
        self.options = options

    def set(self, **more):
        self.options.update(more)
        return self


class Point(Base):
    def __init__(self, x, **options):
        super().__init__(**options)
        self.x = x


def objects(n):
    t = 0
    for i in range(n):
        p = Point(i, colour='red', size=i)
        t += p.options['size'] + p.x + len(p.set(size=1, width=2).options)
    return t, p.options


print(objects(2000))    # expect: (4004000, {'colour': 'red', 'size': 1, 'width': 2})


def changed(**k):
    k['new'] = 1
    k.pop('x')
    return k


def change(n):
    for i in range(n):
        d = {'x': i, 'y': i}
        r = changed(**d)
    return d, r


print(change(2000))     # expect: ({'x': 1999, 'y': 1999}, {'y': 1999, 'new': 1})


def literals(n):
    got = []
    for i in range(n):
        d = {'a': i, 'b': [i], 'c': i * 0.5}
        e = {'a': 1, 'a': 2}
        if i % 500 == 0:
            got.append((d, e))
    return got


print(literals(1501))
# expect: [({'a': 0, 'b': [0], 'c': 0.0}, {'a': 2}), ({'a': 500, 'b': [500], 'c': 250.0}, {'a': 2}), ({'a': 1000, 'b': [1000], 'c': 500.0}, {'a': 2}), ({'a': 1500, 'b': [1500], 'c': 750.0}, {'a': 2})]


def raises(n):
    def inner(**k):
        if k['i'] % 700 == 699:
            raise ValueError(k)
        return k['i']
    t = []
    for i in range(n):
        try:
            inner(i=i, text='x')
        except ValueError as e:
            t.append(e.args[0])
    return t


print(raises(1500))     # expect: [{'i': 699, 'text': 'x'}, {'i': 1399, 'text': 'x'}]


def many(n):
    for i in range(n):
        r = show(a=1, b=2, c=3, d=4, e=5, f=i)
    return r


print(many(2000))       # expect: {'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5, 'f': 1999}
