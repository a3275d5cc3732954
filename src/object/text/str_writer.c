/* object/text/str_writer.c: _PyUnicodeWriter, a string that grows at its end.
 *
 * The struct is public: extensions keep it on their stack. While `readonly` is set the buffer is a string given
 * to WriteStr as the first and so far only piece, so that writing one string copies nothing. `kind` is 0 before
 * there is a buffer, so that every write takes the slow path once. */
#include "object/text/str.h"

#include <string.h>

#include "object/core/err.h"
#include "rt/thread.h"

static void update(_PyUnicodeWriter *w)
{
    w->maxchar = PyUnicode_MAX_CHAR_VALUE(w->buffer);
    w->data = PyUnicode_DATA(w->buffer);
    if (w->readonly) {
        w->kind = 0;                       /* makes the next write prepare a buffer of its own */
        w->size = 0;
    }
    else {
        w->kind = PyUnicode_KIND(w->buffer);
        w->size = PyUnicode_GET_LENGTH(w->buffer);
    }
}

void _PyUnicodeWriter_Init(_PyUnicodeWriter *w) { memset(w, 0, sizeof(*w)); }

int _PyUnicodeWriter_PrepareInternal(_PyUnicodeWriter *w, Py_ssize_t length, Py_UCS4 maxchar)
{
    if (length > PY_SSIZE_T_MAX - w->pos) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t need = w->pos + length;
    maxchar = Py_MAX(maxchar, w->min_char);
    if (w->buffer == NULL) {
        if (w->overallocate && need <= PY_SSIZE_T_MAX - need / 4)
            need += need / 4;
        w->buffer = PyUnicode_New(Py_MAX(need, w->min_length), maxchar);
        if (w->buffer == NULL)
            return -1;
    }
    else if (need > w->size || w->readonly) {
        if (w->overallocate && need <= PY_SSIZE_T_MAX - need / 4)
            need += need / 4;
        need = Py_MAX(need, w->min_length);
        if (maxchar > w->maxchar || w->readonly) {
            PyObject *wider = PyUnicode_New(need, Py_MAX(maxchar, w->maxchar));
            if (wider == NULL)
                return -1;
            str_copy_chars(wider, 0, w->buffer, 0, w->pos);
            w->readonly = 0;
            Py_SETREF(w->buffer, wider);
        }
        else if (PyUnicode_Resize(&w->buffer, need) < 0)
            return -1;
    }
    else if (maxchar > w->maxchar) {
        PyObject *wider = PyUnicode_New(w->size, maxchar);
        if (wider == NULL)
            return -1;
        str_copy_chars(wider, 0, w->buffer, 0, w->pos);
        Py_SETREF(w->buffer, wider);
    }
    update(w);
    return 0;
}

int _PyUnicodeWriter_PrepareKindInternal(_PyUnicodeWriter *w, int kind)
{
    Py_UCS4 max = kind == PyUnicode_1BYTE_KIND ? 0xff : kind == PyUnicode_2BYTE_KIND ? 0xffff : 0x10ffff;
    return _PyUnicodeWriter_PrepareInternal(w, 0, max);
}

static inline int prepare(_PyUnicodeWriter *w, Py_ssize_t n, Py_UCS4 max)
{
    if (LIKELY(max <= w->maxchar && n <= w->size - w->pos))
        return 0;
    return n == 0 ? 0 : _PyUnicodeWriter_PrepareInternal(w, n, max);
}

int _PyUnicodeWriter_WriteChar(_PyUnicodeWriter *w, Py_UCS4 c)
{
    if (prepare(w, 1, c) < 0)
        return -1;
    PyUnicode_WRITE(w->kind, w->data, w->pos, c);
    w->pos++;
    return 0;
}

int _PyUnicodeWriter_WriteStr(_PyUnicodeWriter *w, PyObject *s)
{
    Py_ssize_t n = str_len(s);
    if (n == 0)
        return 0;
    Py_UCS4 max = PyUnicode_MAX_CHAR_VALUE(s);
    if (max > w->maxchar || n > w->size - w->pos) {
        if (w->buffer == NULL && !w->overallocate && PyUnicode_CheckExact(s)) {
            w->readonly = 1;
            w->buffer = Py_NewRef(s);
            update(w);
            w->pos += n;
            return 0;
        }
        if (_PyUnicodeWriter_PrepareInternal(w, n, max) < 0)
            return -1;
    }
    str_copy_chars(w->buffer, w->pos, s, 0, n);
    w->pos += n;
    return 0;
}

int _PyUnicodeWriter_WriteSubstring(_PyUnicodeWriter *w, PyObject *s, Py_ssize_t start, Py_ssize_t end)
{
    if (start == 0 && end == str_len(s))
        return _PyUnicodeWriter_WriteStr(w, s);
    Py_ssize_t n = end - start;
    if (n <= 0)
        return 0;
    Py_UCS4 max = PyUnicode_MAX_CHAR_VALUE(s);
    int kind = PyUnicode_KIND(s);
    if (max > w->maxchar)
        max = str_max_char(kind, (char *)PyUnicode_DATA(s) + start * kind, n);
    if (prepare(w, n, max) < 0)
        return -1;
    str_copy_chars(w->buffer, w->pos, s, start, n);
    w->pos += n;
    return 0;
}

static int write_bytes(_PyUnicodeWriter *w, const char *s, Py_ssize_t n, Py_UCS4 max)
{
    if (n == 0)
        return 0;
    if (prepare(w, n, max) < 0)
        return -1;
    chars_widen(w->kind, (char *)w->data + w->pos * w->kind, 1, s, n);
    w->pos += n;
    return 0;
}

int _PyUnicodeWriter_WriteASCIIString(_PyUnicodeWriter *w, const char *s, Py_ssize_t n)
{
    return write_bytes(w, s, n < 0 ? (Py_ssize_t)strlen(s) : n, 0x7f);
}

int _PyUnicodeWriter_WriteLatin1String(_PyUnicodeWriter *w, const char *s, Py_ssize_t n)
{
    return write_bytes(w, s, n, str_max_char(1, s, n));
}

PyObject *_PyUnicodeWriter_Finish(_PyUnicodeWriter *w)
{
    PyObject *s = w->buffer;
    if (w->pos == 0) {
        w->buffer = NULL;
        Py_XDECREF(s);
        return str_empty();
    }
    w->buffer = NULL;
    if (w->readonly)
        return s;
    if (w->pos == 1) {
        Py_UCS4 c = PyUnicode_READ(w->kind, w->data, 0);
        if (c < 256) {
            Py_DECREF(s);
            return str_char(c);
        }
    }
    if (str_len(s) != w->pos && PyUnicode_Resize(&s, w->pos) < 0) {
        Py_DECREF(s);
        return NULL;
    }
    /* min_char or a too careful estimate may have made the kind wider than needed. */
    if (!PyUnicode_IS_ASCII(s) && str_max_char(w->kind, PyUnicode_DATA(s), w->pos) != PyUnicode_MAX_CHAR_VALUE(s)) {
        PyObject *narrow = PyUnicode_FromKindAndData(w->kind, PyUnicode_DATA(s), w->pos);
        Py_DECREF(s);
        return narrow;
    }
    return s;
}

void _PyUnicodeWriter_Dealloc(_PyUnicodeWriter *w) { Py_CLEAR(w->buffer); }
