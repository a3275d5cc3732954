# What is seen when the process ends, whoever finds out whether anything will be seen.
import os, subprocess, sys, tempfile

CASES = {
    "instance": "class A:\n def __del__(self): print('del')\na = A()",
    "uncollected": "class A:\n __slots__ = ()\n def __del__(self): print('del')\nimport sys\nsys.a = [(A(),)]",
    "text": "class A(str):\n __slots__ = ()\n def __del__(self): print('del', self)\na = A('x')",
    "later": "class A: pass\na = A()\nA.__del__ = lambda self: print('del')",
    "class": "class M(type):\n def __del__(cls): print('del', cls.__name__)\nclass A(metaclass=M): pass",
    "builtins": "import builtins\nclass A:\n def __del__(self): print('del')\nbuiltins.a = A()",
    "atexit": "import atexit\nclass A:\n def __del__(self): print('del')\ndef f():\n global a\n a = A()\natexit.register(f)",
    "generator": "def g():\n try: yield\n finally: print('finally')\nx = g()\nnext(x)",
    "fresh": "def g():\n try: yield\n finally: print('never')\nx = g()",
    "coroutine": "import sys\nsys.stderr = sys.stdout\nasync def f(): pass\nc = f()",
    "callback": "import weakref\nclass A: pass\na = A()\nr = weakref.ref(a, lambda r: print('gone'))",
    "finalize": "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'finalize')",
    "written": "f = open('f', 'w')\nf.write('data')",
    "bytes": "import sys\nsys.stdout.write('text ')\nsys.stdout.flush()\nsys.stdout.buffer.write(b'bytes\\n')",
    "raw": "import io\nclass R(io.RawIOBase):\n def writable(self): return True\n def write(self, b): print(bytes(b)); return len(b)\nw = io.BufferedWriter(R())\nw.write(b'zz')",
    "close": "import io\nt = io.TextIOWrapper(io.BytesIO())\nt.close = lambda: print('close')",
    "unclosed": "import warnings, sys\nsys.stderr = sys.stdout\nwarnings.simplefilter('always')\nwarnings.showwarning = lambda m, *a: print(type(m))\nf = open(sys.executable, 'rb')",
    "scandir": "import os, warnings\nwarnings.simplefilter('always')\nwarnings.showwarning = lambda m, *a: print(type(m))\ni = os.scandir('/')\nnext(i)",
    "buffer": "class B:\n def __buffer__(self, flags): return memoryview(b'abc')\n def __release_buffer__(self, view): print('release')\nm = memoryview(B())",
    "gc": "import gc\ngc.callbacks.append(lambda phase, info: print(phase, info['generation']))",
    "audit": "import sys\nsys.addaudithook(lambda e, a: print(e) if e.startswith('cpython.') else None)",
    "status": "import sys\nprint('x')\nsys.exit(3)",
}

for name, code in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        r = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, cwd=folder)
        found = [open(os.path.join(folder, f)).read() for f in os.listdir(folder)]
    print(name, r.returncode, repr(r.stdout), *found)
# expect: instance 0 'del\n'
# expect: uncollected 0 ''
# expect: text 0 'del x\n'
# expect: later 0 'del\n'
# expect: class 0 'del A\n'
# expect: builtins 0 'del\n'
# expect: atexit 0 'del\n'
# expect: generator 0 'finally\n'
# expect: fresh 0 ''
# expect: coroutine 0 ''
# expect: callback 0 ''
# expect: finalize 0 'finalize\n'
# expect: written 0 '' data
# expect: bytes 0 'text bytes\n'
# expect: raw 0 "b'zz'\n"
# expect: close 0 'close\n'
# expect: unclosed 0 ''
# expect: scandir 0 ''
# expect: buffer 0 'release\n'
# expect: gc 0 'start 2\nstop 2\n'
# expect: audit 0 ''
# expect: status 3 'x\n'
