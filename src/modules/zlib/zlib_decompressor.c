/* modules/zlib/zlib_decompressor.c: _ZlibDecompressor: decompresses step by step and keeps the input it has not used.
 *
 * Invariant: between calls `pending` input bytes start at z.next_in, inside the object's own buffer, and avail_in is 0. */
#include "modules/zlib/zlib_impl.h"

#include "modules/modargs.h"

struct stepper {
    PyObject ob_base;
    z_stream z;
    PyObject *zdict;                /* buffer, or NULL */
    PyThread_type_lock lock;
    PyObject *unused_data;          /* what followed the end of the stream */
    char *buffer;                   /* own copy of pending input, or NULL */
    Py_ssize_t capacity, pending;
    bool live;                      /* the stream holds memory of libz */
    char eof, needs_input;
};
_Static_assert(sizeof(struct stepper) == 184, "as in the ABI tables");

#define STEPPER(op) ((struct stepper *)(op))

static void
stepper_dealloc(PyObject *op)
{
    struct stepper *s = STEPPER(op);
    PyTypeObject *type = Py_TYPE(op);
    if (s->live)
        inflateEnd(&s->z);
    if (s->lock != NULL)
        PyThread_free_lock(s->lock);
    PyMem_Free(s->buffer);
    Py_XDECREF(s->unused_data);
    Py_XDECREF(s->zdict);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
stepper_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "wbits", "zdict", NULL };
    int wbits = MAX_WBITS;
    PyObject *zdict = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iO:_ZlibDecompressor", names, &wbits, &zdict))
        return NULL;
    struct stepper *s = (struct stepper *)type->tp_alloc(type, 0);
    if (s == NULL)
        return NULL;
    struct zlib_state *st = PyType_GetModuleState(type);
    zlib_stream_init(&s->z);
    s->needs_input = 1;
    s->zdict = Py_XNewRef(zdict);
    s->unused_data = PyBytes_FromStringAndSize("", 0);
    s->lock = PyThread_allocate_lock();
    if (s->lock == NULL)
        PyErr_SetString(PyExc_MemoryError, "Unable to allocate lock");
    else if (s->unused_data != NULL) {
        int code = inflateInit2(&s->z, wbits);
        if (code != Z_OK)
            zlib_raise_init(st, &s->z, code, "decompression");
        else {
            s->live = true;
            if (zdict == NULL || wbits >= 0 || zlib_set_dictionary(st, &s->z, zdict) == 0)
                return (PyObject *)s;
        }
    }
    Py_DECREF(s);
    return NULL;
}

/* Put data behind the pending input; it moves to the front of the buffer when there is no room behind it. */
static int
append_input(struct stepper *s, const char *data, Py_ssize_t size)
{
    Py_ssize_t start = s->pending > 0 ? (char *)s->z.next_in - s->buffer : 0;
    if (size > PY_SSIZE_T_MAX - s->pending) {
        PyErr_NoMemory();
        return -1;
    }
    if (size > s->capacity - start - s->pending) {
        if (start > 0)
            memmove(s->buffer, s->buffer + start, (size_t)s->pending);
        start = 0;
        if (size > s->capacity - s->pending) {
            char *more = PyMem_Realloc(s->buffer, (size_t)(s->pending + size));
            if (more == NULL) {
                s->z.next_in = (Bytef *)s->buffer;
                PyErr_NoMemory();
                return -1;
            }
            s->buffer = more;
            s->capacity = s->pending + size;
        }
    }
    if (size > 0)
        memcpy(s->buffer + start + s->pending, data, (size_t)size);
    s->z.next_in = (Bytef *)s->buffer + start;
    s->pending += size;
    return 0;
}

/* Note what is left of the input after a step: 0, or -1 with an exception. */
static int
keep_rest(struct stepper *s, const char *at, Py_ssize_t left, bool is_own)
{
    s->z.avail_in = 0;
    s->needs_input = !s->eof && left == 0;
    if (s->eof) {
        s->pending = 0;
        if (left > 0) {
            PyObject *rest = PyBytes_FromStringAndSize(at, left);
            if (rest == NULL)
                return -1;
            Py_SETREF(s->unused_data, rest);
        }
        return 0;
    }
    if (is_own || left == 0) {
        s->pending = left;
        return 0;
    }
    s->pending = 0;
    return append_input(s, at, left);
}

static PyObject *
stepper_step(struct stepper *s, Py_buffer *data, Py_ssize_t limit)
{
    struct zlib_state *st = PyType_GetModuleState(Py_TYPE(s));
    bool is_own = s->pending > 0;
    if (is_own && append_input(s, data->buf, data->len) < 0)
        return NULL;
    char *in = is_own ? (char *)s->z.next_in : data->buf;
    Py_ssize_t size = is_own ? s->pending : data->len;
    struct zlib_out out;
    if (zlib_out_init(&out, &s->z, ZLIB_BUF_SIZE, limit) < 0)
        return NULL;
    int code = zlib_inflate(st, &s->z, &out, in, size, Z_SYNC_FLUSH, Z_SYNC_FLUSH, s->zdict);
    Py_ssize_t used = size == 0 ? 0 : (char *)s->z.next_in - in;
    s->eof = code == Z_STREAM_END;
    if (keep_rest(s, in + used, size - used, is_own) == 0 && code != ZLIB_RAISED) {
        if (code == Z_STREAM_END || code == Z_OK || code == Z_BUF_ERROR)
            return zlib_out_take(&out, &s->z);
        zlib_raise(st, &s->z, code, "while decompressing data");
    }
    zlib_out_drop(&out);
    return NULL;
}

static PyObject *
stepper_decompress(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct stepper *s = STEPPER(op);
    PyObject *a[2], *r = NULL;
    Py_buffer data;
    Py_ssize_t limit;
    if (MOD_BIND(a, "decompress", args, nargs, kwnames, 1, 2, "data", "max_length") < 0 || PyObject_GetBuffer(a[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    if (zlib_size_arg(a[1], -1, &limit) == 0) {
        zlib_lock(s->lock);
        if (s->eof)
            PyErr_SetString(PyExc_EOFError, "End of stream already reached");
        else
            r = stepper_step(s, &data, limit < 0 ? -1 : limit);
        PyThread_release_lock(s->lock);
    }
    PyBuffer_Release(&data);
    return r;
}

static PyMethodDef methods[] = {
    {"decompress", MOD_FASTKW(stepper_decompress), METH_FASTCALL | METH_KEYWORDS,
     "decompress($self, /, data, max_length=-1)\n--\n\nDecompress data, to at most max_length bytes if that is not negative."},
    {NULL}
};
static PyMemberDef members[] = {
    {"eof", Py_T_BOOL, offsetof(struct stepper, eof), Py_READONLY, "Was the end of the stream seen?"},
    {"unused_data", Py_T_OBJECT_EX, offsetof(struct stepper, unused_data), Py_READONLY, "What followed the end of the stream."},
    {"needs_input", Py_T_BOOL, offsetof(struct stepper, needs_input), Py_READONLY, "Is more input needed to go on?"},
    {NULL}
};
static PyType_Slot slots[] = {
    {Py_tp_dealloc, stepper_dealloc}, {Py_tp_methods, methods}, {Py_tp_members, members}, {Py_tp_new, stepper_new},
    {Py_tp_doc, "_ZlibDecompressor(wbits=15, zdict=b\'\')\n--\n\nDecompress step by step, keeping the input not yet used."}, {0, NULL} };
PyType_Spec zlib_decompressor_spec = {
    "zlib._ZlibDecompressor", sizeof(struct stepper), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots };
