/* object/text/bytearray.c: the type bytearray: storage, API, sequence and mapping slots.
 *
 * ob_bytes is the block (ob_alloc bytes, NUL behind the data), ob_start where the data begins: deleting at the front
 * only moves ob_start. While a buffer is exported (ob_exports > 0) the size cannot change. */
#include "object/text/bytearray.h"

#include <string.h>

#include "object/coll/slice.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "rt/singletons.h"

char _PyByteArray_empty_string[] = "";

/* ---- storage ---- */

int
bytearray_can_resize(PyByteArrayObject *self)
{
    if (self->ob_exports > 0) {
        PyErr_SetString(PyExc_BufferError, "Existing exports of data: object cannot be re-sized");
        return 0;
    }
    return 1;
}

PyObject *
PyByteArray_FromStringAndSize(const char *bytes, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyByteArray_FromStringAndSize");
        return NULL;
    }
    if (size == PY_SSIZE_T_MAX)
        return PyErr_NoMemory();
    PyByteArrayObject *self = PyObject_New(PyByteArrayObject, &PyByteArray_Type);
    if (self == NULL)
        return NULL;
    *self = (PyByteArrayObject){ .ob_base = self->ob_base };
    Py_SET_SIZE(self, 0);
    if (size > 0) {
        self->ob_bytes = PyObject_Malloc(size + 1);
        if (self->ob_bytes == NULL) {
            Py_DECREF(self);
            return PyErr_NoMemory();
        }
        if (bytes != NULL)
            memcpy(self->ob_bytes, bytes, size);
        self->ob_bytes[size] = '\0';
        self->ob_alloc = size + 1;
    }
    self->ob_start = self->ob_bytes;
    Py_SET_SIZE(self, size);
    return (PyObject *)self;
}

/* Room to allocate for `size` bytes behind `offset`; -1: what is there is fine. */
static Py_ssize_t
new_room(PyByteArrayObject *self, Py_ssize_t size, Py_ssize_t offset)
{
    Py_ssize_t room = self->ob_alloc;
    if (size + offset + 1 <= room)
        return size < room / 2 ? size + 1 : -1;
    if (size <= room + (room >> 3))
        return size + (size >> 3) + (size < 9 ? 3 : 6);
    return size + 1;
}

int
PyByteArray_Resize(PyObject *op, Py_ssize_t size)
{
    PyByteArrayObject *self = (PyByteArrayObject *)op;
    Py_ssize_t offset = self->ob_start - self->ob_bytes;
    if (size == Py_SIZE(self))
        return 0;
    if (!bytearray_can_resize(self))
        return -1;
    if (size < 0 || size > PY_SSIZE_T_MAX / 2) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t room = new_room(self, size, offset);
    if (room >= 0) {
        char *block;
        if (offset > 0) {
            block = PyObject_Malloc(room);
            if (block != NULL) {
                memcpy(block, PyByteArray_AS_STRING(op), size < Py_SIZE(self) ? size : Py_SIZE(self));
                PyObject_Free(self->ob_bytes);
            }
        }
        else
            block = PyObject_Realloc(self->ob_bytes, room);
        if (block == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->ob_bytes = self->ob_start = block;
        self->ob_alloc = room;
    }
    Py_SET_SIZE(self, size);
    self->ob_start[size] = '\0';
    return 0;
}

/* ---- API ---- */

Py_ssize_t
(PyByteArray_Size)(PyObject *self)
{
    return PyByteArray_GET_SIZE(self);
}

char *
(PyByteArray_AsString)(PyObject *self)
{
    return PyByteArray_AS_STRING(self);
}

PyObject *
PyByteArray_FromObject(PyObject *x)
{
    return PyObject_CallOneArg((PyObject *)&PyByteArray_Type, x);
}

PyObject *
PyByteArray_Concat(PyObject *a, PyObject *b)
{
    Py_buffer x = { 0 }, y = { 0 };
    PyObject *r = NULL;
    if (PyObject_GetBuffer(a, &x, PyBUF_SIMPLE) != 0 || PyObject_GetBuffer(b, &y, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(b)->tp_name, Py_TYPE(a)->tp_name);
        goto done;
    }
    if (x.len > PY_SSIZE_T_MAX - y.len) {
        PyErr_NoMemory();
        goto done;
    }
    r = PyByteArray_FromStringAndSize(NULL, x.len + y.len);
    if (r != NULL) {
        memcpy(PyByteArray_AS_STRING(r), x.buf, x.len);
        memcpy(PyByteArray_AS_STRING(r) + x.len, y.buf, y.len);
    }
done:
    PyBuffer_Release(&x);
    PyBuffer_Release(&y);
    return r;
}

/* ---- changing a range ---- */

/* Makes room for, or closes, `growth` bytes so that [lo, hi) becomes hi - lo + growth bytes long. */
static int
shift(PyObject *op, Py_ssize_t lo, Py_ssize_t hi, Py_ssize_t growth)
{
    PyByteArrayObject *self = (PyByteArrayObject *)op;
    Py_ssize_t n = Py_SIZE(self);
    char *p = PyByteArray_AS_STRING(op);
    if (growth == 0)
        return 0;
    if (!bytearray_can_resize(self))
        return -1;
    if (growth < 0) {
        if (lo == 0)                 /* drop the front by moving the start */
            self->ob_start -= growth;
        else
            memmove(p + hi + growth, p + hi, n - hi);
        if (PyByteArray_Resize(op, n + growth) < 0) {
            if (lo == 0)
                self->ob_start += growth;
            else {
                memmove(p + hi, p + hi + growth, n - hi);
            }
            return -1;
        }
        return 0;
    }
    if (n > PY_SSIZE_T_MAX - growth) {
        PyErr_NoMemory();
        return -1;
    }
    if (PyByteArray_Resize(op, n + growth) < 0)
        return -1;
    p = PyByteArray_AS_STRING(op);
    memmove(p + hi + growth, p + hi, n - hi);
    return 0;
}

int
bytearray_set_range(PyObject *op, Py_ssize_t lo, Py_ssize_t hi, PyObject *values)
{
    Py_buffer view = { 0 };
    if (values == op) {
        PyObject *copy = PyByteArray_FromStringAndSize(PyByteArray_AS_STRING(op), Py_SIZE(op));
        if (copy == NULL)
            return -1;
        int rc = bytearray_set_range(op, lo, hi, copy);
        Py_DECREF(copy);
        return rc;
    }
    if (values != NULL && PyObject_GetBuffer(values, &view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't set bytearray slice from %.100s", Py_TYPE(values)->tp_name);
        return -1;
    }
    Py_ssize_t n = Py_SIZE(op);
    lo = lo < 0 ? 0 : lo;
    hi = hi < lo ? lo : hi > n ? n : hi;
    int rc = shift(op, lo, hi, view.len - (hi - lo));
    if (rc == 0 && view.len > 0)
        memcpy(PyByteArray_AS_STRING(op) + lo, view.buf, view.len);
    PyBuffer_Release(&view);
    return rc;
}

/* Every step-th byte from start goes (values NULL) or is replaced by view's. */
static int
set_extended(PyObject *op, Py_ssize_t start, Py_ssize_t step, Py_ssize_t count, const char *from, Py_ssize_t n)
{
    char *p = PyByteArray_AS_STRING(op);
    if (n == 0) {
        Py_ssize_t size = Py_SIZE(op);
        if (!bytearray_can_resize((PyByteArrayObject *)op))
            return -1;
        if (count == 0)
            return 0;
        if (step < 0) {
            start += step * (count - 1);
            step = -step;
        }
        for (Py_ssize_t i = 0, at = start; i < count; i++, at += step) {
            Py_ssize_t gap = at + step > size ? size - at - 1 : step - 1;
            if (i == count - 1)
                gap = size - at - 1;
            memmove(p + at - i, p + at + 1, gap);
        }
        return PyByteArray_Resize(op, size - count);
    }
    if (n != count) {
        PyErr_Format(PyExc_ValueError, "attempt to assign bytes of size %zd to extended slice of size %zd", n, count);
        return -1;
    }
    for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
        p[at] = from[i];
    return 0;
}

/* values as something with bytes, new reference: a copy for self and iterables. */
static OWNED PyObject *
slice_values(PyObject *self, PyObject *values)
{
    if (values != NULL && values != self && PyByteArray_Check(values))
        return Py_NewRef(values);
    if (values != self && (PyNumber_Check(values) || PyUnicode_Check(values))) {
        PyErr_SetString(PyExc_TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        return NULL;
    }
    return PyByteArray_FromObject(values);
}

static int
set_slice(PyObject *op, PyObject *slice, PyObject *values)
{
    Py_ssize_t start, stop, step, n = 0;
    PyObject *source = values == NULL ? NULL : slice_values(op, values);
    if (values != NULL && source == NULL)
        return -1;
    int rc = -1;
    if (PySlice_Unpack(slice, &start, &stop, &step) == 0) {
        n = PySlice_AdjustIndices(Py_SIZE(op), &start, &stop, step);           /* the size after __index__() ran */
        const char *from = source == NULL ? NULL : PyByteArray_AS_STRING(source);
        Py_ssize_t size = source == NULL ? 0 : Py_SIZE(source);
        if ((step < 0 && start < stop) || (step > 0 && start > stop))
            stop = start;
        if (step != 1)
            rc = set_extended(op, start, step, n, from, size);
        else {
            rc = shift(op, start, stop, size - (stop - start));
            if (rc == 0 && size > 0)
                memcpy(PyByteArray_AS_STRING(op) + start, from, size);
        }
    }
    Py_XDECREF(source);
    return rc;
}

/* ---- items ---- */

static Py_ssize_t
bytearray_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
out_of_range(void)
{
    PyErr_SetString(PyExc_IndexError, "bytearray index out of range");
    return NULL;
}

static PyObject *
bytearray_item(PyObject *self, Py_ssize_t i)
{
    if (i < 0 || i >= Py_SIZE(self))
        return out_of_range();
    return SMALL_INT((unsigned char)PyByteArray_AS_STRING(self)[i]);
}

static PyObject *
bytearray_slice(PyObject *self, PyObject *slice)
{
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);   /* the size after __index__() ran */
    if (n <= 0)
        return PyByteArray_FromStringAndSize("", 0);
    const char *p = PyByteArray_AS_STRING(self);
    if (step == 1)
        return PyByteArray_FromStringAndSize(p + start, n);
    PyObject *r = PyByteArray_FromStringAndSize(NULL, n);
    if (r != NULL)
        for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
            PyByteArray_AS_STRING(r)[i] = p[at];
    return r;
}

static PyObject *
bad_key(PyObject *key)
{
    PyErr_Format(PyExc_TypeError, "bytearray indices must be integers or slices, not %.200s", Py_TYPE(key)->tp_name);
    return NULL;
}

static PyObject *
bytearray_subscript(PyObject *self, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return bytearray_item(self, i < 0 ? i + Py_SIZE(self) : i);
    }
    return PySlice_Check(key) ? bytearray_slice(self, key) : bad_key(key);
}

static int
bytearray_ass_item(PyObject *self, Py_ssize_t i, PyObject *value)
{
    int v = value == NULL ? 0 : bytes_value_of(value);     /* may run code: check the index after it */
    if (v < 0)
        return -1;
    if (i < 0 || i >= Py_SIZE(self)) {
        out_of_range();
        return -1;
    }
    if (value == NULL)
        return shift(self, i, i + 1, -1);
    PyByteArray_AS_STRING(self)[i] = (char)v;
    return 0;
}

static int
bytearray_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return -1;
        int v = value == NULL ? 0 : bytes_value_of(value);
        if (v < 0)
            return -1;
        if (i < 0)
            i += Py_SIZE(self);
        if (i < 0 || i >= Py_SIZE(self)) {
            out_of_range();
            return -1;
        }
        if (value == NULL)
            return shift(self, i, i + 1, -1);
        PyByteArray_AS_STRING(self)[i] = (char)v;
        return 0;
    }
    if (!PySlice_Check(key)) {
        bad_key(key);
        return -1;
    }
    return set_slice(self, key, value);
}

static PyObject *
bytearray_iconcat(PyObject *self, PyObject *other)
{
    Py_buffer view;
    if (PyObject_GetBuffer(other, &view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(other)->tp_name, Py_TYPE(self)->tp_name);
        return NULL;
    }
    Py_ssize_t n = Py_SIZE(self);
    int rc = -1;
    if (n > PY_SSIZE_T_MAX - view.len)
        PyErr_NoMemory();
    else if ((rc = PyByteArray_Resize(self, n + view.len)) == 0 && view.len > 0)
        memcpy(PyByteArray_AS_STRING(self) + n, view.buf, view.len);
    PyBuffer_Release(&view);
    return rc < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
bytearray_repeat(PyObject *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self), total;
    if (__builtin_mul_overflow(n, count < 0 ? 0 : count, &total))
        return PyErr_NoMemory();
    PyObject *r = PyByteArray_FromStringAndSize(NULL, total);
    if (r != NULL && total > 0)
        _PyBytes_Repeat(PyByteArray_AS_STRING(r), total, PyByteArray_AS_STRING(self), n);
    return r;
}

static PyObject *
bytearray_irepeat(PyObject *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self), total;
    if (count == 1)
        return Py_NewRef(self);
    if (__builtin_mul_overflow(n, count < 0 ? 0 : count, &total))
        return PyErr_NoMemory();
    if (PyByteArray_Resize(self, total) < 0)
        return NULL;
    if (total > 0) {
        char *p = PyByteArray_AS_STRING(self);
        _PyBytes_Repeat(p, total, p, n);
    }
    return Py_NewRef(self);
}

static PyObject *
bytearray_mod(PyObject *a, PyObject *b)
{
    if (!PyByteArray_Check(a))
        Py_RETURN_NOTIMPLEMENTED;
    return bytes_format(PyByteArray_AS_STRING(a), PyByteArray_GET_SIZE(a), b, 1);
}

/* ---- construction ---- */

static int
init_from_text(PyObject *self, PyObject *x, const char *encoding, const char *errors)
{
    if (encoding == NULL) {
        PyErr_SetString(PyExc_TypeError, "string argument without an encoding");
        return -1;
    }
    PyObject *encoded = PyUnicode_AsEncodedString(x, encoding, errors);
    if (encoded == NULL)
        return -1;
    PyObject *r = bytearray_iconcat(self, encoded);
    Py_DECREF(encoded);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

static int
init_from_buffer(PyObject *self, PyObject *x)
{
    Py_buffer view;
    if (PyObject_GetBuffer(x, &view, PyBUF_FULL_RO) < 0)
        return -1;
    int rc = PyByteArray_Resize(self, view.len);
    if (rc == 0)
        rc = PyBuffer_ToContiguous(PyByteArray_AS_STRING(self), &view, view.len, 'C');
    PyBuffer_Release(&view);
    return rc;
}

int
bytearray_append_value(PyObject *self, int value)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n == PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "cannot add more objects to bytearray");
        return -1;
    }
    if (PyByteArray_Resize(self, n + 1) < 0)
        return -1;
    PyByteArray_AS_STRING(self)[n] = (char)value;
    return 0;
}

static int
init_from_iterable(PyObject *self, PyObject *x)
{
    PyObject *it = PyObject_GetIter(x), *item;
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "cannot convert '%.200s' object to bytearray", Py_TYPE(x)->tp_name);
        return -1;
    }
    int rc = 0;
    while (rc == 0 && (item = iter_next(it)) != NULL) {
        int v = bytes_value_of(item);
        Py_DECREF(item);
        rc = v < 0 ? -1 : bytearray_append_value(self, v);
    }
    Py_DECREF(it);
    return rc < 0 || PyErr_Occurred() ? -1 : 0;
}

/* bytearray(n): -1 on failure, 0 when done, 1 when x is no number after all. */
static int
init_from_count(PyObject *self, PyObject *x)
{
    Py_ssize_t n = PyNumber_AsSsize_t(x, PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return -1;
        PyErr_Clear();
        return 1;
    }
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "negative count");
        return -1;
    }
    if (PyByteArray_Resize(self, n) < 0)
        return -1;
    memset(PyByteArray_AS_STRING(self), 0, n);
    return 0;
}

static int
bytearray_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "source", "encoding", "errors" };
    PyObject *v[3];
    const char *encoding, *errors;
    if (args_unpack_tuple("bytearray", args, kwargs, names, 3, 0, 3, v) < 0
        || bytes_text_arg("bytearray", "encoding", v[1], &encoding) < 0
        || bytes_text_arg("bytearray", "errors", v[2], &errors) < 0)
        return -1;
    if (Py_SIZE(self) != 0 && PyByteArray_Resize(self, 0) < 0)
        return -1;
    PyObject *x = v[0];
    if (x != NULL && PyUnicode_Check(x))
        return init_from_text(self, x, encoding, errors);
    if (encoding != NULL || errors != NULL) {
        PyErr_SetString(PyExc_TypeError, encoding != NULL ? "encoding without a string argument"
                                                          : "errors without a string argument");
        return -1;
    }
    if (x == NULL)
        return 0;
    if (PyIndex_Check(x)) {
        int rc = init_from_count(self, x);
        if (rc <= 0)
            return rc;
    }
    return PyObject_CheckBuffer(x) ? init_from_buffer(self, x) : init_from_iterable(self, x);
}

static void
bytearray_dealloc(PyObject *op)
{
    PyByteArrayObject *self = (PyByteArrayObject *)op;
    if (self->ob_exports > 0) {
        PyErr_SetString(PyExc_SystemError, "deallocated bytearray object has exported buffers");
        PyErr_WriteUnraisable(NULL);
    }
    PyObject_Free(self->ob_bytes);
    Py_TYPE(op)->tp_free(op);
}

/* ---- repr, comparison, buffer ---- */

static PyObject *
bytearray_repr(PyObject *self)
{
    const char *name = strrchr(Py_TYPE(self)->tp_name, '.');
    name = name == NULL ? Py_TYPE(self)->tp_name : name + 1;
    PyObject *prefix = PyBytes_FromFormat("%s(b", name);
    if (prefix == NULL)
        return NULL;
    PyObject *text = bytes_repr_as(span_of(self), PyBytes_AS_STRING(prefix), ")", QUOTE_BYTEARRAY);
    Py_DECREF(prefix);
    return text;
}

static PyObject *
bytearray_str(PyObject *self)
{
    if (bytes_warning_level && PyErr_WarnEx(PyExc_BytesWarning, "str() on a bytearray instance", 1) < 0)
        return NULL;
    return bytearray_repr(self);
}

static PyObject *
bytearray_richcompare(PyObject *a, PyObject *b, int op)
{
    Py_buffer x, y;
    if (!PyObject_CheckBuffer(a) || !PyObject_CheckBuffer(b)) {
        if (bytes_warning_level && (op == Py_EQ || op == Py_NE) && (PyUnicode_Check(a) || PyUnicode_Check(b))
            && PyErr_WarnEx(PyExc_BytesWarning, "Comparison between bytearray and string", 1) < 0)
            return NULL;
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (PyObject_GetBuffer(a, &x, PyBUF_SIMPLE) != 0) {
        PyErr_Clear();
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (PyObject_GetBuffer(b, &y, PyBUF_SIMPLE) != 0) {
        PyErr_Clear();
        PyBuffer_Release(&x);
        Py_RETURN_NOTIMPLEMENTED;
    }
    int order = memcmp(x.buf, y.buf, x.len < y.len ? x.len : y.len);
    Py_ssize_t c = order != 0 ? order : x.len - y.len;
    PyBuffer_Release(&x);
    PyBuffer_Release(&y);
    Py_RETURN_RICHCOMPARE(c, 0, op);
}

static int
bytearray_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    if (view == NULL) {
        PyErr_SetString(PyExc_BufferError, "bytearray_getbuffer: view==NULL argument is obsolete");
        return -1;
    }
    if (buffer_fill(view, op, PyByteArray_AS_STRING(op), Py_SIZE(op), 0, flags) < 0)
        return -1;
    ((PyByteArrayObject *)op)->ob_exports++;
    return 0;
}

static void
bytearray_releasebuffer(PyObject *op, Py_buffer *view)
{
    ((PyByteArrayObject *)op)->ob_exports--;
}

static PyObject *
bytearray_iter(PyObject *seq)
{
    return bytes_iter_new(&PyByteArrayIter_Type, seq);
}

static PyNumberMethods bytearray_as_number = { .nb_remainder = bytearray_mod };

static PySequenceMethods bytearray_as_sequence = {
    .sq_length = bytearray_length, .sq_concat = PyByteArray_Concat, .sq_repeat = bytearray_repeat,
    .sq_item = bytearray_item, .sq_ass_item = bytearray_ass_item, .sq_contains = bytes_contains,
    .sq_inplace_concat = bytearray_iconcat, .sq_inplace_repeat = bytearray_irepeat,
};

static PyMappingMethods bytearray_as_mapping = {
    .mp_length = bytearray_length, .mp_subscript = bytearray_subscript, .mp_ass_subscript = bytearray_ass_subscript,
};

static PyBufferProcs bytearray_as_buffer = {
    .bf_getbuffer = bytearray_getbuffer, .bf_releasebuffer = bytearray_releasebuffer,
};

PyTypeObject PyByteArray_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "bytearray",
    .tp_basicsize = sizeof(PyByteArrayObject),
    .tp_dealloc = bytearray_dealloc,
    .tp_repr = bytearray_repr,
    .tp_as_number = &bytearray_as_number,
    .tp_as_sequence = &bytearray_as_sequence,
    .tp_as_mapping = &bytearray_as_mapping,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_str = bytearray_str,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_as_buffer = &bytearray_as_buffer,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF,
    .tp_doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\n"
              "bytearray(bytes_or_buffer) -> bytearray\nbytearray(int) -> bytearray of zeros\n"
              "bytearray() -> empty bytearray\n\nA sequence of bytes that can be changed.",
    .tp_richcompare = bytearray_richcompare,
    .tp_iter = bytearray_iter,
    .tp_methods = bytearray_methods,
    .tp_init = bytearray_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = PyType_GenericNew,
    .tp_free = PyObject_Free,
};
