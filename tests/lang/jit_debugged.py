"""What debuggers do to a hot loop: jumps to other lines, stops at each opcode, variables read and written from outside, breakpoints, stacks printed."""

import bdb
import faulthandler
import inspect
import io
import os
import sys
import tempfile
import threading
import traceback


class Counted:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        gone.append(self.v)


gone = []


def look(i):
    return i


def hot(n, at=-1, do=look):
    a = b = 0
    c = Counted(-1)
    for i in range(n):
        if i == at:
            do(i)
        a += 1
        b += look(a) & 3
        c.v = a
    return a, b


FIRST = hot.__code__.co_firstlineno


# ---- jumps ----

def jump(line, to, times):
    """From a line of the loop to another one, so many times, by a trace function set in the middle of it."""
    left = [times]

    def tool(frame, event, arg):
        if frame.f_code is hot.__code__ and event == "line" and frame.f_lineno == FIRST + line and left[0]:
            left[0] -= 1
            frame.f_lineno = FIRST + to
        return tool

    def begin(i):
        sys._getframe(1).f_trace = tool
        sys.settrace(tool)
    try:
        return hot(2000, 1000, begin)
    finally:
        sys.settrace(None)


hot(2000)
print(jump(6, 8, 3), jump(7, 6, 5), jump(8, 3, 1), jump(7, 9, 1))


# ---- each opcode ----

def opcodes():
    seen = []

    def tool(frame, event, arg):
        if frame.f_code is hot.__code__ and event == "opcode":
            seen.append(frame.f_lasti)
            if len(seen) == 60:
                sys.settrace(None)
                frame.f_trace_opcodes = False
                return None
        return tool

    def begin(i):
        f = sys._getframe(1)
        f.f_trace_opcodes = True
        f.f_trace = tool
        sys.settrace(tool)
    r = hot(2000, 1500, begin)
    return r, seen


r, seen = opcodes()
print(r, len(seen), len(set(seen)) > 20, seen[0] < seen[1], min(b - a for a, b in zip(seen, seen[1:])) < 0)


# ---- variables ----

def shift(i):
    f = sys._getframe(1)
    f.f_locals["a"] = f.f_locals["a"] + 1000


def turn_into(i):
    f = sys._getframe(1)
    f.f_locals["c"] = Counted(-2)
    f.f_locals["a"] = 2**70


def own(n):
    """locals() is a snapshot of its moment."""
    taken, a = [], 0
    for i in range(n):
        a += i
        if i % 100 == 99:
            taken.append(locals())
            locals()["a"] = -1
            eval("a")
            exec("a = 5")
    return a, [(d["i"], d["a"]) for d in taken][:3], taken[0]["taken"] is taken


gone.clear()
print(hot(2000, 1000, shift), hot(2000, 1999, shift), hot(2000, 1500, turn_into), gone)
print(own(2000))


def kept_frames(n):
    """Frame objects see later values, until the function is left."""
    frames, x = [], None
    for i in range(n):
        x = (i, x[0]) if x else (i, 0)
        if i % 500 == 250:
            frames.append(sys._getframe())
            assert frames[-1].f_locals["x"] is x and frames[-1].f_locals["i"] is i
    return frames, x


frames, x = kept_frames(2000)
print(len({id(f) for f in frames}), frames[0].f_locals["i"], frames[0].f_locals["x"] is x, frames[0].f_lineno - kept_frames.__code__.co_firstlineno)
frames[0].clear()
print(list(frames[0].f_locals))


def gen(n):
    s = 0
    for i in range(n):
        s += i
        yield s


def outside(n):
    """The variables of a generator are written while it waits."""
    g, s = gen(n), 0
    for v in g:
        s += v
        if v > 1000 and g.gi_frame.f_locals["s"] >= 0:
            g.gi_frame.f_locals["s"] = -(1 << 40)
    return s


print(outside(100), outside(500))


# ---- a debugger ----

class Debugger(bdb.Bdb):
    def __init__(self):
        super().__init__()
        self.stops = []

    def user_line(self, frame):
        if frame.f_code is hot.__code__ and frame.f_lineno == FIRST + 6:
            self.stops.append((frame.f_locals["i"], frame.f_locals["a"]))
        if len(self.stops) >= 3:
            self.clear_all_breaks()
            self.set_continue()
        else:
            self.set_continue()


d = Debugger()
hot(2000)
d.set_break(__file__, FIRST + 6, cond="i in (3, 700, 1300)")
print(d.runcall(hot, 2000), d.stops, sys.gettrace())
print(hot(2000))


# ---- stacks ----

def stacks(i):
    file = tempfile.TemporaryFile("w+")
    faulthandler.dump_traceback(file, all_threads=False)
    file.seek(0)
    lines = [line.split(" in ")[1].strip() + line.split(", line ")[1].split(" ")[0].join("  ") for line in file if " in " in line]
    stack = traceback.extract_stack()
    text = [(f.name, f.lineno) for f in stack[-2:]]
    current = sys._current_frames()[threading.get_ident()]
    results.append((i, len(lines) > 1 and lines[1].startswith("hot"), text[0][0], text[0][1] - FIRST, current.f_code.co_name, inspect.getframeinfo(current.f_back).lineno - FIRST))


results = []
for at in 0, 1, 500, 1999:
    hot(2000, at, stacks)
print(results)


def nested(n, at):
    """Frames that the trace does not have are made for who looks."""
    def inner(k):
        if k == at:
            return [(f.function, f.frame.f_locals.get("k"), f.frame.f_locals.get("i")) for f in inspect.stack(0)[:3]]
        return None

    def middle(i):
        r = inner(i)
        return r
    out = []
    for i in range(n):
        r = middle(i)
        if r:
            out += r
    return out


nested(1000, -1)
print(nested(1000, 900))


# ---- other threads switch tools on ----

def elsewhere(which):
    events = []

    def tool(frame, event, arg):
        if frame.f_code is hot.__code__ and len(events) < 50:
            events.append(event)
        return tool

    def begin(i):
        def run():
            getattr(threading, which + "_all_threads")(tool)
        t = threading.Thread(target=run)
        t.start()
        t.join()
    try:
        r = hot(2000, 1000, begin)
    finally:
        getattr(threading, which + "_all_threads")(None)
    return r, len(events) > 0, set(events)


print(elsewhere("settrace"), sys.gettrace())
print(elsewhere("setprofile"), sys.getprofile())
print(hot(2000), hot(1999))
# few modes: slow where each event is looked at
# expect: (1997, 2995) (2005, 3000) (3001, 4501) (1001, 1500)
# expect: (2000, 3000) 60 True True True
# expect: (3000, 3000) (3000, 3000) (1180591620717411303924, 3000) [3000, 3000, 1500, 1180591620717411303924]
# expect: (1999000, [(99, 4950), (199, 19900), (299, 44850)], True)
# expect: 1 1999 True 8
# expect: []
# expect: -59373627789144 -499178258646944
# expect: (2000, 3000) [(3, 3), (700, 700), (1300, 1300)] None
# expect: (2000, 3000)
# expect: [(0, True, 'hot', 5, 'stacks', 5), (1, True, 'hot', 5, 'stacks', 5), (500, True, 'hot', 5, 'stacks', 5), (1999, True, 'hot', 5, 'stacks', 5)]
# expect: [('inner', 900, None), ('middle', None, 900), ('nested', None, 900)]
# expect: ((2000, 3000), False, set()) None
# expect: ((2000, 3000), True, {'return'}) None
# expect: (2000, 3000) (1999, 3000)
