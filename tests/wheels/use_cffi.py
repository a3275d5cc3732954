"""Foreign functions: calls, structs, arrays, callbacks, handles, errno, and a module compiled by cffi if there is a compiler."""

import gc
import importlib.util
import pathlib
import shutil
import tempfile

import cffi

ffi = cffi.FFI()
ffi.cdef("""
    size_t strlen(const char *);
    void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
    double atof(const char *);
    int open(const char *, int, ...);
    typedef struct { int x; double y; char name[8]; struct { short a, b; } in[2]; } thing;
""")
C = ffi.dlopen(None)
assert C.strlen(b"hello") == 5 and C.atof(b"2.5") == 2.5
assert C.open(b"/nonexistent", 0) == -1 and ffi.errno == 2


@ffi.callback("int(const void *, const void *)")
def compare(a, b):
    return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]


numbers = ffi.new("int[]", [5, 3, 9, 1])
C.qsort(numbers, 4, ffi.sizeof("int"), compare)
assert list(numbers) == [1, 3, 5, 9]
t = ffi.new("thing *", {"x": 7, "name": b"abc"})
getattr(t, "in")[1].b = -5
assert ffi.sizeof("thing") == 32 and ffi.offsetof("thing", "name") == 16 and ffi.string(t.name) == b"abc"
assert ffi.buffer(t)[0:4] == b"\7\0\0\0" and getattr(t, "in")[1].b == -5
try:
    t.x = 1 << 40
except OverflowError:
    pass
else:
    raise AssertionError("no OverflowError")
try:
    ffi.new("int[2]")[2]
except IndexError:
    pass
else:
    raise AssertionError("no IndexError")
handle = ffi.new_handle(t)
assert ffi.from_handle(handle) is t
gone = []
p = ffi.gc(ffi.new("int *"), lambda p: gone.append(1))
del p
gc.collect()
assert gone == [1]
data = bytearray(b"abcd")
ffi.from_buffer(data)[1] = b"X"
assert data == b"aXcd"

if shutil.which("cc") or shutil.which("gcc"):
    builder = cffi.FFI()
    builder.cdef('int add(int, int); extern "Python" int twice(int); int call_twice(int);')
    builder.set_source("_made_by_cffi", "static int add(int a, int b) { return a + b; }\nstatic int twice(int);\n"
                       "static int call_twice(int n) { return twice(n) + 1; }")
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(builder.compile(tmpdir=folder))
        spec = importlib.util.spec_from_file_location("_made_by_cffi", made)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)

        @module.ffi.def_extern()
        def twice(n):
            return 2 * n

        assert module.lib.add(2, 3) == 5 and module.lib.call_twice(20) == 41
