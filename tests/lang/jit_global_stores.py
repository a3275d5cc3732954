"""Loops whose variables are global: of a module, or named by `global`; and what else happens to them meanwhile."""
total = 0
for i in range(2000):
    total += i
print(total, i)
x, y = 1.5, 0
for i in range(1500):
    x = x * 0.5 + i
    y ^= i
    if i % 3 == 0:
        y += 1
print(x, y, i)
n = 0
while n < 3000:
    n += 1
    flag = n > 10
print(n, flag)
big = 1
for i in range(200):
    big = big * 3 + 1
print(big % 1000003)
for i in range(300):
    kind = i if i < 280 else float(i)
    last = kind
print(last)


def bump(k):
    global count
    count += k


count = 0
for i in range(1000):
    bump(i)
print(count)


def read():
    return count


def mixed(n):
    global count
    count = 0
    s = 0
    for i in range(n):
        bump(1)
        s += read()
        count = count - 1 if i & 1 else count
    return s, count


print(mixed(1000))
print(globals()["count"], vars().get("total"))


def deleted(n):
    global gone
    gone = 0
    for i in range(n):
        gone += 1
        if i == n - 10:
            del gone
            gone = 100
    return gone


print(deleted(600))


def unbound(n):
    global gone
    for i in range(n):
        if i == n - 1:
            del gone
        gone += 1


try:
    unbound(500)
except NameError as e:
    print(e)


def grows(n):
    """New names move the entries of the dict."""
    global gone
    gone = 0
    for i in range(n):
        gone += 1
        if i % 100 == 99:
            for k in range(40):
                globals()[f"new_{i}_{k}"] = k
    return gone


print(grows(1000), new_599_3)


def constant_after_all(n):
    s = 0
    for i in range(n):
        s += total
    return s


print(constant_after_all(500))
total = 7
print(constant_after_all(500))
for total in range(400):
    pass
print(constant_after_all(500))

keep = []
number = 0.5
for i in range(400):
    number += 1.0
    if i % 50 == 0:
        keep.append(number)
print(keep, [number is k for k in keep[-1:]])
same = number
for i in range(300):
    number = number + 1.0
    other = number
print(same, number, other is number, same is number)
for i in range(300):
    a = i * 1000
    b = a
print(a, a is b)
try:
    for i in range(300, -1, -1):
        number = 1000 // i
except ZeroDivisionError as e:
    print(e, number, i)


class Noisy:
    def __del__(self):
        print("gone", i)


i = thing = Noisy()
for thing in range(300):
    pass
print("before")
for i in range(300):
    thing = i
print(thing)
exec("k = 0\nfor j in range(500):\n    k += j\n", space := {})
print(space["k"], space["j"])


class Pair:
    pass


def shared(p, n):
    """The object that one attribute gets goes to another, too."""
    for i in range(n):
        p.x = p.x * 0.5 + 1.0
        p.y = p.x
    return p.x, p.y, p.x is p.y, p.x is p.z


p = Pair()
p.x, p.y, p.z = 1.5, 2.5, 3.5
print([shared(p, n) for n in (300, 301, 5)])
# expect: 1999000 1999
# expect: 2996.0 0 1499
# expect: 3000 True
# expect: 977
# expect: 299.0
# expect: 499500
# expect: (251000, 500)
# expect: 500 1999000
# expect: 109
# expect: name 'gone' is not defined
# expect: 1000 3
# expect: 999500000
# expect: 3500
# expect: 199500
# expect: [1.5, 51.5, 101.5, 151.5, 201.5, 251.5, 301.5, 351.5] [False]
# expect: 400.5 700.5 True False
# expect: 299000 True
# expect: integer division or modulo by zero 1000 0
# expect: before
# expect: gone 0
# expect: 299
# expect: 124750 499
# expect: [(2.0, 2.0, True, False), (2.0, 2.0, True, False), (2.0, 2.0, True, False)]
