"""A tool begins to watch the lines of a function at any moment while its loop runs, gets hot, is recorded, is compiled: it misses none."""

import sys
import threading
import time

TEXT = """
def step(i):
    return i + 1

def loop(n):
    i = s = 0
    while i < n:
        i = step(i)
        for k in range(2):
            s += k
        i = step(i)
    return i
"""
TRIES = 40
mon = sys.monitoring
mon.use_tool_id(2, "test")
ready = threading.Semaphore(0)
wanted, armed = [], []


class Enough(Exception):
    pass


def on_line(code, line):
    raise Enough


def watch():
    for i in range(TRIES):
        ready.acquire()
        for _ in range(i * 10):
            pass
        mon.set_local_events(2, wanted[-1], mon.events.LINE)
        armed.append(time.monotonic())


mon.register_callback(2, mon.events.LINE, on_line)
sys.setswitchinterval(1e-6)
watcher = threading.Thread(target=watch)
watcher.start()
noticed = 0
for i in range(TRIES):
    namespace = {}
    exec(TEXT, namespace)
    wanted.append(namespace["loop"].__code__)
    ready.release()
    try:
        while True:                                      # a call may be over before the watcher comes
            namespace["loop"](30000000)
            if len(armed) > i and time.monotonic() - armed[i] > 0.02:
                print("missed")
    except Enough:
        noticed += 1
watcher.join()
mon.free_tool_id(2)
print(noticed == TRIES)

# few modes: waiting, or processes of its own
# expect: True
