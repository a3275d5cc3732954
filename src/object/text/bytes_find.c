/* object/text/bytes_find.c: searching: find, index, count, in, startswith, endswith. */
#include "object/text/bytes_methods.h"

#include <string.h>

#include "object/core/abstract.h"
#include "object/core/call.h"

Py_ssize_t
bytes_find(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m)
{
    if (m > n)
        return -1;
    if (m == 0)
        return 0;
    const char *at = m == 1 ? memchr(data, needle[0], n) : memmem(data, n, needle, m);
    return at == NULL ? -1 : at - data;
}

Py_ssize_t
bytes_rfind(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m)
{
    if (m > n)
        return -1;
    if (m == 0)
        return n;
    Py_ssize_t last = n - m;         /* where a match can start at most */
    while (last >= 0) {
        const char *at = memrchr(data, needle[0], last + 1);
        if (at == NULL)
            return -1;
        if (m == 1 || memcmp(at + 1, needle + 1, m - 1) == 0)
            return at - data;
        last = at - data - 1;
    }
    return -1;
}

Py_ssize_t
bytes_count(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m, Py_ssize_t max)
{
    if (n < 0 || max <= 0)
        return 0;
    if (m == 0)
        return n < max ? n + 1 : max;
    Py_ssize_t count = 0, at;
    while (count < max && (at = bytes_find(data, n, needle, m)) >= 0) {
        count++;
        data += at + m;
        n -= at + m;
    }
    return count;
}

Py_ssize_t
_PyBytes_Find(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m, Py_ssize_t offset)
{
    Py_ssize_t at = bytes_find(data, n, needle, m);
    return at < 0 ? at : at + offset;
}

Py_ssize_t
_PyBytes_ReverseFind(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m, Py_ssize_t offset)
{
    Py_ssize_t at = bytes_rfind(data, n, needle, m);
    return at < 0 ? at : at + offset;
}

/* ---- arguments ---- */

int
bytes_value_of(PyObject *arg)
{
    Py_ssize_t v = PyNumber_AsSsize_t(arg, NULL);
    if (v == -1 && PyErr_Occurred())
        return -1;
    if (v < 0 || v > 255) {
        PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
        return -1;
    }
    return (int)v;
}

/* What is searched for: a buffer or one byte, and the range to search in. */
struct search { Py_buffer view; char byte; struct span part; Py_ssize_t start, end; };

static int
search_part(struct search *s, PyObject *sub)
{
    s->view.obj = NULL;
    if (PyObject_CheckBuffer(sub)) {
        if (PyObject_GetBuffer(sub, &s->view, PyBUF_SIMPLE) < 0)
            return -1;
        s->part = (struct span){ s->view.buf, s->view.len };
        return 0;
    }
    if (!PyIndex_Check(sub)) {
        PyErr_Format(PyExc_TypeError, "argument should be integer or bytes-like object, not '%.200s'",
                     Py_TYPE(sub)->tp_name);
        return -1;
    }
    int v = bytes_value_of(sub);
    if (v < 0)
        return -1;
    s->byte = (char)v;
    s->part = (struct span){ &s->byte, 1 };
    return 0;
}

/* start and end from args[1], args[2]. */
static int
search_range(const char *name, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *start, Py_ssize_t *end)
{
    *start = 0;
    *end = PY_SSIZE_T_MAX;
    if (!args_count(name, nargs, 1, 3))
        return -1;
    if (nargs > 1 && !_PyEval_SliceIndex(args[1], start))
        return -1;
    return nargs > 2 && !_PyEval_SliceIndex(args[2], end) ? -1 : 0;
}

static int
search_init(struct search *s, const char *name, PyObject *const *args, Py_ssize_t nargs)
{
    return search_range(name, args, nargs, &s->start, &s->end) < 0 ? -1 : search_part(s, args[0]);
}

/* Clips the range to n bytes, as slicing does; false if it is empty backwards. */
static bool
clip(Py_ssize_t *start, Py_ssize_t *end, Py_ssize_t n)
{
    if (*end > n)
        *end = n;
    else if (*end < 0 && (*end += n) < 0)
        *end = 0;
    if (*start < 0 && (*start += n) < 0)
        *start = 0;
    return *start <= *end;
}

enum direction { FORWARD, BACKWARD };

static Py_ssize_t
search_run(PyObject *self, struct search *s, enum direction direction)
{
    struct span d = span_of(self);
    if (!clip(&s->start, &s->end, d.n))
        return -1;
    Py_ssize_t at = direction == FORWARD
        ? bytes_find(d.p + s->start, s->end - s->start, s->part.p, s->part.n)
        : bytes_rfind(d.p + s->start, s->end - s->start, s->part.p, s->part.n);
    return at < 0 ? -1 : at + s->start;
}

static PyObject *
find_method(PyObject *self, const char *name, PyObject *const *args, Py_ssize_t nargs, enum direction direction, bool must)
{
    struct search s;
    if (search_init(&s, name, args, nargs) < 0)
        return NULL;
    Py_ssize_t at = search_run(self, &s, direction);
    PyBuffer_Release(&s.view);
    if (at < 0 && must) {
        PyErr_SetString(PyExc_ValueError, "subsection not found");
        return NULL;
    }
    return PyLong_FromSsize_t(at);
}

BYTES_FAST(find) { return find_method(self, "find", args, nargs, FORWARD, false); }
BYTES_FAST(rfind) { return find_method(self, "rfind", args, nargs, BACKWARD, false); }
BYTES_FAST(index) { return find_method(self, "index", args, nargs, FORWARD, true); }
BYTES_FAST(rindex) { return find_method(self, "rindex", args, nargs, BACKWARD, true); }

BYTES_FAST(count)
{
    struct search s;
    if (search_init(&s, "count", args, nargs) < 0)
        return NULL;
    struct span d = span_of(self);
    Py_ssize_t n = 0;
    if (clip(&s.start, &s.end, d.n))
        n = bytes_count(d.p + s.start, s.end - s.start, s.part.p, s.part.n, PY_SSIZE_T_MAX);
    PyBuffer_Release(&s.view);
    return PyLong_FromSsize_t(n);
}

int
bytes_contains(PyObject *self, PyObject *arg)
{
    Py_ssize_t v = PyNumber_AsSsize_t(arg, NULL);
    if (v == -1 && PyErr_Occurred()) {
        Py_buffer view;
        PyErr_Clear();
        if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
            return -1;
        struct span d = span_of(self);
        Py_ssize_t at = bytes_find(d.p, d.n, view.buf, view.len);
        PyBuffer_Release(&view);
        return at >= 0;
    }
    if (v < 0 || v > 255) {
        PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
        return -1;
    }
    struct span d = span_of(self);
    return memchr(d.p, (int)v, d.n) != NULL;
}

/* ---- startswith, endswith ---- */

static int
tail_match(PyObject *self, PyObject *part, Py_ssize_t start, Py_ssize_t end, enum direction direction)
{
    Py_buffer view;
    if (PyObject_GetBuffer(part, &view, PyBUF_SIMPLE) < 0)
        return -1;
    struct span d = span_of(self);
    int rc = 0;
    if (clip(&start, &end, d.n) && end - start >= view.len) {
        const char *at = direction == FORWARD ? d.p + start : d.p + end - view.len;
        rc = memcmp(at, view.buf, view.len) == 0;
    }
    PyBuffer_Release(&view);
    return rc;
}

static PyObject *
tail_method(PyObject *self, const char *name, PyObject *const *args, Py_ssize_t nargs, enum direction direction)
{
    Py_ssize_t start, end;
    if (search_range(name, args, nargs, &start, &end) < 0)
        return NULL;
    PyObject *part = args[0];
    int rc = 0;
    if (PyTuple_Check(part)) {
        for (Py_ssize_t i = 0; rc == 0 && i < PyTuple_GET_SIZE(part); i++)
            rc = tail_match(self, PyTuple_GET_ITEM(part, i), start, end, direction);
        return rc < 0 ? NULL : PyBool_FromLong(rc);
    }
    rc = tail_match(self, part, start, end, direction);
    if (rc >= 0)
        return PyBool_FromLong(rc);
    if (PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_Format(PyExc_TypeError, "%s first arg must be bytes or a tuple of bytes, not %s", name, Py_TYPE(part)->tp_name);
    return NULL;
}

BYTES_FAST(startswith) { return tail_method(self, "startswith", args, nargs, FORWARD); }
BYTES_FAST(endswith) { return tail_method(self, "endswith", args, nargs, BACKWARD); }
