"""Very many programs of jit_programs.py, thousands to a process: one process of CPython makes, compiles and runs them and writes code and digests of what they gave to a
file; one of Adder without JIT and one with it load the code, run each program in a fresh namespace, and compare.

    jit_many.py ADDER --seconds N [--reference COMMAND] [--state FILE] [--found FOLDER] [--kinds NUMBER,...] [--modes MODE ...] [--batch N]

    --reference COMMAND      who makes the programs, a quoted command; by default ADDER itself, without JIT
    --state FILE             what was counted, and where each kind of program goes on (JSON); kept between runs
    --found FOLDER           where texts of programs that differ go, reduced
    --kinds, --modes         only programs from these numbers on; only these modes of -X jit
    --fresh NUMBER           skip to programs that many further on, in all kinds
    --label TEXT             noted with what is found: which build it was

A program that ends its process is found by the last number written. What differs only behind other programs of its batch is told with the shortest
run of numbers before it that shows it. Programs that do not come to an end where they are made are skipped and counted.

Each batch has another environment (its size, the seed of hashes), made from its first number. In one of eight the collector comes by itself, often: at other moments in each
interpreter, so that only ends of the process count there."""

import argparse
import gc
import hashlib
import json
import marshal
import os
import random
import re
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
KINDS = {0: 3, 1000000: 3, 2000000: 2, 3000000: 3, 4000000: 3, 5000000: 3, 6000000: 3, 7000000: 2, 8000000: 12, 9000000: 18, 9500000: 3}
SLOW = {3000000: 4, 5000000: 6, 6000000: 2, 7000000: 5}  # batches are shorter by that
MODES = ["stress"] * 14 + ["stress-registers"] * 3 + ["stress-eval", "stress,exit=1", "stress,exit=2,seed=5", "stress-registers,exit=7,seed=9", "stress-eval,exit=3,seed=4", "stress,without=fold", "stress,without=cse",
         "stress,without=peel", "stress,without=ranges", "stress,without=dead", "stress,evict=1", "stress,evict=3,exit=11", "stress,poison=1", "stress-registers,poison=2,exit=9,seed=8", "stress,oom=2", "stress-eval,oom=11"]
PLAIN_MODES = ["1,patience=0", "1,patience=0", "1,patience=0,exit=5", "1"]      # for programs whose loops go round hundreds of times
MAKING, RUNNING = 2, 30                                  # seconds of processor time for one program
WAITING = 900                                            # seconds in which a process must come to another program, whatever else the machine does;
ASLEEP = 20                                              # or, when it only sleeps: it waits for a lock that it has


# ---- in the processes that run programs ----

def described(value):
    """jit_programs.shown(), mostly in C."""
    try:
        return re.sub(" at 0x[0-9a-f]+", "", repr(value))
    except ValueError:                                   # an int of very many digits
        return jit_programs.shown(value)


def result(space):
    try:
        return "\n".join([described(space["f"](*args)) for args in space["calls"]])
    except Exception as e:
        return repr(e)


def digest_of(codes, collect=True):
    space = {"__name__": "program", "__builtins__": __builtins__}
    try:
        for code in codes:
            exec(code, space)
        text = result(space)
    except Exception as e:
        text = repr(e)
    space.clear()
    if collect:
        gc.collect()
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), text


def calm(collector=0):
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30 if hard == resource.RLIM_INFINITY else hard, hard))
    warnings.simplefilter("ignore")
    sys.unraisablehook = id
    gc.collect()
    gc.freeze()                                          # so that programs that collect do not go over what was there before
    if collector:
        gc.set_threshold(collector)
        gc.disable = int                                 # programs do that first
    else:
        gc.disable()                                     # when it comes is nobody's business


def limit(seconds):
    """The process ends by SIGPROF when it has used so much time from now on."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def split(number, preludes):
    """(prelude, its code; the rest's code, at the lines where it stands). The code of a prelude is compiled once."""
    text = jit_programs.text_of(number)
    for prelude, code in preludes.items():
        if text.startswith(prelude):
            return code, compile("\n" * (prelude.count("\n") - 1) + text[len(prelude) - 1:], "<program>", "exec")
    return None, compile(text, "<program>", "exec")


def make(first, end, path, progress):
    """Appends to the file, so that it can go on behind a program that does not end."""
    preludes = {text: compile(text, "<program>", "exec") for text in jit_programs.preludes()}
    kept = {code: marshal.dumps(code) for code in preludes.values()}
    at = os.open(progress, os.O_WRONLY | os.O_CREAT, 0o600)
    calm()
    with open(path, "ab") as f:
        if f.tell() == 0:
            marshal.dump([*kept.values()], f)
        for number in range(first, end):
            os.pwrite(at, b"%12d" % number, 0)
            limit(MAKING)
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
            f.flush()


def load(path):
    entries = []
    with open(path, "rb") as f:
        preludes = marshal.load(f)
        while True:
            try:
                entries.append(marshal.load(f))
            except EOFError:
                return entries, preludes


def run(path, progress, start, end, show, collector):
    """Runs the entries from start to end; prints those that give something else. What is being run is written to the file `progress`."""
    entries, preludes = load(path)
    at = os.open(progress, os.O_WRONLY | os.O_CREAT, 0o600)
    calm(collector)
    for i in range(start, min(end, len(entries))):
        number, prelude, data, expected = entries[i]
        os.pwrite(at, b"%12d" % i, 0)
        limit(RUNNING)
        random.seed(number)
        digest, text = digest_of(([marshal.loads(preludes[prelude])] if prelude >= 0 else []) + [marshal.loads(data)], not collector)
        if digest != expected and not collector:
            print("differs", i, number, flush=True)
        if show == i:
            print(text, flush=True)
    limit(0)
    print("done", len(entries), flush=True)


# ---- the one that starts them ----

def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def asleep(pid):
    """Its processor time, if it sleeps; else None."""
    try:
        fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[11:13] if fields[0] == "S" else None


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
            self.state = {}
        for name, empty in (("next", {}), ("programs", 0), ("runs", 0), ("seconds", 0), ("processor", [0, 0, 0]), ("modes", {}), ("kinds", {}), ("collecting", 0), ("skipped", []), ("found", []), ("known", {})):
            self.state.setdefault(name, empty)
        self.surroundings = {}
        self.collector = 0

    def save(self):
        with open(self.o.state + ".new", "w") as f:
            json.dump(self.state, f, indent=1)
        os.replace(self.o.state + ".new", self.o.state)

    def surround(self, first, mode):
        """Environment and collector of a batch. Some faults showed only with a small environment, some with certain addresses."""
        r = random.Random(first)
        names = [k for k in os.environ if not k.startswith("PYTHON") and (k == "PATH" or r.random() < 0.5)]
        self.surroundings = {k: os.environ[k] for k in names} | {"PYTHONHASHSEED": str(r.choice([0, 1, r.randrange(1 << 32)]))}
        if r.random() < 0.6:
            self.surroundings["PADDING"] = "x" * r.choice([r.randrange(64), r.randrange(5000)])
        if r.random() < 0.4:                             # what is used after it was freed has other content
            self.surroundings["PYTHONMALLOC"] = "debug"
        self.collector = r.choice([2000, 700, 50, 7]) if r.random() < 0.125 else 0

    def command(self, command, mode, args):
        env = self.surroundings | {"PYTHON_JIT": mode}
        return subprocess.Popen(command + [os.path.abspath(__file__), *map(str, args)], env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def wait(self, p):
        """Its status, output, errors. A process that does not get on is killed."""
        last, since, used = None, time.monotonic(), ""
        while True:
            try:
                out, errors = p.communicate(timeout=2)
                return "too long" if p.returncode == -signal.SIGPROF else p.returncode, out, errors
            except subprocess.TimeoutExpired:
                now, before, used = self.progress(), used, asleep(p.pid)
                if now != last:
                    last, since, slept = now, time.monotonic(), time.monotonic()
                if used is None or used != before:
                    slept = time.monotonic()
                if time.monotonic() - since > WAITING or time.monotonic() - slept > ASLEEP:
                    os.killpg(p.pid, signal.SIGKILL)
                    out, errors = p.communicate()
                    return "waits", out, errors

    def progress(self):
        try:
            return int(open(self.file + ".at").read())
        except (FileNotFoundError, ValueError):
            return -1

    def forget(self, *ends):
        for end in ends:
            try:
                os.unlink(self.file + end)
            except FileNotFoundError:
                pass

    def make(self, first, end):
        """The file of programs from first to end. Who does not come to an end, or ends the process, is left out."""
        self.forget("", ".at")
        while first < end:
            status, out, errors = self.wait(self.command(self.reference, "0", ["--make", first, end, self.file, self.file + ".at"]))
            if status == 0:
                return
            at = self.progress()
            if at < first:
                sys.exit(f"programs from {first} were not made: {status} {errors[-800:]}")
            self.state["skipped"].append([at, str(status)])
            print(f"skipped {at}: {status} {errors[-300:]}", flush=True)
            self.forget(".at")
            first = at + 1

    def part(self, mode, start, end, show=-1):
        """[(index, what)] of what differs or dies in these entries, and text."""
        self.forget(".at")
        status, out, errors = self.wait(self.command([self.o.adder], mode, ["--run", self.file, self.file + ".at", start, end, show, self.collector]))
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
        # What an assertion or the verifier says, without what varies.
        lines = [line for line in what.splitlines() if "ssert" in line or "wrong" in line] or [what[:60]]
        known = re.sub("[0-9]+", "0", lines[0])[:200]
        times = self.state["known"][known] = self.state["known"].get(known, 0) + 1
        start = self.shortest(mode, index) if number >= 0 and times <= 12 else None
        name = os.path.join(self.folder, f"{number}-{mode}")
        text = None
        if start == index and times <= 4 and "too long" not in what and "waits" not in what:
            ways = [([self.o.adder], self.surroundings | {"PYTHON_JIT": "0"}), ([self.o.adder], self.surroundings | {"PYTHON_JIT": mode})]
            if mode == "0":
                ways = [(self.reference, {}), ways[0]]
            text = jit_programs.reduced(jit_programs.text_of(number), ways)
        first = entries[start][0] if start is not None else None
        about = f"{self.o.label} {self.surroundings.get('PYTHONHASHSEED')} {len(self.surroundings.get('PADDING', ''))} {self.collector}"
        with open(name, "w") as f:
            f.write(f"# {mode} {number}: {what!r}; shown by programs from {first}; {about}\n{text or ''}")
        self.state["found"].append([mode, number, what[:300], first, about])
        print(f"---- {mode} {number}: {what[:600]}; shown by programs from {first}; {about}; {'reduced to ' + str(text.count(chr(10))) + ' lines' if text else 'not reduced'}: {name}", flush=True)

    def batch(self, kind, mode):
        s, n = self.state, self.o.batch // SLOW.get(kind, 1)
        first = s["next"].setdefault(str(kind), kind + self.o.fresh)
        s["next"][str(kind)] = first + n
        self.surround(first, mode)
        begun, t = time.monotonic(), [processor_time()]
        self.make(first, first + n)
        t.append(processor_time())
        entries, _ = load(self.file)
        hot = self.all(mode, len(entries))
        t.append(processor_time())
        cold = self.all("0", len(entries))
        t.append(processor_time())
        cold_too = {i for i, _ in cold}
        for i, what in cold[:4]:
            self.tell("0", i, what, entries)
        for i, what in [h for h in hot if h[0] not in cold_too][:4]:
            self.tell(mode, i, what, entries)
        s["programs"] += len(entries)
        s["runs"] += 2 * len(entries)
        s["collecting"] += len(entries) if self.collector else 0
        s["modes"][mode] = s["modes"].get(mode, 0) + len(entries)
        s["kinds"][str(kind)] = s["kinds"].get(str(kind), 0) + len(entries)
        s["seconds"] += time.monotonic() - begun
        used = [b - a for a, b in zip(t, t[1:])]
        s["processor"] = [a + b for a, b in zip(s["processor"], used)]
        self.save()
        ms = [f"{1000 * u / max(len(entries), 1):.1f}" for u in used]
        print(f"{time.strftime('%H:%M:%S')} {first} {mode}{f' collector {self.collector}' if self.collector else ''}: {len(entries)} programs, {len(hot)} differ, {len(cold)} cold; ms of processor each: made {ms[0]}, hot {ms[1]}, cold {ms[2]}; "
              f"{len(entries) / (time.monotonic() - begun):.0f}/s; in all {s['programs']}", flush=True)

    def go(self):
        end = time.monotonic() + self.o.seconds
        kinds = [k for k in KINDS for _ in range(KINDS[k]) if not self.o.kinds or str(k) in self.o.kinds.split(",")]
        while time.monotonic() < end and not os.path.exists(self.o.state + ".stop"):
            r = random.Random(self.state["programs"] + self.state["seconds"])
            kind = r.choice(kinds)
            self.batch(kind, r.choice(self.o.modes or (PLAIN_MODES if kind == 9500000 else MODES)))
        self.forget("", ".at")
        return 1 if self.state["found"] else 0


def main(args):
    if args[:1] == ["--make"]:
        return make(int(args[1]), int(args[2]), args[3], args[4])
    if args[:1] == ["--run"]:
        return run(args[1], args[2], *map(int, args[3:7]))
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
    p.add_argument("--label", default="")
    return Driver(p.parse_args(args)).go()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
