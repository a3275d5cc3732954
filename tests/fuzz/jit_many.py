"""Very many programs of jit_programs.py, thousands to a process: one process of CPython makes, compiles and runs them and writes code and digests of what they gave to a
file; one of Adder without JIT and one with it load the code, run each program in a fresh namespace, and compare.

    jit_many.py ADDER --seconds N [--reference COMMAND] [--state FILE] [--found FOLDER] [--kinds NUMBER,...] [--modes MODE ...] [--batch N]

    --reference COMMAND      who makes the programs, a quoted command; by default ADDER itself, without JIT
    --state FILE             what was counted, and where each kind of program goes on (JSON); kept between runs
    --found FOLDER           where texts of programs that differ go, reduced
    --kinds, --modes         only programs from these numbers on; only these modes of -X jit
    --fresh NUMBER           skip to programs that many further on, in all kinds

A program that ends its process is found by the last number written. What differs only behind other programs of its batch is told with the shortest
run of numbers before it that shows it."""

import argparse
import gc
import hashlib
import json
import marshal
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import jit_programs

# First number, share of all batches.
KINDS = {0: 3, 1000000: 3, 2000000: 1, 3000000: 4, 4000000: 4, 5000000: 3, 6000000: 4, 7000000: 3, 9000000: 12}
MODES = ["stress"] * 12 + ["stress-registers"] * 3 + ["stress-eval", "1,patience=0", "stress,exit=1", "stress,exit=2,seed=5", "stress-registers,exit=7,seed=9", "stress-eval,exit=3,seed=4", "stress,without=fold", "stress,without=cse",
         "stress,without=peel", "stress,without=ranges", "stress,without=dead", "stress,evict=1", "stress,evict=3,exit=11", "stress,poison=1", "stress-registers,poison=2,exit=9,seed=8", "stress,oom=2", "stress-eval,oom=11"]
PATIENCE = 40                                            # seconds for one program


# ---- in the processes that run programs ----

def result(space):
    try:
        return "\n".join(jit_programs.shown(space["f"](*args)) for args in space["calls"])
    except Exception as e:
        return repr(e)


def digest_of(codes):
    space = {"__name__": "program", "__builtins__": __builtins__}
    try:
        for code in codes:
            exec(code, space)
        text = result(space)
    except Exception as e:
        text = repr(e)
    space.clear()
    gc.collect()
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), text


def calm():
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30 if hard == resource.RLIM_INFINITY else hard, hard))
    warnings.simplefilter("ignore")
    sys.unraisablehook = id
    gc.disable()                                         # when it comes is nobody's business
    gc.collect()
    gc.freeze()                                          # so that programs that collect do not go over what was there before


def split(number, preludes):
    """(prelude, its code; the rest's code, at the lines where it stands). The code of a prelude is compiled once."""
    text = jit_programs.text_of(number)
    for prelude, code in preludes.items():
        if text.startswith(prelude):
            return code, compile("\n" * (prelude.count("\n") - 1) + text[len(prelude) - 1:], "<program>", "exec")
    return None, compile(text, "<program>", "exec")


def make(first, count, path):
    calm()
    preludes = {text: compile(text, "<program>", "exec") for text in jit_programs.preludes()}
    kept = {code: marshal.dumps(code) for code in preludes.values()}
    with open(path, "wb") as f:
        for number in range(first, first + count):
            random.seed(number)
            try:
                prelude, code = split(number, preludes)
            except SyntaxError:
                continue
            data = marshal.dumps(code)
            # Fresh code objects for each program, as those who load them have.
            codes = ([marshal.loads(kept[prelude])] if prelude is not None else []) + [marshal.loads(data)]
            digest, _ = digest_of(codes)
            marshal.dump((number, list(kept).index(prelude) if prelude is not None else -1, data, digest), f)
        marshal.dump([*kept.values()], f)
        marshal.dump(None, f)


def load(path):
    entries = []
    with open(path, "rb") as f:
        while (entry := marshal.load(f)) is not None:
            entries.append(entry)
    return entries[:-1], entries[-1]


def run(path, progress, start, end, show):
    """Runs the entries from start to end; prints those that give something else. What is being run is written to the file `progress`."""
    calm()
    entries, preludes = load(path)
    at = os.open(progress, os.O_WRONLY | os.O_CREAT, 0o600)
    for i in range(start, min(end, len(entries))):
        number, prelude, data, expected = entries[i]
        os.pwrite(at, b"%12d" % i, 0)
        random.seed(number)
        digest, text = digest_of(([marshal.loads(preludes[prelude])] if prelude >= 0 else []) + [marshal.loads(data)])
        if digest != expected:
            print("differs", i, number, flush=True)
        if show == i:
            print(text, flush=True)
    print("done", len(entries), flush=True)


# ---- the one that starts them ----

class Driver:
    def __init__(self, options):
        self.o = options
        self.reference = shlex.split(options.reference) if options.reference else [options.adder]
        self.folder = options.found
        os.makedirs(self.folder, exist_ok=True)
        self.file = os.path.join(self.folder, f"batch-{os.getpid()}")
        try:
            self.state = json.load(open(options.state))
        except FileNotFoundError:
            self.state = {"next": {}, "programs": 0, "runs": 0, "seconds": 0, "modes": {}, "kinds": {}, "found": []}

    def save(self):
        with open(self.o.state + ".new", "w") as f:
            json.dump(self.state, f, indent=1)
        os.replace(self.o.state + ".new", self.o.state)

    def command(self, command, mode, args):
        env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHON_JIT": mode, "PYTHONHASHSEED": "1"}
        return subprocess.Popen(command + [os.path.abspath(__file__), *map(str, args)], env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def wait(self, p):
        """Its status, output, errors. A process that is with one program for too long is killed."""
        last, since = None, time.monotonic()
        while True:
            try:
                out, errors = p.communicate(timeout=2)
                return p.returncode, out, errors
            except subprocess.TimeoutExpired:
                now = self.progress()
                used = time.monotonic() - since
                if now != last:
                    last, since = now, time.monotonic()
                elif used > PATIENCE * self.o.patience:
                    os.killpg(p.pid, signal.SIGKILL)
                    out, errors = p.communicate()
                    return "timeout", out, errors

    def progress(self):
        try:
            return int(open(self.file + ".at").read())
        except (FileNotFoundError, ValueError):
            return -1

    def part(self, mode, start, end, show=-1):
        """[(index, what)] of what differs or dies in these entries, and text."""
        try:
            os.unlink(self.file + ".at")
        except FileNotFoundError:
            pass
        p = self.command([self.o.adder], mode, ["--run", self.file, self.file + ".at", start, end, show])
        status, out, errors = self.wait(p)
        bad = [(int(line.split()[1]), "differs") for line in out.splitlines() if line.startswith("differs ")]
        if status != 0:
            bad.append((self.progress(), f"exit {status}\n{errors[-1500:]}"))
        return bad, status

    def all(self, mode, count):
        """The same for all entries; goes on behind those that end the process."""
        found, start = [], 0
        while start < count:
            bad, status = self.part(mode, start, count)
            found += bad
            if status == 0:
                break
            start = bad[-1][0] + 1
            if start <= 0 or len(found) > 12:
                break
        return found

    def shortest(self, mode, index):
        """The run of entries before index that shows what is found there: its beginning; None if not even all of them do."""
        def shows(start):
            return any(i == index for i, _ in self.part(mode, start, index + 1)[0])
        if shows(index):
            return index
        if not shows(0):
            return None
        low, high = 0, index                             # low shows it, high does not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if shows(middle) else (low, middle)
        return low

    def tell(self, mode, index, what, entries):
        number = entries[index][0] if 0 <= index < len(entries) else -1
        start = self.shortest(mode, index) if number >= 0 else None
        name = os.path.join(self.folder, f"{number}-{mode}")
        text = None
        if start == index and what[:12] != "exit timeout":
            ways = [([self.o.adder], {"PYTHON_JIT": "0"}), ([self.o.adder], {"PYTHON_JIT": mode})]
            if mode == "0":
                ways = [(self.reference, {}), ways[0]]
            text = jit_programs.reduced(jit_programs.text_of(number), ways)
        first = entries[start][0] if start is not None else None
        with open(name, "w") as f:
            f.write(f"# {mode} {number}: {what!r}; shown by programs from {first}\n{text or ''}")
        self.state["found"].append([mode, number, what[:300], first])
        print(f"---- {mode} {number}: {what[:600]}; shown by programs from {first}; {'reduced to ' + str(text.count(chr(10))) + ' lines' if text else 'not reduced'}: {name}", flush=True)

    def batch(self, kind, mode):
        s, n = self.state, self.o.batch
        first = s["next"].setdefault(str(kind), kind + self.o.fresh)
        s["next"][str(kind)] = first + n
        t = time.monotonic()
        try:
            os.unlink(self.file + ".at")
        except FileNotFoundError:
            pass
        p = self.command(self.reference, "0", ["--make", first, n, self.file])
        out, errors = p.communicate()
        if p.returncode != 0:
            sys.exit(f"programs from {first} were not made: {errors[-800:]}")
        t1 = time.monotonic()
        entries, _ = load(self.file)
        hot = self.all(mode, len(entries))
        t2 = time.monotonic()
        cold = self.all("0", len(entries))
        t3 = time.monotonic()
        cold_too = {i for i, _ in cold}
        for i, what in cold[:4]:
            self.tell("0", i, what, entries)
        for i, what in [h for h in hot if h[0] not in cold_too][:4]:
            self.tell(mode, i, what, entries)
        s["programs"] += len(entries)
        s["runs"] += 2 * len(entries)
        s["modes"][mode] = s["modes"].get(mode, 0) + len(entries)
        s["kinds"][str(kind)] = s["kinds"].get(str(kind), 0) + len(entries)
        s["seconds"] += time.monotonic() - t
        self.save()
        print(f"{time.strftime('%H:%M:%S')} {first} {mode}: {len(entries)} programs, {len(hot)} differ, {len(cold)} cold; made in {t1 - t:.1f} s, hot {t2 - t1:.1f}, cold {t3 - t2:.1f}; in all {s['programs']}", flush=True)

    def go(self):
        end = time.monotonic() + self.o.seconds
        kinds = [k for k in KINDS for _ in range(KINDS[k]) if not self.o.kinds or str(k) in self.o.kinds.split(",")]
        while time.monotonic() < end:
            r = random.Random(self.state["programs"])
            self.batch(r.choice(kinds), r.choice(self.o.modes or MODES))
        for end in "", ".at":
            os.unlink(self.file + end)
        return 1 if self.state["found"] else 0


def main(args):
    if args[:1] == ["--make"]:
        return make(int(args[1]), int(args[2]), args[3])
    if args[:1] == ["--run"]:
        return run(args[1], args[2], *map(int, args[3:6]))
    p = argparse.ArgumentParser()
    p.add_argument("adder")
    p.add_argument("--reference")
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--state", default="jit-many.json")
    p.add_argument("--found", default="jit-many")
    p.add_argument("--kinds")
    p.add_argument("--modes", nargs="*")
    p.add_argument("--batch", type=int, default=1000)
    p.add_argument("--fresh", type=int, default=0)
    p.add_argument("--patience", type=float, default=1)
    return Driver(p.parse_args(args)).go()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
