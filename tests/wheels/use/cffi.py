import cffi

ffi = cffi.FFI()
ffi.cdef("double sqrt(double); int abs(int); void qsort(void *, size_t, size_t, int (*)(const void *, const void *)); struct p { int x; double y; };")
c = ffi.dlopen(None)
m = ffi.dlopen("libm.so.6")
assert m.sqrt(9.0) == 3.0 and c.abs(-4) == 4
xs = ffi.new("int[]", [3, 1, 2])


@ffi.callback("int(const void *, const void *)")
def compare(a, b):
    return ffi.cast("const int *", a)[0] - ffi.cast("const int *", b)[0]


c.qsort(xs, 3, ffi.sizeof("int"), compare)
assert list(xs) == [1, 2, 3]
p = ffi.new("struct p *", {"x": 1, "y": 2.5})
assert p.x + p.y == 3.5 and bytes(ffi.buffer(xs))[:4] == b"\1\0\0\0"
