/* object/text/str_cmp.c: equality and order of strings, by code point. */
#include "object/text/str.h"

#include <string.h>

#include "object/core/err.h"
#include "rt/thread.h"

bool str_eq_ascii(PyObject *s, const char *text)
{
    size_t n = strlen(text);
    return PyUnicode_IS_ASCII(s) && (size_t)str_len(s) == n && memcmp(PyUnicode_DATA(s), text, n) == 0;
}

int str_cmp(PyObject *a, PyObject *b)
{
    int ka = PyUnicode_KIND(a), kb = PyUnicode_KIND(b);
    const void *da = PyUnicode_DATA(a), *db = PyUnicode_DATA(b);
    Py_ssize_t na = str_len(a), nb = str_len(b), n = Py_MIN(na, nb);
    if (ka == 1 && kb == 1) {
        int c = memcmp(da, db, n);
        if (c != 0)
            return c < 0 ? -1 : 1;
    }
    else {
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_UCS4 x = PyUnicode_READ(ka, da, i), y = PyUnicode_READ(kb, db, i);
            if (x != y)
                return x < y ? -1 : 1;
        }
    }
    return na < nb ? -1 : na > nb;
}

int PyUnicode_Compare(PyObject *a, PyObject *b)
{
    if (PyUnicode_Check(a) && PyUnicode_Check(b))
        return a == b ? 0 : str_cmp(a, b);
    PyErr_Format(PyExc_TypeError, "Can't compare %.100s and %.100s", Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
    return -1;
}

int PyUnicode_CompareWithASCIIString(PyObject *s, const char *text)
{
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_ssize_t n = str_len(s), m = (Py_ssize_t)strlen(text), i;
    for (i = 0; i < n && i < m; i++) {
        Py_UCS4 x = PyUnicode_READ(kind, data, i), y = (unsigned char)text[i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return n < m ? -1 : n > m;
}

int PyUnicode_EqualToUTF8AndSize(PyObject *s, const char *text, Py_ssize_t size)
{
    const char *utf8 = NULL;
    Py_ssize_t n = 0;
    if (PyUnicode_IS_ASCII(s)) {
        utf8 = PyUnicode_DATA(s);
        n = str_len(s);
    }
    else if (((PyCompactUnicodeObject *)s)->utf8 != NULL) {
        utf8 = ((PyCompactUnicodeObject *)s)->utf8;
        n = ((PyCompactUnicodeObject *)s)->utf8_length;
    }
    if (utf8 != NULL)
        return n == size && memcmp(utf8, text, n) == 0;
    const unsigned char *p = (const unsigned char *)text, *end = p + size;
    for (Py_ssize_t i = 0, len = str_len(s); i < len; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        unsigned char want[4];
        int k = 0;
        if (c < 0x80)
            want[k++] = c;
        else if (c < 0x800) {
            want[k++] = 0xc0 | c >> 6;
            want[k++] = 0x80 | (c & 0x3f);
        }
        else if (c < 0x10000) {
            if (Py_UNICODE_IS_SURROGATE(c))
                return 0;
            want[k++] = 0xe0 | c >> 12;
            want[k++] = 0x80 | (c >> 6 & 0x3f);
            want[k++] = 0x80 | (c & 0x3f);
        }
        else {
            want[k++] = 0xf0 | c >> 18;
            want[k++] = 0x80 | (c >> 12 & 0x3f);
            want[k++] = 0x80 | (c >> 6 & 0x3f);
            want[k++] = 0x80 | (c & 0x3f);
        }
        if (end - p < k || memcmp(p, want, k) != 0)
            return 0;
        p += k;
    }
    return p == end;
}

int PyUnicode_EqualToUTF8(PyObject *s, const char *text) { return PyUnicode_EqualToUTF8AndSize(s, text, (Py_ssize_t)strlen(text)); }
int _PyUnicode_Equal(PyObject *a, PyObject *b) { return str_eq(a, b); }
int _PyUnicode_EqualToASCIIString(PyObject *s, const char *text) { return str_eq_ascii(s, text); }

PyObject *PyUnicode_RichCompare(PyObject *a, PyObject *b, int op)
{
    if (!PyUnicode_Check(a) || !PyUnicode_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    if (op == Py_EQ)
        return PyBool_FromLong(str_eq(a, b));
    if (op == Py_NE)
        return PyBool_FromLong(!str_eq(a, b));
    if ((unsigned)op > Py_GE) {
        PyErr_BadArgument();
        return NULL;
    }
    int c = a == b ? 0 : str_cmp(a, b);
    Py_RETURN_RICHCOMPARE(c, 0, op);
}
