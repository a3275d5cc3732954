/* object/coll/tuple.c: tuples. The items lie in the object; the empty tuple is one static immortal object.
 * Tracking: a tuple is tracked when it is made; the collector untracks it once it has seen only atoms in it. */
#include "object/coll/tuple.h"

#include <string.h>

#include "rt/singletons.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/coll/coll.h"
#include "object/coll/slice.h"

#define ITEMS(t) (((PyTupleObject *)(t))->ob_item)
#define BYTES(n) (offsetof(PyTupleObject, ob_item) + (size_t)(n) * sizeof(PyObject *))

/* ---- making ---- */

static OWNED PyObject *
alloc_new(PyThreadState *ts, Py_ssize_t n)
{
    if (UNLIKELY(n < 0)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (UNLIKELY((size_t)n > (PY_SSIZE_T_MAX - sizeof(PyTupleObject) - sizeof(PyObject *)) / sizeof(PyObject *)))
        return PyErr_NoMemory();
    PyObject *t = coll_gc_alloc(ts, &PyTuple_Type, BYTES(n));
    if (LIKELY(t != NULL))
        Py_SET_SIZE(t, n);
    return t;
}

/* Untracked, items not set: from the free list, or new. */
static inline OWNED PyObject *
alloc(PyThreadState *ts, Py_ssize_t n)
{
    struct heap_lists *h = &rt_thread_of(ts)->heap;
    PyObject *t;
    if (UNLIKELY((size_t)n >= HEAP_TUPLES || (t = h->tuple[n]) == NULL))
        return alloc_new(ts, n);
    h->tuple[n] = ITEMS(t)[0];
    h->tuple_room[n]++;
    object_born(t);
    return t;
}

OWNED PyObject *tuple_alloc(Py_ssize_t n) { return alloc(ts_current(), n); }

/* The memory of an exact tuple whose items are gone. Short ones keep type, size and an empty GC head for the next. */
static inline void
tuple_free(PyThreadState *ts, PyObject *t)
{
    struct heap_lists *h = &rt_thread_of(ts)->heap;
    Py_ssize_t n = Py_SIZE(t);
    if (n > 0 && n < HEAP_TUPLES && h->tuple_room[n] != 0) {
        PyGC_Head *g = (PyGC_Head *)t - 1;
        g->_gc_next = g->_gc_prev = 0;
        ITEMS(t)[0] = h->tuple[n];
        h->tuple[n] = t;
        h->tuple_room[n]--;
        return;
    }
    coll_gc_free(ts, t, BYTES(n));
}

PyObject *
PyTuple_New(Py_ssize_t n)
{
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (n == 0)
        return Py_NewRef(EMPTY_TUPLE);
    PyObject *t = tuple_alloc(n);
    if (t == NULL)
        return NULL;
    memset(ITEMS(t), 0, n * sizeof(PyObject *));
    gc_track(t);
    return t;
}

OWNED PyObject *
tuple_from_array(PyObject *const *items, Py_ssize_t n)
{
    if (n == 0)
        return Py_NewRef(EMPTY_TUPLE);
    PyThreadState *ts = ts_current();
    PyObject *t = alloc(ts, n);
    if (t == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        ITEMS(t)[i] = Py_NewRef(items[i]);
    gc_track_ts(ts, t);
    return t;
}

OWNED PyObject *
tuple_from_array_steal(PyObject *const *items, Py_ssize_t n)
{
    if (n == 0)
        return Py_NewRef(EMPTY_TUPLE);
    PyThreadState *ts = ts_current();
    PyObject *t = alloc(ts, n);
    if (t == NULL) {
        for (Py_ssize_t i = 0; i < n; i++)
            Py_DECREF(items[i]);
        return NULL;
    }
    memcpy(ITEMS(t), items, n * sizeof(PyObject *));
    gc_track_ts(ts, t);
    return t;
}

PyObject *
_PyTuple_FromArraySteal(PyObject *const *items, Py_ssize_t n)
{
    return tuple_from_array_steal(items, n);
}

OWNED PyObject *
tuple_pair_steal(PyObject *a, PyObject *b)
{
    PyObject *t = tuple_alloc(2);
    if (t == NULL) {
        Py_DECREF(a);
        Py_DECREF(b);
        return NULL;
    }
    ITEMS(t)[0] = a;
    ITEMS(t)[1] = b;
    gc_track(t);
    return t;
}

PyObject *
PyTuple_Pack(Py_ssize_t n, ...)
{
    if (n == 0)
        return Py_NewRef(EMPTY_TUPLE);
    PyThreadState *ts = ts_current();
    PyObject *t = alloc(ts, n);
    if (t == NULL)
        return NULL;
    va_list args;
    va_start(args, n);
    for (Py_ssize_t i = 0; i < n; i++)
        ITEMS(t)[i] = Py_NewRef(va_arg(args, PyObject *));
    va_end(args);
    gc_track_ts(ts, t);
    return t;
}

/* ---- C API ---- */

Py_ssize_t
PyTuple_Size(PyObject *t)
{
    if (!PyTuple_Check(t)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return Py_SIZE(t);
}

PyObject *
PyTuple_GetItem(PyObject *t, Py_ssize_t i)
{
    if (!PyTuple_Check(t)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if ((size_t)i >= (size_t)Py_SIZE(t)) {
        PyErr_SetString(PyExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return ITEMS(t)[i];
}

int
PyTuple_SetItem(PyObject *t, Py_ssize_t i, PyObject *item)
{
    if (!PyTuple_Check(t) || Py_REFCNT(t) != 1) {
        Py_XDECREF(item);
        PyErr_BadInternalCall();
        return -1;
    }
    if ((size_t)i >= (size_t)Py_SIZE(t)) {
        Py_XDECREF(item);
        PyErr_SetString(PyExc_IndexError, "tuple assignment index out of range");
        return -1;
    }
    Py_XSETREF(ITEMS(t)[i], item);
    return 0;
}

OWNED PyObject *
tuple_slice(PyObject *t, Py_ssize_t lo, Py_ssize_t hi)
{
    if (lo == 0 && hi == Py_SIZE(t) && PyTuple_CheckExact(t))
        return Py_NewRef(t);
    return tuple_from_array(ITEMS(t) + lo, hi - lo);
}

PyObject *
PyTuple_GetSlice(PyObject *t, Py_ssize_t lo, Py_ssize_t hi)
{
    if (t == NULL || !PyTuple_Check(t)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (lo < 0)
        lo = 0;
    if (hi > Py_SIZE(t))
        hi = Py_SIZE(t);
    if (hi < lo)
        hi = lo;
    return tuple_slice(t, lo, hi);
}

int
_PyTuple_Resize(PyObject **pt, Py_ssize_t n)
{
    PyTupleObject *t = (PyTupleObject *)*pt;
    if (t == NULL || !PyTuple_CheckExact(t) || (Py_SIZE(t) != 0 && Py_REFCNT(t) != 1)) {
        *pt = NULL;
        Py_XDECREF(t);
        PyErr_BadInternalCall();
        return -1;
    }
    Py_ssize_t old = Py_SIZE(t);
    if (old == n)
        return 0;
    if (old == 0 || n == 0) {
        Py_DECREF(t);
        *pt = PyTuple_New(n);
        return *pt == NULL ? -1 : 0;
    }
    PyObject *moved = PyTuple_New(n);
    Py_ssize_t keep = old < n ? old : n;
    if (moved != NULL) {
        memcpy(ITEMS(moved), t->ob_item, keep * sizeof(PyObject *));
        memset(t->ob_item, 0, keep * sizeof(PyObject *));
    }
    Py_DECREF(t);
    *pt = moved;
    return moved == NULL ? -1 : 0;
}

void
tuple_maybe_untrack(PyObject *t)
{
    if (!PyTuple_CheckExact(t) || !gc_is_tracked(t))
        return;
    Py_ssize_t n = Py_SIZE(t);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = ITEMS(t)[i];
        if (item == NULL || coll_may_be_tracked(item))
            return;
    }
    gc_untrack(t);
}

/* ---- slots ---- */

static void
tuple_dealloc(PyObject *t)
{
    if (Py_SIZE(t) == 0 && t == EMPTY_TUPLE) {
        /* Code that counts with 64 bits can drive an immortal object here: set its count back. */
        t->ob_refcnt = _Py_IMMORTAL_REFCNT;
        return;
    }
    if (gc_is_tracked(t))
        gc_untrack(t);
    TRASH_BEGIN(t, tuple_dealloc);
    for (Py_ssize_t i = Py_SIZE(t); --i >= 0;)
        Py_XDECREF(ITEMS(t)[i]);
    if (LIKELY(PyTuple_CheckExact(t)))
        tuple_free(trash_ts, t);
    else
        Py_TYPE(t)->tp_free(t);
    TRASH_END();
}

void
tuple_drop(PyThreadState *ts, PyObject *t)
{
    if (UNLIKELY(t->ob_refcnt != 1 || object_tracer.call != NULL)) {
        Py_DECREF(t);
        return;
    }
    if (LIKELY(gc_is_tracked(t)))
        gc_untrack_ts(ts, t);
    for (Py_ssize_t i = Py_SIZE(t); --i >= 0;)
        Py_DECREF(ITEMS(t)[i]);
    tuple_free(ts, t);
}

static int
tuple_traverse(PyObject *t, visitproc visit, void *arg)
{
    for (Py_ssize_t i = Py_SIZE(t); --i >= 0;)
        Py_VISIT(ITEMS(t)[i]);
    return 0;
}

static PyObject *
tuple_repr(PyObject *t)
{
    Py_ssize_t n = Py_SIZE(t);
    if (n == 0)
        return PyUnicode_FromString("()");
    int rec = Py_ReprEnter(t);
    if (rec != 0)
        return rec > 0 ? PyUnicode_FromString("(...)") : NULL;
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    w.min_length = n > 1 ? 1 + 1 + (2 + 1) * (n - 1) + 1 : 4;
    if (_PyUnicodeWriter_WriteChar(&w, '(') < 0)
        goto fail;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0 && _PyUnicodeWriter_WriteASCIIString(&w, ", ", 2) < 0)
            goto fail;
        PyObject *s = PyObject_Repr(ITEMS(t)[i]);
        if (s == NULL)
            goto fail;
        int bad = _PyUnicodeWriter_WriteStr(&w, s);
        Py_DECREF(s);
        if (bad < 0)
            goto fail;
    }
    w.overallocate = 0;
    if (_PyUnicodeWriter_WriteASCIIString(&w, n > 1 ? ")" : ",)", n > 1 ? 1 : 2) < 0)
        goto fail;
    Py_ReprLeave(t);
    return _PyUnicodeWriter_Finish(&w);
fail:
    _PyUnicodeWriter_Dealloc(&w);
    Py_ReprLeave(t);
    return NULL;
}

/* hash(item); that of a small int is its value. */
static inline Py_hash_t
item_hash(PyObject *item)
{
    if (PyLong_CheckExact(item) && int_is_compact(item)) {
        Py_ssize_t v = int_compact_value(item);
        return v == -1 ? -2 : v;
    }
    return PyObject_Hash(item);
}

/* The mixing steps of xxHash over the hashes of the items. */
#define PRIME_1 11400714785074694791u
#define PRIME_2 14029467366897019727u
#define PRIME_5 2870177450012600261u

static inline Py_uhash_t
mixed(Py_uhash_t acc, Py_hash_t lane)
{
    acc += (Py_uhash_t)lane * PRIME_2;
    return ((acc << 31) | (acc >> 33)) * PRIME_1;
}

static inline Py_hash_t
mixed_all(Py_uhash_t acc, Py_ssize_t n)
{
    acc += (Py_uhash_t)n ^ (PRIME_5 ^ 3527539u);
    return acc == (Py_uhash_t)-1 ? 1546275796 : (Py_hash_t)acc;
}

static Py_hash_t
tuple_hash(PyObject *t)
{
    Py_ssize_t n = Py_SIZE(t);
    Py_uhash_t acc = PRIME_5;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_hash_t lane = item_hash(ITEMS(t)[i]);
        if (lane == -1)
            return -1;
        acc = mixed(acc, lane);
    }
    return mixed_all(acc, n);
}

/* ---- plain keys ---- */

#define PLAIN_DEPTH 4

static bool
plain_hash(PyObject *t, Py_hash_t *hash, int depth)
{
    Py_ssize_t n = Py_SIZE(t);
    Py_uhash_t acc = PRIME_5;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = ITEMS(t)[i];
        Py_hash_t lane;
        if (PyLong_CheckExact(item) || PyUnicode_CheckExact(item))
            lane = item_hash(item);
        else if (depth == 0 || !PyTuple_CheckExact(item) || !plain_hash(item, &lane, depth - 1))
            return false;
        acc = mixed(acc, lane);
    }
    *hash = mixed_all(acc, n);
    return true;
}

bool tuple_plain_hash(PyObject *t, Py_hash_t *hash) { return plain_hash(t, hash, PLAIN_DEPTH); }

static int
plain_eq(PyObject *a, PyObject *b, int depth)
{
    Py_ssize_t n = Py_SIZE(a) < Py_SIZE(b) ? Py_SIZE(a) : Py_SIZE(b);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *x = ITEMS(a)[i], *y = ITEMS(b)[i];
        if (x == y)
            continue;
        PyTypeObject *t = Py_TYPE(x);
        int same = t != Py_TYPE(y) ? -1
                 : t == &PyLong_Type ? int_equal(x, y)
                 : t == &PyUnicode_Type ? str_eq(x, y)
                 : t == &PyTuple_Type && depth > 0 ? plain_eq(x, y, depth - 1) : -1;
        if (same != 1)
            return same;
    }
    return Py_SIZE(a) == Py_SIZE(b);
}

int tuple_plain_eq(PyObject *a, PyObject *b) { return plain_eq(a, b, PLAIN_DEPTH); }

static Py_ssize_t
tuple_length(PyObject *t)
{
    return Py_SIZE(t);
}

static int
tuple_contains(PyObject *t, PyObject *x)
{
    int cmp = 0;
    if (UNLIKELY(x == NULL) && Py_SIZE(t) > 0)
        return PyObject_RichCompareBool(ITEMS(t)[0], x, Py_EQ);              /* a caller's mistake: it says so */
    for (Py_ssize_t i = 0; cmp == 0 && i < Py_SIZE(t); i++)
        cmp = coll_item_eq(ITEMS(t)[i], x);
    return cmp;
}

static PyObject *
tuple_item(PyObject *t, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(t)) {
        PyErr_SetString(PyExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return Py_NewRef(ITEMS(t)[i]);
}

static PyObject *
tuple_concat(PyObject *a, PyObject *b)
{
    if (Py_SIZE(a) == 0 && PyTuple_CheckExact(b))
        return Py_NewRef(b);
    if (!PyTuple_Check(b))
        return PyErr_Format(PyExc_TypeError, "can only concatenate tuple (not \"%.200s\") to tuple", Py_TYPE(b)->tp_name);
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b);
    if (nb == 0 && PyTuple_CheckExact(a))
        return Py_NewRef(a);
    if (na > PY_SSIZE_T_MAX - nb)
        return PyErr_NoMemory();
    if (na + nb == 0)
        return Py_NewRef(EMPTY_TUPLE);
    PyObject *t = tuple_alloc(na + nb);
    if (t == NULL)
        return NULL;
    PyObject **to = ITEMS(t);
    for (Py_ssize_t i = 0; i < na; i++)
        *to++ = Py_NewRef(ITEMS(a)[i]);
    for (Py_ssize_t i = 0; i < nb; i++)
        *to++ = Py_NewRef(ITEMS(b)[i]);
    gc_track(t);
    return t;
}

static PyObject *
tuple_repeat(PyObject *a, Py_ssize_t n)
{
    Py_ssize_t len = Py_SIZE(a);
    if ((len == 0 || n == 1) && PyTuple_CheckExact(a))
        return Py_NewRef(a);
    if (len == 0 || n <= 0)
        return Py_NewRef(EMPTY_TUPLE);
    if (n > PY_SSIZE_T_MAX / len)
        return PyErr_NoMemory();
    PyObject *t = tuple_alloc(len * n);
    if (t == NULL)
        return NULL;
    PyObject **to = ITEMS(t);
    for (Py_ssize_t k = 0; k < n; k++)
        for (Py_ssize_t i = 0; i < len; i++)
            *to++ = Py_NewRef(ITEMS(a)[i]);
    gc_track(t);
    return t;
}

static PyObject *
tuple_richcompare(PyObject *v, PyObject *w, int op)
{
    if (!PyTuple_Check(v) || !PyTuple_Check(w))
        Py_RETURN_NOTIMPLEMENTED;
    Py_ssize_t nv = Py_SIZE(v), nw = Py_SIZE(w), i;
    for (i = 0; i < nv && i < nw; i++) {
        int same = PyObject_RichCompareBool(ITEMS(v)[i], ITEMS(w)[i], Py_EQ);
        if (same < 0)
            return NULL;
        if (!same)
            break;
    }
    if (i >= nv || i >= nw)
        Py_RETURN_RICHCOMPARE(nv, nw, op);
    if (op == Py_EQ)
        Py_RETURN_FALSE;
    if (op == Py_NE)
        Py_RETURN_TRUE;
    return PyObject_RichCompare(ITEMS(v)[i], ITEMS(w)[i], op);
}

static PyObject *
tuple_subscript(PyObject *t, PyObject *key)
{
    if (PyLong_CheckExact(key) && int_is_compact(key)) {
        Py_ssize_t i = int_compact_value(key);
        return tuple_item(t, i < 0 ? i + Py_SIZE(t) : i);
    }
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        return tuple_item(t, i < 0 ? i + Py_SIZE(t) : i);
    }
    if (!PySlice_Check(key))
        return PyErr_Format(PyExc_TypeError, "tuple indices must be integers or slices, not %.200s", Py_TYPE(key)->tp_name);
    Py_ssize_t start, stop, step, n;
    if (slice_resolve(key, Py_SIZE(t), &start, &stop, &step, &n) < 0)
        return NULL;
    if (n <= 0)
        return Py_NewRef(EMPTY_TUPLE);
    if (step == 1)
        return tuple_slice(t, start, start + n);
    PyObject *out = tuple_alloc(n);
    if (out == NULL)
        return NULL;
    for (Py_ssize_t i = 0, at = start; i < n; i++, at += step)
        ITEMS(out)[i] = Py_NewRef(ITEMS(t)[at]);
    gc_track(out);
    return out;
}

/* ---- new ---- */

static PyObject *
tuple_new_subtype(PyTypeObject *type, PyObject *iterable)
{
    PyObject *tmp = iterable == NULL ? Py_NewRef(EMPTY_TUPLE) : PySequence_Tuple(iterable);
    if (tmp == NULL)
        return NULL;
    Py_ssize_t n = Py_SIZE(tmp);
    PyObject *t = type->tp_alloc(type, n);
    if (t != NULL)
        for (Py_ssize_t i = 0; i < n; i++)
            ITEMS(t)[i] = Py_NewRef(ITEMS(tmp)[i]);
    Py_DECREF(tmp);
    return t;
}

static PyObject *
tuple_make(PyTypeObject *type, PyObject *iterable)
{
    if (type != &PyTuple_Type)
        return tuple_new_subtype(type, iterable);
    return iterable == NULL ? Py_NewRef(EMPTY_TUPLE) : PySequence_Tuple(iterable);
}

static PyObject *
tuple_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if ((type == &PyTuple_Type || type->tp_init == PyTuple_Type.tp_init) && !args_no_keywords("tuple", kwds))
        return NULL;
    if (!args_count("tuple", Py_SIZE(args), 0, 1))
        return NULL;
    return tuple_make(type, Py_SIZE(args) == 1 ? ITEMS(args)[0] : NULL);
}

static PyObject *
tuple_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_no_kwnames("tuple", kwnames) || !args_count("tuple", n, 0, 1))
        return NULL;
    return tuple_make((PyTypeObject *)type, n == 1 ? args[0] : NULL);
}

/* ---- methods ---- */

static PyObject *
tuple_index(PyObject *t, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t start = 0, stop = PY_SSIZE_T_MAX;
    if (!args_count("index", nargs, 1, 3)
        || (nargs > 1 && !coll_index_arg(args[1], &start)) || (nargs > 2 && !coll_index_arg(args[2], &stop)))
        return NULL;
    Py_ssize_t n = Py_SIZE(t);
    if (start < 0)
        start = start + n < 0 ? 0 : start + n;
    if (stop < 0)
        stop += n;
    if (stop > n)
        stop = n;
    for (Py_ssize_t i = start; i < stop; i++) {
        int cmp = coll_item_eq(ITEMS(t)[i], args[0]);
        if (cmp > 0)
            return PyLong_FromSsize_t(i);
        if (cmp < 0)
            return NULL;
    }
    PyErr_SetString(PyExc_ValueError, "tuple.index(x): x not in tuple");
    return NULL;
}

static PyObject *
tuple_count(PyObject *t, PyObject *value)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(t); i++) {
        int cmp = coll_item_eq(ITEMS(t)[i], value);
        if (cmp < 0)
            return NULL;
        count += cmp;
    }
    return PyLong_FromSsize_t(count);
}

static PyObject *
tuple_getnewargs(PyObject *t, PyObject *noargs)
{
    PyObject *copy = tuple_from_array(ITEMS(t), Py_SIZE(t));
    if (copy == NULL)
        return NULL;
    PyObject *out = tuple_from_array_steal(&copy, 1);
    return out;
}

static PyMethodDef tuple_methods[] = {
    { "__getnewargs__", tuple_getnewargs, METH_NOARGS, TEXT_SIG("__getnewargs__($self, /)", "Arguments for __new__ when unpickling.") },
    { "index", _PyCFunction_CAST(tuple_index), METH_FASTCALL,
      TEXT_SIG("index($self, value, start=0, stop=sys.maxsize, /)", "Position of the first item equal to value; ValueError if there is none.") },
    { "count", tuple_count, METH_O, TEXT_SIG("count($self, value, /)", "Number of items equal to value.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM },
    { NULL },
};

static PySequenceMethods tuple_as_sequence = {
    .sq_length = tuple_length,
    .sq_concat = tuple_concat,
    .sq_repeat = tuple_repeat,
    .sq_item = tuple_item,
    .sq_contains = tuple_contains,
};

static PyMappingMethods tuple_as_mapping = { .mp_length = tuple_length, .mp_subscript = tuple_subscript };

static PyObject *tuple_iter(PyObject *t);

PyTypeObject PyTuple_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "tuple",
    .tp_basicsize = sizeof(PyTupleObject) - sizeof(PyObject *),
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = tuple_dealloc,
    .tp_repr = tuple_repr,
    .tp_as_sequence = &tuple_as_sequence,
    .tp_as_mapping = &tuple_as_mapping,
    .tp_hash = tuple_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_TUPLE_SUBCLASS
              | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_SEQUENCE,
    .tp_doc = TEXT_SIG("tuple(iterable=(), /)", "Immutable sequence of the items of an iterable."),
    .tp_traverse = tuple_traverse,
    .tp_richcompare = tuple_richcompare,
    .tp_iter = tuple_iter,
    .tp_methods = tuple_methods,
    .tp_new = tuple_new,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = tuple_vectorcall,
};

/* ---- iterator ---- */

static PyObject *
tuple_iter(PyObject *t)
{
    struct tuple_iter *it = COLL_GC_NEW(struct tuple_iter, &PyTupleIter_Type);
    if (it == NULL)
        return NULL;
    it->it_index = 0;
    it->it_seq = (PyTupleObject *)Py_NewRef(t);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
tuple_iter_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(((struct tuple_iter *)op)->it_seq);
    COLL_GC_FREE(struct tuple_iter, op);
}

static int
tuple_iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((struct tuple_iter *)op)->it_seq);
    return 0;
}

static PyObject *
tuple_iter_next(PyObject *op)
{
    struct tuple_iter *it = (struct tuple_iter *)op;
    PyTupleObject *seq = it->it_seq;
    if (seq == NULL)
        return NULL;
    if (it->it_index < Py_SIZE(seq))
        return Py_NewRef(seq->ob_item[it->it_index++]);
    it->it_seq = NULL;
    Py_DECREF(seq);
    return NULL;
}

static PyObject *
tuple_iter_length(PyObject *op, PyObject *noargs)
{
    struct tuple_iter *it = (struct tuple_iter *)op;
    return PyLong_FromSsize_t(it->it_seq == NULL ? 0 : Py_SIZE(it->it_seq) - it->it_index);
}

static PyObject *
tuple_iter_reduce(PyObject *op, PyObject *noargs)
{
    struct tuple_iter *it = (struct tuple_iter *)op;
    PyObject *iter = coll_builtin("iter");
    if (iter == NULL)
        return NULL;
    if (it->it_seq != NULL)
        return Py_BuildValue("N(O)n", iter, it->it_seq, it->it_index);
    return Py_BuildValue("N(N)", iter, Py_NewRef(EMPTY_TUPLE));
}

static PyObject *
tuple_iter_setstate(PyObject *op, PyObject *state)
{
    struct tuple_iter *it = (struct tuple_iter *)op;
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (it->it_seq != NULL)
        it->it_index = i < 0 ? 0 : i > Py_SIZE(it->it_seq) ? Py_SIZE(it->it_seq) : i;
    Py_RETURN_NONE;
}

static PyMethodDef tuple_iter_methods[] = {
    { "__length_hint__", tuple_iter_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", tuple_iter_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", tuple_iter_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PyTupleIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "tuple_iterator",
    .tp_basicsize = sizeof(struct tuple_iter),
    .tp_dealloc = tuple_iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = tuple_iter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = tuple_iter_next,
    .tp_methods = tuple_iter_methods,
};
