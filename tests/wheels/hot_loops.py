"""Extensions called from hot loops: they see real frames, counts and thread states. Without argument: in all modes of the just-in-time compiler, the same
output is wanted as without it. Uses greenlet, NumPy, lxml, multidict, regex, msgpack, markupsafe."""

import os
import subprocess
import sys

import lxml.etree as etree
import markupsafe
import msgpack
import multidict
import numpy as np
import regex
from greenlet import getcurrent, greenlet

MODES = "0", "1", "stress", "stress-eval", "stress,poison=3", "stress,exit=3,seed=4", "stress-registers,evict=5,seed=2"


class Box:
    def __init__(self, n):
        self.n = n

    def get(self):
        return self.n


def worker(out, k):
    box = Box(k)
    total = 0
    for i in range(300):
        total += box.get() + i
        if i % 7 == 0:
            f = sys._getframe()
            out.append((i, total, f.f_lineno - worker.__code__.co_firstlineno, f.f_back.f_code.co_name if f.f_back else None))
            main.switch(total)
        box.n = total & 15
    return total


def drive():
    outs = [], [], []
    greenlets = [greenlet(worker) for _ in outs]
    values, first = [], True
    while not all(g.dead for g in greenlets):
        for k, (g, out) in enumerate(zip(greenlets, outs)):
            if not g.dead:
                values.append(g.switch(out, k) if first else g.switch())
        first = False
    return len(values), sum(values), [len(o) for o in outs], outs[0][5], outs[2][-1]


def suspended(n):
    s = 0
    for i in range(n):
        s += i
        if i == 150:
            main.switch(s)
    return s


def arrays(a, n, log):
    s = 0.0
    for i in range(n):
        s += a[i % 1000] * 0.5
        b = a[i % 10: i % 10 + 3]
        s += float(b.sum())
        if i % 100 == 0:
            log.add((sys.getrefcount(b), sys.getrefcount(a), (b + b).base is None))
        c = b * 2.0 + b
        s += c[0]
    return s


def in_place(n):
    """NumPy works in place where an operand has but one reference."""
    x = np.ones(40000)
    for i in range(n):
        y = x
        z = (x + 1.0) + 2.0
        assert y is x and x[0] == 1.0 and z[0] == 4.0
        w = z + z
        assert z[0] == 4.0
    return float(w[0])


def tree(n):
    root = etree.Element("r")
    for i in range(n):
        e = etree.SubElement(root, "e", k=str(i))
        e.text = "t" * (i & 3)
        x = root[i // 2]
        assert x.get("k") == str(i // 2)
        if i % 50 == 0:
            root.remove(root[0])
            root.insert(0, etree.Element("n", k="0"))
    return len(etree.tostring(root)), sum(int(x.get("k")) for x in root)


def others(n):
    d = multidict.MultiDict()
    s = 0
    for i in range(n):
        d.add("k", i)
        s += len(d.getall("k")) + msgpack.unpackb(msgpack.packb([i, {"a": i}]))[1]["a"]
        s += int(regex.match(r"(\d+)", str(i))[1]) + len(markupsafe.escape("<%d>" % i))
    return s


def show():
    for _ in range(3):
        print(drive())
    for _ in range(5):
        g = greenlet(suspended)
        v, f = g.switch(200), g.gr_frame
        print(v, f.f_code.co_name, f.f_lineno - suspended.__code__.co_firstlineno, f.f_locals["i"], g.switch())
    a, log = np.arange(1000, dtype=float), set()
    print([arrays(a, 2000, log) for _ in range(3)], log, in_place(200))
    print([tree(300) for _ in range(3)], others(300))


main = getcurrent()
if sys.argv[1:] == ["show"]:
    show()
else:
    outputs = {mode: subprocess.run([sys.executable, __file__, "show"], env=os.environ | {"PYTHON_JIT": mode}, stdout=subprocess.PIPE, text=True).stdout for mode in MODES}
    for mode, output in outputs.items():
        assert output == outputs["0"] and output.count("\n") == 10, (mode, output)
    print("hot loops ok")
