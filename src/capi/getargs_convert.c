/* capi/getargs_convert.c: conversion of one argument by one format unit. */
#include "capi/getargs.h"

#include <float.h>
#include <limits.h>
#include <string.h>

#define TARGET(type) type *target = va_arg(a->va, type *)

/* ---- errors and cleanup ---- */

static const char *
bad(struct arg_parser *a, const char *expected, PyObject *arg)
{
    if (expected[0] == '(')
        return expected;
    PyOS_snprintf(a->text, sizeof(a->text), "must be %.50s, not %.50s", expected,
                  arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
    return a->text;
}

#define RAISED "(unspecified)"         /* an exception is set: the text does not matter */

static int
release_buffer(PyObject *unused, void *item)
{
    PyBuffer_Release(item);
    return 0;
}

static int
release_memory(PyObject *unused, void *item)
{
    char **block = item;
    PyMem_Free(*block);
    *block = NULL;
    return 0;
}

static int
add_cleanup(struct arg_parser *a, void *item, int (*release)(PyObject *, void *))
{
    if (a->ncleanups == a->room) {
        struct arg_cleanup *more = PyMem_New(struct arg_cleanup, a->room * 2);
        if (more == NULL) {
            release(NULL, item);
            PyErr_NoMemory();
            return -1;
        }
        memcpy(more, a->cleanups, a->ncleanups * sizeof(*more));
        if (a->cleanups != a->small)
            PyMem_Free(a->cleanups);
        a->cleanups = more;
        a->room *= 2;
    }
    a->cleanups[a->ncleanups++] = (struct arg_cleanup){ item, release };
    return 0;
}

void
arg_parser_init(struct arg_parser *a, const char *format, va_list va)
{
    a->p = format;
    va_copy(a->va, va);
    a->fname = strchr(format, ':');
    a->message = strchr(format, ';');
    if (a->fname != NULL)
        a->fname++;
    if (a->message != NULL)
        a->message++;
    a->cleanups = a->small;
    a->ncleanups = 0;
    a->room = Py_ARRAY_LENGTH(a->small);
    a->levels[0] = 0;
}

int
arg_parser_finish(struct arg_parser *a, int ok)
{
    for (int i = 0; !ok && i < a->ncleanups; i++)
        a->cleanups[i].release(NULL, a->cleanups[i].item);
    if (a->cleanups != a->small)
        PyMem_Free(a->cleanups);
    va_end(a->va);
    return ok;
}

void
arg_raise(struct arg_parser *a, Py_ssize_t number, const char *what)
{
    char text[768];
    size_t n = 0;
    if (PyErr_Occurred())
        return;
    if (a->message != NULL) {
        PyErr_SetString(PyExc_TypeError, a->message);
        return;
    }
    if (a->fname != NULL)
        n += PyOS_snprintf(text + n, sizeof(text) - n, "%.200s() ", a->fname);
    if (number != 0) {
        n += PyOS_snprintf(text + n, sizeof(text) - n, "argument %zd", number);
        for (int i = 0; i < 32 && a->levels[i] > 0 && n < 220; i++)
            n += PyOS_snprintf(text + n, sizeof(text) - n, ", item %d", a->levels[i] - 1);
    }
    else
        n += PyOS_snprintf(text + n, sizeof(text) - n, "argument");
    PyOS_snprintf(text + n, sizeof(text) - n, " %.256s", what);
    PyErr_SetString(what[0] == '(' ? PyExc_SystemError : PyExc_TypeError, text);
}

/* ---- integers ---- */

/* An int within [min, max]; the messages speak of `kind`. */
static const char *
small_int(PyObject *arg, const char *kind, long min, long max, long *out)
{
    long v = PyLong_AsLong(arg);
    if (v == -1 && PyErr_Occurred())
        return RAISED;
    if (v < min || v > max) {
        PyErr_Format(PyExc_OverflowError, v < min ? "%s is less than minimum" : "%s is greater than maximum", kind);
        return RAISED;
    }
    *out = v;
    return NULL;
}

static const char *
convert_integer(struct arg_parser *a, char unit, PyObject *arg)
{
    long v = 0;
    const char *what = NULL;
    unsigned long u;
    switch (unit) {
    case 'b': {
        TARGET(unsigned char);
        what = small_int(arg, "unsigned byte integer", 0, UCHAR_MAX, &v);
        if (what == NULL)
            *target = (unsigned char)v;
        return what;
    }
    case 'h': {
        TARGET(short);
        what = small_int(arg, "signed short integer", SHRT_MIN, SHRT_MAX, &v);
        if (what == NULL)
            *target = (short)v;
        return what;
    }
    case 'i': {
        TARGET(int);
        what = small_int(arg, "signed integer", INT_MIN, INT_MAX, &v);
        if (what == NULL)
            *target = (int)v;
        return what;
    }
    case 'l': {
        TARGET(long);
        v = PyLong_AsLong(arg);
        if (v == -1 && PyErr_Occurred())
            return RAISED;
        *target = v;
        return NULL;
    }
    case 'B': case 'H': case 'I': {
        void *target = va_arg(a->va, void *);
        u = PyLong_AsUnsignedLongMask(arg);
        if (u == (unsigned long)-1 && PyErr_Occurred())
            return RAISED;
        if (unit == 'B')
            *(unsigned char *)target = (unsigned char)u;
        else if (unit == 'H')
            *(unsigned short *)target = (unsigned short)u;
        else
            *(unsigned int *)target = (unsigned int)u;
        return NULL;
    }
    case 'n': {
        TARGET(Py_ssize_t);
        PyObject *index = PyNumber_Index(arg);
        Py_ssize_t n = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (n == -1 && PyErr_Occurred())
            return RAISED;
        *target = n;
        return NULL;
    }
    case 'k': {
        TARGET(unsigned long);
        if (!PyLong_Check(arg))
            return bad(a, "int", arg);
        *target = PyLong_AsUnsignedLongMask(arg);
        return NULL;
    }
    case 'K': {
        TARGET(unsigned long long);
        if (!PyLong_Check(arg))
            return bad(a, "int", arg);
        *target = PyLong_AsUnsignedLongLongMask(arg);
        return NULL;
    }
    default: {
        TARGET(long long);
        long long n = PyLong_AsLongLong(arg);
        if (n == -1 && PyErr_Occurred())
            return RAISED;
        *target = n;
        return NULL;
    }
    }
}

/* ---- other scalars ---- */

static const char *
convert_float(struct arg_parser *a, char unit, PyObject *arg)
{
    if (unit == 'D') {
        TARGET(Py_complex);
        Py_complex c = PyComplex_AsCComplex(arg);
        if (PyErr_Occurred())
            return RAISED;
        *target = c;
        return NULL;
    }
    void *target = va_arg(a->va, void *);
    double d = PyFloat_AsDouble(arg);
    if (d == -1.0 && PyErr_Occurred())
        return RAISED;
    if (unit == 'f')
        *(float *)target = (float)d;
    else
        *(double *)target = d;
    return NULL;
}

static const char *
convert_char(struct arg_parser *a, char unit, PyObject *arg)
{
    if (unit == 'C') {
        TARGET(int);
        if (!PyUnicode_Check(arg) || PyUnicode_GET_LENGTH(arg) != 1)
            return bad(a, "a unicode character", arg);
        *target = (int)PyUnicode_READ_CHAR(arg, 0);
        return NULL;
    }
    TARGET(char);
    if (PyBytes_Check(arg) && PyBytes_GET_SIZE(arg) == 1)
        *target = PyBytes_AS_STRING(arg)[0];
    else if (PyByteArray_Check(arg) && PyByteArray_GET_SIZE(arg) == 1)
        *target = PyByteArray_AS_STRING(arg)[0];
    else
        return bad(a, "a byte string of length 1", arg);
    return NULL;
}

/* ---- text and buffers ---- */

/* A pointer into a buffer that nobody has to release. */
static const char *
borrow_buffer(struct arg_parser *a, PyObject *arg, const char **p, Py_ssize_t *n)
{
    PyBufferProcs *bf = Py_TYPE(arg)->tp_as_buffer;
    Py_buffer view;
    if (bf != NULL && bf->bf_releasebuffer != NULL)
        return bad(a, "read-only bytes-like object", arg);
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return RAISED;
    *p = view.buf;
    *n = view.len;
    PyBuffer_Release(&view);
    return NULL;
}

static const char *
hold_buffer(struct arg_parser *a, PyObject *arg, Py_buffer *view)
{
    if (PyObject_GetBuffer(arg, view, PyBUF_SIMPLE) != 0)
        return bad(a, "bytes-like object", arg);
    if (!PyBuffer_IsContiguous(view, 'C')) {
        PyBuffer_Release(view);
        return bad(a, "contiguous buffer", arg);
    }
    return add_cleanup(a, view, release_buffer) < 0 ? RAISED : NULL;
}

/* y y* y# */
static const char *
convert_bytes(struct arg_parser *a, PyObject *arg)
{
    if (*a->p == '*') {
        TARGET(Py_buffer);
        a->p++;
        return hold_buffer(a, arg, target);
    }
    const char **target = va_arg(a->va, const char **);
    Py_ssize_t *size = NULL, n;
    if (*a->p == '#') {
        a->p++;
        size = va_arg(a->va, Py_ssize_t *);
    }
    const char *what = borrow_buffer(a, arg, target, &n);
    if (what != NULL)
        return what;
    if (size != NULL)
        *size = n;
    else if (strlen(*target) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        return RAISED;
    }
    return NULL;
}

/* s* z* */
static const char *
convert_text_view(struct arg_parser *a, char unit, PyObject *arg)
{
    TARGET(Py_buffer);
    a->p++;
    if (unit == 'z' && arg == Py_None) {
        PyBuffer_FillInfo(target, NULL, NULL, 0, 1, 0);
        return add_cleanup(a, target, release_buffer) < 0 ? RAISED : NULL;
    }
    if (!PyUnicode_Check(arg))
        return hold_buffer(a, arg, target);
    Py_ssize_t n;
    const char *s = PyUnicode_AsUTF8AndSize(arg, &n);
    if (s == NULL)
        return RAISED;
    PyBuffer_FillInfo(target, arg, (void *)s, n, 1, 0);
    return add_cleanup(a, target, release_buffer) < 0 ? RAISED : NULL;
}

/* s s* s# z z* z# */
static const char *
convert_text(struct arg_parser *a, char unit, PyObject *arg)
{
    if (*a->p == '*')
        return convert_text_view(a, unit, arg);
    const char **target = va_arg(a->va, const char **);
    Py_ssize_t *size = NULL, n = 0;
    if (*a->p == '#') {
        a->p++;
        size = va_arg(a->va, Py_ssize_t *);
    }
    if (unit == 'z' && arg == Py_None)
        *target = NULL;
    else if (PyUnicode_Check(arg)) {
        *target = PyUnicode_AsUTF8AndSize(arg, &n);
        if (*target == NULL)
            return RAISED;
        if (size == NULL && strlen(*target) != (size_t)n) {
            PyErr_SetString(PyExc_ValueError, "embedded null character");
            return RAISED;
        }
    }
    else if (size != NULL) {
        const char *what = borrow_buffer(a, arg, target, &n);
        if (what != NULL)
            return what;
    }
    else
        return bad(a, unit == 'z' ? "str or None" : "str", arg);
    if (size != NULL)
        *size = n;
    return NULL;
}

/* The bytes of an es / et argument, new reference; NULL with *what. */
static PyObject *
encoded(struct arg_parser *a, PyObject *arg, const char *encoding, bool recode, const char **what)
{
    *what = RAISED;
    if (!recode && PyBytes_Check(arg))
        return Py_NewRef(arg);
    if (!recode && PyByteArray_Check(arg))
        return PyBytes_FromStringAndSize(PyByteArray_AS_STRING(arg), PyByteArray_GET_SIZE(arg));
    if (!PyUnicode_Check(arg)) {
        *what = bad(a, recode ? "str" : "str, bytes or bytearray", arg);
        return NULL;
    }
    PyObject *bytes = PyUnicode_AsEncodedString(arg, encoding == NULL ? "utf-8" : encoding, NULL);
    if (bytes != NULL && !PyBytes_Check(bytes)) {
        *what = bad(a, "(encoder failed to return bytes)", arg);
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* Copies the bytes to *buffer: fresh memory, or with a size given the caller's. */
static const char *
store_encoded(struct arg_parser *a, PyObject *arg, PyObject *bytes, char **buffer, Py_ssize_t *size)
{
    Py_ssize_t n = PyBytes_GET_SIZE(bytes);
    const char *s = PyBytes_AS_STRING(bytes);
    if (size == NULL && strlen(s) != (size_t)n)
        return bad(a, "encoded string without null bytes", arg);
    if (size != NULL && *buffer != NULL) {
        if (n + 1 > *size) {
            PyErr_Format(PyExc_ValueError, "encoded string too long (%zd, maximum length %zd)", n, *size - 1);
            return RAISED;
        }
    }
    else {
        *buffer = PyMem_Malloc(n + 1);
        if (*buffer == NULL) {
            PyErr_NoMemory();
            return RAISED;
        }
        if (add_cleanup(a, buffer, release_memory) < 0)
            return RAISED;
    }
    if (size != NULL)
        *size = n;
    memcpy(*buffer, s, n + 1);
    return NULL;
}

/* es et es# et# */
static const char *
convert_encoded(struct arg_parser *a, PyObject *arg)
{
    const char *encoding = va_arg(a->va, const char *), *what;
    bool recode = *a->p == 's';
    if (*a->p != 's' && *a->p != 't')
        return "(unknown parser marker combination)";
    a->p++;
    char **buffer = va_arg(a->va, char **);
    Py_ssize_t *size = NULL;
    if (*a->p == '#') {
        a->p++;
        size = va_arg(a->va, Py_ssize_t *);
    }
    if (buffer == NULL)
        return "(buffer is NULL)";
    PyObject *bytes = encoded(a, arg, encoding, recode, &what);
    if (bytes == NULL)
        return what;
    what = store_encoded(a, arg, bytes, buffer, size);
    Py_DECREF(bytes);
    return what;
}

static const char *
convert_writable(struct arg_parser *a, PyObject *arg)
{
    TARGET(Py_buffer);
    if (*a->p != '*')
        return "(impossible<bad format char>)";
    a->p++;
    if (PyObject_GetBuffer(arg, target, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        return bad(a, "read-write bytes-like object", arg);
    }
    if (!PyBuffer_IsContiguous(target, 'C')) {
        PyBuffer_Release(target);
        return bad(a, "contiguous buffer", arg);
    }
    return add_cleanup(a, target, release_buffer) < 0 ? RAISED : NULL;
}

/* O O! O& S U Y */
static const char *
convert_object(struct arg_parser *a, char unit, PyObject *arg)
{
    if (unit == 'O' && *a->p == '&') {
        typedef int (*converter)(PyObject *, void *);
        converter convert = va_arg(a->va, converter);
        void *target = va_arg(a->va, void *);
        a->p++;
        int rc = convert(arg, target);
        if (rc == 0)
            return RAISED;
        return rc == Py_CLEANUP_SUPPORTED && add_cleanup(a, target, convert) < 0 ? RAISED : NULL;
    }
    PyTypeObject *type = NULL;
    if (unit == 'O' && *a->p == '!') {
        type = va_arg(a->va, PyTypeObject *);
        a->p++;
    }
    TARGET(PyObject *);
    if (type != NULL && !PyType_IsSubtype(Py_TYPE(arg), type))
        return bad(a, type->tp_name, arg);
    if (unit == 'S' && !PyBytes_Check(arg))
        return bad(a, "bytes", arg);
    if (unit == 'Y' && !PyByteArray_Check(arg))
        return bad(a, "bytearray", arg);
    if (unit == 'U' && !PyUnicode_Check(arg))
        return bad(a, "str", arg);
    *target = arg;
    return NULL;
}

/* ---- dispatch ---- */

static const char *
convert_simple(struct arg_parser *a, PyObject *arg)
{
    char unit = *a->p++;
    switch (unit) {
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'n': case 'l': case 'k': case 'L': case 'K':
        return convert_integer(a, unit, arg);
    case 'f': case 'd': case 'D':
        return convert_float(a, unit, arg);
    case 'c': case 'C':
        return convert_char(a, unit, arg);
    case 'p': {
        TARGET(int);
        int v = PyObject_IsTrue(arg);
        *target = v > 0;
        return v < 0 ? RAISED : NULL;
    }
    case 'y': return convert_bytes(a, arg);
    case 's': case 'z': return convert_text(a, unit, arg);
    case 'e': return convert_encoded(a, arg);
    case 'w': return convert_writable(a, arg);
    case 'O': case 'S': case 'U': case 'Y': return convert_object(a, unit, arg);
    default: return "(impossible<bad format char>)";
    }
}

/* Number of units before the closing parenthesis of a nested format. */
static int
nested_count(const char *p)
{
    int n = 0, level = 0;
    for (;; p++) {
        if (*p == '(')
            n += level++ == 0;
        else if (*p == ')') {
            if (level == 0)
                return n;
            level--;
        }
        else if (*p == ':' || *p == ';' || *p == '\0')
            return n;
        else if (level == 0 && Py_ISALPHA(*p) && *p != 'e')
            n++;
    }
}

static const char *convert_nested(struct arg_parser *a, PyObject *arg, int depth);

static const char *
convert_at(struct arg_parser *a, PyObject *arg, int depth)
{
    if (*a->p == '(') {
        a->p++;
        const char *what = convert_nested(a, arg, depth);
        if (what == NULL)
            a->p++;
        return what;
    }
    const char *what = convert_simple(a, arg);
    if (what != NULL)
        a->levels[depth] = 0;
    return what;
}

static const char *
convert_nested(struct arg_parser *a, PyObject *arg, int depth)
{
    int n = nested_count(a->p);
    if (depth >= 31)
        return "(too many nested parentheses)";
    if (!PySequence_Check(arg) || PyBytes_Check(arg)) {
        a->levels[depth] = 0;
        PyOS_snprintf(a->text, sizeof(a->text), "must be %d-item sequence, not %.50s", n,
                      arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
        return a->text;
    }
    Py_ssize_t len = PySequence_Size(arg);
    if (len != n) {
        a->levels[depth] = 0;
        if (len < 0)
            return RAISED;
        PyOS_snprintf(a->text, sizeof(a->text), "must be sequence of length %d, not %zd", n, len);
        return a->text;
    }
    for (int i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(arg, i);
        if (item == NULL) {
            PyErr_Clear();
            a->levels[depth] = i + 1;
            a->levels[depth + 1] = 0;
            return "is not retrievable";
        }
        const char *what = convert_at(a, item, depth + 1);
        Py_DECREF(item);             /* the sequence keeps it, as borrowed results have always relied on */
        if (what != NULL) {
            a->levels[depth] = i + 1;
            return what;
        }
    }
    return NULL;
}

const char *
arg_convert(struct arg_parser *a, PyObject *arg)
{
    a->levels[0] = 0;
    return convert_at(a, arg, 0);
}

const char *
arg_skip(struct arg_parser *a)
{
    char unit = *a->p++;
    switch (unit) {
    case '(':
        while (*a->p != ')' && !arg_at_end(a)) {
            const char *what = arg_skip(a);
            if (what != NULL)
                return what;
        }
        if (*a->p != ')')
            return "impossible<bad format char>";
        a->p++;
        return NULL;
    case 'O':
        (void)va_arg(a->va, void *);
        if (*a->p == '!' || *a->p == '&') {
            a->p++;
            (void)va_arg(a->va, void *);
        }
        return NULL;
    case 'e':
        (void)va_arg(a->va, void *);
        if (*a->p != 's' && *a->p != 't')
            return "impossible<bad format char>";
        a->p++;
        break;
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'n': case 'l': case 'k': case 'L': case 'K':
    case 'f': case 'd': case 'D': case 'c': case 'C': case 'p': case 'S': case 'Y': case 'U':
    case 's': case 'z': case 'y': case 'w':
        break;
    default:
        return "impossible<bad format char>";
    }
    (void)va_arg(a->va, void *);
    if (unit == 'w' && *a->p != '*')
        return "impossible<bad format char>";
    if ((unit == 's' || unit == 'z' || unit == 'y' || unit == 'w') && *a->p == '*')
        a->p++;
    else if ((unit == 'e' || unit == 's' || unit == 'z' || unit == 'y') && *a->p == '#') {
        a->p++;
        (void)va_arg(a->va, void *);
    }
    return NULL;
}
