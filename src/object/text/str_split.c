/* object/text/str_split.c: splitting, stripping, joining. */
#include <string.h>

#include "object/coll/list.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/text/str_priv.h"
#include "rt/thread.h"

/* Pieces of one string, collected into a list. */
struct pieces { PyObject *s, *list; int kind; const char *data; Py_ssize_t n; };

static int pieces_init(struct pieces *p, PyObject *s)
{
    p->s = s;
    p->kind = PyUnicode_KIND(s);
    p->data = PyUnicode_DATA(s);
    p->n = str_len(s);
    p->list = PyList_New(0);
    return p->list == NULL ? -1 : 0;
}

static int add(struct pieces *p, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *piece = str_slice(p->s, from, to);
    if (piece == NULL)
        return -1;
    return list_append_steal((PyListObject *)p->list, piece);
}

static PyObject *pieces_done(struct pieces *p, int status, bool reverse)
{
    if (status == 0 && reverse)
        status = PyList_Reverse(p->list);
    if (status < 0)
        Py_CLEAR(p->list);
    return p->list;
}

static inline bool space_at(const struct pieces *p, Py_ssize_t i) { return Py_UNICODE_ISSPACE(PyUnicode_READ(p->kind, p->data, i)); }

static PyObject *split_space(PyObject *s, Py_ssize_t max)
{
    struct pieces p;
    if (pieces_init(&p, s) < 0)
        return NULL;
    int r = 0;
    Py_ssize_t i = 0;
    while (r == 0) {
        while (i < p.n && space_at(&p, i))
            i++;
        if (i == p.n)
            break;
        Py_ssize_t from = i;
        if (max-- == 0) {
            r = add(&p, from, p.n);
            break;
        }
        while (i < p.n && !space_at(&p, i))
            i++;
        r = add(&p, from, i);
    }
    return pieces_done(&p, r, false);
}

static PyObject *rsplit_space(PyObject *s, Py_ssize_t max)
{
    struct pieces p;
    if (pieces_init(&p, s) < 0)
        return NULL;
    int r = 0;
    Py_ssize_t i = p.n;
    while (r == 0) {
        while (i > 0 && space_at(&p, i - 1))
            i--;
        if (i == 0)
            break;
        Py_ssize_t to = i;
        if (max-- == 0) {
            r = add(&p, 0, to);
            break;
        }
        while (i > 0 && !space_at(&p, i - 1))
            i--;
        r = add(&p, i, to);
    }
    return pieces_done(&p, r, true);
}

static PyObject *split_on(PyObject *s, PyObject *sep, Py_ssize_t max, bool reverse)
{
    struct pieces p;
    int pk = PyUnicode_KIND(sep);
    const void *pd = PyUnicode_DATA(sep);
    Py_ssize_t m = str_len(sep);
    if (m == 0) {
        PyErr_SetString(PyExc_ValueError, "empty separator");
        return NULL;
    }
    if (pieces_init(&p, s) < 0)
        return NULL;
    int r = 0;
    Py_ssize_t from = 0, to = p.n;
    while (r == 0 && max-- != 0) {
        Py_ssize_t at = reverse ? chars_rfind(p.kind, p.data, to, pk, pd, m)
                                : chars_find(p.kind, p.data + from * p.kind, p.n - from, pk, pd, m);
        if (at < 0)
            break;
        if (reverse) {
            r = add(&p, at + m, to);
            to = at;
        }
        else {
            r = add(&p, from, from + at);
            from += at + m;
        }
    }
    if (r == 0)
        r = add(&p, from, to);
    return pieces_done(&p, r, reverse);
}

PyObject *str_split_with(PyObject *s, PyObject *sep, Py_ssize_t max)
{
    if (max < 0)
        max = PY_SSIZE_T_MAX;
    return sep == NULL ? split_space(s, max) : split_on(s, sep, max, false);
}

PyObject *str_rsplit_with(PyObject *s, PyObject *sep, Py_ssize_t max)
{
    if (max < 0)
        max = PY_SSIZE_T_MAX;
    return sep == NULL ? rsplit_space(s, max) : split_on(s, sep, max, true);
}

PyObject *PyUnicode_Split(PyObject *s, PyObject *sep, Py_ssize_t max)
{
    if (str_check(s) < 0 || (sep != NULL && str_check(sep) < 0))
        return NULL;
    return str_split_with(s, sep, max);
}

PyObject *PyUnicode_RSplit(PyObject *s, PyObject *sep, Py_ssize_t max)
{
    if (str_check(s) < 0 || (sep != NULL && str_check(sep) < 0))
        return NULL;
    return str_rsplit_with(s, sep, max);
}

static PyObject *split_method(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, bool reverse)
{
    static const char *const names[] = { "sep", "maxsplit" };
    PyObject *a[2];
    const char *fname = reverse ? "rsplit" : "split";
    if (args_unpack(fname, args, nargs, kwnames, names, 2, 0, 2, a) < 0)
        return NULL;
    Py_ssize_t max = -1;
    if (a[1] != NULL && (max = PyNumber_AsSsize_t(a[1], PyExc_OverflowError)) == -1 && PyErr_Occurred())
        return NULL;
    PyObject *sep = a[0] == Py_None ? NULL : a[0];
    if (sep != NULL && !PyUnicode_Check(sep)) {
        PyErr_Format(PyExc_TypeError, "must be str or None, not %.100s", Py_TYPE(sep)->tp_name);
        return NULL;
    }
    return reverse ? str_rsplit_with(self, sep, max) : str_split_with(self, sep, max);
}

PyObject *str_split(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return split_method(self, args, nargs, kwnames, false);
}

PyObject *str_rsplit(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return split_method(self, args, nargs, kwnames, true);
}

/* ---- lines ---- */

PyObject *PyUnicode_Splitlines(PyObject *s, int keepends)
{
    struct pieces p;
    if (str_check(s) < 0 || pieces_init(&p, s) < 0)
        return NULL;
    int r = 0;
    for (Py_ssize_t i = 0; i < p.n && r == 0;) {
        Py_ssize_t from = i;
        while (i < p.n && !Py_UNICODE_ISLINEBREAK(PyUnicode_READ(p.kind, p.data, i)))
            i++;
        Py_ssize_t to = i;
        if (i < p.n) {
            i += PyUnicode_READ(p.kind, p.data, i) == '\r' && i + 1 < p.n && PyUnicode_READ(p.kind, p.data, i + 1) == '\n' ? 2 : 1;
            if (keepends)
                to = i;
        }
        r = add(&p, from, to);
    }
    return pieces_done(&p, r, false);
}

PyObject *str_splitlines(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "keepends" };
    PyObject *a[1];
    if (args_unpack("splitlines", args, nargs, kwnames, names, 1, 0, 1, a) < 0)
        return NULL;
    int keep = a[0] == NULL ? 0 : PyObject_IsTrue(a[0]);
    return keep < 0 ? NULL : PyUnicode_Splitlines(self, keep);
}

/* ---- partition ---- */

static PyObject *partition(PyObject *s, PyObject *sep, bool reverse)
{
    if (str_check(s) < 0 || str_check(sep) < 0)
        return NULL;
    Py_ssize_t m = str_len(sep), n = str_len(s);
    if (m == 0) {
        PyErr_SetString(PyExc_ValueError, "empty separator");
        return NULL;
    }
    int kind = PyUnicode_KIND(s), pk = PyUnicode_KIND(sep);
    Py_ssize_t at = reverse ? chars_rfind(kind, PyUnicode_DATA(s), n, pk, PyUnicode_DATA(sep), m)
                            : chars_find(kind, PyUnicode_DATA(s), n, pk, PyUnicode_DATA(sep), m);
    if (at < 0)
        return reverse ? PyTuple_Pack(3, EMPTY_STR, EMPTY_STR, s) : PyTuple_Pack(3, s, EMPTY_STR, EMPTY_STR);
    PyObject *out = PyTuple_New(3), *head = str_slice(s, 0, at), *tail = str_slice(s, at + m, n);
    if (out == NULL || head == NULL || tail == NULL) {
        Py_XDECREF(out);
        Py_XDECREF(head);
        Py_XDECREF(tail);
        return NULL;
    }
    PyTuple_SET_ITEM(out, 0, head);
    PyTuple_SET_ITEM(out, 1, Py_NewRef(sep));
    PyTuple_SET_ITEM(out, 2, tail);
    return out;
}

PyObject *PyUnicode_Partition(PyObject *s, PyObject *sep) { return partition(s, sep, false); }
PyObject *PyUnicode_RPartition(PyObject *s, PyObject *sep) { return partition(s, sep, true); }
PyObject *str_partition(PyObject *self, PyObject *sep) { return partition(self, sep, false); }
PyObject *str_rpartition(PyObject *self, PyObject *sep) { return partition(self, sep, true); }

/* ---- strip ---- */

enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };

static PyObject *strip_space(PyObject *s, int sides)
{
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_ssize_t i = 0, j = str_len(s);
    if (sides & STRIP_LEFT)
        while (i < j && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, data, i)))
            i++;
    if (sides & STRIP_RIGHT)
        while (j > i && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, data, j - 1)))
            j--;
    return str_slice(s, i, j);
}

static PyObject *strip_chars(PyObject *s, PyObject *chars, int sides)
{
    int kind = PyUnicode_KIND(s), ck = PyUnicode_KIND(chars);
    const void *data = PyUnicode_DATA(s), *cd = PyUnicode_DATA(chars);
    Py_ssize_t i = 0, j = str_len(s), m = str_len(chars);
    if (sides & STRIP_LEFT)
        while (i < j && chars_find_char(ck, cd, m, PyUnicode_READ(kind, data, i)) >= 0)
            i++;
    if (sides & STRIP_RIGHT)
        while (j > i && chars_find_char(ck, cd, m, PyUnicode_READ(kind, data, j - 1)) >= 0)
            j--;
    return str_slice(s, i, j);
}

static PyObject *strip_method(const char *fname, PyObject *self, PyObject *const *args, Py_ssize_t nargs, int sides)
{
    if (!args_count(fname, nargs, 0, 1))
        return NULL;
    if (nargs == 0 || args[0] == Py_None)
        return strip_space(self, sides);
    if (!PyUnicode_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "%s arg must be None or str", fname);
        return NULL;
    }
    return strip_chars(self, args[0], sides);
}

PyObject *str_strip(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return strip_method("strip", self, args, nargs, STRIP_LEFT | STRIP_RIGHT); }
PyObject *str_lstrip(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return strip_method("lstrip", self, args, nargs, STRIP_LEFT); }
PyObject *str_rstrip(PyObject *self, PyObject *const *args, Py_ssize_t nargs) { return strip_method("rstrip", self, args, nargs, STRIP_RIGHT); }

/* ---- join ---- */

/* Length and widest class of the result; -1 with an exception. */
static Py_ssize_t join_measure(PyObject *sep, PyObject *const *items, Py_ssize_t n, Py_UCS4 *max)
{
    Py_ssize_t total = 0, m = sep == NULL ? 1 : str_len(sep);
    *max = sep == NULL ? 0x7f : PyUnicode_MAX_CHAR_VALUE(sep);
    if (m == 0 || n == 1)
        *max = 0x7f;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!PyUnicode_Check(items[i])) {
            PyErr_Format(PyExc_TypeError, "sequence item %zd: expected str instance, %.80s found", i, Py_TYPE(items[i])->tp_name);
            return -1;
        }
        *max = Py_MAX(*max, PyUnicode_MAX_CHAR_VALUE(items[i]));
        Py_ssize_t more = str_len(items[i]) + (i > 0 ? m : 0);
        if (more > PY_SSIZE_T_MAX - total) {
            PyErr_SetString(PyExc_OverflowError, "join() result is too long for a Python string");
            return -1;
        }
        total += more;
    }
    return total;
}

PyObject *_PyUnicode_JoinArray(PyObject *sep, PyObject *const *items, Py_ssize_t n)
{
    if (n == 0)
        return str_empty();
    if (n == 1 && PyUnicode_CheckExact(items[0]))
        return Py_NewRef(items[0]);
    if (sep != NULL && !PyUnicode_Check(sep)) {
        PyErr_Format(PyExc_TypeError, "separator: expected str instance, %.80s found", Py_TYPE(sep)->tp_name);
        return NULL;
    }
    Py_UCS4 max;
    Py_ssize_t total = join_measure(sep, items, n, &max), at = 0;
    PyObject *out = total < 0 ? NULL : PyUnicode_New(total, max);
    if (out == NULL || total == 0)
        return out;
    int kind = PyUnicode_KIND(out);
    char *to = PyUnicode_DATA(out);
    Py_ssize_t m = sep == NULL ? 1 : str_len(sep);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0 && m > 0) {
            if (sep == NULL)
                PyUnicode_WRITE(kind, to, at, ' ');
            else if (m == 1)
                PyUnicode_WRITE(kind, to, at, PyUnicode_READ_CHAR(sep, 0));
            else
                str_copy_chars(out, at, sep, 0, m);
            at += m;
        }
        Py_ssize_t len = str_len(items[i]);
        chars_widen(kind, to + at * kind, PyUnicode_KIND(items[i]), PyUnicode_DATA(items[i]), len);
        at += len;
    }
    return out;
}

PyObject *PyUnicode_Join(PyObject *sep, PyObject *seq)
{
    PyObject *fast = PySequence_Fast(seq, "can only join an iterable");
    if (fast == NULL)
        return NULL;
    PyObject *out = _PyUnicode_JoinArray(sep, PySequence_Fast_ITEMS(fast), PySequence_Fast_GET_SIZE(fast));
    Py_DECREF(fast);
    return out;
}

PyObject *str_join(PyObject *self, PyObject *iterable) { return PyUnicode_Join(self, iterable); }
