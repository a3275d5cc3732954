"""A process forks while other threads run, record and compile loops: the child goes on compiling."""

import os
import signal
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
MODE = sys._adder.jit_stats()["mode"] if hasattr(sys, "_adder") else "off"
TEXT = """
def step(i):
    return i + 1

def loop(n):
    i = s = 0
    while i < n:
        i = step(i)
        for k in range(3):
            s += k
        i = step(i)
        s += i
    return s
"""


def make():
    namespace = {}
    exec(TEXT, namespace)
    return namespace["loop"]


def work():
    while not done:
        if make()(240) != 120 * 121 + 360:
            os.abort()


def child():
    """0, or what is wrong."""
    before = sys._adder.jit_stats()["compiled"] if MODE != "off" else 0
    loop = make()
    for _ in range(20000):                               # until the budget allows it
        if loop(600) != 300 * 301 + 900:
            return 1
        if MODE == "off" or sys._adder.jit_stats()["compiled"] > before:
            return 0
    return 2


done = False
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=work) for _ in range(1)]
for t in threads:
    t.start()
results = []
for _ in range(12):
    time.sleep(0.002)
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        os._exit(child())
    results.append(os.waitpid(pid, 0)[1])
done = True
for t in threads:
    t.join()
print(len(results), set(results))

# few modes: waiting, or processes of its own
# expect: 12 {0}
