/* object/text/bytes_change.c: methods that give a changed copy, and tests of character classes (ASCII only). */
#include "object/text/bytes_methods.h"

#include <string.h>

#include "base/size.h"
#include "object/core/abstract.h"
#include "object/core/call.h"

/* ---- replace ---- */

/* Puts `by` before every byte and at the end, at most `count` times. */
static void
interleave(char *out, struct span d, struct span by, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < d.n || count > 0; i++) {
        if (count-- > 0) {
            memcpy(out, by.p, by.n);
            out += by.n;
        }
        if (i == d.n)
            return;
        *out++ = d.p[i];
    }
}

static void
substitute(char *out, struct span d, struct span old, struct span by, Py_ssize_t count)
{
    while (count-- > 0) {
        Py_ssize_t at = bytes_find(d.p, d.n, old.p, old.n);
        memcpy(out, d.p, at);
        memcpy(out + at, by.p, by.n);
        out += at + by.n;
        d.p += at + old.n;
        d.n -= at + old.n;
    }
    memcpy(out, d.p, d.n);
}

static PyObject *
replace(PyObject *self, struct span old, struct span by, Py_ssize_t max)
{
    struct span d = span_of(self);
    Py_ssize_t count = bytes_count(d.p, d.n, old.p, old.n, max < 0 ? PY_SSIZE_T_MAX : max), growth, total;
    if (count == 0 || (old.n == 0 && by.n == 0))
        return bytes_unchanged(self);
    if (__builtin_mul_overflow(by.n - old.n, count, &growth) || __builtin_add_overflow(d.n, growth, &total)) {
        PyErr_SetString(PyExc_OverflowError, "replace bytes is too long");
        return NULL;
    }
    char *out;
    PyObject *result = bytes_like_new(self, total, &out);
    if (result == NULL)
        return NULL;
    if (old.n == 0)
        interleave(out, d, by, count);
    else
        substitute(out, d, old, by, count);
    return result;
}

BYTES_FAST(replace)
{
    Py_buffer old, by;
    Py_ssize_t max = -1;
    PyObject *result = NULL;
    if (!args_count("replace", nargs, 2, 3) || PyObject_GetBuffer(args[0], &old, PyBUF_SIMPLE) < 0)
        return NULL;
    if (PyObject_GetBuffer(args[1], &by, PyBUF_SIMPLE) < 0)
        goto old_only;
    if (nargs > 2) {
        PyObject *index = PyNumber_Index(args[2]);
        max = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (max == -1 && PyErr_Occurred())
            goto done;
    }
    result = replace(self, (struct span){ old.buf, old.len }, (struct span){ by.buf, by.len }, max);
done:
    PyBuffer_Release(&by);
old_only:
    PyBuffer_Release(&old);
    return result;
}

/* ---- translate, maketrans ---- */

static PyObject *
translate(PyObject *self, const char *table, struct span drop)
{
    struct span d = span_of(self);
    bool dropped[256] = { false };
    char *out;
    for (Py_ssize_t i = 0; i < drop.n; i++)
        dropped[(unsigned char)drop.p[i]] = true;
    PyObject *result = bytes_like_new(self, d.n, &out);
    if (result == NULL)
        return NULL;
    char *start = out;
    bool changed = false;
    for (Py_ssize_t i = 0; i < d.n; i++) {
        unsigned char c = d.p[i];
        if (dropped[c])
            continue;
        *out = table == NULL ? (char)c : table[c];
        changed |= *out++ != (char)c;
    }
    if (!changed && out - start == d.n && PyBytes_CheckExact(self)) {
        Py_DECREF(result);
        return Py_NewRef(self);
    }
    if (PyBytes_Check(result))
        _PyBytes_Resize(&result, out - start);
    else if (PyByteArray_Resize(result, out - start) < 0)
        Py_CLEAR(result);
    return result;
}

BYTES_KW(translate)
{
    static const char *const names[] = { "", "delete" };
    PyObject *v[2], *result = NULL;
    Py_buffer table = { 0 }, drop = { 0 };
    if (args_unpack("translate", args, nargs, kwnames, names, 2, 1, 2, v) < 0)
        return NULL;
    if (v[0] != Py_None) {
        if (PyObject_GetBuffer(v[0], &table, PyBUF_SIMPLE) < 0)
            return NULL;
        if (table.len != 256) {
            PyErr_SetString(PyExc_ValueError, "translation table must be 256 characters long");
            goto done;
        }
    }
    if (v[1] != NULL && PyObject_GetBuffer(v[1], &drop, PyBUF_SIMPLE) < 0)
        goto done;
    result = translate(self, table.buf, (struct span){ drop.buf, drop.len });
done:
    PyBuffer_Release(&drop);
    PyBuffer_Release(&table);
    return result;
}

BYTES_FAST(maketrans)
{
    Py_buffer from, to;
    PyObject *table = NULL;
    if (!args_count("maketrans", nargs, 2, 2) || PyObject_GetBuffer(args[0], &from, PyBUF_SIMPLE) < 0)
        return NULL;
    if (PyObject_GetBuffer(args[1], &to, PyBUF_SIMPLE) == 0) {
        if (from.len != to.len)
            PyErr_SetString(PyExc_ValueError, "maketrans arguments must have same length");
        else if ((table = bytes_new(256)) != NULL) {
            char *p = PyBytes_AS_STRING(table);
            for (int i = 0; i < 256; i++)
                p[i] = (char)i;
            for (Py_ssize_t i = 0; i < from.len; i++)
                p[((unsigned char *)from.buf)[i]] = ((char *)to.buf)[i];
        }
        PyBuffer_Release(&to);
    }
    PyBuffer_Release(&from);
    return table;
}

/* ---- strip and its kin ---- */

enum { LEFT = 1, RIGHT = 2 };

static PyObject *
part_of(PyObject *self, struct span d, Py_ssize_t from, Py_ssize_t to)
{
    return from == 0 && to == d.n ? bytes_unchanged(self) : bytes_like(self, d.p + from, to - from);
}

static PyObject *
strip_method(PyObject *self, const char *name, PyObject *const *args, Py_ssize_t nargs, int sides)
{
    Py_buffer set = { .buf = " \t\n\r\v\f", .len = 6 };
    if (!args_count(name, nargs, 0, 1))
        return NULL;
    if (nargs > 0 && args[0] != Py_None && PyObject_GetBuffer(args[0], &set, PyBUF_SIMPLE) < 0)
        return NULL;
    struct span d = span_of(self);
    Py_ssize_t from = 0, to = d.n;
    if (sides & LEFT)
        while (from < to && memchr(set.buf, d.p[from], set.len) != NULL)
            from++;
    if (sides & RIGHT)
        while (to > from && memchr(set.buf, d.p[to - 1], set.len) != NULL)
            to--;
    PyBuffer_Release(&set);
    return part_of(self, d, from, to);
}

BYTES_FAST(strip) { return strip_method(self, "strip", args, nargs, LEFT | RIGHT); }
BYTES_FAST(lstrip) { return strip_method(self, "lstrip", args, nargs, LEFT); }
BYTES_FAST(rstrip) { return strip_method(self, "rstrip", args, nargs, RIGHT); }

static PyObject *
remove_affix(PyObject *self, PyObject *affix, int side)
{
    Py_buffer view;
    if (PyObject_GetBuffer(affix, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    struct span d = span_of(self);
    Py_ssize_t from = 0, to = d.n;
    if (view.len > 0 && view.len <= d.n
        && memcmp(side == LEFT ? d.p : d.p + d.n - view.len, view.buf, view.len) == 0) {
        if (side == LEFT)
            from = view.len;
        else
            to -= view.len;
    }
    PyBuffer_Release(&view);
    return part_of(self, d, from, to);
}

BYTES_O(removeprefix) { return remove_affix(self, arg, LEFT); }
BYTES_O(removesuffix) { return remove_affix(self, arg, RIGHT); }

/* ---- padding ---- */

static PyObject *
pad(PyObject *self, Py_ssize_t left, Py_ssize_t right, char fill)
{
    struct span d = span_of(self);
    Py_ssize_t total;
    char *out;
    if (left < 0)
        left = 0;
    if (right < 0)
        right = 0;
    if (left == 0 && right == 0)
        return bytes_unchanged(self);
    if (__builtin_add_overflow(d.n, left, &total) || __builtin_add_overflow(total, right, &total))
        return PyErr_NoMemory();
    PyObject *result = bytes_like_new(self, total, &out);
    if (result == NULL)
        return NULL;
    memset(out, fill, left);
    memcpy(out + left, d.p, d.n);
    memset(out + left + d.n, fill, right);
    return result;
}

static int
width_and_fill(const char *name, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *width, char *fill)
{
    *fill = ' ';
    if (!args_count(name, nargs, 1, 2))
        return -1;
    PyObject *index = PyNumber_Index(args[0]);
    *width = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if (*width == -1 && PyErr_Occurred())
        return -1;
    if (nargs < 2)
        return 0;
    if (PyBytes_Check(args[1]) && PyBytes_GET_SIZE(args[1]) == 1)
        *fill = PyBytes_AS_STRING(args[1])[0];
    else if (PyByteArray_Check(args[1]) && PyByteArray_GET_SIZE(args[1]) == 1)
        *fill = PyByteArray_AS_STRING(args[1])[0];
    else {
        args_bad(name, "argument 2", "a byte string of length 1", args[1]);
        return -1;
    }
    return 0;
}

BYTES_FAST(ljust)
{
    Py_ssize_t width;
    char fill;
    return width_and_fill("ljust", args, nargs, &width, &fill) < 0 ? NULL : pad(self, 0, size_lacking(width, span_of(self).n), fill);
}

BYTES_FAST(rjust)
{
    Py_ssize_t width;
    char fill;
    return width_and_fill("rjust", args, nargs, &width, &fill) < 0 ? NULL : pad(self, size_lacking(width, span_of(self).n), 0, fill);
}

BYTES_FAST(center)
{
    Py_ssize_t width;
    char fill;
    if (width_and_fill("center", args, nargs, &width, &fill) < 0)
        return NULL;
    Py_ssize_t more = size_lacking(width, span_of(self).n);
    if (more == 0)
        return bytes_unchanged(self);
    Py_ssize_t left = more / 2 + (more & width & 1);
    return pad(self, left, more - left, fill);
}

BYTES_O(zfill)
{
    PyObject *index = PyNumber_Index(arg);
    Py_ssize_t width = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if (width == -1 && PyErr_Occurred())
        return NULL;
    Py_ssize_t zeros = size_lacking(width, span_of(self).n);
    PyObject *result = pad(self, zeros, 0, '0');
    if (result == NULL || zeros == 0)
        return result;
    struct span d = span_of(result);
    char *p = (char *)d.p;
    if (zeros < d.n && (p[zeros] == '+' || p[zeros] == '-')) {
        p[0] = p[zeros];
        p[zeros] = '0';
    }
    return result;
}

/* Length after expanding; -1 when it is too large. */
static Py_ssize_t
expanded_length(struct span d, int tabsize)
{
    Py_ssize_t column = 0, total = 0;
    for (Py_ssize_t i = 0; i < d.n; i++) {
        Py_ssize_t step = 1;
        if (d.p[i] == '\t')
            step = tabsize > 0 ? tabsize - column % tabsize : 0;
        if (__builtin_add_overflow(column, step, &column) || __builtin_add_overflow(total, step, &total))
            return -1;
        if (d.p[i] == '\n' || d.p[i] == '\r')
            column = 0;
    }
    return total;
}

BYTES_KW(expandtabs)
{
    static const char *const names[] = { "tabsize" };
    PyObject *v[1];
    int tabsize = 8;
    if (args_unpack("expandtabs", args, nargs, kwnames, names, 1, 0, 1, v) < 0)
        return NULL;
    if (v[0] != NULL && (tabsize = PyLong_AsInt(v[0])) == -1 && PyErr_Occurred())
        return NULL;
    struct span d = span_of(self);
    Py_ssize_t total = expanded_length(d, tabsize), column = 0;
    if (total < 0) {
        PyErr_SetString(PyExc_OverflowError, "result too long");
        return NULL;
    }
    char *out;
    PyObject *result = bytes_like_new(self, total, &out);
    for (Py_ssize_t i = 0; result != NULL && i < d.n; i++) {
        if (d.p[i] == '\t') {
            Py_ssize_t step = tabsize > 0 ? tabsize - column % tabsize : 0;
            memset(out, ' ', step);
            out += step;
            column += step;
            continue;
        }
        *out++ = d.p[i];
        column = d.p[i] == '\n' || d.p[i] == '\r' ? 0 : column + 1;
    }
    return result;
}

/* ---- case ---- */

#define EACH_BYTE(name, expression) \
    BYTES_O(name) \
    { \
        struct span d = span_of(self); \
        char *out; \
        bool in_word = false; \
        PyObject *result = bytes_like_new(self, d.n, &out); \
        for (Py_ssize_t i = 0; result != NULL && i < d.n; i++) { \
            unsigned char c = d.p[i]; \
            out[i] = (char)(expression); \
            in_word = ASCII_IS_ALPHA(c); \
        } \
        (void)in_word; \
        return result; \
    }

EACH_BYTE(lower, ASCII_TO_LOWER(c))
EACH_BYTE(upper, ASCII_TO_UPPER(c))
EACH_BYTE(swapcase, ASCII_IS_ALPHA(c) ? c ^ 32 : c)
EACH_BYTE(capitalize, i == 0 ? ASCII_TO_UPPER(c) : ASCII_TO_LOWER(c))
EACH_BYTE(title, in_word ? ASCII_TO_LOWER(c) : ASCII_TO_UPPER(c))

#define ALL_BYTES(name, test) \
    BYTES_O(name) \
    { \
        struct span d = span_of(self); \
        for (Py_ssize_t i = 0; i < d.n; i++) { \
            unsigned char c = d.p[i]; \
            if (!(test)) \
                Py_RETURN_FALSE; \
        } \
        return PyBool_FromLong(d.n > 0); \
    }

ALL_BYTES(isspace, ASCII_IS_SPACE(c))
ALL_BYTES(isalpha, ASCII_IS_ALPHA(c))
ALL_BYTES(isalnum, ASCII_IS_ALPHA(c) || ASCII_IS_DIGIT(c))
ALL_BYTES(isdigit, ASCII_IS_DIGIT(c))

BYTES_O(isascii)
{
    struct span d = span_of(self);
    for (Py_ssize_t i = 0; i < d.n; i++)
        if (d.p[i] & 0x80)
            Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

/* No letter of the other case, and at least one of this. */
#define ONE_CASE(name, wanted, other) \
    BYTES_O(name) \
    { \
        struct span d = span_of(self); \
        bool found = false; \
        for (Py_ssize_t i = 0; i < d.n; i++) { \
            unsigned char c = d.p[i]; \
            if (other(c)) \
                Py_RETURN_FALSE; \
            found |= wanted(c); \
        } \
        return PyBool_FromLong(found); \
    }

ONE_CASE(islower, ASCII_IS_LOWER, ASCII_IS_UPPER)
ONE_CASE(isupper, ASCII_IS_UPPER, ASCII_IS_LOWER)

BYTES_O(istitle)
{
    struct span d = span_of(self);
    bool found = false, in_word = false;
    for (Py_ssize_t i = 0; i < d.n; i++) {
        unsigned char c = d.p[i];
        if (in_word ? ASCII_IS_UPPER(c) : ASCII_IS_LOWER(c))
            Py_RETURN_FALSE;
        in_word = ASCII_IS_ALPHA(c);
        found |= in_word;
    }
    return PyBool_FromLong(found);
}
