/* object/text/codec_error.c: what decoders and encoders do when they cannot go on.
 *
 * The handlers strict, ignore, replace and (for byte-wise codecs) surrogateescape are done here without looking
 * anything up; all others are called through the registry with one exception object that is reused. */
#include "object/text/codec.h"

#include <string.h>

#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/thread.h"

enum codec_errors codec_errors_kind(const char *errors)
{
    static const struct { const char *name; enum codec_errors kind; } names[] = {
        { "strict", CODEC_STRICT }, { "surrogateescape", CODEC_SURROGATEESCAPE }, { "replace", CODEC_REPLACE },
        { "ignore", CODEC_IGNORE }, { "backslashreplace", CODEC_BACKSLASHREPLACE },
        { "surrogatepass", CODEC_SURROGATEPASS }, { "xmlcharrefreplace", CODEC_XMLCHARREFREPLACE },
    };
    if (errors == NULL)
        return CODEC_STRICT;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (strcmp(errors, names[i].name) == 0)
            return names[i].kind;
    return CODEC_OTHER;
}

void codec_raise_decode(const char *encoding, const char *s, Py_ssize_t n, Py_ssize_t at, Py_ssize_t upto, const char *reason)
{
    PyObject *exc = PyUnicodeDecodeError_Create(encoding, s, n, at, upto, reason);
    if (exc != NULL) {
        PyErr_SetObject(PyExc_UnicodeDecodeError, exc);
        Py_DECREF(exc);
    }
}

static PyObject *make_encode_error(const char *encoding, PyObject *s, Py_ssize_t at, Py_ssize_t upto, const char *reason)
{
    return PyObject_CallFunction(PyExc_UnicodeEncodeError, "sOnns", encoding, s, at, upto, reason);
}

void codec_raise_encode(const char *encoding, PyObject *s, Py_ssize_t at, Py_ssize_t upto, const char *reason)
{
    PyObject *exc = make_encode_error(encoding, s, at, upto, reason);
    if (exc != NULL) {
        PyErr_SetObject(PyExc_UnicodeEncodeError, exc);
        Py_DECREF(exc);
    }
}

/* The (replacement, position) that a handler answered: replacement borrowed from result. */
static PyObject *check_answer(PyObject *result, bool bytes_too, const char *message, Py_ssize_t *pos)
{
    if (!PyTuple_Check(result) || PyTuple_GET_SIZE(result) != 2) {
        PyErr_SetString(PyExc_TypeError, message);
        return NULL;
    }
    PyObject *rep = PyTuple_GET_ITEM(result, 0), *at = PyTuple_GET_ITEM(result, 1);
    if ((!PyUnicode_Check(rep) && !(bytes_too && PyBytes_Check(rep))) || !PyLong_Check(at)) {
        PyErr_SetString(PyExc_TypeError, message);
        return NULL;
    }
    *pos = PyLong_AsSsize_t(at);
    return *pos == -1 && PyErr_Occurred() ? NULL : rep;
}

static int check_position(Py_ssize_t *pos, Py_ssize_t n)
{
    Py_ssize_t given = *pos;
    if (given < 0)
        *pos += n;
    if (*pos >= 0 && *pos <= n)
        return 0;
    PyErr_Format(PyExc_IndexError, "position %zd from error handler out of bounds", given < 0 ? *pos : given);
    return -1;
}

/* ---- decoding ---- */

void codec_decoder_init(struct codec_decoder *d, const char *encoding, const char *errors, const char *s, Py_ssize_t n)
{
    memset(d, 0, sizeof(*d));
    d->encoding = encoding;
    d->errors = errors;
    d->start = d->pos = s;
    d->end = s + n;
    _PyUnicodeWriter_Init(&d->out);
    d->out.min_length = n;
    d->out.overallocate = 1;
}

static int set_decode_error(struct codec_decoder *d, Py_ssize_t at, Py_ssize_t upto, const char *reason)
{
    if (d->exc == NULL) {
        d->exc = PyUnicodeDecodeError_Create(d->encoding, d->start, d->end - d->start, at, upto, reason);
        return d->exc == NULL ? -1 : 0;
    }
    if (PyUnicodeDecodeError_SetStart(d->exc, at) < 0 || PyUnicodeDecodeError_SetEnd(d->exc, upto) < 0)
        return -1;
    return PyUnicodeDecodeError_SetReason(d->exc, reason);
}

/* The handler may have set exc.object: decoding goes on in that. */
static int take_object(struct codec_decoder *d)
{
    PyObject *object = PyUnicodeDecodeError_GetObject(d->exc);
    if (object == NULL)
        return -1;
    if (!PyBytes_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "exception attribute object must be bytes");
        Py_DECREF(object);
        return -1;
    }
    Py_XSETREF(d->object, object);
    d->start = PyBytes_AS_STRING(object);
    d->end = d->start + PyBytes_GET_SIZE(object);
    return 0;
}

static int call_decode_handler(struct codec_decoder *d, const char *at, const char *upto, const char *reason)
{
    if (d->handler == NULL && (d->handler = PyCodec_LookupError(d->errors)) == NULL)
        return -1;
    Py_ssize_t left = d->end - upto, pos;
    if (set_decode_error(d, at - d->start, upto - d->start, reason) < 0)
        return -1;
    PyObject *result = PyObject_CallOneArg(d->handler, d->exc);
    if (result == NULL)
        return -1;
    PyObject *rep = check_answer(result, false, "decoding error handler must return (str, int) tuple", &pos);
    if (rep == NULL || take_object(d) < 0 || check_position(&pos, d->end - d->start) < 0) {
        Py_DECREF(result);
        return -1;
    }
    d->pos = d->start + pos;
    Py_ssize_t more = str_len(rep) + (d->end - d->pos);        /* what may still come: the buffer grows at once */
    if (more > left && d->out.min_length < d->out.pos + more)
        d->out.min_length = d->out.pos + more;
    int r = _PyUnicodeWriter_WriteStr(&d->out, rep);
    Py_DECREF(result);
    return r;
}

static int escape_bytes(struct codec_decoder *d, const char *at, const char *upto)
{
    for (; at < upto; at++)
        if (_PyUnicodeWriter_WriteChar(&d->out, 0xdc00 + (unsigned char)*at) < 0)
            return -1;
    d->pos = upto;
    return 0;
}

int codec_decode_error(struct codec_decoder *d, const char *at, const char *upto, const char *reason)
{
    if (d->kind == CODEC_UNKNOWN)
        d->kind = codec_errors_kind(d->errors);
    d->pos = upto;
    switch (d->kind) {
    case CODEC_STRICT:
        if (d->exc == NULL) {
            codec_raise_decode(d->encoding, d->start, d->end - d->start, at - d->start, upto - d->start, reason);
            return -1;
        }
        break;
    case CODEC_IGNORE:
        return 0;
    case CODEC_REPLACE:
        return _PyUnicodeWriter_WriteChar(&d->out, 0xfffd);
    case CODEC_SURROGATEESCAPE:
        if (d->escape_high_only && upto > at && bytes_ascii_prefix(at, 1) == 0)
            return escape_bytes(d, at, upto);
        break;
    default:
        break;
    }
    return call_decode_handler(d, at, upto, reason);
}

PyObject *codec_decoder_abandon(struct codec_decoder *d)
{
    Py_CLEAR(d->handler);
    Py_CLEAR(d->exc);
    Py_CLEAR(d->object);
    _PyUnicodeWriter_Dealloc(&d->out);
    return NULL;
}

PyObject *codec_decoder_finish(struct codec_decoder *d)
{
    PyObject *s = _PyUnicodeWriter_Finish(&d->out);
    codec_decoder_abandon(d);
    return s;
}

/* ---- encoding ---- */

void codec_encoder_init(struct codec_encoder *e, const char *encoding, const char *errors, PyObject *s)
{
    memset(e, 0, sizeof(*e));
    e->encoding = encoding;
    e->errors = errors;
    e->str = s;
}

void codec_encoder_release(struct codec_encoder *e)
{
    Py_CLEAR(e->handler);
    Py_CLEAR(e->exc);
}

static int set_encode_error(struct codec_encoder *e, Py_ssize_t at, Py_ssize_t upto, const char *reason)
{
    if (e->exc == NULL) {
        e->exc = make_encode_error(e->encoding, e->str, at, upto, reason);
        return e->exc == NULL ? -1 : 0;
    }
    if (PyUnicodeEncodeError_SetStart(e->exc, at) < 0 || PyUnicodeEncodeError_SetEnd(e->exc, upto) < 0)
        return -1;
    return PyUnicodeEncodeError_SetReason(e->exc, reason);
}

PyObject *codec_encode_error(struct codec_encoder *e, Py_ssize_t at, Py_ssize_t upto, const char *reason, Py_ssize_t *next)
{
    if (e->kind == CODEC_UNKNOWN)
        e->kind = codec_errors_kind(e->errors);
    *next = upto;
    if (e->kind == CODEC_IGNORE)
        return str_empty();
    if (e->kind == CODEC_STRICT) {
        codec_raise_encode(e->encoding, e->str, at, upto, reason);
        return NULL;
    }
    if (e->handler == NULL && (e->handler = PyCodec_LookupError(e->errors)) == NULL)
        return NULL;
    if (set_encode_error(e, at, upto, reason) < 0)
        return NULL;
    PyObject *result = PyObject_CallOneArg(e->handler, e->exc);
    if (result == NULL)
        return NULL;
    PyObject *rep = check_answer(result, true, "encoding error handler must return (str/bytes, int) tuple", next);
    if (rep != NULL)
        rep = check_position(next, str_len(e->str)) < 0 ? NULL : Py_NewRef(rep);
    Py_DECREF(result);
    return rep;
}

/* ---- growing bytes ---- */

int byte_out_init(struct byte_out *b, Py_ssize_t size)
{
    size = Py_MAX(size, 16);
    b->obj = PyBytes_FromStringAndSize(NULL, size);
    if (b->obj == NULL)
        return -1;
    b->p = PyBytes_AS_STRING(b->obj);
    b->end = b->p + size;
    return 0;
}

int byte_out_room(struct byte_out *b, Py_ssize_t n)
{
    if (b->end - b->p >= n)
        return 0;
    Py_ssize_t used = b->p - PyBytes_AS_STRING(b->obj);
    if (n > PY_SSIZE_T_MAX - used - used / 4 - 64) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t size = used + n + used / 4 + 32;
    if (_PyBytes_Resize(&b->obj, size) < 0)
        return -1;
    b->p = PyBytes_AS_STRING(b->obj) + used;
    b->end = PyBytes_AS_STRING(b->obj) + size;
    return 0;
}

int byte_out_write(struct byte_out *b, const void *s, Py_ssize_t n)
{
    if (byte_out_room(b, n) < 0)
        return -1;
    memcpy(b->p, s, n);
    b->p += n;
    return 0;
}

PyObject *byte_out_finish(struct byte_out *b)
{
    Py_ssize_t n = b->p - PyBytes_AS_STRING(b->obj);
    if (n <= 1) {
        PyObject *small = PyBytes_FromStringAndSize(PyBytes_AS_STRING(b->obj), n);
        Py_CLEAR(b->obj);
        return small;
    }
    if (n != PyBytes_GET_SIZE(b->obj))
        _PyBytes_Resize(&b->obj, n);
    return b->obj;
}

void byte_out_drop(struct byte_out *b) { Py_CLEAR(b->obj); }
