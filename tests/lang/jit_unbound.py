"""A loop whose variable may be unbound: what was bound when the loop was compiled need not be so later."""


def last(n, bind):
    for i in range(n):
        if bind == i:
            x = i * 2
        try:
            y = x + i
        except UnboundLocalError as e:
            y = str(e)
    return y


print(last(1000, 1))
print(last(1000, 0))
print(last(1000, -1))
print(last(1000, 500))


def unbound(n, bind):
    if bind:
        x = 1
    s = 0
    for i in range(n):
        s += x
    return s


print(unbound(1000, True))
try:
    unbound(1000, False)
except UnboundLocalError as e:
    print(e)


def late(n, bind):
    s = i = 0
    while i < n:
        if i >= bind:
            s += x
        else:
            x = i
        i += 1
    return s


print(late(1000, 100), late(1000, 1))
try:
    late(1000, 0)
except UnboundLocalError as e:
    print(e)
# expect: 1001
# expect: 999
# expect: cannot access local variable 'x' where it is not associated with a value
# expect: 1999
# expect: 1000
# expect: cannot access local variable 'x' where it is not associated with a value
# expect: 89100 0
# expect: cannot access local variable 'x' where it is not associated with a value
