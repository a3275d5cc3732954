/* modules/zlib/zlib_module.c: module zlib: checksums, whole strings at once, constants. */
#include "modules/zlib/zlib_impl.h"

#include "modules/modargs.h"

/* ---- whole strings ---- */

static PyObject *
compress_whole(struct zlib_state *st, Py_buffer *data, int level, int wbits)
{
    z_stream z;
    struct zlib_out out;
    zlib_stream_init(&z);
    if (zlib_out_init(&out, &z, ZLIB_BUF_SIZE, -1) < 0)
        return NULL;
    int code = deflateInit2(&z, level, Z_DEFLATED, wbits, ZLIB_MEM_LEVEL, Z_DEFAULT_STRATEGY);
    if (code != Z_OK) {
        if (code == Z_MEM_ERROR)
            PyErr_SetString(PyExc_MemoryError, "Out of memory while compressing data");
        else if (code == Z_STREAM_ERROR)
            PyErr_SetString(st->error, "Bad compression level");
        else
            zlib_raise(st, &z, code, "while compressing data");
        zlib_out_drop(&out);
        return NULL;
    }
    code = zlib_deflate(&z, &out, data->buf, data->len, Z_FINISH);
    if (code == Z_STREAM_ERROR)
        zlib_raise(st, &z, code, "while compressing data");
    int ended = deflateEnd(&z);
    if (code != Z_STREAM_ERROR && code != ZLIB_RAISED && ended == Z_OK)
        return zlib_out_take(&out, &z);
    if (!PyErr_Occurred())
        zlib_raise(st, &z, ended, "while finishing compression");
    zlib_out_drop(&out);
    return NULL;
}

static PyObject *
zlib_compress(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3], *r = NULL;
    Py_buffer data;
    int level, wbits;
    if (MOD_BIND(a, "compress", args, nargs, kwnames, 1, 3, "", "level", "wbits") < 0
        || PyObject_GetBuffer(a[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    if (zlib_int_arg(a[1], Z_DEFAULT_COMPRESSION, &level) == 0 && zlib_int_arg(a[2], MAX_WBITS, &wbits) == 0)
        r = compress_whole(PyModule_GetState(m), &data, level, wbits);
    PyBuffer_Release(&data);
    return r;
}

static PyObject *
decompress_whole(struct zlib_state *st, Py_buffer *data, int wbits, Py_ssize_t first)
{
    z_stream z;
    struct zlib_out out;
    zlib_stream_init(&z);
    if (zlib_out_init(&out, &z, first, -1) < 0)
        return NULL;
    int code = inflateInit2(&z, wbits);
    if (code != Z_OK) {
        if (code == Z_MEM_ERROR)
            PyErr_SetString(PyExc_MemoryError, "Out of memory while decompressing data");
        else
            zlib_raise(st, &z, code, "while preparing to decompress data");
        zlib_out_drop(&out);
        return NULL;
    }
    code = zlib_inflate(st, &z, &out, data->buf, data->len, Z_NO_FLUSH, Z_FINISH, NULL);
    if (code == Z_MEM_ERROR)
        PyErr_SetString(PyExc_MemoryError, "Out of memory while decompressing data");
    else if (code != Z_STREAM_END && code != ZLIB_RAISED)
        zlib_raise(st, &z, code, "while decompressing data");
    int ended = inflateEnd(&z);
    if (code == Z_STREAM_END && ended == Z_OK)
        return zlib_out_take(&out, &z);
    if (code == Z_STREAM_END)
        zlib_raise(st, &z, ended, "while finishing decompression");
    zlib_out_drop(&out);
    return NULL;
}

static PyObject *
zlib_decompress(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3], *r = NULL;
    Py_buffer data;
    int wbits;
    Py_ssize_t size;
    if (MOD_BIND(a, "decompress", args, nargs, kwnames, 1, 3, "", "wbits", "bufsize") < 0
        || PyObject_GetBuffer(a[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    if (zlib_int_arg(a[1], MAX_WBITS, &wbits) == 0 && zlib_size_arg(a[2], ZLIB_BUF_SIZE, &size) == 0) {
        if (size < 0)
            PyErr_SetString(PyExc_ValueError, "bufsize must be non-negative");
        else
            r = decompress_whole(PyModule_GetState(m), &data, wbits, size == 0 ? 1 : size);
    }
    PyBuffer_Release(&data);
    return r;
}

/* ---- checksums ---- */

typedef uLong (*checksum)(uLong start, const Bytef *data, z_size_t size);

static PyObject *
sum_of(PyObject *const *args, Py_ssize_t nargs, const char *name, uLong start, checksum sum)
{
    PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
    Py_buffer data;
    if (!_PyArg_CheckPositional(name, nargs, 1, 2) || PyObject_GetBuffer(args[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    if (nargs == 2) {
        start = PyLong_AsUnsignedLongMask(args[1]) & 0xffffffffUL;
        if (PyErr_Occurred()) {
            PyBuffer_Release(&data);
            return NULL;
        }
    }
    if (data.len > 5 * 1024) {          /* long enough to pay for letting other threads run */
        Py_BEGIN_ALLOW_THREADS
        start = sum(start, data.buf, (z_size_t)data.len);
        Py_END_ALLOW_THREADS
    } else if (data.len > 0)
        start = sum(start, data.buf, (z_size_t)data.len);
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLong(start & 0xffffffffUL);
}

static PyObject *
zlib_crc32(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    return sum_of(args, nargs, "crc32", 0, crc32_z);
}

static PyObject *
zlib_adler32(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    return sum_of(args, nargs, "adler32", 1, adler32_z);
}

/* ---- the module ---- */

#define KW METH_FASTCALL | METH_KEYWORDS
static PyMethodDef methods[] = {
    {"adler32", _PyCFunction_CAST(zlib_adler32), METH_FASTCALL,
     "adler32($module, data, value=1, /)\n--\n\nThe Adler-32 checksum of data, going on from value."},
    {"compress", MOD_FASTKW(zlib_compress), KW,
     "compress($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)\n--\n\nThe data, compressed."},
    {"compressobj", MOD_FASTKW(zlib_compressobj), KW,
     "compressobj($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n"
     "            strategy=Z_DEFAULT_STRATEGY, zdict=None)\n--\n\nAn object that compresses data part by part."},
    {"crc32", _PyCFunction_CAST(zlib_crc32), METH_FASTCALL,
     "crc32($module, data, value=0, /)\n--\n\nThe CRC-32 checksum of data, going on from value."},
    {"decompress", MOD_FASTKW(zlib_decompress), KW,
     "decompress($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)\n--\n\nThe data, decompressed."},
    {"decompressobj", MOD_FASTKW(zlib_decompressobj), KW,
     "decompressobj($module, /, wbits=MAX_WBITS, zdict=b\'\')\n--\n\nAn object that decompresses data part by part."},
    {NULL}
};

static int
add_constants(PyObject *m)
{
#define C(name) {#name, name}
    static const struct { const char *name; long value; } constants[] = {
        C(MAX_WBITS), {"DEFLATED", Z_DEFLATED}, {"DEF_MEM_LEVEL", ZLIB_MEM_LEVEL}, {"DEF_BUF_SIZE", ZLIB_BUF_SIZE},
        C(Z_NO_COMPRESSION), C(Z_BEST_SPEED), C(Z_BEST_COMPRESSION), C(Z_DEFAULT_COMPRESSION),
        C(Z_FILTERED), C(Z_HUFFMAN_ONLY), C(Z_RLE), C(Z_FIXED), C(Z_DEFAULT_STRATEGY),
        C(Z_NO_FLUSH), C(Z_PARTIAL_FLUSH), C(Z_SYNC_FLUSH), C(Z_FULL_FLUSH), C(Z_FINISH), C(Z_BLOCK), C(Z_TREES),
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    return PyModule_AddStringConstant(m, "ZLIB_VERSION", ZLIB_VERSION) < 0
        || PyModule_AddStringConstant(m, "ZLIB_RUNTIME_VERSION", zlibVersion()) < 0
        || PyModule_AddStringConstant(m, "__version__", "1.0") < 0 ? -1 : 0;
}

static int
exec(PyObject *m)
{
    struct zlib_state *st = PyModule_GetState(m);
    st->compress = (PyTypeObject *)PyType_FromModuleAndSpec(m, &zlib_compress_spec, NULL);
    st->decompress = (PyTypeObject *)PyType_FromModuleAndSpec(m, &zlib_decompress_spec, NULL);
    st->decompressor = (PyTypeObject *)PyType_FromModuleAndSpec(m, &zlib_decompressor_spec, NULL);
    st->error = PyErr_NewException("zlib.error", NULL, NULL);
    if (st->compress == NULL || st->decompress == NULL || st->decompressor == NULL || st->error == NULL)
        return -1;
    return PyModule_AddObjectRef(m, "error", st->error) < 0 || PyModule_AddType(m, st->decompressor) < 0 || add_constants(m) < 0 ? -1 : 0;
}

static int
traverse(PyObject *m, visitproc visit, void *arg)
{
    struct zlib_state *st = PyModule_GetState(m);
    Py_VISIT(st->compress);
    Py_VISIT(st->decompress);
    Py_VISIT(st->decompressor);
    Py_VISIT(st->error);
    return 0;
}

static int
clear(PyObject *m)
{
    struct zlib_state *st = PyModule_GetState(m);
    Py_CLEAR(st->compress);
    Py_CLEAR(st->decompress);
    Py_CLEAR(st->decompressor);
    Py_CLEAR(st->error);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL} };
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "zlib", .m_doc = "Compression with the format of zlib and gzip.",
    .m_size = sizeof(struct zlib_state), .m_methods = methods, .m_slots = slots, .m_traverse = traverse, .m_clear = clear };

PyMODINIT_FUNC
PyInit_zlib(void)
{
    return PyModuleDef_Init(&module);
}
