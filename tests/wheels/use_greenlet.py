"""Switching C stacks below the interpreter: deep stacks, exceptions, generators, threads, tracing, dead greenlets."""

import gc
import sys
import threading
import weakref

import greenlet
from greenlet import GreenletExit, getcurrent

log = []


def ping(x):
    log.append(x)
    log.append(second.switch(x + 1))
    return "ping done"


def pong(x):
    log.append(x)
    first.switch("back")


main = getcurrent()
first, second = greenlet.greenlet(ping), greenlet.greenlet(pong)
assert first.switch(1) == "ping done" and log == [1, 2, "back"] and first.dead and not second.dead


def deep(n):
    return main.switch(n) if n == 0 else deep(n - 1) + 1


many = [greenlet.greenlet(deep) for _ in range(50)]
for i, g in enumerate(many):
    assert g.switch(100 + i) == 0
assert [g.switch(7) for g in many] == [107 + i for i in range(50)]


def fails():
    try:
        main.switch()
    except KeyError as e:
        raise ValueError("seen") from e


g = greenlet.greenlet(fails)
g.switch()
try:
    g.throw(KeyError("k"))
except ValueError as e:
    assert isinstance(e.__cause__, KeyError) and e.__traceback__.tb_next.tb_frame.f_code.co_name == "fails"
else:
    raise AssertionError("no ValueError")

numbers = []


def produce():
    for n in (i * i for i in range(5)):
        main.switch(n)


g = greenlet.greenlet(produce)
while True:
    n = g.switch()
    if g.dead:
        break
    numbers.append(n)
assert numbers == [0, 1, 4, 9, 16]

left = []


def lasting():
    try:
        main.switch()
    except GreenletExit:
        left.append("exit")
        raise


g = greenlet.greenlet(lasting)
g.switch()
ref = weakref.ref(g)
del g
gc.collect()
assert left == ["exit"] and ref() is None

frame = greenlet.greenlet(lasting)
frame.switch()
assert frame.gr_frame.f_code.co_name == "lasting" and sys._getframe().f_code.co_name == "<module>"
frame.throw()

result = []


def in_thread():
    mine = getcurrent()
    other = greenlet.greenlet(lambda: mine.switch("from inside"))
    result.append(other.switch())


t = threading.Thread(target=in_thread)
t.start()
t.join()
assert result == ["from inside"]

events = []
greenlet.settrace(lambda event, args: events.append(event))
greenlet.greenlet(lambda: None).switch()
greenlet.settrace(None)
assert events == ["switch", "switch"]


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1])


def short_lives(n):
    for _ in range(n):
        greenlet.greenlet(lambda: None).switch()


if sys.platform == "linux":                              # a dead greenlet gives its frames' memory back
    short_lives(500)
    before = resident()
    short_lives(5000)
    assert resident() - before < 2500
