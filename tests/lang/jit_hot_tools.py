"""Tools that come and go in the middle of a hot loop: each sees from the next instruction on what it would see of a cold loop, and when it is gone the loop is fast again."""

import ctypes
import dis
import gc
import io
import signal
import sys
import threading
import weakref

mon = sys.monitoring
MODE = sys._adder.jit_stats()["mode"] if hasattr(sys, "_adder") else "off"
events = []


class Cell:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        deaths.append(self.v)


deaths = []


def step(i):
    return i + 1


def hot(n, at=-1, do=None):
    c = Cell(-1)
    s = 0
    for i in range(n):
        if i == at:
            do()
        c.v = step(i)
        s += c.v & 3
    return s


FIRST = hot.__code__.co_firstlineno


def note(kind):
    def tool(frame, event, arg):
        if frame.f_code is hot.__code__ or frame.f_code is step.__code__:
            events.append((frame.f_code.co_name, event, frame.f_lineno - FIRST, frame.f_locals.get("i")))
            if len(events) >= 24:
                (sys.settrace if kind == "trace" else sys.setprofile)(None)
                frame.f_trace = None
                return None
        return tool
    return tool


def begin_trace():
    f = sys._getframe(1)
    f.f_trace = note("trace")
    sys.settrace(f.f_trace)


def begin_profile():
    sys.setprofile(note("profile"))


def on(name):
    def callback(code, *args):
        if code is hot.__code__ or code is step.__code__:
            events.append((name, code.co_name, args[0] - FIRST if name == "line" else args[0]))
            if len(events) >= 24:
                mon.set_events(3, 0)
    return callback


def begin_monitoring():
    mon.use_tool_id(3, "t")
    mon.register_callback(3, mon.events.LINE, on("line"))
    mon.register_callback(3, mon.events.JUMP, on("jump"))
    mon.register_callback(3, mon.events.PY_START, on("start"))
    mon.set_events(3, mon.events.LINE | mon.events.JUMP | mon.events.PY_START)


def is_fast():
    """A new round of the loop is compiled again, sooner or later."""
    if MODE == "off":
        return True
    for _ in range(60):
        hot(3000)
        before = sys._adder.jit_stats()["entries"]
        hot(3000)
        if sys._adder.jit_stats()["entries"] > before:
            return True
    return False


for begin in begin_trace, begin_profile, begin_monitoring:
    hot(2000)
    events.clear()
    print(begin.__name__, hot(2000, 1500, begin), len(events), sys.gettrace(), sys.getprofile())
    for e in events[:7] + events[-3:]:
        print("   ", *e)
    if begin is begin_monitoring:
        mon.free_tool_id(3)
    print(is_fast())

# An exception from another thread, and from this one.
tid = ctypes.c_ulong(threading.get_ident())


class Stop(Exception):
    pass


def throw():
    ctypes.pythonapi.PyThreadState_SetAsyncExc(tid, ctypes.py_object(Stop))


hot(2000)
for at in 1990, 700:
    try:
        hot(2000, at, throw)
    except Stop as e:
        frame = e.__traceback__
        while frame.tb_frame.f_code is not hot.__code__:
            frame = frame.tb_next
        print("Stop", frame.tb_frame.f_locals["i"] in (at, at + 1))

# A signal in the middle, whose handler looks and raises.
looked = []


def handler(number, frame):
    while frame.f_code is not hot.__code__:
        frame = frame.f_back
    looked.append((frame.f_locals["i"], frame.f_lineno - FIRST))
    if len(looked) == 3:
        raise KeyboardInterrupt


signal.signal(signal.SIGUSR2, handler)
for at in 100, 1100, 1900:
    try:
        hot(2000, at, lambda: signal.raise_signal(signal.SIGUSR2))
    except KeyboardInterrupt as e:
        print("interrupted", at)
print([i for i, line in looked], {line for i, line in looked} <= {5, 6, 7})

# Callbacks of the collector see whole frames; what they find is what CPython would.
seen = []


def on_gc(phase, info):
    frame = sys._getframe(1)
    if frame.f_code is cycles.__code__ and phase == "stop":
        seen.append((frame.f_locals["i"] is frame.f_locals["j"], sys.getrefcount(frame.f_locals["keep"]) > 1, type(frame.f_locals["k"]).__name__))


def cycles(n):
    keep = [1]
    k = j = 0
    for i in range(n):
        j = i
        k = [keep]
        k.append(k)
        if i % 50 == 0:
            gc.collect(0)
    return i


gc.callbacks.append(on_gc)
cycles(1000)
gc.callbacks.remove(on_gc)
print(len(seen) >= 20, set(seen))

# Threads that run the same loops by turns.
results = []
old = sys.getswitchinterval()
sys.setswitchinterval(1e-5)


def work(k):
    for _ in range(20):
        results.append(hot(1000 + k) == sum((i + 1) & 3 for i in range(1000 + k)))


threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
sys.setswitchinterval(old)
print(len(results), set(results))

# Weak references, finalizers and the frame's dict in the middle.
refs = []


def watched(n):
    for i in range(n):
        c = Cell(i)
        r = weakref.ref(c, lambda r: refs.append(i))
        if i % 100 == 50:
            refs.append((i, sys._getframe().f_locals["c"].v, sys.getrefcount(c)))
    return i


deaths.clear()
watched(300)
print(len(refs), refs[49:54], refs[-3:], deaths[:4], len(deaths))
# few modes: waiting
# expect: begin_trace 3000 24 None None
# expect:     hot line 6 1500
# expect:     step call -4 1500
# expect:     step line -3 1500
# expect:     step return -3 1500
# expect:     hot line 7 1500
# expect:     hot line 3 1500
# expect:     hot line 4 1501
# expect:     hot line 6 1503
# expect:     step call -4 1503
# expect:     step line -3 1503
# expect: True
# expect: begin_profile 3000 24 None None
# expect:     step call -4 1500
# expect:     step return -3 1500
# expect:     step call -4 1501
# expect:     step return -3 1501
# expect:     step call -4 1502
# expect:     step return -3 1502
# expect:     step call -4 1503
# expect:     step return -3 1510
# expect:     step call -4 1511
# expect:     step return -3 1511
# expect: True
# expect: begin_monitoring 3000 24 None None
# expect:     line hot 6
# expect:     start step 0
# expect:     line step -3
# expect:     line hot 7
# expect:     jump hot 146
# expect:     line hot 3
# expect:     line hot 4
# expect:     line hot 6
# expect:     start step 0
# expect:     line step -3
# expect: True
# expect: Stop True
# expect: Stop True
# expect: interrupted 1900
# expect: [100, 1100, 1900] True
# expect: True {(True, True, 'list')}
# expect: 80 {True}
# expect: 303 [50, (50, 50, 2), 51, 52, 53] [298, 299, 299] [0, 1, 2, 3] 300


def deep(n):
    return n if n < 2 else deep(n - 1) + deep(n - 2)


deep(20)
shown = io.StringIO()
dis.dis(deep, adaptive=True, file=shown)
print([line.split()[1] for line in shown.getvalue().splitlines() if "RESUME" in line])
# expect: ['RESUME_CHECK']
