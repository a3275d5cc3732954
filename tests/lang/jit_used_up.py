"""An iterator that is used up inside of calls, which a variable has besides: it stays used up when the list grows."""


def uses_up(lists):
    for _ in range(2):
        a = [1, 2, 3]
        it = iter(a)
        for _ in it:
            pass
        a.append(4)
        lists.append(list(it))


def call(f, x, *more):
    a = b = c = d = e = h = i = j = k = l = m = n = 0           # slots: so that the innermost frame lies beyond the first 64
    return f(x, *more)


def outer(n):
    lists = []
    for i in range(n):
        call(call, call, call, uses_up, lists)
    return sorted({str(x) for x in lists})


print(outer(300))       # expect: ['[]']


def keys_used_up(found):
    for _ in range(2):
        d = {'a': 1}
        it = iter(d)
        for _ in it:
            pass
        d['b'] = 2
        found.append(next(it, 'none'))


def outer_keys(n):
    found = []
    for i in range(n):
        call(call, call, call, keys_used_up, found)
    return sorted(set(found))


print(outer_keys(300))  # expect: ['none']
