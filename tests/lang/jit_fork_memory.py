"""The child of a fork gives memory of traces back although another thread was in one of them when the process forked; and the fork may come from a hot loop."""

import gc
import os
import signal
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
HAS = hasattr(sys, "_adder") and sys._adder.jit_stats()["mode"] != "off"
TEXT = """
def loop(n):
    i = s = 0
    while i < n:
        i += 1
        s += i & 7
    return s
"""


def make():
    namespace = {}
    exec(TEXT, namespace)
    return namespace["loop"]


def wait(n):
    """Is most of the time in an open call of its trace."""
    for i in range(n):
        if done:
            break
        time.sleep(0.0005)


def child(rounds):
    """0, or what is wrong."""
    sizes = []
    for i in range(rounds):
        if make()(3000) != 3000 // 8 * 28:
            return 1
        if i % 10 == 9:
            gc.collect()
            sizes.append(sys._adder.jit_stats()["code_bytes"] if HAS else 0)
    return 0 if max(sizes) - sizes[0] < 10000 else 2


def forking(n):
    pid = s = 0
    for i in range(n):
        s += i
        if i % 300 == 299:
            pid = os.fork()
            if pid == 0:
                signal.alarm(60)
                os._exit(child(10))
            results.append(os.waitpid(pid, 0)[1])
    return s


results, done = [], False
thread = threading.Thread(target=wait, args=(1 << 30,))
thread.start()
time.sleep(0.15)
print(forking(1500), results)
pid = os.fork()
if pid == 0:
    signal.alarm(60)
    os._exit(child(400))
print(os.waitpid(pid, 0)[1])
done = True
thread.join()

# few modes: waiting, or processes of its own
# expect: 1124250 [0, 0, 0, 0, 0]
# expect: 0
