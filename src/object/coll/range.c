/* object/coll/range.c: range objects and their two iterators: C longs, and ints of any size. */
#include "object/coll/iter.h"

#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/num/int.h"
#include "object/coll/coll.h"
#include "object/coll/slice.h"
#include "object/coll/tuple.h"

#define RANGE(op) ((struct range_obj *)(op))
#define ZERO SMALL_INT(0)
#define ONE SMALL_INT(1)

struct long_iter {                     /* longrange_iterator */
    PyObject ob_base;
    PyObject *start, *step, *len;      /* next value, step, how many are left */
};

/* ---- arithmetic ---- */

/* Number of values of range(lo, hi, step), step != 0. */
static unsigned long
count_longs(long lo, long hi, long step)
{
    if (step > 0 && lo < hi)
        return 1UL + ((unsigned long)hi - 1UL - (unsigned long)lo) / (unsigned long)step;
    if (step < 0 && lo > hi)
        return 1UL + ((unsigned long)lo - 1UL - (unsigned long)hi) / (0UL - (unsigned long)step);
    return 0;
}

/* True, and *out, when the int fits a C long. */
static bool
as_long(PyObject *v, long *out)
{
    if (int_is_compact(v)) {
        *out = int_compact_value(v);
        return true;
    }
    int overflow;
    *out = PyLong_AsLongAndOverflow(v, &overflow);
    return overflow == 0;
}

static PyObject *
count_ints(PyObject *start, PyObject *stop, PyObject *step)
{
    long lo, hi, st;
    if (as_long(start, &lo) && as_long(stop, &hi) && as_long(step, &st))
        return PyLong_FromUnsignedLong(count_longs(lo, hi, st));
    PyThreadState *ts = ts_current();
    bool down = int_is_negative(step);
    PyObject *low = down ? stop : start, *high = down ? start : stop;
    if (int_compare(low, high) >= 0)
        return Py_NewRef(ZERO);
    /* (high - low - 1) // |step| + 1 */
    PyObject *abs_step = int_abs(step), *diff = int_sub(ts, high, low), *one_less = NULL, *q = NULL, *n = NULL;
    if (abs_step != NULL && diff != NULL && (one_less = int_sub(ts, diff, ONE)) != NULL
        && (q = int_floor_div(one_less, abs_step)) != NULL)
        n = int_add(ts, q, ONE);
    Py_XDECREF(abs_step);
    Py_XDECREF(diff);
    Py_XDECREF(one_less);
    Py_XDECREF(q);
    return n;
}

/* start + i * step */
static PyObject *
value_at(PyObject *start, PyObject *step, PyObject *i)
{
    PyThreadState *ts = ts_current();
    if (step == ONE)
        return int_add(ts, start, i);
    PyObject *offset = int_mul(ts, i, step);
    if (offset == NULL)
        return NULL;
    PyObject *v = int_add(ts, start, offset);
    Py_DECREF(offset);
    return v;
}

/* ---- making ---- */

/* Takes over all references. */
static PyObject *
range_make(PyTypeObject *type, PyObject *start, PyObject *stop, PyObject *step)
{
    PyObject *length = count_ints(start, stop, step);
    struct range_obj *r = length == NULL ? NULL : PyObject_New(struct range_obj, type);
    if (r == NULL) {
        Py_XDECREF(length);
        Py_DECREF(start);
        Py_DECREF(stop);
        Py_DECREF(step);
        return NULL;
    }
    r->start = start;
    r->stop = stop;
    r->step = step;
    r->length = length;
    return (PyObject *)r;
}

OWNED PyObject *
range_from_longs(long start, long stop, long step)
{
    PyObject *a = int_from_i64(start), *b = int_from_i64(stop), *c = int_from_i64(step);
    if (a != NULL && b != NULL && c != NULL)
        return range_make(&PyRange_Type, a, b, c);
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_XDECREF(c);
    return NULL;
}

static PyObject *
range_from_args(PyTypeObject *type, PyObject *const *args, Py_ssize_t n)
{
    if (!args_count("range", n, 1, 3))
        return NULL;
    PyObject *start = n == 1 ? Py_NewRef(ZERO) : PyNumber_Index(args[0]);
    if (start == NULL)
        return NULL;
    PyObject *stop = PyNumber_Index(args[n == 1 ? 0 : 1]);
    if (stop == NULL) {
        Py_DECREF(start);
        return NULL;
    }
    PyObject *step = n < 3 ? Py_NewRef(ONE) : PyNumber_Index(args[2]);
    if (step != NULL && int_is_zero(step)) {
        PyErr_SetString(PyExc_ValueError, "range() arg 3 must not be zero");
        Py_CLEAR(step);
    }
    if (step == NULL) {
        Py_DECREF(start);
        Py_DECREF(stop);
        return NULL;
    }
    return range_make(type, start, stop, step);
}

static PyObject *
range_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (!args_no_keywords("range", kwds))
        return NULL;
    return range_from_args(type, tuple_items(args), PyTuple_GET_SIZE(args));
}

static PyObject *
range_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (!args_no_kwnames("range", kwnames))
        return NULL;
    return range_from_args((PyTypeObject *)type, args, PyVectorcall_NARGS(nargsf));
}

static void
range_dealloc(PyObject *op)
{
    Py_DECREF(RANGE(op)->start);
    Py_DECREF(RANGE(op)->stop);
    Py_DECREF(RANGE(op)->step);
    Py_DECREF(RANGE(op)->length);
    PyObject_Free(op);
}

/* ---- slots ---- */

static Py_ssize_t
range_length(PyObject *op)
{
    return PyLong_AsSsize_t(RANGE(op)->length);
}

static int
range_bool(PyObject *op)
{
    return !int_is_zero(RANGE(op)->length);
}

static PyObject *
range_repr(PyObject *op)
{
    struct range_obj *r = RANGE(op);
    if (r->step == ONE)
        return PyUnicode_FromFormat("range(%R, %R)", r->start, r->stop);
    return PyUnicode_FromFormat("range(%R, %R, %R)", r->start, r->stop, r->step);
}

/* Item i, an int; negative counts from the end. */
static PyObject *
item_by_int(struct range_obj *r, PyObject *i)
{
    PyObject *at = int_is_negative(i) ? int_add(ts_current(), r->length, i) : Py_NewRef(i);
    if (at == NULL)
        return NULL;
    PyObject *v = NULL;
    if (int_is_negative(at) || int_compare(at, r->length) >= 0)
        PyErr_SetString(PyExc_IndexError, "range object index out of range");
    else
        v = value_at(r->start, r->step, at);
    Py_DECREF(at);
    return v;
}

static PyObject *
range_item(PyObject *op, Py_ssize_t i)
{
    PyObject *index = PyLong_FromSsize_t(i);
    if (index == NULL)
        return NULL;
    PyObject *v = item_by_int(RANGE(op), index);
    Py_DECREF(index);
    return v;
}

static PyObject *
range_slice(struct range_obj *r, PyObject *slice)
{
    PyObject *start, *stop, *step, *a = NULL, *b = NULL, *c;
    if (_PySlice_GetLongIndices((PySliceObject *)slice, r->length, &start, &stop, &step) < 0)
        return NULL;
    c = int_mul(ts_current(), r->step, step);
    if (c != NULL && (a = value_at(r->start, r->step, start)) != NULL)
        b = value_at(r->start, r->step, stop);
    Py_DECREF(start);
    Py_DECREF(stop);
    Py_DECREF(step);
    if (b != NULL)
        return range_make(&PyRange_Type, a, b, c);
    Py_XDECREF(a);
    Py_XDECREF(c);
    return NULL;
}

static PyObject *
range_subscript(PyObject *op, PyObject *key)
{
    if (PyIndex_Check(key)) {
        PyObject *i = PyNumber_Index(key);
        if (i == NULL)
            return NULL;
        PyObject *v = item_by_int(RANGE(op), i);
        Py_DECREF(i);
        return v;
    }
    if (PySlice_Check(key))
        return range_slice(RANGE(op), key);
    return PyErr_Format(PyExc_TypeError, "range indices must be integers or slices, not %.200s", Py_TYPE(key)->tp_name);
}

/* Is the exact int v among the values? 1, 0, -1. */
static int
contains_int(struct range_obj *r, PyObject *v)
{
    bool down = int_is_negative(r->step);
    int from = int_compare(r->start, v), to = int_compare(v, r->stop);
    if (down ? from < 0 || to <= 0 : from > 0 || to >= 0)
        return 0;
    PyObject *diff = int_sub(ts_current(), v, r->start);
    PyObject *rest = diff == NULL ? NULL : int_mod(diff, r->step);
    int result = rest == NULL ? -1 : int_is_zero(rest);
    Py_XDECREF(diff);
    Py_XDECREF(rest);
    return result;
}

static inline bool
is_plain_int(PyObject *op)
{
    return PyLong_CheckExact(op) || PyBool_Check(op);
}

static int
range_contains(PyObject *op, PyObject *v)
{
    if (is_plain_int(v))
        return contains_int(RANGE(op), v);
    return (int)sequence_iter_search(op, v, SEARCH_CONTAINS);
}

static int
range_equal(struct range_obj *a, struct range_obj *b)
{
    if (a == b)
        return 1;
    if (!int_equal(a->length, b->length))
        return 0;
    if (int_is_zero(a->length))
        return 1;
    if (!int_equal(a->start, b->start))
        return 0;
    return int_equal(a->length, ONE) || int_equal(a->step, b->step);
}

static PyObject *
range_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyRange_Check(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    return PyBool_FromLong(range_equal(RANGE(a), RANGE(b)) == (op == Py_EQ));
}

/* Hash of (length, start, step), with None where it does not matter. */
static Py_hash_t
range_hash(PyObject *op)
{
    struct range_obj *r = RANGE(op);
    bool empty = int_is_zero(r->length), single = int_equal(r->length, ONE);
    PyObject *t = PyTuple_Pack(3, r->length, empty ? Py_None : r->start, empty || single ? Py_None : r->step);
    if (t == NULL)
        return -1;
    Py_hash_t h = PyObject_Hash(t);
    Py_DECREF(t);
    return h;
}

/* ---- methods ---- */

static PyObject *
range_count(PyObject *op, PyObject *v)
{
    if (is_plain_int(v)) {
        int in = contains_int(RANGE(op), v);
        return in < 0 ? NULL : PyLong_FromLong(in);
    }
    Py_ssize_t n = sequence_iter_search(op, v, SEARCH_COUNT);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
range_index(PyObject *op, PyObject *v)
{
    struct range_obj *r = RANGE(op);
    if (!is_plain_int(v)) {
        Py_ssize_t i = sequence_iter_search(op, v, SEARCH_INDEX);
        return i < 0 ? NULL : PyLong_FromSsize_t(i);
    }
    int in = contains_int(r, v);
    if (in < 0)
        return NULL;
    if (!in)
        return PyErr_Format(PyExc_ValueError, "%R is not in range", v);
    PyObject *diff = int_sub(ts_current(), v, r->start);
    if (diff == NULL || r->step == ONE)
        return diff;
    PyObject *i = int_floor_div(diff, r->step);
    Py_DECREF(diff);
    return i;
}

static PyObject *
range_reduce(PyObject *op, PyObject *noargs)
{
    return Py_BuildValue("(O(OOO))", Py_TYPE(op), RANGE(op)->start, RANGE(op)->stop, RANGE(op)->step);
}

static PyObject *
fast_iter(long start, long step, unsigned long len)
{
    struct range_iter *it = heap_alloc(sizeof(*it));
    if (it == NULL)
        return PyErr_NoMemory();
    it->ob_base.ob_type = &PyRangeIter_Type;
    object_born((PyObject *)it);
    it->start = start;
    it->step = step;
    it->len = (long)len;
    return (PyObject *)it;
}

/* Takes over start; new references to the others. */
static PyObject *
long_iter_make(PyObject *start, PyObject *step, PyObject *len)
{
    struct long_iter *it = start == NULL ? NULL : PyObject_New(struct long_iter, &PyLongRangeIter_Type);
    if (it == NULL) {
        Py_XDECREF(start);
        return NULL;
    }
    it->start = start;
    it->step = Py_NewRef(step);
    it->len = Py_NewRef(len);
    return (PyObject *)it;
}

/* Can all values, and one step beyond, be counted in longs? */
static bool
fits_longs(long hi, long step)
{
    return step > 0 ? hi <= LONG_MAX - step : step != LONG_MIN && hi >= LONG_MIN - step;
}

PyObject *
range_iter_from_longs(long start, long stop, long step)
{
    if (step == 0 || !fits_longs(stop, step))
        return NULL;
    unsigned long n = count_longs(start, stop, step);
    return n <= LONG_MAX ? fast_iter(start, step, n) : NULL;
}

bool
range_iter_restart(PyObject *it, long start, long stop, long step)
{
    if (step == 0 || !fits_longs(stop, step))
        return false;
    unsigned long n = count_longs(start, stop, step);
    if (n > LONG_MAX)
        return false;
    struct range_iter *r = (struct range_iter *)it;
    r->start = start;
    r->step = step;
    r->len = (long)n;
    return true;
}

static PyObject *
range_iter(PyObject *op)
{
    struct range_obj *r = RANGE(op);
    long lo, hi, step;
    if (as_long(r->start, &lo) && as_long(r->stop, &hi) && as_long(r->step, &step)) {
        PyObject *it = range_iter_from_longs(lo, hi, step);
        if (it != NULL || PyErr_Occurred())
            return it;
    }
    return long_iter_make(Py_NewRef(r->start), r->step, r->length);
}

static PyObject *
range_reversed(PyObject *op, PyObject *noargs)
{
    struct range_obj *r = RANGE(op);
    long lo, hi, step;
    if (as_long(r->start, &lo) && as_long(r->stop, &hi) && as_long(r->step, &step) && step != LONG_MIN) {
        unsigned long n = count_longs(lo, hi, step);
        long last = (long)((unsigned long)lo + (n - 1) * (unsigned long)step);
        long end;                          /* one step in front of lo must fit too */
        if (n <= LONG_MAX && !__builtin_sub_overflow(lo, step, &end))
            return fast_iter(n == 0 ? lo : last, -step, n);
    }
    PyThreadState *ts = ts_current();
    PyObject *last_index = int_sub(ts, r->length, ONE), *neg = int_neg(r->step), *it = NULL;
    if (last_index != NULL && neg != NULL)
        it = long_iter_make(value_at(r->start, r->step, last_index), neg, r->length);
    Py_XDECREF(last_index);
    Py_XDECREF(neg);
    return it;
}

static PyMemberDef range_members[] = {
    { "start", Py_T_OBJECT_EX, offsetof(struct range_obj, start), Py_READONLY, NULL },
    { "stop", Py_T_OBJECT_EX, offsetof(struct range_obj, stop), Py_READONLY, NULL },
    { "step", Py_T_OBJECT_EX, offsetof(struct range_obj, step), Py_READONLY, NULL },
    { NULL },
};

static PyMethodDef range_methods[] = {
    { "__reversed__", range_reversed, METH_NOARGS, DOC_REVERSED },
    { "__reduce__", range_reduce, METH_NOARGS, DOC_REDUCE },
    { "count", range_count, METH_O, TEXT_SIG("count($self, object, /)", "How often object occurs.") },
    { "index", range_index, METH_O, TEXT_SIG("index($self, object, /)", "Position of object; ValueError if it is not there.") },
    { NULL },
};

static PyNumberMethods range_as_number = { .nb_bool = range_bool };
static PySequenceMethods range_as_sequence = { .sq_length = range_length, .sq_item = range_item, .sq_contains = range_contains };
static PyMappingMethods range_as_mapping = { .mp_length = range_length, .mp_subscript = range_subscript };

PyTypeObject PyRange_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "range",
    .tp_basicsize = sizeof(struct range_obj),
    .tp_dealloc = range_dealloc,
    .tp_repr = range_repr,
    .tp_as_number = &range_as_number,
    .tp_as_sequence = &range_as_sequence,
    .tp_as_mapping = &range_as_mapping,
    .tp_hash = range_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_SEQUENCE,
    .tp_doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n"
              "The integers from start up to, but not including, stop, in steps.",
    .tp_richcompare = range_richcompare,
    .tp_iter = range_iter,
    .tp_methods = range_methods,
    .tp_members = range_members,
    .tp_new = range_new,
    .tp_vectorcall = range_vectorcall,
};

/* ---- range_iterator ---- */

static PyObject *
range_iter_next(PyObject *op)
{
    struct range_iter *it = (struct range_iter *)op;
    if (it->len <= 0)
        return NULL;
    long v = it->start;
    it->start = (long)((unsigned long)v + (unsigned long)it->step);
    it->len--;
    return int_from_i64(v);
}

static PyObject *
range_iter_length(PyObject *op, PyObject *noargs)
{
    return int_from_i64(((struct range_iter *)op)->len);
}

static PyObject *
range_iter_reduce(PyObject *op, PyObject *noargs)
{
    struct range_iter *it = (struct range_iter *)op;
    PyObject *start = int_from_i64(it->start), *step = int_from_i64(it->step), *stop = NULL;
    PyObject *len = int_from_i64(it->len);
    if (start != NULL && step != NULL && len != NULL)
        stop = value_at(start, step, len);
    Py_XDECREF(len);
    if (stop == NULL) {
        Py_XDECREF(start);
        Py_XDECREF(step);
        return NULL;
    }
    PyObject *range = range_make(&PyRange_Type, start, stop, step);
    PyObject *iter = range == NULL ? NULL : coll_builtin("iter");
    if (iter == NULL) {
        Py_XDECREF(range);
        return NULL;
    }
    return Py_BuildValue("N(N)O", iter, range, Py_None);
}

static PyObject *
range_iter_setstate(PyObject *op, PyObject *state)
{
    struct range_iter *it = (struct range_iter *)op;
    long i = PyLong_AsLong(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    i = i < 0 ? 0 : i > it->len ? it->len : i;
    it->start = (long)((unsigned long)it->start + (unsigned long)i * (unsigned long)it->step);
    it->len -= i;
    Py_RETURN_NONE;
}

static PyMethodDef range_iter_methods[] = {
    { "__length_hint__", range_iter_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", range_iter_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", range_iter_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PyRangeIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "range_iterator",
    .tp_basicsize = sizeof(struct range_iter),
    .tp_dealloc = (destructor)PyObject_Free,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = range_iter_next,
    .tp_methods = range_iter_methods,
};

/* ---- longrange_iterator ---- */

#define LITER(op) ((struct long_iter *)(op))

static void
long_iter_dealloc(PyObject *op)
{
    Py_XDECREF(LITER(op)->start);
    Py_XDECREF(LITER(op)->step);
    Py_XDECREF(LITER(op)->len);
    PyObject_Free(op);
}

static PyObject *
long_iter_next(PyObject *op)
{
    struct long_iter *it = LITER(op);
    if (int_compare(it->len, ZERO) <= 0)
        return NULL;
    PyThreadState *ts = ts_current();
    PyObject *len = int_sub(ts, it->len, ONE);
    PyObject *next = len == NULL ? NULL : int_add(ts, it->start, it->step);
    if (next == NULL) {
        Py_XDECREF(len);
        return NULL;
    }
    PyObject *v = it->start;
    it->start = next;
    Py_SETREF(it->len, len);
    return v;
}

static PyObject *
long_iter_length(PyObject *op, PyObject *noargs)
{
    return Py_NewRef(LITER(op)->len);
}

static PyObject *
long_iter_reduce(PyObject *op, PyObject *noargs)
{
    struct long_iter *it = LITER(op);
    PyObject *stop = value_at(it->start, it->step, it->len);
    if (stop == NULL)
        return NULL;
    PyObject *range = range_make(&PyRange_Type, Py_NewRef(it->start), stop, Py_NewRef(it->step));
    PyObject *iter = range == NULL ? NULL : coll_builtin("iter");
    if (iter == NULL) {
        Py_XDECREF(range);
        return NULL;
    }
    return Py_BuildValue("N(N)O", iter, range, Py_None);
}

static PyObject *
long_iter_setstate(PyObject *op, PyObject *state)
{
    struct long_iter *it = LITER(op);
    if (!PyLong_CheckExact(state)) {
        PyErr_Format(PyExc_TypeError, "state must be an int, not %T", state);
        return NULL;
    }
    PyObject *i = int_is_negative(state) ? ZERO : int_compare(state, it->len) > 0 ? it->len : state;
    PyObject *len = int_sub(ts_current(), it->len, i);
    PyObject *start = len == NULL ? NULL : value_at(it->start, it->step, i);
    if (start == NULL) {
        Py_XDECREF(len);
        return NULL;
    }
    Py_SETREF(it->start, start);
    Py_SETREF(it->len, len);
    Py_RETURN_NONE;
}

static PyMethodDef long_iter_methods[] = {
    { "__length_hint__", long_iter_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", long_iter_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", long_iter_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PyLongRangeIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "longrange_iterator",
    .tp_basicsize = sizeof(struct long_iter),
    .tp_dealloc = long_iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = long_iter_next,
    .tp_methods = long_iter_methods,
};
