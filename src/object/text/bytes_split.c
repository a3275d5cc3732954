/* object/text/bytes_split.c: split, rsplit, splitlines, partition, join. */
#include "object/text/bytes_methods.h"

#include <string.h>

#include "object/core/abstract.h"
#include "object/core/call.h"
#include "rt/singletons.h"

/* Appends a part; the whole of an exact bytes object stands for itself. */
static int
add_part(PyObject *list, PyObject *self, struct span d, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *part = PyBytes_CheckExact(self) && from == 0 && to == d.n ? Py_NewRef(self)
                                                                        : bytes_like(self, d.p + from, to - from);
    if (part == NULL)
        return -1;
    int rc = PyList_Append(list, part);
    Py_DECREF(part);
    return rc;
}

static int
split_space(PyObject *list, PyObject *self, struct span d, Py_ssize_t max)
{
    Py_ssize_t i = 0;
    for (; max-- > 0;) {
        while (i < d.n && ASCII_IS_SPACE(d.p[i]))
            i++;
        if (i == d.n)
            return 0;
        Py_ssize_t from = i++;
        while (i < d.n && !ASCII_IS_SPACE(d.p[i]))
            i++;
        if (add_part(list, self, d, from, i) < 0)
            return -1;
    }
    while (i < d.n && ASCII_IS_SPACE(d.p[i]))
        i++;
    return i < d.n ? add_part(list, self, d, i, d.n) : 0;
}

static int
rsplit_space(PyObject *list, PyObject *self, struct span d, Py_ssize_t max)
{
    Py_ssize_t i = d.n;              /* end of what is left */
    for (; max-- > 0;) {
        while (i > 0 && ASCII_IS_SPACE(d.p[i - 1]))
            i--;
        if (i == 0)
            return 0;
        Py_ssize_t to = i--;
        while (i > 0 && !ASCII_IS_SPACE(d.p[i - 1]))
            i--;
        if (add_part(list, self, d, i, to) < 0)
            return -1;
    }
    while (i > 0 && ASCII_IS_SPACE(d.p[i - 1]))
        i--;
    return i > 0 ? add_part(list, self, d, 0, i) : 0;
}

static int
split_sep(PyObject *list, PyObject *self, struct span d, struct span sep, Py_ssize_t max)
{
    Py_ssize_t from = 0;
    while (max-- > 0) {
        Py_ssize_t at = bytes_find(d.p + from, d.n - from, sep.p, sep.n);
        if (at < 0)
            break;
        if (add_part(list, self, d, from, from + at) < 0)
            return -1;
        from += at + sep.n;
    }
    return add_part(list, self, d, from, d.n);
}

static int
rsplit_sep(PyObject *list, PyObject *self, struct span d, struct span sep, Py_ssize_t max)
{
    Py_ssize_t to = d.n;
    while (max-- > 0) {
        Py_ssize_t at = bytes_rfind(d.p, to, sep.p, sep.n);
        if (at < 0)
            break;
        if (add_part(list, self, d, at + sep.n, to) < 0)
            return -1;
        to = at;
    }
    return add_part(list, self, d, 0, to);
}

static int
split_by(PyObject *list, PyObject *self, PyObject *sep, Py_ssize_t max, bool right)
{
    if (sep == NULL || sep == Py_None) {
        struct span d = span_of(self);
        return right ? rsplit_space(list, self, d, max) : split_space(list, self, d, max);
    }
    Py_buffer view;
    if (PyObject_GetBuffer(sep, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int rc = -1;
    struct span d = span_of(self), s = { view.buf, view.len };
    if (view.len == 0)
        PyErr_SetString(PyExc_ValueError, "empty separator");
    else
        rc = right ? rsplit_sep(list, self, d, s, max) : split_sep(list, self, d, s, max);
    PyBuffer_Release(&view);
    return rc;
}

static PyObject *
split_method(PyObject *self, const char *name, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, bool right)
{
    static const char *const names[] = { "sep", "maxsplit" };
    PyObject *v[2];
    Py_ssize_t max = PY_SSIZE_T_MAX;
    if (args_unpack(name, args, nargs, kwnames, names, 2, 0, 2, v) < 0)
        return NULL;
    if (v[1] != NULL) {
        PyObject *index = PyNumber_Index(v[1]);
        max = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (max == -1 && PyErr_Occurred())
            return NULL;
        if (max < 0)
            max = PY_SSIZE_T_MAX;
    }
    PyObject *list = PyList_New(0);
    if (list != NULL && (split_by(list, self, v[0], max, right) < 0 || (right && PyList_Reverse(list) < 0)))
        Py_CLEAR(list);
    return list;
}

BYTES_KW(split) { return split_method(self, "split", args, nargs, kwnames, false); }
BYTES_KW(rsplit) { return split_method(self, "rsplit", args, nargs, kwnames, true); }

BYTES_KW(splitlines)
{
    static const char *const names[] = { "keepends" };
    PyObject *v[1];
    if (args_unpack("splitlines", args, nargs, kwnames, names, 1, 0, 1, v) < 0)
        return NULL;
    int keep = v[0] == NULL ? 0 : PyObject_IsTrue(v[0]);
    PyObject *list = keep < 0 ? NULL : PyList_New(0);
    if (list == NULL)
        return NULL;
    struct span d = span_of(self);
    for (Py_ssize_t i = 0; i < d.n;) {
        Py_ssize_t from = i, to;
        while (i < d.n && d.p[i] != '\n' && d.p[i] != '\r')
            i++;
        to = i;
        if (i < d.n)
            i += d.p[i] == '\r' && i + 1 < d.n && d.p[i + 1] == '\n' ? 2 : 1;
        if (add_part(list, self, d, from, keep ? i : to) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

/* ---- partition ---- */

/* (before, separator, after) for a separator at `at`. */
static PyObject *
three_parts(PyObject *self, struct span d, PyObject *sep, Py_buffer *view, Py_ssize_t at)
{
    PyObject *before = bytes_like(self, d.p, at);
    PyObject *middle = PyBytes_Check(self) ? Py_NewRef(sep) : bytes_like(self, view->buf, view->len);
    PyObject *after = bytes_like(self, d.p + at + view->len, d.n - at - view->len), *result = NULL;
    if (before != NULL && middle != NULL && after != NULL)
        result = PyTuple_Pack(3, before, middle, after);
    Py_XDECREF(before);
    Py_XDECREF(middle);
    Py_XDECREF(after);
    return result;
}

static PyObject *
no_parts(PyObject *self, bool right)
{
    PyObject *whole = bytes_unchanged(self), *a = bytes_like(self, "", 0), *b = bytes_like(self, "", 0), *result = NULL;
    if (whole != NULL && a != NULL && b != NULL)
        result = right ? PyTuple_Pack(3, a, b, whole) : PyTuple_Pack(3, whole, a, b);
    Py_XDECREF(whole);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static PyObject *
partition_method(PyObject *self, PyObject *sep, bool right)
{
    Py_buffer view;
    PyObject *result = NULL;
    if (PyObject_GetBuffer(sep, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    struct span d = span_of(self);
    if (view.len == 0)
        PyErr_SetString(PyExc_ValueError, "empty separator");
    else {
        Py_ssize_t at = right ? bytes_rfind(d.p, d.n, view.buf, view.len) : bytes_find(d.p, d.n, view.buf, view.len);
        result = at < 0 ? no_parts(self, right) : three_parts(self, d, sep, &view, at);
    }
    PyBuffer_Release(&view);
    return result;
}

BYTES_O(partition) { return partition_method(self, arg, false); }
BYTES_O(rpartition) { return partition_method(self, arg, true); }

/* ---- join ---- */

/* Views of the `size` items, so that none can change its size while we copy. 0 or -1; *n counts those to release. Asking
 * an item for its buffer may run code that changes the sequence. */
static int
get_views(PyObject *seq, Py_buffer *views, Py_ssize_t size, Py_ssize_t *n)
{
    for (; *n < size && *n < PySequence_Fast_GET_SIZE(seq); ++*n) {
        PyObject *item = PySequence_Fast_GET_ITEM(seq, *n);
        if (PyBytes_CheckExact(item))
            views[*n] = (Py_buffer){ .obj = Py_NewRef(item), .buf = PyBytes_AS_STRING(item), .len = PyBytes_GET_SIZE(item) };
        else if (PyObject_GetBuffer(item, &views[*n], PyBUF_SIMPLE) != 0) {
            if (PyErr_ExceptionMatches(PyExc_TypeError))
                PyErr_Format(PyExc_TypeError, "sequence item %zd: expected a bytes-like object, %.80s found", *n,
                             Py_TYPE(item)->tp_name);
            return -1;
        }
    }
    return 0;
}

static PyObject *
join_views(PyObject *self, const Py_buffer *views, Py_ssize_t n)
{
    struct span sep = span_of(self);
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        if (__builtin_add_overflow(total, views[i].len, &total) || (i > 0 && __builtin_add_overflow(total, sep.n, &total))) {
            PyErr_SetString(PyExc_OverflowError, "join() result is too long");
            return NULL;
        }
    char *p;
    PyObject *result = bytes_like_new(self, total, &p);
    if (result == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0) {
            memcpy(p, sep.p, sep.n);
            p += sep.n;
        }
        memcpy(p, views[i].buf, views[i].len);
        p += views[i].len;
    }
    return result;
}

static bool
all_exact(PyObject *const *items, Py_ssize_t size)
{
    while (size > 0 && PyBytes_CheckExact(items[size - 1]))
        size--;
    return size == 0;
}

/* No item can change, and nothing runs meanwhile: views would take ten times as much memory as the list. */
static PyObject *
join_exact(PyObject *self, PyObject *const *items, Py_ssize_t size)
{
    struct span sep = span_of(self);
    Py_ssize_t total = 0;
    bool fits = !__builtin_mul_overflow(sep.n, size - 1, &total);
    for (Py_ssize_t i = 0; i < size && fits; i++)
        fits = !__builtin_add_overflow(total, PyBytes_GET_SIZE(items[i]), &total);
    if (!fits) {
        PyErr_SetString(PyExc_OverflowError, "join() result is too long");
        return NULL;
    }
    char *p;
    PyObject *result = bytes_like_new(self, total, &p);
    for (Py_ssize_t i = 0; i < size && result != NULL; i++) {
        if (i > 0) {
            memcpy(p, sep.p, sep.n);
            p += sep.n;
        }
        memcpy(p, PyBytes_AS_STRING(items[i]), PyBytes_GET_SIZE(items[i]));
        p += PyBytes_GET_SIZE(items[i]);
    }
    return result;
}

static PyObject *
join_items(PyObject *self, PyObject *seq, Py_ssize_t size)
{
    if (all_exact(PySequence_Fast_ITEMS(seq), size))
        return join_exact(self, PySequence_Fast_ITEMS(seq), size);
    Py_ssize_t n = 0;
    Py_buffer small[10], *views = size > 10 ? PyMem_New(Py_buffer, size) : small;
    PyObject *result = NULL;
    if (views == NULL)
        return PyErr_NoMemory();
    if (get_views(seq, views, size, &n) == 0) {
        if (n == size && PySequence_Fast_GET_SIZE(seq) == size)
            result = join_views(self, views, n);
        else
            PyErr_SetString(PyExc_RuntimeError, "sequence changed size during iteration");
    }
    for (Py_ssize_t i = 0; i < n; i++)
        PyBuffer_Release(&views[i]);
    if (views != small)
        PyMem_Free(views);
    return result;
}

BYTES_O(join)
{
    Py_buffer held;                  /* no code that runs meanwhile may resize a bytearray that separates */
    if (PyObject_GetBuffer(self, &held, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *seq = PySequence_Fast(arg, "can only join an iterable"), *result = NULL;
    Py_ssize_t size = seq == NULL ? 0 : PySequence_Fast_GET_SIZE(seq);
    if (seq == NULL)
        ;
    else if (size == 0)
        result = bytes_like(self, "", 0);
    else if (size == 1 && PyBytes_Check(self) && PyBytes_CheckExact(PySequence_Fast_GET_ITEM(seq, 0)))
        result = Py_NewRef(PySequence_Fast_GET_ITEM(seq, 0));
    else
        result = join_items(self, seq, size);
    Py_XDECREF(seq);
    PyBuffer_Release(&held);
    return result;
}

PyObject *
_PyBytes_Join(PyObject *sep, PyObject *iterable)
{
    if (sep == NULL || !PyBytes_Check(sep)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return bytes_m_join(sep, iterable);
}
