"""Figures that an interpreter takes of itself, so that no wrapper around it counts: inside.py start N | memory | frontend LIB | micro.

Prints one JSON object. start: least wall time and least CPU time in ms of N starts of this interpreter with `-c pass` and with
`-I -S -c pass`, in turn. memory: peak resident KiB of `-c pass`, least of five. frontend: CPU seconds to tokenize, parse and compile
all files below LIB that compile. micro: least CPU ns of one operation."""

import os
import sys
import time


def spawn(args, **kw):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return os.posix_spawn(sys.executable, [sys.executable, *args], env, **kw)


def start(count):
    ways = {"-c pass": ["-c", "pass"], "-I -S -c pass": ["-I", "-S", "-c", "pass"]}
    best = {}
    for _ in range(int(count)):
        for way, args in ways.items():
            begin = time.perf_counter()
            _, status, used = os.wait4(spawn(args), 0)
            took = time.perf_counter() - begin
            if status:
                sys.exit(f"{sys.executable} {way} failed")
            for name, seconds in ((way, took), (way + ", CPU", used.ru_utime + used.ru_stime)):
                best[name] = min(seconds * 1e3, best.get(name, 1e9))
    return best


def peak():
    """The child's own high-water mark: the one that wait4() gives may be its parent's, from before it became another program."""
    answer, question = os.pipe(), os.pipe()
    pid = spawn(["-c", "input('.')"], file_actions=[(os.POSIX_SPAWN_DUP2, question[0], 0), (os.POSIX_SPAWN_DUP2, answer[1], 1),
                                                    (os.POSIX_SPAWN_CLOSE, question[1])])
    os.close(answer[1])
    os.close(question[0])
    os.read(answer[0], 1)
    with open(f"/proc/{pid}/status") as f:
        size = next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))
    os.write(question[1], b"\n")
    os.close(question[1])
    os.waitpid(pid, 0)
    os.close(answer[0])
    return size


def frontend(lib):
    sources = []
    for folder, below, files in os.walk(lib):
        below[:] = sorted(d for d in below if d not in ("__pycache__", "site-packages", "dist-packages"))
        for name in sorted(files):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as f:
                    sources.append((name, f.read()))
    import warnings
    warnings.simplefilter("ignore")
    done = 0
    begin = time.process_time()
    for name, source in sources:
        try:
            compile(source, name, "exec", dont_inherit=True)
            done += 1
        except (SyntaxError, ValueError):
            pass
    return {"seconds": time.process_time() - begin, "files": done}


class Thing:
    def __init__(self):
        self.value = 1

    def method(self):
        return None


def nothing(a):
    return None


def calls(n):
    f = nothing
    for _ in n:
        f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1); f(1)


def loads(n):
    o = Thing()
    for _ in n:
        o.value; o.value; o.value; o.value; o.value; o.value; o.value; o.value; o.value; o.value


def methods(n):
    o = Thing()
    for _ in n:
        o.method(); o.method(); o.method(); o.method(); o.method(); o.method(); o.method(); o.method(); o.method(); o.method()


def small_ints(n):
    i, total, end = 0, 0, 10 * len(n)
    while i < end:
        total = total + (i & 7) - 3
        i += 1
    return total


MICRO = {"Python call": calls, "attribute load": loads, "method call": methods, "small-int loop": small_ints}


def micro():
    result = {}
    n = range(20000)
    for name, loop in MICRO.items():
        best = float("inf")
        for _ in range(15):
            begin = time.process_time()
            loop(n)
            best = min(best, time.process_time() - begin)
        result[name] = best / len(n) / 10 * 1e9
    return result


def memory():
    return {"KiB": min(peak() for _ in range(5))}


if __name__ == "__main__":
    import json
    what = {"start": start, "memory": memory, "frontend": frontend, "micro": micro}[sys.argv[1]]
    print(json.dumps(what(*sys.argv[2:])))
