/* object/text/str_methods.c: the methods of str that are not about case, splitting or formatting. */
#include <string.h>

#include "base/size.h"
#include "object/core/abstract.h"     /* _PyEval_SliceIndex() */
#include "object/core/call.h"         /* args_unpack() */
#include "object/core/err.h"
#include "object/text/str_priv.h"
#include "rt/thread.h"

int str_arg(const char *fname, const char *which, PyObject *arg)
{
    if (PyUnicode_Check(arg))
        return 0;
    args_bad(fname, which, "str", arg);
    return -1;
}

/* ---- find and friends: sub[, start[, end]] ---- */

static int slice_args(const char *fname, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *start, Py_ssize_t *end)
{
    *start = 0;
    *end = PY_SSIZE_T_MAX;
    if (!args_count(fname, nargs, 1, 3))
        return -1;
    if (nargs > 1 && !_PyEval_SliceIndex(args[1], start))
        return -1;
    return nargs > 2 && !_PyEval_SliceIndex(args[2], end) ? -1 : 0;
}

static Py_ssize_t find_args(const char *fname, PyObject *self, PyObject *const *args, Py_ssize_t nargs, int direction)
{
    Py_ssize_t start, end;
    if (nargs > 0 && nargs <= 3 && str_arg(fname, "argument 1", args[0]) < 0)
        return -2;
    if (slice_args(fname, args, nargs, &start, &end) < 0)
        return -2;
    return PyUnicode_Find(self, args[0], start, end, direction);
}

PyObject *str_find(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t at = find_args("find", self, args, nargs, 1);
    return at == -2 ? NULL : PyLong_FromSsize_t(at);
}

PyObject *str_rfind(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t at = find_args("rfind", self, args, nargs, -1);
    return at == -2 ? NULL : PyLong_FromSsize_t(at);
}

static PyObject *index_result(Py_ssize_t at)
{
    if (at == -1)
        PyErr_SetString(PyExc_ValueError, "substring not found");
    return at < 0 ? NULL : PyLong_FromSsize_t(at);
}

PyObject *str_index(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return index_result(find_args("index", self, args, nargs, 1)); }
PyObject *str_rindex(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return index_result(find_args("rindex", self, args, nargs, -1)); }

PyObject *str_count(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t start, end;
    if (nargs > 0 && nargs <= 3 && str_arg("count", "argument 1", args[0]) < 0)
        return NULL;
    if (slice_args("count", args, nargs, &start, &end) < 0)
        return NULL;
    return PyLong_FromSsize_t(PyUnicode_Count(self, args[0], start, end));
}

static PyObject *affix(const char *fname, PyObject *self, PyObject *const *args, Py_ssize_t nargs, int direction)
{
    Py_ssize_t start, end;
    if (slice_args(fname, args, nargs, &start, &end) < 0)
        return NULL;
    if (PyUnicode_Check(args[0]))
        return PyBool_FromLong(PyUnicode_Tailmatch(self, args[0], start, end, direction) > 0);
    if (!PyTuple_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "%s first arg must be str or a tuple of str, not %.100s", fname, Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args[0]); i++) {
        PyObject *sub = PyTuple_GET_ITEM(args[0], i);
        if (!PyUnicode_Check(sub)) {
            PyErr_Format(PyExc_TypeError, "tuple for %s must only contain str, not %.100s", fname, Py_TYPE(sub)->tp_name);
            return NULL;
        }
        if (PyUnicode_Tailmatch(self, sub, start, end, direction) > 0)
            Py_RETURN_TRUE;
    }
    Py_RETURN_FALSE;
}

PyObject *str_startswith(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return affix("startswith", self, args, nargs, -1); }
PyObject *str_endswith(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return affix("endswith", self, args, nargs, 1); }

PyObject *str_removeprefix(PyObject *self, PyObject *prefix)
{
    if (str_arg("removeprefix", "argument", prefix) < 0)
        return NULL;
    bool has = PyUnicode_Tailmatch(self, prefix, 0, PY_SSIZE_T_MAX, -1) > 0;
    return str_slice(self, has ? str_len(prefix) : 0, str_len(self));
}

PyObject *str_removesuffix(PyObject *self, PyObject *suffix)
{
    if (str_arg("removesuffix", "argument", suffix) < 0)
        return NULL;
    bool has = PyUnicode_Tailmatch(self, suffix, 0, PY_SSIZE_T_MAX, 1) > 0;
    return str_slice(self, 0, str_len(self) - (has ? str_len(suffix) : 0));
}

PyObject *str_replace(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "", "count" };
    PyObject *a[3];
    if (args_unpack("replace", args, nargs, kwnames, names, 3, 2, 3, a) < 0)
        return NULL;
    if (str_arg("replace", "argument 1", a[0]) < 0 || str_arg("replace", "argument 2", a[1]) < 0)
        return NULL;
    Py_ssize_t count = -1;
    if (a[2] != NULL && (count = PyNumber_AsSsize_t(a[2], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return NULL;
    return PyUnicode_Replace(self, a[0], a[1], count);
}

/* ---- padding ---- */

PyObject *str_pad(PyObject *s, Py_ssize_t left, Py_ssize_t right, Py_UCS4 fill)
{
    Py_ssize_t n = str_len(s);
    left = Py_MAX(left, 0);
    right = Py_MAX(right, 0);
    if (left == 0 && right == 0)
        return str_exact(s);
    if (left > PY_SSIZE_T_MAX - n || right > PY_SSIZE_T_MAX - (left + n)) {
        PyErr_SetString(PyExc_OverflowError, "padded string is too long");
        return NULL;
    }
    PyObject *out = PyUnicode_New(left + n + right, Py_MAX(PyUnicode_MAX_CHAR_VALUE(s), fill));
    if (out == NULL)
        return NULL;
    int kind = PyUnicode_KIND(out);
    void *data = PyUnicode_DATA(out);
    for (Py_ssize_t i = 0; i < left; i++)
        PyUnicode_WRITE(kind, data, i, fill);
    str_copy_chars(out, left, s, 0, n);
    for (Py_ssize_t i = left + n; i < left + n + right; i++)
        PyUnicode_WRITE(kind, data, i, fill);
    return out;
}

static int pad_args(const char *fname, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *width, Py_UCS4 *fill)
{
    *fill = ' ';
    if (!args_count(fname, nargs, 1, 2))
        return -1;
    *width = PyNumber_AsSsize_t(args[0], PyExc_OverflowError);
    if (*width == -1 && PyErr_Occurred())
        return -1;
    if (nargs < 2)
        return 0;
    if (!PyUnicode_Check(args[1])) {
        PyErr_Format(PyExc_TypeError, "The fill character must be a unicode character, not %.100s", Py_TYPE(args[1])->tp_name);
        return -1;
    }
    if (str_len(args[1]) != 1) {
        PyErr_SetString(PyExc_TypeError, "The fill character must be exactly one character long");
        return -1;
    }
    *fill = PyUnicode_READ_CHAR(args[1], 0);
    return 0;
}

PyObject *str_ljust(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t width;
    Py_UCS4 fill;
    return pad_args("ljust", args, nargs, &width, &fill) < 0 ? NULL : str_pad(self, 0, size_lacking(width, str_len(self)), fill);
}

PyObject *str_rjust(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t width;
    Py_UCS4 fill;
    return pad_args("rjust", args, nargs, &width, &fill) < 0 ? NULL : str_pad(self, size_lacking(width, str_len(self)), 0, fill);
}

PyObject *str_center(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t width;
    Py_UCS4 fill;
    if (pad_args("center", args, nargs, &width, &fill) < 0)
        return NULL;
    Py_ssize_t more = size_lacking(width, str_len(self));
    if (more <= 0)
        return str_exact(self);
    Py_ssize_t left = more / 2 + (more & width & 1);
    return str_pad(self, left, more - left, fill);
}

PyObject *str_zfill(PyObject *self, PyObject *arg)
{
    Py_ssize_t width = PyNumber_AsSsize_t(arg, PyExc_OverflowError);
    if (width == -1 && PyErr_Occurred())
        return NULL;
    Py_ssize_t fill = size_lacking(width, str_len(self));
    if (fill <= 0)
        return str_exact(self);
    PyObject *out = str_pad(self, fill, 0, '0');
    if (out == NULL || str_len(self) == 0)
        return out;
    Py_UCS4 sign = PyUnicode_READ_CHAR(self, 0);
    if (sign == '+' || sign == '-') {
        PyUnicode_WRITE(PyUnicode_KIND(out), PyUnicode_DATA(out), 0, sign);
        PyUnicode_WRITE(PyUnicode_KIND(out), PyUnicode_DATA(out), fill, '0');
    }
    return out;
}

/* Length with tabs expanded, or -1 when it is too long. */
static Py_ssize_t expanded_length(PyObject *s, int tabsize)
{
    Py_ssize_t total = 0, column = 0;
    for (Py_ssize_t i = 0; i < str_len(s); i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        Py_ssize_t n = 1;
        if (c == '\t')
            n = tabsize > 0 ? tabsize - column % tabsize : 0;
        if (total > PY_SSIZE_T_MAX - n)
            return -1;
        total += n;
        column = c == '\n' || c == '\r' ? 0 : column + n;
    }
    return total;
}

PyObject *str_expandtabs(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "tabsize" };
    PyObject *a[1];
    if (args_unpack("expandtabs", args, nargs, kwnames, names, 1, 0, 1, a) < 0)
        return NULL;
    int tabsize = a[0] == NULL ? 8 : PyLong_AsInt(a[0]);
    if (tabsize == -1 && PyErr_Occurred())
        return NULL;
    if (chars_find_char(PyUnicode_KIND(self), PyUnicode_DATA(self), str_len(self), '\t') < 0)
        return str_exact(self);
    Py_ssize_t total = expanded_length(self, tabsize), column = 0, to = 0;
    if (total < 0) {
        PyErr_SetString(PyExc_OverflowError, "new string is too long");
        return NULL;
    }
    PyObject *out = PyUnicode_New(total, PyUnicode_MAX_CHAR_VALUE(self));
    if (out == NULL || total == 0)
        return out;
    int kind = PyUnicode_KIND(out);
    void *data = PyUnicode_DATA(out);
    for (Py_ssize_t i = 0; i < str_len(self); i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(self, i);
        if (c == '\t') {
            Py_ssize_t n = tabsize > 0 ? tabsize - column % tabsize : 0;
            column += n;
            while (n-- > 0)
                PyUnicode_WRITE(kind, data, to++, ' ');
            continue;
        }
        column = c == '\n' || c == '\r' ? 0 : column + 1;
        PyUnicode_WRITE(kind, data, to++, c);
    }
    return str_shared(out);
}

/* ---- encode ---- */

PyObject *str_encode(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "encoding", "errors" };
    PyObject *a[2];
    const char *text[2] = { NULL, NULL };
    if (args_unpack("encode", args, nargs, kwnames, names, 2, 0, 2, a) < 0)
        return NULL;
    for (int i = 0; i < 2; i++) {
        if (a[i] == NULL)
            continue;
        if (str_arg("encode", i == 0 ? "argument 'encoding'" : "argument 'errors'", a[i]) < 0)
            return NULL;
        text[i] = _PyUnicode_AsUTF8NoNUL(a[i]);
        if (text[i] == NULL)
            return NULL;
    }
    return PyUnicode_AsEncodedString(self, text[0], text[1]);
}

/* ---- translate ---- */

/* What the table says about c: 1 and *out (new reference) an int, a str or None; 0 not in it; -1. */
static int table_lookup(PyObject *table, Py_UCS4 c, PyObject **out)
{
    PyObject *key = PyLong_FromLong((long)c);
    if (key == NULL)
        return -1;
    *out = PyObject_GetItem(table, key);
    Py_DECREF(key);
    if (*out == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_LookupError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    if (*out == Py_None || PyUnicode_Check(*out))
        return 1;
    if (PyLong_Check(*out)) {
        int overflow;
        long v = PyLong_AsLongAndOverflow(*out, &overflow);
        if (!overflow && v >= 0 && v <= 0x10ffff)
            return 1;
        PyErr_Format(PyExc_ValueError, "character mapping must be in range(0x%x)", 0x110000);
    }
    else
        PyErr_SetString(PyExc_TypeError, "character mapping must return integer, None or str");
    Py_CLEAR(*out);
    return -1;
}

/* What the error handler says about s[start:end], whose characters the table leaves out: writes it; where to go on, or -1. */
static Py_ssize_t translate_error(_PyUnicodeWriter *w, PyObject *s, Py_ssize_t start, Py_ssize_t end, const char *errors)
{
    PyObject *handler = PyCodec_LookupError(errors), *exc = NULL, *answer = NULL, *text;
    Py_ssize_t next = -1, n = str_len(s);
    if (handler != NULL)
        exc = PyObject_CallFunction(PyExc_UnicodeTranslateError, "Onns", s, start, end, "character maps to <undefined>");
    if (exc != NULL)
        answer = PyObject_CallOneArg(handler, exc);
    Py_XDECREF(handler);
    Py_XDECREF(exc);
    if (answer == NULL)
        return -1;
    if (!PyTuple_Check(answer) || PyTuple_GET_SIZE(answer) != 2 || !PyUnicode_Check(text = PyTuple_GET_ITEM(answer, 0))
        || !PyLong_Check(PyTuple_GET_ITEM(answer, 1)))
        PyErr_SetString(PyExc_TypeError, "translating error handler must return (str, int) tuple");
    else if ((next = PyLong_AsSsize_t(PyTuple_GET_ITEM(answer, 1))) != -1 || !PyErr_Occurred()) {
        Py_ssize_t asked = next;
        next = next < 0 ? next + n : next;
        if (next < 0 || next > n) {
            PyErr_Format(PyExc_IndexError, "position %zd from error handler out of bounds", asked);
            next = -1;
        }
        else if (_PyUnicodeWriter_WriteStr(w, text) < 0)
            next = -1;
    }
    Py_DECREF(answer);
    return next;
}

/* 1 when the table leaves c out. */
static int translate_char(_PyUnicodeWriter *w, PyObject *table, Py_UCS4 c)
{
    PyObject *item = NULL;
    int r = table_lookup(table, c, &item);
    if (r <= 0)
        return r < 0 ? -1 : _PyUnicodeWriter_WriteChar(w, c);
    if (PyUnicode_Check(item))
        r = _PyUnicodeWriter_WriteStr(w, item);
    else if (PyLong_Check(item))
        r = _PyUnicodeWriter_WriteChar(w, (Py_UCS4)PyLong_AsLong(item));
    else
        r = 1;
    Py_DECREF(item);
    return r;
}

/* The end of the run of characters from i on that the table leaves out; -1 with an exception. */
static Py_ssize_t left_out_run(PyObject *s, PyObject *table, Py_ssize_t i)
{
    for (; i < str_len(s); i++) {
        PyObject *item = NULL;
        int r = table_lookup(table, PyUnicode_READ_CHAR(s, i), &item);
        bool is_none = item == Py_None;
        Py_XDECREF(item);
        if (r < 0)
            return -1;
        if (!is_none)
            break;
    }
    return i;
}

/* For ASCII text: remembers single ASCII answers. Where it gets stuck is returned in *at; that is also where the table
 * leaves a character out, unless such are to be ignored. */
static int translate_ascii(_PyUnicodeWriter *w, PyObject *s, PyObject *table, bool ignore, Py_ssize_t *at)
{
    enum { UNKNOWN = 0xff, GONE = 0xfe };
    Py_UCS1 known[128];
    memset(known, UNKNOWN, sizeof(known));
    const Py_UCS1 *from = PyUnicode_DATA(s);
    Py_ssize_t n = str_len(s), i;
    if (_PyUnicodeWriter_PrepareInternal(w, n, 0x7f) < 0)
        return -1;
    for (i = 0; i < n; i++) {
        Py_UCS1 c = from[i], to = known[c];
        if (to == UNKNOWN) {
            PyObject *item = NULL;
            int r = table_lookup(table, c, &item);
            if (r < 0)
                return -1;
            if (r == 0)
                to = c;
            else if (item == Py_None)
                to = ignore ? GONE : UNKNOWN;
            else {
                Py_UCS4 v = 0x100;
                if (PyLong_Check(item))
                    v = (Py_UCS4)PyLong_AsLong(item);
                else if (str_len(item) == 1)
                    v = PyUnicode_READ_CHAR(item, 0);
                if (v < 128)
                    to = (Py_UCS1)v;
            }
            Py_XDECREF(item);
            if (to == UNKNOWN)
                break;
            known[c] = to;
        }
        if (to != GONE)
            ((Py_UCS1 *)w->data)[w->pos++] = to;
    }
    *at = i;
    return 0;
}

static PyObject *translate(PyObject *s, PyObject *table, const char *errors)
{
    bool ignore = errors != NULL && strcmp(errors, "ignore") == 0;
    Py_ssize_t n = str_len(s), i = 0;
    if (n == 0)
        return str_empty();
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    if (PyUnicode_IS_ASCII(s) && translate_ascii(&w, s, table, ignore, &i) < 0)
        goto fail;
    w.overallocate = 1;
    while (i < n) {
        int r = translate_char(&w, table, PyUnicode_READ_CHAR(s, i));
        Py_ssize_t end = r <= 0 || ignore ? i + 1 : left_out_run(s, table, i + 1);
        if (r < 0 || end < 0)
            goto fail;
        i = r == 0 || ignore ? end : translate_error(&w, s, i, end, errors);
        if (i < 0)
            goto fail;
    }
    return _PyUnicodeWriter_Finish(&w);
fail:
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

PyObject *str_translate(PyObject *self, PyObject *table) { return translate(self, table, "ignore"); }

PyObject *PyUnicode_Translate(PyObject *s, PyObject *table, const char *errors)
{
    if (table == NULL) {
        PyErr_BadArgument();
        return NULL;
    }
    return str_check(s) < 0 ? NULL : translate(s, table, errors);
}

/* ---- maketrans ---- */

static int trans_set(PyObject *dict, Py_UCS4 key, PyObject *value)
{
    PyObject *k = PyLong_FromLong((long)key);
    int r = k == NULL ? -1 : PyDict_SetItem(dict, k, value);
    Py_XDECREF(k);
    return r;
}

static int trans_from_strings(PyObject *dict, PyObject *x, PyObject *y, PyObject *z)
{
    if (!PyUnicode_Check(x)) {
        PyErr_SetString(PyExc_TypeError, "first maketrans argument must be a string if there is a second argument");
        return -1;
    }
    if (str_len(x) != str_len(y)) {
        PyErr_SetString(PyExc_ValueError, "the first two maketrans arguments must have equal length");
        return -1;
    }
    for (Py_ssize_t i = 0; i < str_len(x); i++) {
        PyObject *value = PyLong_FromLong((long)PyUnicode_READ_CHAR(y, i));
        int r = value == NULL ? -1 : trans_set(dict, PyUnicode_READ_CHAR(x, i), value);
        Py_XDECREF(value);
        if (r < 0)
            return -1;
    }
    for (Py_ssize_t i = 0; z != NULL && i < str_len(z); i++)
        if (trans_set(dict, PyUnicode_READ_CHAR(z, i), Py_None) < 0)
            return -1;
    return 0;
}

static int trans_from_dict(PyObject *dict, PyObject *x)
{
    if (!PyDict_CheckExact(x)) {
        PyErr_SetString(PyExc_TypeError, "if you give only one argument to maketrans it must be a dict");
        return -1;
    }
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(x, &pos, &key, &value)) {
        int r;
        if (PyUnicode_Check(key)) {
            if (str_len(key) != 1) {
                PyErr_SetString(PyExc_ValueError, "string keys in translate table must be of length 1");
                return -1;
            }
            r = trans_set(dict, PyUnicode_READ_CHAR(key, 0), value);
        }
        else if (PyLong_Check(key))
            r = PyDict_SetItem(dict, key, value);
        else {
            PyErr_SetString(PyExc_TypeError, "keys in translate table must be strings or integers");
            return -1;
        }
        if (r < 0)
            return -1;
    }
    return 0;
}

PyObject *str_maketrans(PyObject *null, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("maketrans", nargs, 1, 3))
        return NULL;
    for (Py_ssize_t i = 1; i < nargs; i++)
        if (str_arg("maketrans", i == 1 ? "argument 2" : "argument 3", args[i]) < 0)
            return NULL;
    PyObject *dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    int r = nargs > 1 ? trans_from_strings(dict, args[0], args[1], nargs > 2 ? args[2] : NULL) : trans_from_dict(dict, args[0]);
    if (r < 0)
        Py_CLEAR(dict);
    return dict;
}

/* ---- the rest ---- */

PyObject *str_getnewargs(PyObject *self, PyObject *unused)
{
    PyObject *copy = _PyUnicode_Copy(self);
    PyObject *out = copy == NULL ? NULL : PyTuple_Pack(1, copy);
    Py_XDECREF(copy);
    return out;
}

PyObject *str_sizeof(PyObject *self, PyObject *unused)
{
    Py_ssize_t n = str_len(self), kind = PyUnicode_KIND(self), size;
    PyCompactUnicodeObject *c = (PyCompactUnicodeObject *)self;
    if (PyUnicode_IS_COMPACT_ASCII(self))
        return PyLong_FromSsize_t(sizeof(PyASCIIObject) + n + 1);
    if (PyUnicode_IS_COMPACT(self))
        size = sizeof(PyCompactUnicodeObject) + (n + 1) * kind;
    else
        size = sizeof(PyUnicodeObject) + (PyUnicode_DATA(self) != NULL ? (n + 1) * kind : 0);
    if (c->utf8 != NULL && c->utf8 != PyUnicode_DATA(self))
        size += c->utf8_length + 1;
    return PyLong_FromSsize_t(size);
}
