"""faulthandler's watchdog looks at threads that come and go, at frames that are left while it reads them, and at code that is gone behind them."""

import faulthandler
import re
import tempfile
import threading
import time


def deep(n):
    return n if n == 0 else 1 + deep(n - 1)


def work():
    for _ in range(3):
        deep(50)


def deepest(n, then):
    return then() if n == 0 else deepest(n - 1, then)


with tempfile.TemporaryFile("w+") as f:
    faulthandler.dump_traceback_later(0.0005, repeat=True, file=f)
    end = time.monotonic() + 1.5
    n = 0
    while time.monotonic() < end or n < 20:
        thread = threading.Thread(target=work)
        thread.start()
        exec(compile("def once(x):\n" + " x\n" * (n % 7) + " return [once.__name__ for _ in range(9)]\nonce(1)", "made %d" % n, "exec"))
        thread.join()
        n += 1
    faulthandler.cancel_dump_traceback_later()
    f.seek(0)
    text = f.read()
print(text.startswith("Timeout (0:00:00.000500)!\n"), text.count("Timeout") > 3, "in <module>\n" in text)

# What stands still is shown as it is: a hundred frames, the lines of a long table, names that are not ASCII.
long = "def größe(then):\n" + "".join(f" a{i} = [{i}, {i}]\n" for i in range(2000)) + " return then()\n"
names = {}
exec(compile(long, "lang\u20ac", "exec"), names)
with tempfile.TemporaryFile("w+") as f:
    names["größe"](lambda: faulthandler.dump_traceback(f))
    deepest(120, lambda: faulthandler.dump_traceback(f, all_threads=False))
    f.seek(0)
    first, second = f.read().split("Stack (most recent call first):\n")
print(re.findall(r', line (\d+) in gr', first), "lang\\u20ac" in first, "gr\\xf6\\xdfe" in first)
print(second.count(" in deepest\n"), second.endswith("  ...\n"))

# expect: True True True
# expect: ['2002'] True True
# expect: 99 True
