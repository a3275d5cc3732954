/* object/text/str_repr.c: repr() of strings. */
#include <string.h>

#include "object/core/err.h"
#include "object/text/str_priv.h"
#include "rt/thread.h"

static inline bool plain_ascii(Py_UCS4 c) { return c >= ' ' && c < 0x7f; }

/* Characters that c takes in the result; quotes are counted apart. */
static int repr_width(Py_UCS4 c)
{
    if (c == '\\' || c == '\t' || c == '\n' || c == '\r')
        return 2;
    if (c < 0x80)
        return plain_ascii(c) ? 1 : 4;
    if (Py_UNICODE_ISPRINTABLE(c))
        return 1;
    return c < 0x100 ? 4 : c < 0x10000 ? 6 : 10;
}

static Py_ssize_t put_hex(int kind, void *data, Py_ssize_t at, char letter, Py_UCS4 c, int digits)
{
    PyUnicode_WRITE(kind, data, at++, '\\');
    PyUnicode_WRITE(kind, data, at++, letter);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        PyUnicode_WRITE(kind, data, at++, Py_hexdigits[c >> shift & 15]);
    return at;
}

static Py_ssize_t put_char(int kind, void *data, Py_ssize_t at, Py_UCS4 c, Py_UCS4 quote)
{
    if (c == quote || c == '\\') {
        PyUnicode_WRITE(kind, data, at++, '\\');
        PyUnicode_WRITE(kind, data, at++, c);
        return at;
    }
    switch (repr_width(c)) {
    case 1:
        PyUnicode_WRITE(kind, data, at++, c);
        return at;
    case 2:
        PyUnicode_WRITE(kind, data, at++, '\\');
        PyUnicode_WRITE(kind, data, at++, c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
        return at;
    case 4:
        return put_hex(kind, data, at, 'x', c, 2);
    case 6:
        return put_hex(kind, data, at, 'u', c, 4);
    default:
        return put_hex(kind, data, at, 'U', c, 8);
    }
}

PyObject *str_repr(PyObject *self)
{
    int kind = PyUnicode_KIND(self);
    const void *data = PyUnicode_DATA(self);
    Py_ssize_t n = str_len(self), size = 0, single = 0, dual = 0;
    Py_UCS4 max = 0x7f;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        single += c == '\'';
        dual += c == '"';
        int width = repr_width(c);
        if (c > max && width == 1)
            max = c;
        if (size > PY_SSIZE_T_MAX - n - 2 - width) {
            PyErr_SetString(PyExc_OverflowError, "string is too long to generate repr");
            return NULL;
        }
        size += width;
    }
    Py_UCS4 quote = single > 0 && dual == 0 ? '"' : '\'';
    if (quote == '\'')
        size += single;
    PyObject *out = PyUnicode_New(size + 2, max);
    if (out == NULL)
        return NULL;
    int ok = PyUnicode_KIND(out);
    void *to = PyUnicode_DATA(out);
    PyUnicode_WRITE(ok, to, 0, quote);
    PyUnicode_WRITE(ok, to, size + 1, quote);
    if (size == n)
        chars_widen(ok, (char *)to + ok, kind, data, n);
    else
        for (Py_ssize_t i = 0, at = 1; i < n; i++)
            at = put_char(ok, to, at, PyUnicode_READ(kind, data, i), quote);
    return out;
}
