/* modules/zlib/zlib_objects.c: the objects made by compressobj() and decompressobj().
 *
 * Invariant: the lock is held while the stream or the two leftovers are used: the loops let other threads run, and one
 *            of them may hold the same object. */
#include "modules/zlib/zlib_impl.h"

#include <limits.h>

#include "modules/modargs.h"

struct codec {
    PyObject ob_base;
    z_stream z;
    PyObject *unused_data;          /* what followed the end of the stream */
    PyObject *unconsumed_tail;      /* input that the limit of the last call left over */
    char eof;
    bool live;                      /* the stream holds memory of libz */
    PyObject *zdict;                /* buffer, or NULL */
    PyThread_type_lock lock;
};
_Static_assert(sizeof(struct codec) == 168, "as in the ABI tables");

#define CODEC(op) ((struct codec *)(op))

static struct zlib_state *
state_of(PyObject *op)
{
    return PyType_GetModuleState(Py_TYPE(op));
}

static struct codec *
codec_new(PyTypeObject *type)
{
    struct codec *c = PyObject_New(struct codec, type);
    if (c == NULL)
        return NULL;
    zlib_stream_init(&c->z);
    c->eof = 0;
    c->live = false;
    c->zdict = NULL;
    c->unused_data = PyBytes_FromStringAndSize("", 0);
    c->unconsumed_tail = PyBytes_FromStringAndSize("", 0);
    c->lock = PyThread_allocate_lock();
    if (c->lock != NULL && c->unused_data != NULL && c->unconsumed_tail != NULL)
        return c;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_MemoryError, "Unable to allocate lock");
    Py_DECREF(c);
    return NULL;
}

static void
codec_dealloc(struct codec *c)
{
    PyTypeObject *type = Py_TYPE(c);
    if (c->lock != NULL)
        PyThread_free_lock(c->lock);
    Py_XDECREF(c->unused_data);
    Py_XDECREF(c->unconsumed_tail);
    Py_XDECREF(c->zdict);
    PyObject_Free(c);
    Py_DECREF(type);
}

static void
compress_dealloc(PyObject *op)
{
    if (CODEC(op)->live)
        deflateEnd(&CODEC(op)->z);
    codec_dealloc(CODEC(op));
}

static void
decompress_dealloc(PyObject *op)
{
    if (CODEC(op)->live)
        inflateEnd(&CODEC(op)->z);
    codec_dealloc(CODEC(op));
}

/* ---- making them ---- */

static int
compress_start(struct zlib_state *st, struct codec *c, const int *option, Py_buffer *zdict)
{
    int code = deflateInit2(&c->z, option[0], option[1], option[2], option[3], option[4]);
    if (code != Z_OK) {
        zlib_raise_init(st, &c->z, code, "compression");
        return -1;
    }
    c->live = true;
    if (zdict->buf == NULL)
        return 0;
    code = deflateSetDictionary(&c->z, zdict->buf, (uInt)zdict->len);
    if (code != Z_OK)
        PyErr_SetString(PyExc_ValueError, code == Z_STREAM_ERROR ? "Invalid dictionary" : "deflateSetDictionary()");
    return code == Z_OK ? 0 : -1;
}

PyObject *
zlib_compressobj(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const int defaults[] = { Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS, ZLIB_MEM_LEVEL, Z_DEFAULT_STRATEGY };
    struct zlib_state *st = PyModule_GetState(m);
    PyObject *a[6];
    int option[5];
    Py_buffer zdict = { 0 };
    struct codec *c = NULL;
    if (MOD_BIND(a, "compressobj", args, nargs, kwnames, 0, 6, "level", "method", "wbits", "memLevel", "strategy", "zdict") < 0)
        return NULL;
    for (int i = 0; i < 5; i++)
        if (zlib_int_arg(a[i], defaults[i], &option[i]) < 0)
            return NULL;
    if (a[5] != NULL && PyObject_GetBuffer(a[5], &zdict, PyBUF_SIMPLE) < 0)
        return NULL;
    if ((size_t)zdict.len > UINT_MAX)
        PyErr_SetString(PyExc_OverflowError, "zdict length does not fit in an unsigned int");
    else if ((c = codec_new(st->compress)) != NULL && compress_start(st, c, option, &zdict) < 0)
        Py_CLEAR(c);
    if (a[5] != NULL)
        PyBuffer_Release(&zdict);
    return (PyObject *)c;
}

PyObject *
zlib_decompressobj(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct zlib_state *st = PyModule_GetState(m);
    PyObject *a[2];
    int wbits;
    if (MOD_BIND(a, "decompressobj", args, nargs, kwnames, 0, 2, "wbits", "zdict") < 0 || zlib_int_arg(a[0], MAX_WBITS, &wbits) < 0)
        return NULL;
    if (a[1] != NULL && !PyObject_CheckBuffer(a[1])) {
        PyErr_SetString(PyExc_TypeError, "zdict argument must support the buffer protocol");
        return NULL;
    }
    struct codec *c = codec_new(st->decompress);
    if (c == NULL)
        return NULL;
    c->zdict = Py_XNewRef(a[1]);
    int code = inflateInit2(&c->z, wbits);
    if (code != Z_OK)
        zlib_raise_init(st, &c->z, code, "decompression");
    else {
        c->live = true;
        /* a raw stream never asks for its dictionary */
        if (c->zdict == NULL || wbits >= 0 || zlib_set_dictionary(st, &c->z, c->zdict) == 0)
            return (PyObject *)c;
    }
    Py_DECREF(c);
    return NULL;
}

/* ---- compressing ---- */

/* Compress under the lock; then `end` may look at zlib's code and set an exception. */
static PyObject *
compress_part(struct codec *c, const void *in, Py_ssize_t size, int flush, const char *when, void (*end)(struct codec *, int code))
{
    struct zlib_out out;
    PyObject *r = NULL;
    zlib_lock(c->lock);
    if (zlib_out_init(&out, &c->z, ZLIB_BUF_SIZE, -1) == 0) {
        int code = zlib_deflate(&c->z, &out, in, size, flush);
        if (code == Z_STREAM_ERROR)
            zlib_raise(state_of((PyObject *)c), &c->z, code, when);
        else if (code != ZLIB_RAISED && end != NULL)
            end(c, code);
        if (PyErr_Occurred())
            zlib_out_drop(&out);
        else
            r = zlib_out_take(&out, &c->z);
    }
    PyThread_release_lock(c->lock);
    return r;
}

static PyObject *
compress_compress(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    Py_buffer data;
    if (MOD_BIND(a, "compress", args, nargs, kwnames, 1, 1, "") < 0 || PyObject_GetBuffer(a[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *r = compress_part(CODEC(op), data.buf, data.len, Z_NO_FLUSH, "while compressing data", NULL);
    PyBuffer_Release(&data);
    return r;
}

static void
finish_end(struct codec *c, int code)
{
    struct zlib_state *st = state_of((PyObject *)c);
    if (code == Z_STREAM_END) {
        int ended = deflateEnd(&c->z);
        if (ended == Z_OK)
            c->live = false;
        else
            zlib_raise(st, &c->z, ended, "while finishing compression");
    } else if (code != Z_OK && code != Z_BUF_ERROR)
        zlib_raise(st, &c->z, code, "while flushing");
}

static PyObject *
compress_flush(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    int mode;
    if (MOD_BIND(a, "flush", args, nargs, kwnames, 0, 1, "") < 0 || zlib_int_arg(a[0], Z_FINISH, &mode) < 0)
        return NULL;
    if (mode == Z_NO_FLUSH)
        return PyBytes_FromStringAndSize("", 0);
    return compress_part(CODEC(op), NULL, 0, mode, "while flushing", finish_end);
}

/* ---- copying ---- */

/* A copy of the object whose stream `copy` copies. */
static PyObject *
codec_copy(struct codec *from, PyTypeObject *type, int (*copy)(z_stream *to, z_stream *from), const char *what)
{
    char when[64];
    struct codec *c = codec_new(type);
    if (c == NULL)
        return NULL;
    zlib_lock(from->lock);
    int code = copy(&c->z, &from->z);
    if (code == Z_OK) {
        c->live = true;
        Py_XSETREF(c->unused_data, Py_NewRef(from->unused_data));
        Py_XSETREF(c->unconsumed_tail, Py_NewRef(from->unconsumed_tail));
        Py_XSETREF(c->zdict, Py_XNewRef(from->zdict));
        c->eof = from->eof;
    } else if (code == Z_STREAM_ERROR)
        PyErr_SetString(PyExc_ValueError, "Inconsistent stream state");
    else if (code == Z_MEM_ERROR)
        PyErr_Format(PyExc_MemoryError, "Can't allocate memory for %s object", what);
    else {
        PyOS_snprintf(when, sizeof(when), "while copying %s object", what);
        zlib_raise(state_of((PyObject *)from), &from->z, code, when);
    }
    PyThread_release_lock(from->lock);
    if (code != Z_OK)
        Py_CLEAR(c);
    return (PyObject *)c;
}

static int copy_deflate(z_stream *to, z_stream *from) { return deflateCopy(to, from); }
static int copy_inflate(z_stream *to, z_stream *from) { return inflateCopy(to, from); }

static PyObject *
copy_any(PyObject *op)
{
    struct zlib_state *st = state_of(op);
    return Py_TYPE(op) == st->compress ? codec_copy(CODEC(op), st->compress, copy_deflate, "compression")
                                       : codec_copy(CODEC(op), st->decompress, copy_inflate, "decompression");
}

static PyObject *
copy_without_arguments(PyObject *op, Py_ssize_t nargs, PyObject *kwnames, const char *name)
{
    if (nargs != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0))
        return PyErr_Format(PyExc_TypeError, "%s() takes no arguments", name);
    return copy_any(op);
}

static PyObject *
codec_copy_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return copy_without_arguments(op, nargs, kwnames, "copy");
}

static PyObject *
codec___copy__(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return copy_without_arguments(op, nargs, kwnames, "__copy__");
}

static PyObject *
codec___deepcopy__(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *memo;
    return MOD_BIND(&memo, "__deepcopy__", args, nargs, kwnames, 1, 1, "") < 0 ? NULL : copy_any(op);
}

/* ---- decompressing ---- */

/* Keep what inflate() did not take of the input in[0..size): behind the end of the stream it is unused data, else the
 * tail to be given again. 0, or -1 with an exception. */
static int
keep_rest(struct codec *c, const char *in, Py_ssize_t size, int code)
{
    const char *at = (const char *)c->z.next_in;
    Py_ssize_t left = size == 0 ? 0 : in + size - at;
    if (code == Z_STREAM_END && left > 0) {
        Py_ssize_t before = PyBytes_GET_SIZE(c->unused_data);
        if (left > PY_SSIZE_T_MAX - before) {
            PyErr_NoMemory();
            return -1;
        }
        PyObject *all = PyBytes_FromStringAndSize(NULL, before + left);
        if (all == NULL)
            return -1;
        memcpy(PyBytes_AS_STRING(all), PyBytes_AS_STRING(c->unused_data), (size_t)before);
        memcpy(PyBytes_AS_STRING(all) + before, at, (size_t)left);
        Py_SETREF(c->unused_data, all);
        left = 0;
    }
    c->z.avail_in = 0;
    if (left > 0 || PyBytes_GET_SIZE(c->unconsumed_tail) > 0) {
        PyObject *tail = PyBytes_FromStringAndSize(at, left);
        if (tail == NULL)
            return -1;
        Py_SETREF(c->unconsumed_tail, tail);
    }
    return 0;
}

static PyObject *
decompress_view(struct codec *c, Py_buffer *data, Py_ssize_t limit)
{
    struct zlib_state *st = state_of((PyObject *)c);
    struct zlib_out out;
    if (zlib_out_init(&out, &c->z, ZLIB_BUF_SIZE, limit) < 0)
        return NULL;
    int code = zlib_inflate(st, &c->z, &out, data->buf, data->len, Z_SYNC_FLUSH, Z_SYNC_FLUSH, c->zdict);
    if (code != ZLIB_RAISED && keep_rest(c, data->buf, data->len, code) == 0) {
        if (code == Z_STREAM_END)
            c->eof = 1;
        if (code == Z_STREAM_END || code == Z_OK || code == Z_BUF_ERROR)
            return zlib_out_take(&out, &c->z);
        zlib_raise(st, &c->z, code, "while decompressing data");
    }
    zlib_out_drop(&out);
    return NULL;
}

static PyObject *
decompress_decompress(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2], *r = NULL;
    Py_buffer data;
    Py_ssize_t limit;
    if (MOD_BIND(a, "decompress", args, nargs, kwnames, 1, 2, "", "max_length") < 0 || PyObject_GetBuffer(a[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    if (zlib_size_arg(a[1], 0, &limit) == 0) {
        if (limit < 0)
            PyErr_SetString(PyExc_ValueError, "max_length must be non-negative");
        else {
            zlib_lock(CODEC(op)->lock);
            r = decompress_view(CODEC(op), &data, limit == 0 ? -1 : limit);
            PyThread_release_lock(CODEC(op)->lock);
        }
    }
    PyBuffer_Release(&data);
    return r;
}

/* All that the tail still gives; an incomplete or broken rest is no error here. */
static PyObject *
flush_rest(struct codec *c, Py_ssize_t first)
{
    struct zlib_state *st = state_of((PyObject *)c);
    struct zlib_out out;
    PyObject *tail = Py_NewRef(c->unconsumed_tail), *r = NULL;
    Py_ssize_t size = PyBytes_GET_SIZE(tail);
    if (zlib_out_init(&out, &c->z, first, -1) == 0) {
        int code = zlib_inflate(st, &c->z, &out, PyBytes_AS_STRING(tail), size, Z_NO_FLUSH, Z_FINISH, c->zdict);
        int failed = code == ZLIB_RAISED || keep_rest(c, PyBytes_AS_STRING(tail), size, code) < 0;
        if (!failed && code == Z_STREAM_END) {
            c->eof = 1;
            c->live = false;
            int ended = inflateEnd(&c->z);
            if (ended != Z_OK) {
                zlib_raise(st, &c->z, ended, "while finishing decompression");
                failed = 1;
            }
        }
        if (failed)
            zlib_out_drop(&out);
        else
            r = zlib_out_take(&out, &c->z);
    }
    Py_DECREF(tail);
    return r;
}

static PyObject *
decompress_flush(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[1];
    Py_ssize_t first;
    if (MOD_BIND(a, "flush", args, nargs, kwnames, 0, 1, "") < 0 || zlib_size_arg(a[0], ZLIB_BUF_SIZE, &first) < 0)
        return NULL;
    if (first <= 0) {
        PyErr_SetString(PyExc_ValueError, "length must be greater than zero");
        return NULL;
    }
    zlib_lock(CODEC(op)->lock);
    PyObject *r = flush_rest(CODEC(op), first);
    PyThread_release_lock(CODEC(op)->lock);
    return r;
}

/* ---- the types ---- */

#define M(name, function, signature, doc) {name, MOD_FASTKW(function), METH_FASTCALL | METH_KEYWORDS, name signature "\n--\n\n" doc}
#define COPIES \
    M("copy", codec_copy_method, "($self, /)", "A copy of the object in its present state."), \
    M("__copy__", codec___copy__, "($self, /)", "As copy()."), \
    M("__deepcopy__", codec___deepcopy__, "($self, memo, /)", "As copy().")

static PyMethodDef compress_methods[] = {
    M("compress", compress_compress, "($self, data, /)", "Compress more data; what is ready of the result."),
    M("flush", compress_flush, "($self, mode=zlib.Z_FINISH, /)", "What is left of the result; by default the stream ends."),
    COPIES,
    {NULL}
};
static PyType_Slot compress_slots[] = {
    {Py_tp_dealloc, compress_dealloc}, {Py_tp_methods, compress_methods}, {0, NULL} };
PyType_Spec zlib_compress_spec = {
    "zlib.Compress", sizeof(struct codec), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, compress_slots };

static PyMethodDef decompress_methods[] = {
    M("decompress", decompress_decompress, "($self, data, /, max_length=0)", "Decompress more data, to at most max_length bytes if that is not 0."),
    M("flush", decompress_flush, "($self, length=zlib.DEF_BUF_SIZE, /)", "What the unconsumed tail still gives."),
    COPIES,
    {NULL}
};
static PyMemberDef decompress_members[] = {
    {"unused_data", Py_T_OBJECT_EX, offsetof(struct codec, unused_data), Py_READONLY},
    {"unconsumed_tail", Py_T_OBJECT_EX, offsetof(struct codec, unconsumed_tail), Py_READONLY},
    {"eof", Py_T_BOOL, offsetof(struct codec, eof), Py_READONLY},
    {NULL}
};
static PyType_Slot decompress_slots[] = {
    {Py_tp_dealloc, decompress_dealloc}, {Py_tp_methods, decompress_methods}, {Py_tp_members, decompress_members}, {0, NULL} };
PyType_Spec zlib_decompress_spec = {
    "zlib.Decompress", sizeof(struct codec), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, decompress_slots };
