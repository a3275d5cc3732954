"""Random calls of the functions of the C API, through ctypes: 
    capi.py [--seed N] [--calls N] [--seconds N] [--only REGEX] [--against PYTHON]

The first object is of the type that the function is for, the others are anything; sizes fit their text. Each call runs in a
process of its own. A call that dies is a finding. With --against the calls are made with that Python, too: then objects of
wrong types and wrong sizes are given as well, and each difference in result, exception, ownership or changed arguments is shown."""

import argparse
import collections
import ctypes
import faulthandler
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import sys
import time
import types
import warnings
import weakref

FACTS = pathlib.Path(__file__).resolve().parents[1] / "abi" / "prototypes.tsv"

# What ends or blocks the process, wants memory of a certain kind, steals references, or needs more than values.
LEFT_OUT = re.compile(r"""
    Py_(Exit|FatalError|Main|Fin|Init|End|New|BytesMain|RunMain|Set|Get|Frozen|PreI|Decode|Encode|IsFin|MakeP|Enter|Leave|Repr|AddPending|AtExit|Buil|VaB
        |Univ|DecRef|IncRef)
    |_?Py_(Dec|Inc|Dealloc)
    |Py(Eval|ThreadState|GILState|InterpreterState|Mem|OS|Thread|Run|File|CFunction|CMethod|Descr|Wrapper|GC|Unstable|AIter|Context|TraceMalloc
        |Config|Status|Wide|PreConfig|Code|Mutex|Monitoring|RefTracer|Function|Gen|Coro|AsyncGen|Hash|Method|StructSequence|Arg|Signal|Frame|TraceBack
        |State|VectorcallFunction|Buffer|ModuleDef|CriticalSection|Instance|Pickle)_
    |PyObject_(Call$|Free|Malloc|Realloc|Calloc|GC|IS_GC|ClearWeak|Init|GetBuffer|As(Read|Write|Char)|CheckRead|Print|CallF|CallM|Vectorcall|Visit|ClearManaged|SelfIter)
    |PyErr_(New|Print|Display|WriteUnr|SetInterrupt|BadInternal|Restore|SetExcInfo|SetHandled|SetRaised|Normalize|Fetch|GetExcInfo|ProgramText|SyntaxLoc|Ranged)
    |PySys_(Set|Write|Format|Audit|AddAudit|Has|Reset|AddX|AddW) |PyImport_(Cleanup|Append|Extend|Exec|GetMagicT|AddMod|Frozen|ImportFrozen|Reload)
    |PyType_(Ready|Modified|From|Clear|GenericAlloc|Watch|Unw|AddW|GetTypeData) |PyMarshal_.*File |PyModule_(Create|Add|ExecDef|FromDef|SetDoc|GetDef|GetState)
    |PyCapsule |PyUnicode_(FromFormatV|Resize|Intern|Append|WriteChar|READ|CopyChar|New$|Fill) |PyDict_(Watch|Unwatch|AddW|ClearW|Next)
    |PySlice_(Get|Unp|Adj) |PyWeakref_GetObject |PyLong_(FromVoid|AsVoid) |PyMemoryView_From(Buffer|Mem) |PyByteArray_AsS
    |PyBytes_(Concat|AsStringAndSize|Repr|Resize) |PyCodec_(Register|Unreg|StrictE|Ignore|Replace|XML|Back|NameR) |PyTuple_(SetItem|Pack|Resize|New)
    |PyList_(SetItem|New) |PyException_Set |PyFloat_(Pack|Unpack) |PyVectorcall |_PyObject_New |_PyErr |PyIter_(Next|Send)""", re.X)


class C:
    a = 1

    def __init__(self):
        self.x = 5

    def m(self):
        return "m"


class Index:
    def __index__(self):
        return 3

    def __repr__(self):
        return "<Index>"


class Seq:
    def __len__(self):
        return 3

    def __getitem__(self, i):
        if -3 <= i < 3:
            return i
        raise IndexError(i)

    def __repr__(self):
        return "<Seq>"


def raising(name):
    def method(self, *args):
        raise RuntimeError(name)
    return method


Bad = type("Bad", (), {"__repr__": lambda self: "<Bad>"} | {f"__{n}__": raising(n) for n in "getattr hash eq bool len iter index float".split()})


def sub(base, *args):
    return lambda: type("Sub", (base,), {})(*args)


def generator():
    yield 1


def function(a, b=2, *c, **d):
    return a, b, c, d


MAKERS = dict(
    none=lambda: None, true=lambda: True, zero=lambda: 0, one=lambda: 1, neg=lambda: -7, mid=lambda: 1000, big=lambda: 2**70 + 5, negbig=lambda: -2**100,
    max=lambda: 2**63 - 1, umax=lambda: 2**64 - 1, flt=lambda: 2.5, nan=lambda: float("nan"), inf=lambda: float("inf"), cplx=lambda: 1 + 2j,
    s=lambda: "ab cd", empty=lambda: "", x=lambda: "x", a=lambda: "a", lat=lambda: "caf\xe9", ucs2=lambda: "a\u20ac", ucs4=lambda: "\U0001f600z",
    sur=lambda: "\ud800", nul=lambda: "a\0b", num=lambda: "12", b=lambda: b"abc", b0=lambda: b"", bhi=lambda: b"\xff\xfe",
    ba=lambda: bytearray(b"hello"), mv=lambda: memoryview(b"view"), t0=lambda: (), t=lambda: (1, "a", 2.5), t2=lambda: (("k", 1), ("l", 2)),
    l0=lambda: [], l=lambda: [3, 1, 2], lmix=lambda: [1, "a"], lpairs=lambda: [("k", 1), ("l", 2)], d0=lambda: {}, d=lambda: {"a": 1, "x": 2},
    dn=lambda: {1: "a"}, st=lambda: {1, 2, 3}, fs=lambda: frozenset("a"), rng=lambda: range(5), slc=lambda: slice(1, 3), slcb=lambda: slice("a", 3),
    it=lambda: iter([1, 2]), gn=generator, c=C, cls=lambda: C, typ=lambda: int, meta=lambda: type, objt=lambda: object, exc=lambda: ValueError("v", 1),
    exct=lambda: KeyError, grp=lambda: ExceptionGroup("g", [ValueError(1)]), uee=lambda: UnicodeEncodeError("ascii", "h\xe9", 1, 2, "why"),
    ude=lambda: UnicodeDecodeError("utf8", b"ab\xff", 2, 3, "why"), ute=lambda: UnicodeTranslateError("abc", 1, 2, "why"), fn=lambda: function,
    bm=lambda: C().m, cf=lambda: len, mod=lambda: types.ModuleType("mm", "doc"), mp=lambda: types.MappingProxyType({"a": 1}),
    ns=lambda: types.SimpleNamespace(a=1), subint=sub(int, 5), substr=sub(str, "abc"), sublist=sub(list, [3, 1]), subdict=sub(dict, {"a": 1}),
    subtuple=sub(tuple, (1, 2)), subflt=sub(float, 1.5), idx=Index, seq=Seq, bad=Bad, od=lambda: collections.OrderedDict(a=1),
    dd=lambda: collections.defaultdict(int, a=1), dq=lambda: collections.deque([1, 2]), cell=lambda: types.CellType(1), wr=lambda: weakref.ref(C),
    kv=lambda: {"a": 1}.keys(), ga=lambda: list[int], un=lambda: int | str, sm=lambda: staticmethod(function), prop=lambda: property(function),
    ell=lambda: ..., ni=lambda: NotImplemented)
ANY = list(MAKERS)
OWN = {family: names.split() for family, names in dict(
    PyList="l0 l lmix lpairs sublist", PyDict="d0 d dn subdict od dd", PyUnicode="s empty x a lat ucs2 ucs4 sur nul num substr", PyLong="zero one neg mid big negbig max umax subint",
    PyBytes="b b0 bhi", PyByteArray="ba", PyTuple="t0 t t2 subtuple", PySet="st", PyFrozenSet="fs st l", PyFloat="flt nan inf subflt", PyComplex="cplx",
    PyException="exc grp uee ute", PyExceptionClass="exct", PyUnicodeEncodeError="uee", PyUnicodeDecodeError="ude", PyUnicodeTranslateError="ute", PyIter="it gn", PyWeakref="cls fn fs",
    PySlice="slc slcb", PyModule="mod", PyType="typ cls meta objt", PyODict="od", PyCell="cell", PyErr="exct", PyMemoryView="b ba mv").items()}
TEXTS = [b"abc", b"", b"a", b"x", b"utf-8", b"ascii", b"strict", b"replace", b"\xff\xfe", b"caf\xc3\xa9", b"os", b"no.such", b"1.5", b"12", b"__doc__", b"nan"]
SIZES = [0, 1, 2, 3, -1, -2, 5, 100, 2**31, 2**62, -2**63, 2**63 - 1]
INTS = [0, 1, 2, 3, -1, 4, 5, 10, 2**31 - 1, -2**31]
RESULTS = {"PyObject *": ctypes.c_void_p, "PyTypeObject *": ctypes.c_void_p, "int": ctypes.c_int, "long": ctypes.c_long, "unsigned long": ctypes.c_ulong,
           "Py_ssize_t": ctypes.c_ssize_t, "size_t": ctypes.c_size_t, "double": ctypes.c_double, "void": None, "char *": ctypes.c_char_p,
           "long long": ctypes.c_longlong, "unsigned long long": ctypes.c_ulonglong, "Py_hash_t": ctypes.c_ssize_t, "Py_UCS4": ctypes.c_uint32}


def prototypes(only):
    for line in FACTS.read_text().splitlines()[1:]:
        name, text, kind = line.split("\t")[:3]
        m = re.fullmatch(rf"(.*?)\b{re.escape(name)}\((.*)\)", text)
        if kind != "function" or not name.startswith("Py") or LEFT_OUT.match(name) or not re.match(only, name) or m is None or "..." in m[2] or "(*" in m[2]:
            continue
        result = m[1].replace("const ", "").strip()
        params = [] if m[2] == "void" else [p.replace("const ", "").strip() for p in m[2].split(",")]
        if result in RESULTS and all(pick(random.Random(0), name, i, p, True, []) for i, p in enumerate(params)):
            yield name, result, params


def pick(rnd, name, i, kind, wild, before):
    """(letter, value) for one parameter, or None if there is none."""
    if kind == "PyObject *" or kind == "PyTypeObject *":
        own = OWN.get(name.split("_")[0]) if i == 0 else None
        if kind == "PyTypeObject *":
            own = OWN["PyType"]
        elif own and wild and rnd.random() < 0.25:
            own = None
        return "o", rnd.choice(own or ANY)
    if kind in ("Py_ssize_t", "size_t", "Py_hash_t"):
        text = before[-1][1] if before and before[-1][0] == "s" else None
        if text is not None and (not wild or rnd.random() < 0.7):
            return "z", rnd.choice([len(text), 0])
        return "z", rnd.choice(SIZES[:4] + SIZES[6:7] if not wild else SIZES[:8] if rnd.random() < 0.8 else SIZES)
    if kind in ("int", "unsigned int", "Py_UCS4"):
        return "i", rnd.choice(INTS[:4] if "Compare" in name else INTS)
    if kind in ("long", "long long", "unsigned long", "unsigned long long", "int64_t", "uint64_t"):
        return "q", rnd.choice(SIZES)
    if kind == "double":
        return "d", rnd.choice([0.0, 1.5, -2.5, float("inf"), float("nan"), 1e300])
    if kind == "char *":
        return "s", rnd.choice(TEXTS)
    return {"PyObject **": ("O", 0), "Py_ssize_t *": ("Z", 0), "int *": ("I", 0)}.get(kind)


def show(value):
    try:
        text = repr(value)
    except BaseException as e:
        return f"<repr {type(e).__name__}>"
    return re.sub(r"0x[0-9a-fA-F]+", "0x", text)[:300]


def call(name, result, args):
    func = getattr(ctypes.pythonapi, name)
    func.restype = RESULTS[result]
    plain = {"z": ctypes.c_ssize_t, "i": ctypes.c_int, "q": ctypes.c_longlong, "d": ctypes.c_double, "s": ctypes.c_char_p}
    given, objects, outs = [], [], []
    for letter, value in args:
        if letter == "o":
            objects.append(MAKERS[value]())
            given.append(ctypes.py_object(objects[-1]))
        elif letter in plain:
            given.append(plain[letter](value))
        else:
            outs.append({"O": ctypes.c_void_p, "Z": ctypes.c_ssize_t, "I": ctypes.c_int}[letter](0))
            given.append(ctypes.byref(outs[-1]))
    before = [sys.getrefcount(o) for o in objects]
    try:
        got = func(*given)
    except BaseException as e:
        text = re.sub(r"\.\./[\w/.]+:\d+", "FILE", show(e))
        e.__traceback__ = None
    else:
        if func.restype is ctypes.c_void_p:
            value = ctypes.cast(got, ctypes.py_object).value if got else None
            text = f"{type(value).__name__} {show(value)}{' (same)' if any(value is o for o in objects) else ''}" if got else "NULL"
            del value
        else:
            text = repr(got)
    changes = [sys.getrefcount(o) - n if n < 2**30 else 0 for o, n in zip(objects, before)]
    out = [show(ctypes.cast(o.value, ctypes.py_object).value) if isinstance(o, ctypes.c_void_p) and o.value else repr(o.value) for o in outs]
    return f"{text} refs {changes} out {out} now {[show(o) for o in objects if isinstance(o, (list, dict, set, bytearray, collections.deque))]}"


def in_child(f):
    """What f() says, run in a process of its own, or how that died."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(r)
            signal.alarm(10)
            null = os.open(os.devnull, os.O_RDWR)
            for fd in range(3):
                os.dup2(null, fd)
            warnings.simplefilter("ignore")
            sys.unraisablehook = lambda u: None
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.write(w, f().encode("utf-8", "backslashreplace"))
        finally:
            os._exit(0)
    os.close(w)
    said = b""
    while chunk := os.read(r, 65536):
        said += chunk
    os.close(r)
    status = os.waitpid(pid, 0)[1]
    return said.decode("utf-8", "replace").replace("\n", "\\n") if status == 0 else f"DIED signal {os.WTERMSIG(status)}"


def work(options):
    faulthandler.disable()
    for name, result, params in prototypes(options.only):
        if not hasattr(ctypes.pythonapi, name):
            continue
        rnd = random.Random(f"{options.seed} {name}")
        for _ in range(options.calls if params else 1):
            args = []
            for i, kind in enumerate(params):
                args.append(pick(rnd, name, i, kind, options.wild, args))
            said = in_child(lambda: call(name, result, args))
            print(f"{name}({', '.join(str(v) for _, v in args)})\t{said}", flush=True)


def said_by(program, options, wild):
    args = [program, __file__, "--work", "--seed", str(options.seed), "--calls", str(options.calls), "--only", options.only] + ["--wild"] * wild
    p = subprocess.run(args, stdout=subprocess.PIPE, text=True, errors="replace")
    if p.returncode:
        sys.exit(f"{program}: status {p.returncode}")
    return dict(line.split("\t", 1) for line in p.stdout.splitlines())


def compare(options):
    wild = options.against is not None
    ours = said_by(sys.executable, options, wild)
    theirs = said_by(options.against, options, wild) if wild else {}
    found = 0
    for key, said in ours.items():
        if said.startswith("DIED") if not wild else said != theirs.get(key, said) and not theirs[key].startswith("DIED"):
            found += 1
            print(key, f"\n    here:  {said}", f"\n    there: {theirs[key]}" if wild else "")
    print(f"{len(ours)} calls with seed {options.seed}, {found} findings")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=0, help="go on with further seeds")
    parser.add_argument("--only", default="")
    parser.add_argument("--against")
    parser.add_argument("--work", action="store_true")
    parser.add_argument("--wild", action="store_true")
    options = parser.parse_args()
    if options.work:
        return work(options)
    end, found = time.monotonic() + options.seconds, 0
    while True:
        found += compare(options)
        options.seed += 1
        if time.monotonic() >= end:
            return found > 0


if __name__ == "__main__":
    sys.exit(main())
