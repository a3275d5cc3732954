/* modules/io/text_write.c: writing text. */
#include "modules/io/text.h"

PyAPI_FUNC(PyObject *) _PyUnicode_AsUTF8String(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsLatin1String(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsASCIIString(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF16(PyObject *, const char *, int);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF32(PyObject *, const char *, int);

/* ---- encoders that need no call of Python code ---- */

static const char *errors_of(struct text *t) { return PyUnicode_AsUTF8(t->errors); }

static PyObject *encode_utf8(struct text *t, PyObject *s) { return _PyUnicode_AsUTF8String(s, errors_of(t)); }
static PyObject *encode_latin1(struct text *t, PyObject *s) { return _PyUnicode_AsLatin1String(s, errors_of(t)); }
static PyObject *encode_ascii(struct text *t, PyObject *s) { return _PyUnicode_AsASCIIString(s, errors_of(t)); }
static PyObject *encode_utf16le(struct text *t, PyObject *s) { return _PyUnicode_EncodeUTF16(s, errors_of(t), -1); }
static PyObject *encode_utf16be(struct text *t, PyObject *s) { return _PyUnicode_EncodeUTF16(s, errors_of(t), 1); }
static PyObject *encode_utf32le(struct text *t, PyObject *s) { return _PyUnicode_EncodeUTF32(s, errors_of(t), -1); }
static PyObject *encode_utf32be(struct text *t, PyObject *s) { return _PyUnicode_EncodeUTF32(s, errors_of(t), 1); }

static PyObject *
encode_utf16(struct text *t, PyObject *s)
{
    return t->encoding_start_of_stream ? _PyUnicode_EncodeUTF16(s, errors_of(t), 0) : encode_utf16le(t, s);
}

static PyObject *
encode_utf32(struct text *t, PyObject *s)
{
    return t->encoding_start_of_stream ? _PyUnicode_EncodeUTF32(s, errors_of(t), 0) : encode_utf32le(t, s);
}

text_encoder
text_fast_encoder(const char *name)
{
    static const struct { const char *name; text_encoder encoder; } table[] = {
        { "ascii", encode_ascii }, { "iso8859-1", encode_latin1 }, { "utf-8", encode_utf8 },
        { "utf-16-be", encode_utf16be }, { "utf-16-le", encode_utf16le }, { "utf-16", encode_utf16 },
        { "utf-32-be", encode_utf32be }, { "utf-32-le", encode_utf32le }, { "utf-32", encode_utf32 },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(table); i++)
        if (strcmp(name, table[i].name) == 0)
            return table[i].encoder;
    return NULL;
}

/* ---- pending bytes ---- */

static const char *
piece(PyObject *op, Py_ssize_t *n)
{
    if (PyUnicode_Check(op)) {       /* ASCII: its characters are its bytes */
        *n = PyUnicode_GET_LENGTH(op);
        return (const char *)PyUnicode_1BYTE_DATA(op);
    }
    *n = PyBytes_GET_SIZE(op);
    return PyBytes_AS_STRING(op);
}

static OWNED PyObject *
join_pending(PyObject *list, Py_ssize_t total)
{
    if (PyList_GET_SIZE(list) == 1 && PyBytes_Check(PyList_GET_ITEM(list, 0)))
        return Py_NewRef(PyList_GET_ITEM(list, 0));
    PyObject *all = PyBytes_FromStringAndSize(NULL, total);
    char *out = all == NULL ? NULL : PyBytes_AS_STRING(all);
    for (Py_ssize_t i = 0; all != NULL && i < PyList_GET_SIZE(list); i++) {
        Py_ssize_t n;
        const char *p = piece(PyList_GET_ITEM(list, i), &n);
        memcpy(out, p, n);
        out += n;
    }
    return all;
}

int
text_write_pending(struct text *t)
{
    if (t->pending == NULL)
        return 0;
    PyObject *list = t->pending, *result;
    PyObject *all = join_pending(list, t->pending_count);
    if (all == NULL)
        return -1;
    t->pending = NULL;               /* before the call, which may come back to us */
    t->pending_count = 0;
    Py_DECREF(list);
    do {
        result = t->buffer == NULL ? NULL : io_call1(t->buffer, NAME(write), all);
    } while (result == NULL && io_trap_eintr());
    Py_DECREF(all);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
add_pending(struct text *t, PyObject *op)
{
    Py_ssize_t n;
    if (t->pending == NULL) {
        t->pending = PyList_New(0);
        t->pending_count = 0;
        if (t->pending == NULL)
            return -1;
    }
    piece(op, &n);
    if (PyList_Append(t->pending, op) < 0)
        return -1;
    t->pending_count += n;
    return 0;
}

/* ---- write() ---- */

/* The bytes of text, or text itself when its characters are its bytes; new reference. */
static OWNED PyObject *
encode(struct text *t, PyObject *text)
{
    PyObject *bytes;
    if (t->encodefunc != NULL) {
        if (PyUnicode_IS_ASCII(text)
            && (t->encodefunc == encode_utf8 || t->encodefunc == encode_latin1 || t->encodefunc == encode_ascii))
            return Py_NewRef(text);
        bytes = t->encodefunc(t, text);
        t->encoding_start_of_stream = 0;
    }
    else
        bytes = io_call1(t->encoder, NAME(encode), text);
    if (bytes != NULL && !PyBytes_Check(bytes)) {
        PyErr_Format(PyExc_TypeError, "encoder should return a bytes object, not '%.200s'", Py_TYPE(bytes)->tp_name);
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* text (stolen) with '\n' as the stream writes it. */
static OWNED PyObject *
translate(struct text *t, PyObject *text)
{
    PyObject *lf = PyUnicode_FromOrdinal('\n'), *nl = PyUnicode_FromString(t->writenl), *r = NULL;
    if (lf != NULL && nl != NULL)
        r = PyUnicode_Replace(text, lf, nl, -1);
    Py_XDECREF(lf);
    Py_XDECREF(nl);
    Py_DECREF(text);
    return r;
}

/* Puts encoded bytes (stolen) among the pending ones, and writes when a chunk is full. */
static int
store(struct text *t, PyObject *bytes, bool at_once)
{
    Py_ssize_t n;
    int rc = 0;
    piece(bytes, &n);
    while (rc == 0 && t->pending != NULL && t->pending_count + n > t->chunk_size)
        rc = text_write_pending(t);  /* again if the buffer itself has written to us meanwhile */
    if (rc == 0)
        rc = add_pending(t, bytes);
    if (rc == 0 && (t->pending_count >= t->chunk_size || at_once))
        rc = text_write_pending(t);
    Py_DECREF(bytes);
    return rc;
}

PyObject *
text_write(PyObject *self, PyObject *arg)
{
    struct text *t = TEXT(self);
    if (!PyUnicode_Check(arg)) {
        _PyArg_BadArgument("write", "argument", "str", arg);
        return NULL;
    }
    if (text_check_attached(t) < 0 || text_check_open(t) < 0)
        return NULL;
    if (t->encoder == NULL)
        return io_unsupported(t->state, "not writable");
    Py_ssize_t length = PyUnicode_GET_LENGTH(arg);
    bool haslf = false, flush = false;
    PyObject *text = Py_NewRef(arg);
    if ((t->writetranslate && t->writenl != NULL) || t->line_buffering)
        haslf = PyUnicode_FindChar(text, '\n', 0, length, 1) >= 0;
    if (haslf && t->writetranslate && t->writenl != NULL) {
        text = translate(t, text);
        if (text == NULL)
            return NULL;
    }
    if (t->line_buffering && (haslf || PyUnicode_FindChar(text, '\r', 0, PyUnicode_GET_LENGTH(text), 1) >= 0))
        flush = true;
    PyObject *bytes = encode(t, text);
    Py_DECREF(text);
    if (bytes == NULL || store(t, bytes, flush || t->write_through) < 0)
        return NULL;
    if (flush) {
        PyObject *result = io_call(t->buffer, NAME(flush));
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    if (t->snapshot != NULL) {       /* what was read ahead no longer follows the position */
        text_set_decoded(t, NULL);
        Py_CLEAR(t->snapshot);
    }
    if (t->decoder != NULL) {
        PyObject *result = io_call(t->decoder, NAME(reset));
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    return PyLong_FromSsize_t(length);
}
