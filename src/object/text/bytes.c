/* object/text/bytes.c: the type bytes. Its bytes follow the header and end with a NUL; ob_shash caches the hash.
 *
 * The empty bytes object and those of one byte are static and shared. A bytes object may be written to only by the
 * code that has just made it. */
#include "object/text/bytes.h"

#include <string.h>

#include "object/coll/coll.h"
#include "object/coll/slice.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/type.h"
#include "object/text/bytes_methods.h"
#include "object/text/str.h"
#include "rt/singletons.h"
#include "rt/effect.h"

#define HEADER ((Py_ssize_t)offsetof(PyBytesObject, ob_sval) + 1)     /* with the final NUL */
#define BYTES(op) ((PyBytesObject *)(op))

int bytes_warning_level;

/* ---- making ---- */

static OWNED PyObject *
bytes_fresh(Py_ssize_t n)
{
    if (n > PY_SSIZE_T_MAX - HEADER) {
        PyErr_SetString(PyExc_OverflowError, "byte string is too large");
        return NULL;
    }
    PyBytesObject *op = heap_alloc(HEADER + n);
    if (op == NULL)
        return PyErr_NoMemory();
    op->ob_base.ob_base.ob_type = &PyBytes_Type;
    Py_SET_SIZE(op, n);
    object_born((PyObject *)op);
    op->ob_shash = -1;
    op->ob_sval[n] = '\0';
    return (PyObject *)op;
}

OWNED PyObject *bytes_new(Py_ssize_t n) { return n == 0 ? EMPTY_BYTES : bytes_fresh(n); }

OWNED PyObject *
bytes_from(const void *data, Py_ssize_t n)
{
    if (n == 1)
        return BYTE_CHAR(*(const unsigned char *)data);
    PyObject *op = bytes_new(n);
    if (op != NULL && n > 0)
        memcpy(PyBytes_AS_STRING(op), data, n);
    return op;
}

OWNED PyObject *
bytes_like_new(PyObject *self, Py_ssize_t n, char **out)
{
    PyObject *op = PyBytes_Check(self) ? bytes_new(n) : PyByteArray_FromStringAndSize(NULL, n);
    if (op != NULL)
        *out = (char *)span_of(op).p;
    return op;
}

PyObject *
PyBytes_FromStringAndSize(const char *s, Py_ssize_t n)
{
    if (n < 0) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyBytes_FromStringAndSize");
        return NULL;
    }
    return s == NULL ? bytes_new(n) : bytes_from(s, n);
}

PyObject *
PyBytes_FromString(const char *s)
{
    size_t n = strlen(s);
    if (n > (size_t)(PY_SSIZE_T_MAX - HEADER)) {
        PyErr_SetString(PyExc_OverflowError, "byte string is too long");
        return NULL;
    }
    return bytes_from(s, n);
}

int
_PyBytes_Resize(PyObject **pv, Py_ssize_t n)
{
    PyObject *v = *pv;
    if (!PyBytes_Check(v) || n < 0)
        goto bad;
    if (Py_SIZE(v) == n)
        return 0;
    if (Py_SIZE(v) == 0 || n == 0) {
        *pv = bytes_new(n);
        Py_DECREF(v);
        return *pv == NULL ? -1 : 0;
    }
    if (Py_REFCNT(v) != 1) {         /* shared: a copy, as much as fits */
        *pv = bytes_new(n);
        if (*pv != NULL)
            memcpy(PyBytes_AS_STRING(*pv), PyBytes_AS_STRING(v), n < Py_SIZE(v) ? n : Py_SIZE(v));
        Py_DECREF(v);
        return *pv == NULL ? -1 : 0;
    }
    PyBytesObject *op = n > PY_SSIZE_T_MAX - HEADER ? NULL : PyObject_Realloc(v, HEADER + n);
    if (op == NULL) {
        *pv = NULL;
        PyObject_Free(v);
        PyErr_NoMemory();
        return -1;
    }
    Py_SET_SIZE(op, n);
    op->ob_sval[n] = '\0';
    op->ob_shash = -1;
    *pv = (PyObject *)op;
    return 0;
bad:
    *pv = NULL;
    Py_DECREF(v);
    PyErr_BadInternalCall();
    return -1;
}

/* ---- out of objects ---- */

static OWNED PyObject *
from_buffer(PyObject *x)
{
    Py_buffer view;
    if (PyObject_GetBuffer(x, &view, PyBUF_FULL_RO) < 0)
        return NULL;
    PyObject *op = bytes_new(view.len);
    if (op != NULL && PyBuffer_ToContiguous(PyBytes_AS_STRING(op), &view, view.len, 'C') < 0)
        Py_CLEAR(op);
    PyBuffer_Release(&view);
    return op;
}

/* Bytes out of ints; a list may change while its items are converted. */
static OWNED PyObject *
from_ints(PyObject *seq)
{
    _PyBytesWriter w;
    _PyBytesWriter_Init(&w);
    char *p = _PyBytesWriter_Alloc(&w, PySequence_Fast_GET_SIZE(seq));
    if (p == NULL)
        return NULL;
    w.overallocate = 1;
    Py_ssize_t room = w.allocated, n = 0;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(seq); i++) {
        PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(seq, i));
        Py_ssize_t v = PyNumber_AsSsize_t(item, NULL);
        Py_DECREF(item);
        if (v == -1 && PyErr_Occurred())
            goto fail;
        if (v < 0 || v > 255) {
            PyErr_SetString(PyExc_ValueError, "bytes must be in range(0, 256)");
            goto fail;
        }
        if (n == room) {
            p = _PyBytesWriter_Resize(&w, p, room + 1);
            if (p == NULL)
                return NULL;
            room = w.allocated;
        }
        *p++ = (char)v;
        n++;
    }
    return _PyBytesWriter_Finish(&w, p);
fail:
    _PyBytesWriter_Dealloc(&w);
    return NULL;
}

static OWNED PyObject *
from_iterable(PyObject *x)
{
    PyObject *it = PyObject_GetIter(x), *item;
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "cannot convert '%.200s' object to bytes", Py_TYPE(x)->tp_name);
        return NULL;
    }
    Py_ssize_t hint = PyObject_LengthHint(x, 64);
    _PyBytesWriter w;
    _PyBytesWriter_Init(&w);
    char *p = hint < 0 ? NULL : _PyBytesWriter_Alloc(&w, hint);
    if (p == NULL) {
        Py_DECREF(it);
        return NULL;
    }
    w.overallocate = 1;
    Py_ssize_t room = w.allocated, n = 0;
    while ((item = iter_next(it)) != NULL) {
        Py_ssize_t v = PyNumber_AsSsize_t(item, NULL);
        Py_DECREF(item);
        if (v == -1 && PyErr_Occurred())
            break;
        if (v < 0 || v > 255) {
            PyErr_SetString(PyExc_ValueError, "bytes must be in range(0, 256)");
            break;
        }
        if (n == room) {
            p = _PyBytesWriter_Resize(&w, p, room + 1);
            if (p == NULL)
                break;
            room = w.allocated;
        }
        *p++ = (char)v;
        n++;
    }
    Py_DECREF(it);
    if (PyErr_Occurred()) {
        _PyBytesWriter_Dealloc(&w);
        return NULL;
    }
    return _PyBytesWriter_Finish(&w, p);
}

PyObject *
PyBytes_FromObject(PyObject *x)
{
    if (x == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyBytes_CheckExact(x))
        return Py_NewRef(x);
    if (PyObject_CheckBuffer(x))
        return from_buffer(x);
    if (PyList_CheckExact(x) || PyTuple_CheckExact(x))
        return from_ints(x);
    if (!PyUnicode_Check(x))
        return from_iterable(x);
    PyErr_Format(PyExc_TypeError, "cannot convert '%.200s' object to bytes", Py_TYPE(x)->tp_name);
    return NULL;
}

/* x.__bytes__(), or NULL without exception when there is none. */
static PyObject *
by_special_method(PyObject *x)
{
    PyObject *method = object_lookup_special(x, ID(__bytes__));
    if (method == NULL)
        return NULL;
    PyObject *r = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (r != NULL && !PyBytes_Check(r)) {
        PyErr_Format(PyExc_TypeError, "__bytes__ returned non-bytes (type %.200s)", Py_TYPE(r)->tp_name);
        Py_CLEAR(r);
    }
    return r;
}

/* bytes(x) without encoding. */
static OWNED PyObject *
from_value(PyObject *x)
{
    PyObject *r = by_special_method(x);
    if (r != NULL || PyErr_Occurred())
        return r;
    if (PyUnicode_Check(x)) {
        PyErr_SetString(PyExc_TypeError, "string argument without an encoding");
        return NULL;
    }
    if (PyIndex_Check(x)) {
        Py_ssize_t n = PyNumber_AsSsize_t(x, PyExc_OverflowError);
        if (n == -1 && PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_TypeError))
                return NULL;
            PyErr_Clear();           /* fall through: perhaps it is iterable too */
        }
        else if (n < 0) {
            PyErr_SetString(PyExc_ValueError, "negative count");
            return NULL;
        }
        else {
            r = bytes_new(n);
            if (r != NULL && n > 0)
                memset(PyBytes_AS_STRING(r), 0, n);
            return r;
        }
    }
    return PyBytes_FromObject(x);
}

static OWNED PyObject *
from_arguments(PyObject *x, const char *encoding, const char *errors)
{
    if (x == NULL && encoding == NULL && errors == NULL)
        return EMPTY_BYTES;
    if (encoding == NULL && errors == NULL)
        return from_value(x);
    if (encoding != NULL && x != NULL && PyUnicode_Check(x))
        return PyUnicode_AsEncodedString(x, encoding, errors);
    if (encoding != NULL)
        PyErr_SetString(PyExc_TypeError, "encoding without a string argument");
    else if (x != NULL && PyUnicode_Check(x))
        PyErr_SetString(PyExc_TypeError, "string argument without an encoding");
    else
        PyErr_SetString(PyExc_TypeError, "errors without a string argument");
    return NULL;
}

static PyObject *
bytes_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "source", "encoding", "errors" };
    PyObject *v[3];
    const char *encoding, *errors;
    if (args_unpack_tuple("bytes", args, kwargs, names, 3, 0, 3, v) < 0
        || bytes_text_arg("bytes", "encoding", v[1], &encoding) < 0 || bytes_text_arg("bytes", "errors", v[2], &errors) < 0)
        return NULL;
    PyObject *op = from_arguments(v[0], encoding, errors);
    if (op == NULL || type == &PyBytes_Type)
        return op;
    Py_ssize_t n = PyBytes_GET_SIZE(op);
    PyObject *sub = type->tp_alloc(type, n);
    if (sub != NULL) {
        memcpy(PyBytes_AS_STRING(sub), PyBytes_AS_STRING(op), n + 1);
        BYTES(sub)->ob_shash = BYTES(op)->ob_shash;
    }
    Py_DECREF(op);
    return sub;
}

static PyObject *
bytes_tp_alloc(PyTypeObject *type, Py_ssize_t n)
{
    PyObject *op = PyType_GenericAlloc(type, n);
    if (op != NULL)
        BYTES(op)->ob_shash = -1;
    return op;
}

/* ---- reading ---- */

static int
need_bytes(PyObject *op)
{
    if (PyBytes_Check(op))
        return 0;
    PyErr_Format(PyExc_TypeError, "expected bytes, %.200s found", Py_TYPE(op)->tp_name);
    return -1;
}

Py_ssize_t
PyBytes_Size(PyObject *op)
{
    return need_bytes(op) < 0 ? -1 : Py_SIZE(op);
}

char *
PyBytes_AsString(PyObject *op)
{
    return need_bytes(op) < 0 ? NULL : BYTES(op)->ob_sval;
}

int
PyBytes_AsStringAndSize(PyObject *op, char **s, Py_ssize_t *n)
{
    if (s == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (need_bytes(op) < 0)
        return -1;
    *s = PyBytes_AS_STRING(op);
    if (n != NULL)
        *n = PyBytes_GET_SIZE(op);
    else if (strlen(*s) != (size_t)PyBytes_GET_SIZE(op)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        return -1;
    }
    return 0;
}

static Py_ssize_t
bytes_length(PyObject *op)
{
    return Py_SIZE(op);
}

static Py_hash_t
bytes_hash(PyObject *op)
{
    if (BYTES(op)->ob_shash == -1)
        BYTES(op)->ob_shash = hash_bytes(BYTES(op)->ob_sval, Py_SIZE(op));
    return BYTES(op)->ob_shash;
}

static int
bytes_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    return buffer_fill(view, op, BYTES(op)->ob_sval, Py_SIZE(op), 1, flags);
}

/* ---- repr ---- */

static Py_ssize_t
escaped_size(unsigned char c, char quote)
{
    if (c == (unsigned char)quote || c == '\\' || c == '\t' || c == '\n' || c == '\r')
        return 2;
    return c < ' ' || c >= 0x7f ? 4 : 1;
}

static char *
write_escaped(char *p, unsigned char c, char quote)
{
    const char *special = c == (unsigned char)quote || c == '\\' ? NULL : memchr("t\tn\nr\r", c, 6);
    if (escaped_size(c, quote) == 1) {
        *p++ = (char)c;
        return p;
    }
    *p++ = '\\';
    if (special != NULL && c < ' ')
        *p++ = special[-1];
    else if (c == (unsigned char)quote || c == '\\')
        *p++ = (char)c;
    else {
        *p++ = 'x';
        *p++ = Py_hexdigits[c >> 4];
        *p++ = Py_hexdigits[c & 15];
    }
    return p;
}

/* prefix + quoted + suffix, all ASCII. */
OWNED PyObject *
bytes_repr_as(struct span d, const char *prefix, const char *suffix, enum quoting quoting)
{
    char quote = '\'', escaped;
    Py_ssize_t size = strlen(prefix) + strlen(suffix) + 2;
    if (quoting != QUOTE_SINGLE && memchr(d.p, '\'', d.n) != NULL && memchr(d.p, '"', d.n) == NULL)
        quote = '"';
    escaped = quoting == QUOTE_BYTEARRAY ? '\'' : quote;
    if (d.n > (PY_SSIZE_T_MAX - size) / 4) {
        PyErr_SetString(PyExc_OverflowError, "bytes object is too large to make repr");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < d.n; i++)
        size += escaped_size(d.p[i], escaped);
    PyObject *text = PyUnicode_New(size, 127);
    if (text == NULL)
        return NULL;
    char *p = stpcpy((char *)PyUnicode_1BYTE_DATA(text), prefix);
    *p++ = quote;
    for (Py_ssize_t i = 0; i < d.n; i++)
        p = write_escaped(p, d.p[i], escaped);
    *p++ = quote;
    memcpy(p, suffix, strlen(suffix));
    return text;
}

PyObject *
PyBytes_Repr(PyObject *op, int smart_quotes)
{
    return bytes_repr_as(span_of(op), "b", "", smart_quotes ? QUOTE_SMART : QUOTE_SINGLE);
}

static PyObject *
bytes_tp_repr(PyObject *op)
{
    return PyBytes_Repr(op, 1);
}

static PyObject *
bytes_tp_str(PyObject *op)
{
    if (bytes_warning_level && PyErr_WarnEx(PyExc_BytesWarning, "str() on a bytes instance", 1) < 0)
        return NULL;
    return bytes_tp_repr(op);
}

/* ---- comparison ---- */

static PyObject *
compare_mixed(PyObject *a, PyObject *b, int op)
{
    if (bytes_warning_level && (op == Py_EQ || op == Py_NE)) {
        const char *text = NULL;
        if (PyUnicode_Check(a) || PyUnicode_Check(b))
            text = "Comparison between bytes and string";
        else if (PyLong_Check(a) || PyLong_Check(b))
            text = "Comparison between bytes and int";
        if (text != NULL && PyErr_WarnEx(PyExc_BytesWarning, text, 1) < 0)
            return NULL;
    }
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
bytes_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyBytes_Check(a) || !PyBytes_Check(b))
        return compare_mixed(a, b, op);
    struct span x = span_of(a), y = span_of(b);
    if (op == Py_EQ || op == Py_NE) {
        bool same = a == b || (x.n == y.n && memcmp(x.p, y.p, x.n) == 0);
        return PyBool_FromLong(same == (op == Py_EQ));
    }
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    Py_ssize_t c = order != 0 ? order : x.n - y.n;
    Py_RETURN_RICHCOMPARE(c, 0, op);
}

/* ---- sequence ---- */

static PyObject *
bytes_concat(PyObject *a, PyObject *b)
{
    Py_buffer x = { 0 }, y = { 0 };
    PyObject *r = NULL;
    if (PyObject_GetBuffer(a, &x, PyBUF_SIMPLE) != 0 || PyObject_GetBuffer(b, &y, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(b)->tp_name, Py_TYPE(a)->tp_name);
        goto done;
    }
    if (x.len == 0 && PyBytes_CheckExact(b))
        r = Py_NewRef(b);
    else if (y.len == 0 && PyBytes_CheckExact(a))
        r = Py_NewRef(a);
    else if (x.len > PY_SSIZE_T_MAX - y.len)
        PyErr_NoMemory();
    else if ((r = bytes_new(x.len + y.len)) != NULL) {
        memcpy(PyBytes_AS_STRING(r), x.buf, x.len);
        memcpy(PyBytes_AS_STRING(r) + x.len, y.buf, y.len);
    }
done:
    PyBuffer_Release(&x);
    PyBuffer_Release(&y);
    return r;
}

void
_PyBytes_Repeat(char *dest, Py_ssize_t n, const char *src, Py_ssize_t m)
{
    if (n == 0)
        return;
    if (m == 1) {
        memset(dest, src[0], n);
        return;
    }
    if (src != dest)
        memcpy(dest, src, m);
    for (Py_ssize_t done = m; done < n;) {          /* double what is there */
        Py_ssize_t step = done < n - done ? done : n - done;
        memcpy(dest + done, dest, step);
        done += step;
    }
}

static PyObject *
bytes_repeat(PyObject *a, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(a), total;
    if (count < 0)
        count = 0;
    if (__builtin_mul_overflow(n, count, &total)) {
        PyErr_SetString(PyExc_OverflowError, "repeated bytes are too long");
        return NULL;
    }
    if (total == n && PyBytes_CheckExact(a))
        return Py_NewRef(a);
    if (total > PY_SSIZE_T_MAX - HEADER) {
        PyErr_SetString(PyExc_OverflowError, "repeated bytes are too long");
        return NULL;
    }
    PyObject *r = bytes_fresh(total);        /* also when empty: b"x" * 0 is a new object */
    if (r != NULL && total > 0)
        _PyBytes_Repeat(PyBytes_AS_STRING(r), total, PyBytes_AS_STRING(a), n);
    return r;
}

static PyObject *
bytes_item(PyObject *a, Py_ssize_t i)
{
    if (i < 0 || i >= Py_SIZE(a)) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    return SMALL_INT((unsigned char)BYTES(a)->ob_sval[i]);
}

static PyObject *
bytes_slice(PyObject *self, PyObject *slice)
{
    Py_ssize_t start, stop, step, n;
    if (slice_resolve(slice, Py_SIZE(self), &start, &stop, &step, &n) < 0)
        return NULL;
    if (n <= 0)
        return EMPTY_BYTES;
    if (step == 1 && n == Py_SIZE(self) && PyBytes_CheckExact(self))
        return Py_NewRef(self);
    const char *p = PyBytes_AS_STRING(self);
    if (step == 1)
        return bytes_from(p + start, n);
    PyObject *r = bytes_new(n);
    if (r != NULL)
        for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
            PyBytes_AS_STRING(r)[i] = p[at];
    return r;
}

static PyObject *
bytes_subscript(PyObject *self, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return bytes_item(self, i < 0 ? i + Py_SIZE(self) : i);
    }
    if (PySlice_Check(key))
        return bytes_slice(self, key);
    PyErr_Format(PyExc_TypeError, "byte indices must be integers or slices, not %.200s", Py_TYPE(key)->tp_name);
    return NULL;
}

static PyObject *
bytes_mod(PyObject *a, PyObject *b)
{
    if (!PyBytes_Check(a))
        Py_RETURN_NOTIMPLEMENTED;
    return bytes_format(PyBytes_AS_STRING(a), PyBytes_GET_SIZE(a), b, 0);
}

void
PyBytes_Concat(PyObject **pv, PyObject *w)
{
    if (*pv == NULL)
        return;
    if (w == NULL) {
        Py_CLEAR(*pv);
        return;
    }
    if (Py_REFCNT(*pv) == 1 && PyBytes_CheckExact(*pv) && PyBytes_GET_SIZE(*pv) > 0) {
        Py_buffer view;
        Py_ssize_t n = PyBytes_GET_SIZE(*pv);
        if (PyObject_GetBuffer(w, &view, PyBUF_SIMPLE) != 0) {
            PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(w)->tp_name, Py_TYPE(*pv)->tp_name);
            Py_CLEAR(*pv);
            return;
        }
        if (n > PY_SSIZE_T_MAX - view.len) {
            PyErr_NoMemory();
            Py_CLEAR(*pv);
        }
        else if (_PyBytes_Resize(pv, n + view.len) == 0)
            memcpy(PyBytes_AS_STRING(*pv) + n, view.buf, view.len);
        PyBuffer_Release(&view);
        return;
    }
    Py_SETREF(*pv, bytes_concat(*pv, w));
}

void
PyBytes_ConcatAndDel(PyObject **pv, PyObject *w)
{
    PyBytes_Concat(pv, w);
    Py_XDECREF(w);
}

/* ---- methods ---- */

static PyObject *
bytes_m_bytes(PyObject *self, PyObject *unused)
{
    return PyBytes_CheckExact(self) ? Py_NewRef(self) : bytes_from(PyBytes_AS_STRING(self), Py_SIZE(self));
}

static PyObject *
bytes_m_getnewargs(PyObject *self, PyObject *unused)
{
    PyObject *copy = bytes_from(PyBytes_AS_STRING(self), Py_SIZE(self));
    PyObject *r = copy == NULL ? NULL : PyTuple_Pack(1, copy);
    Py_XDECREF(copy);
    return r;
}

static PyObject *
bytes_m_fromhex(PyObject *type, PyObject *string)
{
    PyObject *r = bytes_fromhex(string, 0);
    if (r != NULL && type != (PyObject *)&PyBytes_Type)
        Py_SETREF(r, PyObject_CallOneArg(type, r));
    return r;
}

/* What compiled code may know of them, where self is no bytearray. decode() is known as UTF-8 only: another codec may be one of the program. */
#define PART (EFF_ARG(0, EFF_BYTES | EFF_INT) | EFF_ARG(1, EFF_INT | EFF_NONE) | EFF_ARG(2, EFF_INT | EFF_NONE))
EFFECT(bytes_m_capitalize, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, 0);
EFFECT(bytes_m_lower, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, 0);
EFFECT(bytes_m_swapcase, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, 0);
EFFECT(bytes_m_title, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, 0);
EFFECT(bytes_m_upper, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, 0);
EFFECT(bytes_m_isalnum, 0, &PyBool_Type, 0);
EFFECT(bytes_m_isalpha, 0, &PyBool_Type, 0);
EFFECT(bytes_m_isascii, 0, &PyBool_Type, 0);
EFFECT(bytes_m_isdigit, 0, &PyBool_Type, 0);
EFFECT(bytes_m_islower, 0, &PyBool_Type, 0);
EFFECT(bytes_m_isspace, 0, &PyBool_Type, 0);
EFFECT(bytes_m_istitle, 0, &PyBool_Type, 0);
EFFECT(bytes_m_isupper, 0, &PyBool_Type, 0);
EFFECT(bytes_m_find, EFF_ALLOC | EFF_FAILS, &PyLong_Type, PART);
EFFECT(bytes_m_rfind, EFF_ALLOC | EFF_FAILS, &PyLong_Type, PART);
EFFECT(bytes_m_index, EFF_ALLOC | EFF_FAILS, &PyLong_Type, PART);
EFFECT(bytes_m_rindex, EFF_ALLOC | EFF_FAILS, &PyLong_Type, PART);
EFFECT(bytes_m_count, EFF_ALLOC | EFF_FAILS, &PyLong_Type, PART);
EFFECT(bytes_m_startswith, EFF_ALLOC | EFF_FAILS, &PyBool_Type, PART);
EFFECT(bytes_m_endswith, EFF_ALLOC | EFF_FAILS, &PyBool_Type, PART);
EFFECT(bytes_m_strip, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES | EFF_NONE));
EFFECT(bytes_m_lstrip, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES | EFF_NONE));
EFFECT(bytes_m_rstrip, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES | EFF_NONE));
EFFECT(bytes_m_removeprefix, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES));
EFFECT(bytes_m_removesuffix, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES));
EFFECT(bytes_m_partition, EFF_ALLOC | EFF_FAILS, &PyTuple_Type, EFF_ARG(0, EFF_BYTES));
EFFECT(bytes_m_rpartition, EFF_ALLOC | EFF_FAILS, &PyTuple_Type, EFF_ARG(0, EFF_BYTES));
EFFECT(bytes_m_ljust, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_INT) | EFF_ARG(1, EFF_BYTES));
EFFECT(bytes_m_rjust, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_INT) | EFF_ARG(1, EFF_BYTES));
EFFECT(bytes_m_center, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_INT) | EFF_ARG(1, EFF_BYTES));
EFFECT(bytes_m_zfill, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_INT));
EFFECT(bytes_m_split, EFF_ALLOC | EFF_FAILS, &PyList_Type, EFF_ARG(0, EFF_BYTES | EFF_NONE) | EFF_ARG(1, EFF_INT));
EFFECT(bytes_m_rsplit, EFF_ALLOC | EFF_FAILS, &PyList_Type, EFF_ARG(0, EFF_BYTES | EFF_NONE) | EFF_ARG(1, EFF_INT));
EFFECT(bytes_m_splitlines, EFF_ALLOC | EFF_FAILS, &PyList_Type, EFF_ARG(0, EFF_INT | EFF_BOOL));
EFFECT(bytes_m_replace, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES) | EFF_ARG(1, EFF_BYTES) | EFF_ARG(2, EFF_INT));
EFFECT(bytes_m_translate, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES | EFF_NONE) | EFF_ARG(1, EFF_BYTES));
EFFECT(bytes_m_maketrans, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_BYTES) | EFF_ARG(1, EFF_BYTES));
EFFECT(bytes_m_hex, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_STR | EFF_BYTES) | EFF_ARG(1, EFF_INT));
EFFECT(bytes_m_expandtabs, EFF_ALLOC | EFF_FAILS, &PyBytes_Type, EFF_ARG(0, EFF_INT));
EFFECT(bytes_m_decode, EFF_ALLOC | EFF_FAILS, &PyUnicode_Type, EFF_ARG(0, EFF_NONE) | EFF_ARG(1, EFF_NONE));

static PyMethodDef bytes_methods[] = {
    {"__bytes__", bytes_m_bytes, METH_NOARGS, "__bytes__($self, /)\n--\n\nThe same as an exact bytes object."},
    {"__getnewargs__", bytes_m_getnewargs, METH_NOARGS, "__getnewargs__($self, /)\n--\n\n"},
    BYTES_SHARED_METHODS,
    {"fromhex", bytes_m_fromhex, METH_O | METH_CLASS, "fromhex($type, string, /)\n--\n\nBytes out of hexadecimal digits."},
    {NULL}
};

static PyNumberMethods bytes_as_number = { .nb_remainder = bytes_mod };

static PySequenceMethods bytes_as_sequence = {
    .sq_length = bytes_length, .sq_concat = bytes_concat, .sq_repeat = bytes_repeat, .sq_item = bytes_item,
    .sq_contains = bytes_contains,
};

static PyMappingMethods bytes_as_mapping = { .mp_length = bytes_length, .mp_subscript = bytes_subscript };
static PyBufferProcs bytes_as_buffer = { .bf_getbuffer = bytes_getbuffer };

static PyObject *bytes_iter(PyObject *seq);

PyTypeObject PyBytes_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "bytes",
    .tp_basicsize = HEADER,
    .tp_itemsize = sizeof(char),
    .tp_repr = bytes_tp_repr,
    .tp_as_number = &bytes_as_number,
    .tp_as_sequence = &bytes_as_sequence,
    .tp_as_mapping = &bytes_as_mapping,
    .tp_hash = bytes_hash,
    .tp_str = bytes_tp_str,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_as_buffer = &bytes_as_buffer,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_BYTES_SUBCLASS | _Py_TPFLAGS_MATCH_SELF,
    .tp_doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> bytes\n"
              "bytes(int) -> bytes of zeros\nbytes() -> empty bytes\n\nAn immutable sequence of bytes.",
    .tp_richcompare = bytes_richcompare,
    .tp_iter = bytes_iter,
    .tp_methods = bytes_methods,
    .tp_alloc = bytes_tp_alloc,
    .tp_new = bytes_tp_new,
    .tp_free = PyObject_Free,
};

/* ---- iterators of bytes and bytearray ---- */

#define ITER(op) ((struct bytes_iter *)(op))

OWNED PyObject *
bytes_iter_new(PyTypeObject *type, PyObject *seq)
{
    struct bytes_iter *it = PyObject_GC_New(struct bytes_iter, type);
    if (it == NULL)
        return NULL;
    it->index = 0;
    it->seq = Py_NewRef(seq);
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static PyObject *
bytes_iter(PyObject *seq)
{
    return bytes_iter_new(&PyBytesIter_Type, seq);
}

static void
iter_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(ITER(op)->seq);
    PyObject_GC_Del(op);
}

static int
iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(ITER(op)->seq);
    return 0;
}

static PyObject *
bytes_iter_next(PyObject *op)
{
    struct bytes_iter *it = ITER(op);
    if (it->seq == NULL)
        return NULL;
    struct span d = span_of(it->seq);
    if (it->index < d.n)
        return SMALL_INT((unsigned char)d.p[it->index++]);
    Py_CLEAR(it->seq);
    return NULL;
}

static PyObject *
iter_length_hint(PyObject *op, PyObject *unused)
{
    struct bytes_iter *it = ITER(op);
    Py_ssize_t n = it->seq == NULL ? 0 : Py_SIZE(it->seq) - it->index;
    return PyLong_FromSsize_t(n < 0 ? 0 : n);
}

static PyObject *
iter_reduce(PyObject *op, PyObject *unused)
{
    PyObject *iter = coll_builtin("iter");     /* may run code that exhausts us: look at seq after it */
    if (iter == NULL)
        return NULL;
    struct bytes_iter *it = ITER(op);
    if (it->seq != NULL)
        return Py_BuildValue("N(O)n", iter, it->seq, it->index);
    return Py_BuildValue("N(())", iter);
}

static PyObject *
iter_setstate(PyObject *op, PyObject *state)
{
    struct bytes_iter *it = ITER(op);
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (it->seq != NULL) {
        Py_ssize_t n = Py_SIZE(it->seq);
        it->index = i < 0 ? 0 : i > n ? n : i;
    }
    Py_RETURN_NONE;
}

static PyMethodDef iter_methods[] = {
    {"__length_hint__", iter_length_hint, METH_NOARGS, DOC_LEN},
    {"__reduce__", iter_reduce, METH_NOARGS, DOC_REDUCE},
    {"__setstate__", iter_setstate, METH_O, DOC_SETSTATE},
    {NULL}
};

#define ITER_TYPE(type, name) \
    PyTypeObject type = { \
        PyVarObject_HEAD_INIT(&PyType_Type, 0) \
        .tp_name = name, .tp_basicsize = sizeof(struct bytes_iter), .tp_dealloc = iter_dealloc, \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, \
        .tp_traverse = iter_traverse, .tp_iter = PyObject_SelfIter, .tp_iternext = bytes_iter_next, \
        .tp_methods = iter_methods, \
    };
ITER_TYPE(PyBytesIter_Type, "bytes_iterator")
ITER_TYPE(PyByteArrayIter_Type, "bytearray_iterator")
