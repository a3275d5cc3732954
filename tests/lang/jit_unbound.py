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


def pairs(n, x):
    for i in range(n):
        yield (i, x) if i & 1 else x


def emptied_and_called(n):
    """What raises after the variable was emptied leaves it so: the next round must not take the one before's value for it."""
    out, x = [], None
    for i, z in enumerate(pairs(n, 5)):
        try:
            del x
            x = divmod(i - 9, i % 5 - 2)
        except Exception as e:
            out.append((type(e).__name__, e.__traceback__.tb_lineno))
    return len(out), out[:3]


print(emptied_and_called(24), emptied_and_called(3), emptied_and_called(40))
# expect: 1001
# expect: 999
# expect: cannot access local variable 'x' where it is not associated with a value
# expect: 1999
# expect: 1000
# expect: cannot access local variable 'x' where it is not associated with a value
# expect: 89100 0
# expect: cannot access local variable 'x' where it is not associated with a value
# expect: (22, [('ZeroDivisionError', 66), ('UnboundLocalError', 65), ('UnboundLocalError', 65)]) (1, [('ZeroDivisionError', 66)]) (38, [('ZeroDivisionError', 66), ('UnboundLocalError', 65), ('UnboundLocalError', 65)])
