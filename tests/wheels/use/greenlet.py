import greenlet

seen = []


def child(x):
    while True:
        seen.append(x)
        x = main.switch(x * 2)
        if x is None:
            return "end"


main = greenlet.getcurrent()
g = greenlet.greenlet(child)
assert [g.switch(1), g.switch(5), g.switch(None)] == [2, 10, "end"] and g.dead and seen == [1, 5]


def fails():
    try:
        main.switch("ready")
    finally:
        seen.append("cleaned")


g = greenlet.greenlet(fails)
assert g.switch() == "ready"
try:
    g.throw(ValueError, "thrown")
except ValueError as e:
    assert str(e) == "thrown" and seen[-1] == "cleaned"


def deep(n):
    return main.switch(n) if n == 0 else 1 + deep(n - 1)


many = [greenlet.greenlet(deep) for _ in range(50)]
assert [m.switch(20) for m in many] == [0] * 50 and [m.switch(3) for m in many] == [23] * 50
