"""Programs for the just-in-time compiler, each made from a number: loops over numbers in locals, with every way out of them.

    jit_programs.py FIRST COUNT [FIRST COUNT ...]        run them in this interpreter; one line each: number and digest of what it gave
                                                         (jit_digests.txt: those of CPython 3.13)
    jit_programs.py --show NUMBER                        the program's text
    jit_programs.py --compare ADDER FIRST COUNT [REFERENCE ...]
                                                         run by ADDER with PYTHON_JIT=0, stress and stress-eval (and by other interpreters,
                                                         each one quoted command), compare the lines, reduce what differs
    jit_programs.py --hunt ADDER SECONDS FIRST [REFERENCE]
                                                         the same with programs of all kinds in many modes, for so long

A program's result is the values of all variables of its functions and which of them are the same object; of an exception, all frames with their numbers.
Those from 1000000 on call functions and read global names, those from 2000000 on have global variables, those from 3000000 on
are about objects (jit_objects.py), from 4000000 on about containers (jit_containers.py), from 5000000 on about generators (jit_generators.py), from 6000000 on about
functions that call themselves and each other (jit_functions.py), from 7000000 on about exceptions (jit_exceptions.py), from 8000000 on about signatures, classes, generators and tools (jit_shapes.py). Those from 9000000 on are small
(jit_small.py). jit_many.py runs very many of them."""

import gc
import hashlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings

INTS = ["0", "1", "2", "3", "5", "-1", "-7", "10", "63", "64", "255", "256", "257", "1000003", "2**30-1", "2**30", "-2**30", "2**31", "2**53", "2**53+1",
        "2**60-1", "2**60", "2**62", "2**63-1", "-2**63", "2**64", "-2**62-1"]
FLOATS = ["0.0", "-0.0", "0.5", "1.0", "-2.5", "3.75", "1e308", "5e-324", "float('inf')", "float('-inf')", "float('nan')", "9007199254740993.0", "1e-10"]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = [f"v{i}" for i in range(self.r.randint(3, 6))]
        self.lines = []
        self.loops = 0
        self.kind = self.r.choice("iiiifffw")       # ints, floats, wild

    def constant(self):
        k = self.r.random()
        if k < {"i": 0.97, "f": 0.25, "w": 0.62}[self.kind]:
            return self.r.choice(INTS[:13] if self.r.random() < 0.7 else INTS)
        return self.r.choice(FLOATS) if k < 0.97 and self.kind != "i" else self.r.choice(["True", "False"])

    def atom(self):
        return self.r.choice(self.names) if self.r.random() < 0.72 else self.constant()

    def expression(self, depth=0):
        r = self.r
        k = r.random()
        if depth > 2 or k < 0.22:
            return self.atom()
        if self.kind == "f" and 0.73 <= k < 0.91:
            k = 0.3
        a, b = self.expression(depth + 1), self.expression(depth + 1)
        if k < 0.55:
            return f"({a} {r.choice('+-')} {b})"
        if k < 0.63:
            return f"({a} * {r.choice([self.constant(), '3', '-2', '0.5'])})"
        if k < 0.73:
            return f"({a} {r.choice(['//', '%', '/'] if self.kind != 'i' else ['//', '%'])} " + (b if r.random() < 0.3 else r.choice(["3", "7", "-5", "16", "1000"])) + ")"
        if k < 0.80:
            return f"({a} {r.choice('&|^')} {b})"
        if k < 0.85:
            return f"({a} {r.choice(['<<', '>>'])} ({r.choice(self.names)} & 7))"
        if k < 0.88:
            return f"(({a} % 1000) ** {r.choice(['2', '3'] if self.kind == 'i' else ['2', '3', '0.5', '-1'])})"
        if k < 0.93:
            return f"({r.choice(['-', '~', 'not ', '-'])}{a})"
        if k < 0.97:
            return f"({a} {r.choice(['<', '<=', '==', '!=', '>', '>='])} {b})"
        return f"({a} {r.choice(['and', 'or'])} {b})"

    def test(self):
        k = self.r.random()
        a, b = self.expression(2), self.atom()
        if k < 0.7:
            return f"{a} {self.r.choice(['<', '<=', '==', '!=', '>', '>='])} {b}"
        if k < 0.8:
            return f"{self.r.choice(self.names)} is {self.r.choice(['None', 'not None'])}"
        return self.r.choice([a, f"not {a}", f"{a} and {b}", f"{a} or {b}"])

    def put(self, level, text):
        self.lines.append("    " * level + text)

    def statement(self, level, in_loop):
        r = self.r
        k = r.random()
        name = r.choice(self.names)
        if k < 0.46:
            self.put(level, f"{name} = {self.expression()}")
        elif k < 0.60:
            self.put(level, f"{name} {r.choice(['+=', '-='] if self.kind == 'f' else ['+=', '-=', '^=', '&='])} {self.expression(1)}")
        elif k < 0.64:
            other = r.choice(self.names)
            self.put(level, f"{name}, {other} = {other}, {self.atom()}")
        elif k < 0.68:
            self.put(level, f"{name} = {r.choice(self.names)}")
        elif k < 0.70:
            self.put(level, f"{name} = None" if r.random() < 0.15 else f"{name} = {name} % {r.choice(['1000003', '2**62', '97', '7.5'])}")
        elif k < 0.73 and level < 5 and in_loop:
            self.put(level, "try:")
            self.block(level + 1, in_loop)
            self.put(level, "except (ArithmeticError, TypeError, ValueError):")
            self.put(level + 1, f"{name} = {self.atom()}")
        elif k < 0.83 and level < 5:
            self.put(level, f"if {self.test()}:")
            self.block(level + 1, in_loop)
            if r.random() < 0.5:
                self.put(level, "else:")
                self.block(level + 1, in_loop)
        elif k < 0.94 and level < 4 and self.loops < 5:
            self.loop(level)
        elif in_loop and k < 0.97:
            self.put(level, f"if {self.test()}:")
            self.put(level + 1, r.choice(["break", "continue"]))
        else:
            self.put(level, f"{name} = {self.atom()}")

    def block(self, level, in_loop):
        for _ in range(self.r.choice([1, 1, 2, 2, 3])):
            self.statement(level, in_loop)

    def loop(self, level):
        r = self.r
        self.loops += 1
        rounds = r.choice([4, 8, 15, 25])
        if r.random() < 0.65:
            step = r.choice(["", "", "", ", 2", ", -1", ", 3"])
            limits = {"": f"{rounds}", ", 2": f"0, {2 * rounds}, 2", ", -1": f"{rounds}, 0, -1", ", 3": f"-{rounds}, {2 * rounds}, 3"}[step]
            self.put(level, f"for {r.choice(self.names)} in range({limits}):")
            self.block(level + 1, True)
            self.block(level + 1, True)
        else:
            counter = f"c{self.loops}"
            self.put(level, f"{counter} = 0")
            self.put(level, f"while {counter} < {rounds}" + (f" and ({self.test()}):" if r.random() < 0.2 else ":"))
            self.put(level + 1, f"{counter} += 1")
            self.block(level + 1, True)
            self.block(level + 1, True)

    def program(self):
        self.put(0, "def f(" + ", ".join(self.names) + "):")
        self.put(1, "try:")
        self.loop(2)
        for _ in range(self.r.randint(0, 2)):
            self.statement(2, False)
        self.put(1, "except (ArithmeticError, TypeError, ValueError) as e:")
        self.put(2, "return type(e).__name__, str(e), " + self.result())
        self.put(1, "return " + self.result())
        calls = []
        for _ in range(3):
            calls.append("(" + ", ".join(self.constant() for _ in self.names) + ",)")
        self.put(0, "calls = [" + ", ".join(calls + calls[:1]) + "]")
        return "\n".join(self.lines) + "\n"

    def result(self):
        same = [f"{a} is {b}" for i, a in enumerate(self.names) for b in self.names[i + 1:]]
        return "(" + ", ".join(self.names + same) + ")"


FRAMES = """
def frames(e):
    out, tb = [], e.__traceback__
    while tb is not None:
        f = tb.tb_frame
        out.append((f.f_code.co_name, tb.tb_lineno, f.f_lineno) + tuple(f"{k}" for k in f.f_locals) + tuple(v for v in f.f_locals.values() if type(v) in (int, float, bool)))
        tb = tb.tb_next
    return tuple(out)
"""


class CallMaker(Maker):
    """Functions that call each other, with defaults and keywords, and global names that change between the calls of f."""
    def __init__(self, seed):
        super().__init__(seed)
        self.functions = []
        self.globals = ["G0", "G1"]

    def expression(self, depth=0):
        k = self.r.random()
        if k < 0.25 and self.functions and depth < 3:
            return self.call(depth)
        if k < 0.33:
            return self.r.choice(self.globals)
        return super().expression(depth)

    def call(self, depth):
        name, params, defaults = self.r.choice(self.functions)
        given = self.r.randint(len(params) - defaults, len(params))
        keywords = self.r.randint(0, given) if self.r.random() < 0.25 else 0
        args = [self.expression(depth + 1) for _ in range(given)]
        return f"{name}(" + ", ".join([*args[:given - keywords], *(f"{p}={a}" for p, a in zip(params[given - keywords:given], args[given - keywords:]))]) + ")"

    def function(self, number):
        r = self.r
        names, loops = self.names, self.loops
        params = [f"p{i}" for i in range(r.randint(1, 3))]
        defaults = r.randint(0, len(params) - 1)
        first = len(params) - defaults
        self.put(0, f"def g{number}(" + ", ".join(p if i < first else f"{p}={self.constant()}" for i, p in enumerate(params)) + "):")
        self.names, self.loops = params, 4 if number == 0 else 5
        self.put(1, f"t = {self.expression(1)}")
        self.names = params + ["t"]
        for _ in range(r.randint(0, 2)):
            if r.random() < 0.4:
                self.put(1, f"if {self.test()}:")
                self.put(2, f"return {self.expression(1)}")
            else:
                self.statement(1, False)
        self.put(1, f"return {self.expression(1)}" if r.random() < 0.9 else "return None" if r.random() < 0.2 else "return t")
        self.names, self.loops = names, loops
        self.functions.append((f"g{number}", params, defaults))

    def loop(self, level):
        start = len(self.lines)
        super().loop(level)
        if len(self.functions) < self.number_of_functions:         # short ones in functions: loops in f call them
            self.lines[start] = self.lines[start].replace("25", "9").replace("15", "7")

    def program(self):
        self.lines = FRAMES.strip().split("\n")
        for name in self.globals:
            self.put(0, f"{name} = {self.constant()}")
        self.number_of_functions = self.r.randint(1, 3)
        for number in range(self.number_of_functions):
            self.function(number)
        values = [self.constant() for _ in range(3)]
        self.loops = 3
        start = len(self.lines)
        super().program()
        text = self.lines[start:]
        changes = ["    global G1, turn", "    turn += 1", f"    G1 = ({', '.join(values)})[turn % 3]"] if self.r.random() < 0.5 else []
        text = ["turn = 0"] + text[:1] + changes + text[1:]
        self.lines[start:] = [line.replace("return type(e).__name__, str(e), ", "return type(e).__name__, str(e), frames(e), ") for line in text]
        return "\n".join(self.lines) + "\n"


class GlobalMaker(CallMaker):
    """Some or all variables of f are global: what it calls may see them, too."""

    def program(self):
        shared = [name for name in self.names if self.r.random() < 0.7] or self.names[:1]
        self.globals += shared[:2]
        lines = super().program().splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("def f("))
        head = lines[at]
        for name in shared:
            head = head.replace(name, "a_" + name)
        body = ["    global " + ", ".join(shared)] + [f"    {name} = a_{name}" for name in shared]
        first = [f"{name} = 0" for name in shared]
        return "\n".join(first + lines[:at] + [head] + body + lines[at + 1:]) + "\n"


def text_of(number):
    if number >= 9000000:
        import jit_small
        return jit_small.text_of(number)
    if number >= 8000000:
        import jit_shapes
        return jit_shapes.text_of(number)
    if number >= 7000000:
        import jit_exceptions
        return jit_exceptions.text_of(number)
    if number >= 6000000:
        import jit_functions
        return jit_functions.text_of(number)
    if number >= 5000000:
        import jit_generators
        return jit_generators.text_of(number)
    if number >= 4000000:
        import jit_containers
        return jit_containers.text_of(number)
    if number >= 3000000:
        import jit_objects
        return jit_objects.text_of(number)
    return (Maker if number < 1000000 else CallMaker if number < 2000000 else GlobalMaker)(number).program()


def preludes():
    """With what texts begin, each in many programs."""
    import jit_containers
    import jit_exceptions
    import jit_functions
    import jit_generators
    import jit_objects
    import jit_shapes
    import jit_small
    return [text.strip() + "\n" for text in (FRAMES, jit_objects.PRELUDE, jit_containers.PRELUDE, jit_exceptions.PRELUDE, jit_generators.PRELUDE, jit_functions.PRELUDE, jit_shapes.PRELUDE, jit_small.PRELUDE)]


def outcome(text):
    """What the program gives, as text. Large ints are shown by size and remainder."""
    space = {}
    warnings.simplefilter("ignore")
    try:
        exec(compile(text, "<program>", "exec"), space)
    except (NameError, SyntaxError) as e:                # what was left to chance came to nothing
        return repr(e)
    return "\n".join(shown(space["f"](*args)) for args in space["calls"])


def shown(value):
    if isinstance(value, tuple):
        return "(" + ", ".join(map(shown, value)) + ")"
    if type(value) is int and value.bit_length() > 10000:
        return f"int of {value.bit_length()} bits, {value % 1000003}"
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))


def run(first, count):
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30 if hard == resource.RLIM_INFINITY else hard, hard))
    for number in range(first, first + count):
        print(number, hashlib.sha256(outcome(text_of(number)).encode("utf-8", "replace")).hexdigest()[:16], flush=True)
    gc.collect()                                         # what programs leave behind dies here, where there are frames to look at


# ---- comparing ----

MODES = ["stress", "stress", "stress", "stress-eval", "stress-registers", "1", "eval", "stress,exit=1", "stress,exit=2,seed=5", "stress,exit=7,seed=9", "stress-registers,exit=5,seed=3",
         "stress-eval,exit=3,seed=4", "stress,without=fold", "stress,without=cse", "stress,without=peel", "stress,without=ranges", "stress,without=dead", "stress-eval,without=fold+cse+peel+ranges+dead",
         "stress,check=3000", "stress,check=3000,seed=3", "stress-eval,check=3000,seed=7", "stress,evict=1", "stress,evict=3,exit=11", "stress-eval,evict=2", "stress,poison=1", "stress,poison=3", "stress-registers,poison=2,exit=9,seed=8", "stress,oom=2", "stress-eval,oom=11"]
BATCH = 200


def lines_of(command, env, args):
    """Status, lines, errors of a run over many programs; a program that does not end is its end."""
    p = subprocess.Popen(command + [os.path.abspath(__file__), *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | env, start_new_session=True)
    try:
        out, errors = p.communicate(timeout=120)
        return p.returncode, out.splitlines(), errors
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, errors = p.communicate()
        return "timeout", out.splitlines(), errors


def result_of(command, env, text):
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as f:
        f.write(text + "\nimport sys\nsys.path.insert(0, " + repr(os.path.dirname(os.path.abspath(__file__))) + ")\n"
                "import jit_programs\nfor a in calls:\n    print(jit_programs.shown(f(*a)))\n")
    try:
        p = subprocess.run(command + [f.name], capture_output=True, text=True, env=os.environ | env, timeout=20)
        return p.returncode, p.stdout
    except subprocess.TimeoutExpired:
        return "timeout", ""
    finally:
        os.unlink(f.name)


def reduced(text, ways):
    """The shortest text found by leaving out lines that still gives different results; None when it does not differ by itself."""
    def differs(lines):
        try:
            compile("\n".join(lines), "x", "exec")
        except (SyntaxError, SyntaxWarning):
            return False
        results = []
        for command, env in ways:
            results.append(result_of(command, env, "\n".join(lines)))
            if results[0][0] != 0:
                return False
        return any(r != results[0] for r in results)
    lines = text.splitlines()
    if not differs(lines):
        return None
    size, shorter = len(lines) // 2, True
    while size > 0 or shorter:
        size, shorter = max(size // 2, 1), False
        for i in range(len(lines) - size, 0, -max(size // 2, 1)):
            rest = lines[:i] + lines[i + size:]
            if i + size <= len(lines) and differs(rest):
                lines, shorter = rest, True
        if size == 1 and not shorter:
            return "\n".join(lines)
    return "\n".join(lines)


def compare_batch(ways, start, n, base=0):
    """Compares the answers of all ways to n programs with those of ways[base], and ways[base] with ways[0]; tells of the first program that differs in
    each. How many there are."""
    answers, bad = [], 0
    for i, (command, env) in enumerate(ways):
        answers.append(lines_of(command, env, (start, n)))
        status, lines, errors = answers[i]
        against = base if i > base else 0
        expected = answers[against][1]
        if status == 0 and lines == expected:
            continue
        k = next((i for i, (a, b) in enumerate(zip(lines, expected)) if a != b), min(len(lines), n - 1))
        print(f"---- {command[0]} {env}: exit {status}, program {start + k} of {start} {n} differs\n{errors[-500:]}", flush=True)
        bad += 1
        if status == "timeout":
            if i <= base:
                return bad
        else:
            print(reduced(text_of(start + k), [ways[against], (command, env)]) or "not by itself", flush=True)
    return bad


def compare(adder, first, count, references):
    ways = [([adder], {"PYTHON_JIT": "0"}), ([adder], {"PYTHON_JIT": "stress"}), ([adder], {"PYTHON_JIT": "stress-eval"}), ([adder], {"PYTHON_JIT": "1"})]
    ways += [(r.split(), {}) for r in references]
    bad = sum(compare_batch(ways, start, min(BATCH, first + count - start)) for start in range(first, first + count, BATCH))
    print(f"{count} programs, {bad} differences")
    return 1 if bad else 0


def hunt(adder, seconds, first, references):
    """Batch after batch, each in a few modes chosen by its number, from all kinds of programs in turn."""
    end, bad, runs, number = time.monotonic() + seconds, 0, 0, first
    while time.monotonic() < end:
        r = random.Random(number)
        start = r.choice([0, 1000000, 2000000, 3000000, 3000000, 3000000, 4000000, 4000000, 4000000, 5000000, 5000000, 7000000, 7000000]) + number % 900000
        ways = [(r.split(), {}) for r in references[:1]] + [([adder], {"PYTHON_JIT": mode}) for mode in ["0", *r.sample(MODES, 4)]]
        bad += compare_batch(ways, start, BATCH, len(references[:1]))
        runs += BATCH * (len(ways) - 1)
        number += BATCH
        print(f"{time.strftime('%H:%M:%S')} {number - first} programs, {runs} runs, {bad} differences; next {number}", flush=True)
    return 1 if bad else 0


def main(args):
    if args[:1] == ["--show"]:
        print(text_of(int(args[1])), end="")
    elif args[:1] == ["--hunt"]:
        return hunt(args[1], int(args[2]), int(args[3]), args[4:])
    elif args[:1] == ["--compare"]:
        return compare(args[1], int(args[2]), int(args[3]), args[4:])
    else:
        for first, count in zip(args[::2], args[1::2]):
            run(int(first), int(count))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
