"""Two variables that change places in a loop: what is behind the loop must not read either where it lay before."""


def f(a, b):
    turns = 0
    try:
        while turns < 4:
            turns += 1
            for i in range(25):
                if not a:
                    b = 256
                b, a = a, b
        for a in range(15):
            c = b // b - b
            b = b * -0.0
    except ZeroDivisionError:
        return turns, a, b, c


print(f(1.0, 0.5))
print(f(5e-324, float("nan")))
print(f(1e-10, float("nan")))
print(f(1.0, 0.5))

# expect: (4, 1, -0.0, 0.5)
# expect: None
# expect: None
# expect: (4, 1, -0.0, 0.5)
