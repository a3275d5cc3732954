"""A hot loop as others see it: frames of other threads, faulthandler, signals, tracing and monitoring that begin and end while it runs."""

import _thread
import ctypes
import faulthandler
import os
import re
import signal
import sys
import tempfile
import threading
import time


def hot(n):
    global began
    began = time.monotonic()
    i = s = 0
    while i < n:
        i += 1
        s += i & 7
    return i, s


FIRST = hot.__code__.co_firstlineno
LINES = range(FIRST + 4, FIRST + 7)
FOREVER = 1 << 60
main = threading.get_ident()


class Enough(Exception):
    pass


def stop(number, frame):
    raise Enough


def total(i):
    return i // 8 * 28 + sum(range(i % 8 + 1))


def when_hot(what, *args):
    """Calls it from another thread when the main thread has been in the loop for a while."""
    def wait():
        while sys._current_frames()[main].f_code is not hot.__code__:
            time.sleep(0.005)
        time.sleep(0.02)
        what(*args)
    threading.Thread(target=wait).start()


def until_alarm(seconds, what, *args):
    """Runs what(*args) until a signal ends it."""
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        what(*args)
    except Enough as e:
        return e.__traceback__.tb_next.tb_frame, e.__traceback__.tb_next.tb_lineno


signal.signal(signal.SIGINT, signal.default_int_handler)         # a shell may have started us with the signal ignored
hot(2000)

# The frame is as it would be, wherever the loop is left.
frame, line = until_alarm(0.05, hot, FOREVER)
print(frame.f_code.co_name, line in LINES, frame.f_locals["s"] - total(frame.f_locals["i"]) in (0, -(frame.f_locals["i"] & 7)))

# KeyboardInterrupt comes at once: the best of five tries, as the machine may have other things to do.
delays = []
for _ in range(5):
    def interrupt():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)
    sent = []
    when_hot(interrupt)
    try:
        hot(FOREVER)
    except KeyboardInterrupt:
        delays.append(time.monotonic() - sent[0])
print("interrupted", len(delays), min(delays) < 0.1)

# Frames of other threads.
seen = []


def look():
    while len(seen) < 20:
        f = sys._current_frames()[main]
        if f.f_code is hot.__code__:
            local = dict(f.f_locals)
            if "s" in local:
                seen.append((f.f_lineno in LINES, local["s"] - total(local["i"]) in (0, -(local["i"] & 7))))
        time.sleep(0.001)
    _thread.interrupt_main()


watcher = threading.Thread(target=look)
watcher.start()
try:
    hot(FOREVER)
except KeyboardInterrupt:
    pass
watcher.join()
print(set(seen))

# faulthandler, from a watchdog thread that asks nobody, and in a signal handler.
lines = []
for seconds in 0.1, 1, 5:                                # a machine may have other things to do
    with tempfile.TemporaryFile("w+") as f:
        faulthandler.dump_traceback_later(seconds / 5, file=f)
        faulthandler.register(signal.SIGUSR1, file=f)
        timer = threading.Timer(seconds / 2, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        until_alarm(seconds, hot, FOREVER)
        timer.join()
        faulthandler.unregister(signal.SIGUSR1)
        f.seek(0)
        lines = [int(m[1]) for m in re.finditer(r"line (\d+) in hot", f.read())]
    if len(lines) == 2:
        break
print(len(lines), all(n in LINES for n in lines))

# An exception from another thread.
when_hot(ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.c_ulong(main), ctypes.py_object(Enough))
try:
    hot(FOREVER)
except Enough as e:
    print("Enough", e.__traceback__.tb_next.tb_lineno in LINES)

# A handler that traces the frame it has interrupted, and stops after 30 lines.
events = []


def tracer(frame, event, arg):
    if frame.f_code is hot.__code__:
        events.append((event, frame.f_lineno - FIRST, frame.f_locals["i"]))
        if len(events) == 30:
            frame.f_trace = None
            sys.settrace(None)
            return None
    return tracer


def begin_tracing(number, frame):
    frame.f_trace = tracer
    sys.settrace(tracer)
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.1)


signal.signal(signal.SIGALRM, begin_tracing)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    hot(FOREVER)
except Enough:
    pass
print(len(events), {e for e, line, i in events}, sorted({line for e, line, i in events}), events[-1][2] - events[0][2] in (9, 10))

# The same from another thread, by sys.monitoring and by threading.settrace_all_threads().
mon = sys.monitoring
mon.use_tool_id(2, "test")
counts = {}


def on_line(code, line):
    counts[line - FIRST] = counts.get(line - FIRST, 0) + 1
    if sum(counts.values()) == 30:
        mon.set_local_events(2, hot.__code__, 0)
        _thread.interrupt_main()


mon.register_callback(2, mon.events.LINE, on_line)
when_hot(mon.set_local_events, 2, hot.__code__, mon.events.LINE)
try:
    hot(FOREVER)
except KeyboardInterrupt:
    pass
mon.free_tool_id(2)
print(sorted(counts), sum(counts.values()))

calls = []


def callee(i):
    return i & 1


def calling(n):
    i = s = 0
    while i < n:
        i += 1
        s += callee(i)
    return s


def on_call(frame, event, arg):
    if frame.f_code is callee.__code__ and event == "call":
        calls.append(frame.f_back.f_code.co_name)
        if len(calls) == 10:
            threading.setprofile_all_threads(None)
            threading.settrace_all_threads(None)
            _thread.interrupt_main()


for begin in threading.settrace_all_threads, threading.setprofile_all_threads:
    calls.clear()
    print(calling(3000))
    threading.Timer(0.05, begin, (on_call,)).start()
    try:
        calling(FOREVER)
    except KeyboardInterrupt:
        pass
    print(len(calls), set(calls), sys.gettrace(), sys.getprofile())
print(hot(1000) == (1000, total(1000)), calling(2001))

# few modes: waiting, or processes of its own
# expect: hot True True
# expect: interrupted 5 True
# expect: {(True, True)}
# expect: 2 True
# expect: Enough True
# expect: 30 {'line'} [4, 5, 6] True
# expect: [4, 5, 6] 30
# expect: 1500
# expect: 10 {'calling'} None None
# expect: 1500
# expect: 10 {'calling'} None None
# expect: True 1001
