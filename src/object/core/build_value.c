/* object/core/build_value.c: Python values out of a format string and C arguments.
 *
 * A format is a sequence of items; brackets nest, spaces, commas, colons and tabs only separate. After a failure the
 * rest of the format is still walked, since "N" hands over a reference that has to be released. */
#include "object/core/build_value.h"

#include <string.h>
#include <wchar.h>

#include "object/core/err.h"

struct builder { const char *p; va_list args; };

static PyObject *build_item(struct builder *b);

/* Number of items up to the closing bracket `end`; -1 with SystemError. */
static Py_ssize_t
count_items(const char *p, char end)
{
    Py_ssize_t n = 0;
    int depth = 0;
    for (; depth > 0 || *p != end; p++) {
        if (LIKELY(Py_ISALPHA(*p))) {        /* a unit, most of what there is */
            n += depth == 0;
            continue;
        }
        switch (*p) {
        case '\0':
            PyErr_SetString(PyExc_SystemError, "unmatched paren in format");
            return -1;
        case '(': case '[': case '{':
            n += depth++ == 0;
            break;
        case ')': case ']': case '}':
            depth--;
            break;
        case '#': case '&': case ',': case ':': case ' ': case '\t':
            break;
        default:
            n += depth == 0;
        }
    }
    return n;
}

/* Builds the next n items; all of them even after a failure, the first of which is kept. */
static int
build_items(struct builder *b, PyObject **out, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    PyObject *failure = NULL;
    bool failed = false;
    for (Py_ssize_t i = 0; i < n; i++) {
        out[i] = build_item(b);
        if (out[i] != NULL)
            continue;
        out[i] = Py_None;
        if (!failed)
            failure = err_get_raised(ts);
        else
            err_clear(ts);
        failed = true;
    }
    if (!failed)
        return 0;
    for (Py_ssize_t i = 0; i < n; i++)
        Py_DECREF(out[i]);
    if (failure != NULL)
        err_set_raised(ts, failure);
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_SystemError, "NULL object passed to Py_BuildValue");
    return -1;
}

static int
skip_end(struct builder *b, char end)
{
    while (*b->p == ',' || *b->p == ':' || *b->p == ' ' || *b->p == '\t')
        b->p++;
    if (*b->p != end) {
        PyErr_SetString(PyExc_SystemError, "Unmatched paren in format");
        return -1;
    }
    if (end != '\0')
        b->p++;
    return 0;
}

static OWNED PyObject *
build_tuple(struct builder *b, char end, Py_ssize_t n)
{
    PyObject *tuple = n < 0 ? NULL : PyTuple_New(n);
    if (tuple == NULL) {
        if (n > 0) {                 /* out of memory: the references still have to be taken */
            PyObject *item;
            while (n-- > 0) {
                item = build_item(b);
                Py_XDECREF(item);
            }
            PyErr_NoMemory();
        }
        return NULL;
    }
    if (build_items(b, &PyTuple_GET_ITEM(tuple, 0), n) < 0) {
        memset(&PyTuple_GET_ITEM(tuple, 0), 0, n * sizeof(PyObject *));
        Py_DECREF(tuple);
        return NULL;
    }
    if (skip_end(b, end) < 0)
        Py_CLEAR(tuple);
    return tuple;
}

static OWNED PyObject *
build_list(struct builder *b, Py_ssize_t n)
{
    PyObject *tuple = build_tuple(b, ']', n);
    if (tuple == NULL)
        return NULL;
    PyObject *list = PySequence_List(tuple);
    Py_DECREF(tuple);
    return list;
}

static OWNED PyObject *
build_dict(struct builder *b, Py_ssize_t n)
{
    if (n >= 0 && n % 2 != 0) {
        PyErr_SetString(PyExc_SystemError, "Bad dict format");
        while (n-- > 0) {
            PyThreadState *ts = ts_current();
            PyObject *kept = err_get_raised(ts), *item = build_item(b);
            Py_XDECREF(item);
            err_set_raised(ts, kept);
        }
        return NULL;
    }
    PyObject *items = build_tuple(b, '}', n), *dict = items == NULL ? NULL : PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < n; i += 2)
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(items, i), PyTuple_GET_ITEM(items, i + 1)) < 0)
            Py_CLEAR(dict);
    Py_XDECREF(items);
    return dict;
}

/* Length behind '#', or -1 for "up to the NUL". */
static Py_ssize_t
explicit_length(struct builder *b)
{
    if (*b->p != '#')
        return -1;
    b->p++;
    return va_arg(b->args, Py_ssize_t);
}

static OWNED PyObject *
build_wide(struct builder *b)
{
    const wchar_t *s = va_arg(b->args, const wchar_t *);
    Py_ssize_t n = explicit_length(b);
    if (s == NULL)
        return Py_NewRef(Py_None);
    return PyUnicode_FromWideChar(s, n);
}

static OWNED PyObject *
build_text(struct builder *b, bool bytes)
{
    const char *s = va_arg(b->args, const char *);
    Py_ssize_t n = explicit_length(b);
    if (s == NULL)
        return Py_NewRef(Py_None);
    if (n < 0) {
        size_t len = strlen(s);
        if (len > PY_SSIZE_T_MAX) {
            PyErr_SetString(PyExc_OverflowError, bytes ? "Python string too large" : "string too long for Python string");
            return NULL;
        }
        n = (Py_ssize_t)len;
    }
    return bytes ? PyBytes_FromStringAndSize(s, n) : PyUnicode_FromStringAndSize(s, n);
}

/* N, S, O, O&: the character has been read. */
static OWNED PyObject *
build_object(struct builder *b, char unit)
{
    if (*b->p == '&') {
        typedef PyObject *(*converter)(void *);
        converter convert = va_arg(b->args, converter);
        void *arg = va_arg(b->args, void *);
        b->p++;
        return convert(arg);
    }
    PyObject *v = va_arg(b->args, PyObject *);
    if (v != NULL)
        return unit == 'N' ? v : Py_NewRef(v);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_SystemError, "NULL object passed to Py_BuildValue");
    return NULL;
}

static PyObject *
build_item(struct builder *b)
{
    for (;;) {
        char unit = *b->p;
        if (unit == '\0') {
            PyErr_SetString(PyExc_SystemError, "bad format char passed to Py_BuildValue");
            return NULL;
        }
        b->p++;
        switch (unit) {
        case '(': return build_tuple(b, ')', count_items(b->p, ')'));
        case '[': return build_list(b, count_items(b->p, ']'));
        case '{': return build_dict(b, count_items(b->p, '}'));
        case 'b': case 'B': case 'h': case 'i': return PyLong_FromLong(va_arg(b->args, int));
        case 'H': return PyLong_FromLong(va_arg(b->args, unsigned int));
        case 'I': return PyLong_FromUnsignedLong(va_arg(b->args, unsigned int));
        case 'n': return PyLong_FromSsize_t(va_arg(b->args, Py_ssize_t));
        case 'l': return PyLong_FromLong(va_arg(b->args, long));
        case 'k': return PyLong_FromUnsignedLong(va_arg(b->args, unsigned long));
        case 'L': return PyLong_FromLongLong(va_arg(b->args, long long));
        case 'K': return PyLong_FromUnsignedLongLong(va_arg(b->args, unsigned long long));
        case 'p': return PyBool_FromLong(va_arg(b->args, int));
        case 'u': return build_wide(b);
        case 'f': case 'd': return PyFloat_FromDouble(va_arg(b->args, double));
        case 'D': return PyComplex_FromCComplex(*va_arg(b->args, Py_complex *));
        case 'c': {
            char c = (char)va_arg(b->args, int);
            return PyBytes_FromStringAndSize(&c, 1);
        }
        case 'C': return PyUnicode_FromOrdinal(va_arg(b->args, int));
        case 's': case 'z': case 'U': return build_text(b, false);
        case 'y': return build_text(b, true);
        case 'N': case 'S': case 'O': return build_object(b, unit);
        case ':': case ',': case ' ': case '\t': break;
        default:
            PyErr_SetString(PyExc_SystemError, "bad format char passed to Py_BuildValue");
            return NULL;
        }
    }
}

PyObject *
Py_VaBuildValue(const char *format, va_list args)
{
    Py_ssize_t n = count_items(format, '\0');
    if (n < 0)
        return NULL;
    if (n == 0)
        return Py_NewRef(Py_None);
    struct builder b = { .p = format };
    va_copy(b.args, args);
    PyObject *result = n == 1 ? build_item(&b) : build_tuple(&b, '\0', n);
    va_end(b.args);
    return result;
}

PyObject **
build_stack(PyObject **small, Py_ssize_t nsmall, const char *format, va_list args, Py_ssize_t *n)
{
    *n = count_items(format, '\0');
    if (*n < 0)
        return NULL;
    PyObject **stack = small;
    if (*n > nsmall) {
        stack = PyMem_New(PyObject *, *n);
        if (stack == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
    }
    struct builder b = { .p = format };
    va_copy(b.args, args);
    int rc = build_items(&b, stack, *n);
    va_end(b.args);
    if (rc == 0)
        return stack;
    if (stack != small)
        PyMem_Free(stack);
    return NULL;
}

PyObject *
Py_BuildValue(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *result = Py_VaBuildValue(format, args);
    va_end(args);
    return result;
}

PyAPI_FUNC(PyObject *) _Py_BuildValue_SizeT(const char *format, ...);
PyAPI_FUNC(PyObject *) _Py_VaBuildValue_SizeT(const char *format, va_list args);

PyObject *
_Py_BuildValue_SizeT(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *result = Py_VaBuildValue(format, args);
    va_end(args);
    return result;
}

PyObject *
_Py_VaBuildValue_SizeT(const char *format, va_list args)
{
    return Py_VaBuildValue(format, args);
}
