"""Loops that read global and builtin names, which are constants of a trace until somebody changes them."""
import builtins

N = 3
SCALE = 0.5
FLAG = True
NOTHING = None


def scaled(n):
    s = 0
    for i in range(n):
        if FLAG:
            s += i * N
        if NOTHING is None:
            s += SCALE
    return s


print(scaled(1000))
N = 4
print(scaled(1000))
SCALE = 1
FLAG = False
print(scaled(1000))
NOTHING = 1
print(scaled(1000))
for N in range(8):                     # again and again: the name is no constant
    FLAG = not FLAG
    print(scaled(300), end=" ")
print()


def missing(n):
    s = 0
    for i in range(n):
        if i > 700:
            s += later
        s += i
    return s


try:
    missing(1000)
except NameError as e:
    print(e)
later = 10
print(missing(1000))
del later
try:
    missing(1000)
except NameError as e:
    print(e)
builtins.later = 20
print(missing(1000))
later = 30                             # hides the builtin
print(missing(1000))
del later
print(missing(1000))
del builtins.later


def other_globals(n):
    f = type(scaled)(missing.__code__, {"later": 1000})
    return f(n)


print(other_globals(1000), other_globals(1000))


class Int(int):
    pass


def kinds(n):
    """What is bound to the name changes its type between runs of the same loop."""
    s = 0
    for i in range(n):
        s = s + value
    return s, type(s).__name__


for value in 1, 2.5, True, 2**70, Int(3), 2 + 1j:
    print(kinds(500))


def changed_inside(n):
    """The loop changes what it reads."""
    global count
    count = 0
    for i in range(n):
        count = count + i
    return count


print(changed_inside(1000), changed_inside(2000))


class C:
    total = 0
    for k in range(300):
        total += k


print(C.total, C.k)
space = {"n": 500}
exec("s = 0\nfor i in range(n):\n    s += i", space)
print(space["s"])
# expect: 1499000.0
# expect: 1998500.0
# expect: 1000
# expect: 0
# expect: 0 0 89700 0 179400 0 269100 0 
# expect: name 'later' is not defined
# expect: 502490
# expect: name 'later' is not defined
# expect: 505480
# expect: 508470
# expect: 505480
# expect: 798500 798500
# expect: (500, 'int')
# expect: (1250.0, 'float')
# expect: (500, 'int')
# expect: (590295810358705651712000, 'int')
# expect: (1500, 'int')
# expect: ((1000+500j), 'complex')
# expect: 499500 1999000
# expect: 44850 299
# expect: 124750
