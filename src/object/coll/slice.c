/* object/coll/slice.c: slice objects and index arithmetic. */
#include "object/coll/slice.h"

#include "object/core/call.h"
#include "object/core/abstract.h"
#include "object/num/int.h"
#include "object/coll/coll.h"
#include "object/coll/tuple.h"

#define SLICE(op) ((PySliceObject *)(op))

/* ---- making ---- */

/* Takes over all three references; they are not NULL. */
static PyObject *
slice_make(PyObject *start, PyObject *stop, PyObject *step)
{
    PySliceObject *s = COLL_GC_NEW(PySliceObject, &PySlice_Type);
    if (s == NULL) {
        Py_DECREF(start);
        Py_DECREF(stop);
        Py_DECREF(step);
        return NULL;
    }
    s->start = start;
    s->stop = stop;
    s->step = step;
    gc_track((PyObject *)s);
    return (PyObject *)s;
}

PyObject *
PySlice_New(PyObject *start, PyObject *stop, PyObject *step)
{
    return slice_make(Py_NewRef(start != NULL ? start : Py_None), Py_NewRef(stop != NULL ? stop : Py_None),
                      Py_NewRef(step != NULL ? step : Py_None));
}

OWNED PyObject *
slice_from_pair_steal(PyObject *start, PyObject *stop)
{
    return slice_make(start, stop, Py_NewRef(Py_None));
}

PyObject *
_PySlice_FromIndices(Py_ssize_t start, Py_ssize_t stop)
{
    PyObject *a = PyLong_FromSsize_t(start);
    PyObject *b = a == NULL ? NULL : PyLong_FromSsize_t(stop);
    if (b == NULL) {
        Py_XDECREF(a);
        return NULL;
    }
    return slice_from_pair_steal(a, b);
}

/* ---- indices ---- */

int
PySlice_Unpack(PyObject *op, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step)
{
    PySliceObject *s = SLICE(op);
    *step = 1;
    if (s->step != Py_None) {
        if (!_PyEval_SliceIndex(s->step, step))
            return -1;
        if (*step == 0) {
            PyErr_SetString(PyExc_ValueError, "slice step cannot be zero");
            return -1;
        }
        if (*step < -PY_SSIZE_T_MAX)       /* so that -step is safe */
            *step = -PY_SSIZE_T_MAX;
    }
    *start = *step < 0 ? PY_SSIZE_T_MAX : 0;
    *stop = *step < 0 ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX;
    if (s->start != Py_None && !_PyEval_SliceIndex(s->start, start))
        return -1;
    if (s->stop != Py_None && !_PyEval_SliceIndex(s->stop, stop))
        return -1;
    return 0;
}

static inline Py_ssize_t
clip(Py_ssize_t i, Py_ssize_t n, Py_ssize_t step)
{
    if (i < 0) {
        i += n;
        return i < 0 ? (step < 0 ? -1 : 0) : i;
    }
    return i >= n ? (step < 0 ? n - 1 : n) : i;
}

Py_ssize_t
PySlice_AdjustIndices(Py_ssize_t n, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t step)
{
    *start = clip(*start, n, step);
    *stop = clip(*stop, n, step);
    if (step < 0)
        return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    if (*start >= *stop)
        return 0;
    return step == 1 ? *stop - *start : (*stop - *start - 1) / step + 1;
}

int
PySlice_GetIndices(PyObject *op, Py_ssize_t n, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step)
{
    PySliceObject *s = SLICE(op);
    *step = 1;
    if (s->step != Py_None) {
        if (!PyLong_Check(s->step))
            return -1;
        *step = PyLong_AsSsize_t(s->step);
    }
    *start = *step < 0 ? n - 1 : 0;
    if (s->start != Py_None) {
        if (!PyLong_Check(s->start))
            return -1;
        *start = PyLong_AsSsize_t(s->start);
        if (*start < 0)
            *start += n;
    }
    *stop = *step < 0 ? -1 : n;
    if (s->stop != Py_None) {
        if (!PyLong_Check(s->stop))
            return -1;
        *stop = PyLong_AsSsize_t(s->stop);
        if (*stop < 0)
            *stop += n;
    }
    if (PyErr_Occurred())
        return -1;
    return *stop > n || *start >= n || *step == 0 ? -1 : 0;
}

#undef PySlice_GetIndicesEx
int
PySlice_GetIndicesEx(PyObject *op, Py_ssize_t n, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step, Py_ssize_t *len)
{
    return slice_resolve(op, n, start, stop, step, len);
}

/* One bound of indices() for any ints: `v` clipped to lower..upper, negative ones counted from the end. */
static PyObject *
long_bound(PyObject *v, PyObject *length, PyObject *lower, PyObject *upper, PyObject *if_none)
{
    if (v == Py_None)
        return Py_NewRef(if_none);
    PyObject *i = _PyNumber_Index(v);
    if (i == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "slice indices must be integers or None or have an __index__ method");
        return NULL;
    }
    if (int_is_negative(i)) {
        Py_SETREF(i, int_add(ts_current(), i, length));
        if (i != NULL && int_compare(i, lower) < 0)
            Py_SETREF(i, Py_NewRef(lower));
    }
    else if (int_compare(i, upper) > 0)
        Py_SETREF(i, Py_NewRef(upper));
    return i;
}

int
_PySlice_GetLongIndices(PySliceObject *s, PyObject *length, PyObject **start, PyObject **stop, PyObject **step)
{
    PyObject *lower = NULL, *upper = NULL;
    *start = *stop = *step = NULL;
    if (s->step == Py_None)
        *step = Py_NewRef(SMALL_INT(1));
    else if ((*step = _PyNumber_Index(s->step)) == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "slice indices must be integers or None or have an __index__ method");
        goto fail;
    }
    if (int_is_zero(*step)) {
        PyErr_SetString(PyExc_ValueError, "slice step cannot be zero");
        goto fail;
    }
    bool down = int_is_negative(*step);
    lower = Py_NewRef(SMALL_INT(down ? -1 : 0));
    upper = down ? int_sub(ts_current(), length, SMALL_INT(1)) : Py_NewRef(length);
    if (upper == NULL)
        goto fail;
    *start = long_bound(s->start, length, lower, upper, down ? upper : lower);
    if (*start == NULL)
        goto fail;
    *stop = long_bound(s->stop, length, lower, upper, down ? lower : upper);
    if (*stop == NULL)
        goto fail;
    Py_DECREF(lower);
    Py_DECREF(upper);
    return 0;
fail:
    Py_XDECREF(lower);
    Py_XDECREF(upper);
    Py_CLEAR(*start);
    Py_CLEAR(*stop);
    Py_CLEAR(*step);
    return -1;
}

/* ---- the type ---- */

static PyObject *
slice_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_no_keywords("slice", kwds) || !args_count("slice", n, 1, 3))
        return NULL;
    PyObject **a = tuple_items(args);
    return n == 1 ? PySlice_New(NULL, a[0], NULL) : PySlice_New(a[0], a[1], n > 2 ? a[2] : NULL);
}

static void
slice_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_DECREF(SLICE(op)->step);
    Py_DECREF(SLICE(op)->start);
    Py_DECREF(SLICE(op)->stop);
    COLL_GC_FREE(PySliceObject, op);
}

static int
slice_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(SLICE(op)->start);
    Py_VISIT(SLICE(op)->stop);
    Py_VISIT(SLICE(op)->step);
    return 0;
}

static PyObject *
slice_repr(PyObject *op)
{
    return PyUnicode_FromFormat("slice(%R, %R, %R)", SLICE(op)->start, SLICE(op)->stop, SLICE(op)->step);
}

static PyObject *
slice_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PySlice_Check(a) || !PySlice_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    if (a == b)
        return PyBool_FromLong(op == Py_EQ || op == Py_LE || op == Py_GE);
    PyObject *ta = PyTuple_Pack(3, SLICE(a)->start, SLICE(a)->stop, SLICE(a)->step);
    PyObject *tb = ta == NULL ? NULL : PyTuple_Pack(3, SLICE(b)->start, SLICE(b)->stop, SLICE(b)->step);
    PyObject *result = tb == NULL ? NULL : PyObject_RichCompare(ta, tb, op);
    Py_XDECREF(ta);
    Py_XDECREF(tb);
    return result;
}

/* As for tuples, without the length. */
static Py_hash_t
slice_hash(PyObject *op)
{
    const Py_uhash_t prime1 = 11400714785074694791u, prime2 = 14029467366897019727u, prime5 = 2870177450012600261u;
    PyObject *part[3] = { SLICE(op)->start, SLICE(op)->stop, SLICE(op)->step };
    Py_uhash_t acc = prime5;
    for (int i = 0; i < 3; i++) {
        Py_uhash_t lane = (Py_uhash_t)PyObject_Hash(part[i]);
        if (lane == (Py_uhash_t)-1)
            return -1;
        acc += lane * prime2;
        acc = (acc << 31) | (acc >> 33);
        acc *= prime1;
    }
    return acc == (Py_uhash_t)-1 ? 1546275796 : (Py_hash_t)acc;
}

static PyObject *
slice_indices(PyObject *op, PyObject *len)
{
    PyObject *start, *stop, *step, *length = PyNumber_Index(len);
    if (length == NULL)
        return NULL;
    if (int_is_negative(length)) {
        PyErr_SetString(PyExc_ValueError, "length should not be negative");
        Py_DECREF(length);
        return NULL;
    }
    int bad = _PySlice_GetLongIndices(SLICE(op), length, &start, &stop, &step);
    Py_DECREF(length);
    return bad < 0 ? NULL : Py_BuildValue("(NNN)", start, stop, step);
}

static PyObject *
slice_reduce(PyObject *op, PyObject *noargs)
{
    return Py_BuildValue("O(OOO)", Py_TYPE(op), SLICE(op)->start, SLICE(op)->stop, SLICE(op)->step);
}

static PyMemberDef slice_members[] = {
    { "start", _Py_T_OBJECT, offsetof(PySliceObject, start), Py_READONLY, NULL },
    { "stop", _Py_T_OBJECT, offsetof(PySliceObject, stop), Py_READONLY, NULL },
    { "step", _Py_T_OBJECT, offsetof(PySliceObject, step), Py_READONLY, NULL },
    { NULL },
};

static PyMethodDef slice_methods[] = {
    { "indices", slice_indices, METH_O,
      TEXT_SIG("indices($self, object, /)", "(start, stop, step) that this slice means for a sequence of so many items.") },
    { "__reduce__", slice_reduce, METH_NOARGS, DOC_REDUCE },
    { NULL },
};

PyTypeObject PySlice_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "slice",
    .tp_basicsize = sizeof(PySliceObject),
    .tp_dealloc = slice_dealloc,
    .tp_repr = slice_repr,
    .tp_hash = slice_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "slice(stop)\nslice(start, stop[, step])\n\nA selection of positions, as in a[start:stop:step].",
    .tp_traverse = slice_traverse,
    .tp_richcompare = slice_richcompare,
    .tp_methods = slice_methods,
    .tp_members = slice_members,
    .tp_new = slice_new,
    .tp_free = PyObject_GC_Del,
};
