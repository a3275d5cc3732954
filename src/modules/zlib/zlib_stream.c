/* modules/zlib/zlib_stream.c: streams of libz between Python buffers: growing results, long inputs, errors.
 *
 * Idea:      libz counts in 32 bits. Inputs are handed over in parts of at most UINT_MAX bytes; the result is one bytes
 *            object that doubles, of which at most UINT_MAX bytes are offered at a time.
 * Invariant: while a result grows, next_out lies inside its bytes object: the difference is what has been written. */
#include "modules/zlib/zlib_impl.h"

#include <limits.h>

/* ---- memory ---- */

static voidpf
stream_alloc(voidpf unused, uInt items, uInt size)
{
    if (size != 0 && items > (size_t)PY_SSIZE_T_MAX / size)
        return NULL;
    return PyMem_RawMalloc((size_t)items * size);
}

static void
stream_free(voidpf unused, voidpf p)
{
    PyMem_RawFree(p);
}

void
zlib_stream_init(z_stream *z)
{
    *z = (z_stream){ .zalloc = stream_alloc, .zfree = stream_free };
}

void
zlib_lock(PyThread_type_lock lock)
{
    if (PyThread_acquire_lock(lock, 0))
        return;
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(lock, 1);
    Py_END_ALLOW_THREADS
}

/* ---- errors ---- */

PyObject *
zlib_raise(struct zlib_state *st, const z_stream *z, int code, const char *when)
{
    const char *why = code == Z_VERSION_ERROR ? "library version mismatch" : z->msg;
    if (why == NULL)
        why = code == Z_BUF_ERROR ? "incomplete or truncated stream"
            : code == Z_STREAM_ERROR ? "inconsistent stream state"
            : code == Z_DATA_ERROR ? "invalid input data" : NULL;
    if (why == NULL)
        PyErr_Format(st->error, "Error %d %s", code, when);
    else
        PyErr_Format(st->error, "Error %d %s: %.200s", code, when, why);
    return NULL;
}

void
zlib_raise_init(struct zlib_state *st, const z_stream *z, int code, const char *what)
{
    char when[64];
    if (code == Z_STREAM_ERROR)
        PyErr_SetString(PyExc_ValueError, "Invalid initialization option");
    else if (code == Z_MEM_ERROR)
        PyErr_Format(PyExc_MemoryError, "Can't allocate memory for %s object", what);
    else {
        PyOS_snprintf(when, sizeof(when), "while creating %s object", what);
        zlib_raise(st, z, code, when);
    }
}

/* ---- arguments ---- */

int
zlib_int_arg(PyObject *arg, int fallback, int *out)
{
    *out = arg == NULL ? fallback : PyLong_AsInt(arg);
    return arg != NULL && *out == -1 && PyErr_Occurred() ? -1 : 0;
}

int
zlib_size_arg(PyObject *arg, Py_ssize_t fallback, Py_ssize_t *out)
{
    *out = fallback;
    if (arg == NULL)
        return 0;
    PyObject *index = PyNumber_Index(arg);
    if (index == NULL)
        return -1;
    *out = PyLong_AsSsize_t(index);
    Py_DECREF(index);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

/* ---- results ---- */

static void
offer(struct zlib_out *out, z_stream *z, Py_ssize_t used)
{
    Py_ssize_t room = PyBytes_GET_SIZE(out->bytes) - used;
    z->next_out = (Bytef *)PyBytes_AS_STRING(out->bytes) + used;
    z->avail_out = room > (Py_ssize_t)UINT_MAX ? UINT_MAX : (uInt)room;
}

int
zlib_out_init(struct zlib_out *out, z_stream *z, Py_ssize_t first, Py_ssize_t limit)
{
    out->limit = limit;
    out->bytes = PyBytes_FromStringAndSize(NULL, limit >= 0 && first > limit ? limit : first);
    if (out->bytes == NULL)
        return -1;
    offer(out, z, 0);
    return 0;
}

static Py_ssize_t
written(struct zlib_out *out, z_stream *z)
{
    return (char *)z->next_out - PyBytes_AS_STRING(out->bytes);
}

/* More room after avail_out came to 0: 1, 0 if the limit is reached, -1 with an exception. */
static int
out_grow(struct zlib_out *out, z_stream *z)
{
    Py_ssize_t used = written(out, z), size = PyBytes_GET_SIZE(out->bytes);
    if (used == size) {
        if (size == out->limit)
            return 0;
        if (size > PY_SSIZE_T_MAX / 4) {
            PyErr_NoMemory();
            return -1;
        }
        size = size < 32 ? 64 : size * 2;
        if (out->limit >= 0 && size > out->limit)
            size = out->limit;
        if (_PyBytes_Resize(&out->bytes, size) < 0)
            return -1;
    }
    offer(out, z, used);
    return 1;
}

PyObject *
zlib_out_take(struct zlib_out *out, z_stream *z)
{
    Py_ssize_t n = written(out, z);
    if (n != PyBytes_GET_SIZE(out->bytes) && _PyBytes_Resize(&out->bytes, n) < 0)
        return NULL;
    return out->bytes;
}

void
zlib_out_drop(struct zlib_out *out)
{
    Py_CLEAR(out->bytes);
}

/* ---- the two loops ---- */

static void
next_part(z_stream *z, Py_ssize_t *left)
{
    z->avail_in = *left > (Py_ssize_t)UINT_MAX ? UINT_MAX : (uInt)*left;
    *left -= (Py_ssize_t)z->avail_in;
}

int
zlib_deflate(z_stream *z, struct zlib_out *out, const void *in, Py_ssize_t size, int flush)
{
    int code;
    z->next_in = (Bytef *)in;
    do {
        next_part(z, &size);
        do {
            if (z->avail_out == 0 && out_grow(out, z) < 0)
                return ZLIB_RAISED;
            Py_BEGIN_ALLOW_THREADS
            code = deflate(z, size == 0 ? flush : Z_NO_FLUSH);
            Py_END_ALLOW_THREADS
            if (code == Z_STREAM_ERROR)
                return code;
        } while (z->avail_out == 0);
    } while (size > 0);
    return code;
}

int
zlib_set_dictionary(struct zlib_state *st, z_stream *z, PyObject *zdict)
{
    Py_buffer view;
    if (PyObject_GetBuffer(zdict, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int code = Z_OK;
    if ((size_t)view.len > UINT_MAX)
        PyErr_SetString(PyExc_OverflowError, "zdict length does not fit in an unsigned int");
    else if ((code = inflateSetDictionary(z, view.buf, (uInt)view.len)) != Z_OK)
        zlib_raise(st, z, code, "while setting zdict");
    PyBuffer_Release(&view);
    return PyErr_Occurred() ? -1 : 0;
}

int
zlib_inflate(struct zlib_state *st, z_stream *z, struct zlib_out *out, const void *in, Py_ssize_t size, int flush, int last, PyObject *zdict)
{
    int code = Z_OK;
    z->next_in = (Bytef *)in;
    do {
        next_part(z, &size);
        do {
            int room = z->avail_out > 0 ? 1 : out_grow(out, z);
            if (room <= 0)
                return room < 0 ? ZLIB_RAISED : code;
            Py_BEGIN_ALLOW_THREADS
            code = inflate(z, size == 0 ? last : flush);
            Py_END_ALLOW_THREADS
            if (code == Z_NEED_DICT && zdict != NULL) {
                if (zlib_set_dictionary(st, z, zdict) < 0)
                    return ZLIB_RAISED;
            } else if (code != Z_OK && code != Z_BUF_ERROR)
                return code;
        } while (z->avail_out == 0 || code == Z_NEED_DICT);
    } while (size > 0);
    return code;
}
