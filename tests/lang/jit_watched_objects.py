"""Loops over objects, with inlined methods and calls left to the interpreter, as others see them: signal handlers, exceptions and switches from other
threads, the cycle collector, tools that are switched on and off."""

import ctypes
import gc
import signal
import sys
import threading
import time


jit_stats = getattr(sys, "_adder", None) and sys._adder.jit_stats or (lambda: {"mode": "off", "loops": []})


class Account:
    def __init__(self):
        self.total = 0
        self.log = []
        self.last = None

    def add(self, n):
        self.total += n
        return self.total

    @property
    def double(self):
        return self.total * 2


def hot(account, n):
    i = 0
    while i < n:
        i += 1
        k = account.add(1) + account.double
        account.last = pair = (i, k)
        if i % 8 == 0:
            account.log.append(pair)
    return i


FIRST = hot.__code__.co_firstlineno
LINES = range(FIRST + 1, FIRST + 9)
FOREVER = 1 << 60
CODES = hot.__code__, Account.add.__code__, Account.double.fget.__code__


def loop_frame(f):
    while f is not None and f.f_code is not hot.__code__:
        f = f.f_back
    return f


def consistent(f, account):
    """Between any two instructions: each round adds one, and logs each eighth pair behind that."""
    i = f.f_locals.get("i", 0)
    return f.f_lineno in LINES and account.total - i in (0, -1) and len(account.log) - i // 8 in (0, -1) and (account.last is None or account.last[0] - i in (0, -1))


def entries():
    return sum(row["entries"] for row in jit_stats()["loops"] if row["function"] == "hot")


account = Account()
hot(account, 3000)
print(account.total, len(account.log), account.last)


class Enough(BaseException):
    pass


# Signals, many of them; the last one raises.
account, seen = Account(), []


def look(number, frame):
    f = loop_frame(frame)
    if f is not None:
        seen.append(consistent(f, account))
        if len(seen) == 60:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise Enough


signal.signal(signal.SIGALRM, look)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
try:
    hot(account, FOREVER)
except Enough as e:
    tb = e.__traceback__.tb_next
    print(set(seen), consistent(tb.tb_frame, account))
    del tb

# An exception from another thread, which waits until the loop runs.
def interrupt_hot(ident):
    frames = []
    while hot.__code__ not in frames:
        time.sleep(0.03)
        f, frames = sys._current_frames()[ident], []
        while f is not None:
            frames.append(f.f_code)
            f = f.f_back
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Enough))


for round in range(3):
    account = Account()
    threading.Thread(target=interrupt_hot, args=(threading.get_ident(),)).start()
    try:
        hot(account, FOREVER)
    except Enough as e:
        print("Enough", consistent(e.__traceback__.tb_next.tb_frame, account))

# Threads in the same loop.
interval = sys.getswitchinterval()
sys.setswitchinterval(0.00001)
accounts = [Account() for _ in range(4)]
threads = [threading.Thread(target=hot, args=(a, 20000)) for a in accounts]
for t in threads:
    t.start()
for t in threads:
    t.join()
sys.setswitchinterval(interval)
del t, threads
print({(a.total, len(a.log), a.last, sys.getrefcount(a.last), sys.getrefcount(a)) for a in accounts})

# The collector, and what it calls.
phases = set()


def collected(phase, info):
    f = loop_frame(sys._getframe(1))
    if f is not None:
        phases.add((phase, f.f_lineno in LINES, f.f_locals["account"] is account, consistent(f, account)))


account = Account()
gc.callbacks.append(collected)
threshold = gc.get_threshold()
gc.set_threshold(50)
hot(account, 20000)
gc.set_threshold(*threshold)
gc.callbacks.remove(collected)
print(sorted(phases))

# A tool that is switched on leaves compiled code at once; switched off, it is entered again.
counts = {}


def tracer(frame, event, arg):
    if frame.f_code in CODES:
        counts[event] = counts.get(event, 0) + 1
        return tracer


def on_line(code, line):
    if code in CODES:
        counts["line"] = counts.get("line", 0) + 1


def profiler(frame, event, arg):
    if frame.f_code in CODES:
        counts[event] = counts.get(event, 0) + 1


mon = sys.monitoring


def monitored(on):
    if on:
        mon.use_tool_id(3, "test")
        mon.register_callback(3, mon.events.LINE, on_line)
        mon.set_events(3, mon.events.LINE)
    else:
        mon.set_events(3, 0)
        mon.free_tool_id(3)


def is_compiled():
    return jit_stats()["mode"] == "off" or any(row["state"] == "compiled" for row in jit_stats()["loops"] if row["function"] == "hot")


for switch in lambda on: sys.settrace(tracer if on else None), lambda on: sys.setprofile(profiler if on else None), monitored:
    account = Account()
    hot(account, 20000)
    before = entries()
    counts.clear()
    switch(True)
    hot(account, 800)
    switch(False)
    during = entries()
    hot(account, 20000)
    print(counts, during == before, account.total)
    for _ in range(300):                                 # until the budget allows it
        if is_compiled():
            break
        hot(Account(), 20000)
    print("compiled again", is_compiled())

# few modes: waiting
# expect: 3000 375 (3000, 9000)
# expect: {True} True
# expect: Enough True
# expect: Enough True
# expect: Enough True
# expect: {(20000, 2500, (20000, 60000), 4, 3)}
# expect: [('start', True, True, True), ('stop', True, True, True)]
# expect: {'call': 1601, 'line': 6503, 'return': 1601} True 40800
# expect: compiled again True
# expect: {'call': 1601, 'return': 1601, 'c_call': 100, 'c_return': 100} True 40800
# expect: compiled again True
# expect: {'line': 6503} True 40800
# expect: compiled again True
