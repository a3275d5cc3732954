"""What an extension may do wrong, and what the interpreter says: hostile.py FOLDER-OF-SHARED-OBJECTS [--write]

Runs in any Python 3.13. The lines of hostile.expect are CPython's, but for files that are cut off (there it dies). Functions that
return nothing, or a result with an exception, must raise SystemError however they are called."""

import difflib
import importlib.machinery
import importlib.util
import operator
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import weakref

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(sys.argv[1]).resolve()
ADDER = "Adder" in sys.version
LINES = []


def load(name, path=FOLDER / "hostile.so"):
    loader = importlib.machinery.ExtensionFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, str(path), loader=loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def say(*words):
    text = " ".join(map(str, words)).replace(str(FOLDER) + os.sep, "")
    LINES.append(re.sub(r"0x[0-9a-f]+", "0x...", text))


def told(e):
    parts = []
    while e is not None:
        where = f" name={e.name!r} path={e.path}" if isinstance(e, ImportError) else ""
        parts.append(f"{type(e).__name__}: {e}{where}")
        e = e.__cause__ or e.__context__
    return " <- ".join(parts)


def attempt(label, f, *args):
    try:
        result = f(*args)
    except BaseException as e:
        say(label, "|", told(e))
    else:
        say(label, "=", type(result).__name__)


def functions(h):
    ways = {"noargs": (), "o": (1,), "varargs": (1, 2), "keywords": (1,), "fast": (1, 2), "fastkw": (1,)}
    for kind in ("none", "both"):
        for way, args in ways.items():
            f = getattr(h, f"{kind}_{way}")
            attempt(f.__name__, operator.call, f, *args)
            for _ in range(20 if kind == "none" or ADDER else 0):     # specialised calls; CPython does not see an exception there
                try:
                    f(*args) if len(args) != 1 else f(1)
                except SystemError:
                    pass
    attempt("none_keywords", lambda: operator.call(h.none_keywords, 1, a=2))
    attempt("both_fastkw", lambda: operator.call(h.both_fastkw, 1, a=2))
    for label, f in (("sorted", lambda: sorted([2, 1], key=h.none_o)), ("max", lambda: max([2, 1], key=h.both_o)),
                     ("filter", lambda: list(filter(h.none_o, [1]))), ("iter", lambda: list(iter(h.none_noargs, 1))),
                     ("map", lambda: list(map(h.both_o, [1])))):
        attempt(label, f)


def slots(h):
    h.set_wanted(0)
    b = h.Bad()

    async def wait():
        await b

    uses = dict(
        repr=lambda: repr(b), str=lambda: str(b), hash=lambda: hash(b), call=lambda: b(1), getattr=lambda: b.missing,
        hasattr=lambda: hasattr(b, "missing"), getattr_default=lambda: getattr(b, "missing", 0), setattr=lambda: setattr(b, "x", 1),
        delattr=lambda: delattr(b, "x"), eq=lambda: b == 1, lt=lambda: b < 1, next=lambda: next(b), next_default=lambda: next(b, 5),
        iter=lambda: iter(b), init=lambda: h.Bad(1), add=lambda: b + 1, radd=lambda: 1 + b, neg=lambda: -b, bool=lambda: bool(b),
        inverted=lambda: not b, decided=lambda: 1 if b else 2, int=lambda: int(b), float=lambda: float(b), index=lambda: operator.index(b),
        range=lambda: range(b), getitem=lambda: b[0], setitem=lambda: operator.setitem(b, 0, 1),
        delitem=lambda: operator.delitem(b, 0), len=lambda: len(b), contains=lambda: 1 in b, format=lambda: f"{b}",
        percent=lambda: "%r %s" % (b, b), joined=lambda: f"{b!r}", memoryview=lambda: memoryview(b), list=lambda: list(b),
        unpack=lambda: (lambda *a: a)(*b), dict=lambda: {b: 1}, in_list=lambda: b in [1], any=lambda: any([b]), sorted=lambda: sorted([b, b]),
        tuple=lambda: tuple(b), sum=lambda: sum([b]), in_repr=lambda: repr([b]), print=lambda: print(b), join=lambda: "".join(b),
        iadd=lambda: operator.iadd(b, 1), loop=lambda: [x for x in b], subclass=lambda: repr(type("S", (h.Bad,), {})()),
        wait=lambda: wait().send(None))
    for label, f in uses.items():
        attempt(label, f)


def modules(h):
    for name in ("init_null", "init_raises", "init_not_module", "init_none", "init_both", "init_zero", "init_raw_def", "init_old", "init_old_abi",
                 "exec_fails", "exec_both", "create_null", "create_both", "create_int", "create_int_exec", "create_twice", "slot_unknown",
                 "slot_negative", "size_negative", "no_such_init", "spa m", "l\u00e9", "a.b.c", "\u4e2d"):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            attempt(name.encode("ascii", "backslashreplace").decode(), load, name)
        for w in caught:
            say("   ", w.category.__name__, w.message)
    a, b = load("single"), load("single")
    say("single", a is b, a.made, b.made)
    a, b = load("hostile"), load("hostile")
    say("multi", a is b, b.executed - a.executed, a.Bad is b.Bad)
    a.__loader__.exec_module(a)                      # executing it once more does nothing
    say("again", b.executed - a.executed)


def files(h):
    attempt("lacking", load, "lacking", FOLDER / "lacking.so")
    data = (FOLDER / "hostile.so").read_bytes()
    cuts = {"empty": b"", "short": data[:40], "header": data[:64], "cut": data[:5000], "text": b"print('x')\n" * 50,
            "class32": data[:4] + b"\x01" + data[5:]}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in cuts.items():
            path = pathlib.Path(folder, name + ".so")
            path.write_bytes(content)
            if name == "cut" and not ADDER:
                say("cut | ImportError: cut.so: file too short name='hostile' path=cut.so")
                continue
            try:
                load("hostile", path)
            except ImportError as e:
                say(name, "|", told(e).replace(folder + os.sep, ""))
        attempt("missing", load, "hostile", "/no/such/file.so")
        attempt("folder", load, "hostile", "/")


def callbacks(h):
    sys.unraisablehook = lambda u: say("unraisable", type(u.exc_value).__name__, u.exc_value, u.err_msg, type(u.object).__name__)
    h.Dying()
    h.Final()

    def wait():
        h.add_pending()
        for _ in range(1000000):
            pass
    attempt("pending", wait)
    for f in (h.none_o, h.both_o):
        class Short:
            pass
        short = Short()
        ref = weakref.ref(short, f)
        del short
    seen = []
    say("threads", h.call_from_threads(lambda: seen.append(threading.current_thread().name.startswith("Dummy")), 8), len(seen), all(seen))
    h.call_from_threads(h.none_noargs, 2)
    sys.unraisablehook = sys.__unraisablehook__


def ending():
    """Threads that Python does not know call it while it ends: they stop, and the process ends in order."""
    for _ in range(5):
        p = subprocess.run([sys.executable, __file__, str(FOLDER), "--end"], capture_output=True, text=True, timeout=60)
        if p.returncode != 3 or p.stdout != "ended\n":
            say("ending", p.returncode, p.stdout, p.stderr)


def end():
    class Slow:
        def __del__(self):
            time.sleep(0.02)
    h = load("hostile")
    count = []
    if ADDER:                                        # CPython dies when it is called after its end
        h.call_at_exit()
    h.call_for_ever(lambda: count.append(len(threading.current_thread().name)))
    while len(count) < 20:
        time.sleep(0.001)
    sys.slow = Slow()
    print("ended")
    sys.exit(3)


def main():
    if "--end" in sys.argv:
        end()
    h = load("hostile")
    for part in (functions, slots, modules, files, callbacks):
        say(f"--- {part.__name__}")
        part(h)
    ending()
    expected = HERE / "hostile.expect"
    if "--write" in sys.argv:
        expected.write_text("".join(line + "\n" for line in LINES))
        return 0
    wanted = expected.read_text().splitlines()
    for line in difflib.unified_diff(wanted, LINES, "expected", "said", lineterm="", n=0):
        print(line)
    return wanted != LINES


if __name__ == "__main__":
    sys.exit(main())
