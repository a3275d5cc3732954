/* object/coll/list.c: lists: growth, items, slices, extending. Sorting is in list_sort.c, the type object, its methods
 * and iterators in list_type.c.
 * Rule: items are released only after the list is consistent again, since __del__ may look at it. */
#include "object/coll/list.h"

#include <string.h>

#include "object/coll/coll.h"
#include "object/coll/dict.h"
#include "object/coll/list_priv.h"
#include "object/coll/set.h"
#include "object/coll/slice.h"

/* ---- memory ---- */

/* NULL when out of memory (the old array stays) or room is 0. */
static PyObject **
items_realloc(PyObject **old, size_t old_room, size_t room)
{
    if (old_room > LIST_SMALL && room > LIST_SMALL)
        return room > PY_SSIZE_T_MAX / sizeof(PyObject *) ? NULL : PyMem_Realloc(old, room * sizeof(PyObject *));
    PyObject **items = room == 0 ? NULL : list_items_new(room);
    if (items == NULL && room != 0)
        return NULL;
    if (old != NULL) {
        if (items != NULL)
            memcpy(items, old, (old_room < room ? old_room : room) * sizeof(PyObject *));
        list_items_free(old, (Py_ssize_t)old_room);
    }
    return items;
}

/* Set the size to n, reallocating with some room in reserve (the amounts are visible in sys.getsizeof()). 0 or -1. */
int
list_resize(PyListObject *l, Py_ssize_t n)
{
    Py_ssize_t allocated = l->allocated;
    if (allocated >= n && n >= (allocated >> 1)) {
        Py_SET_SIZE(l, n);
        return 0;
    }
    size_t room = ((size_t)n + (n >> 3) + 6) & ~(size_t)3;
    if (n - Py_SIZE(l) > (Py_ssize_t)(room - n))
        room = ((size_t)n + 3) & ~(size_t)3;
    if (n == 0)
        room = 0;
    PyObject **items = items_realloc(l->ob_item, (size_t)allocated, room);
    if (UNLIKELY(items == NULL && room != 0)) {
        PyErr_NoMemory();
        return -1;
    }
    l->ob_item = items;
    Py_SET_SIZE(l, n);
    l->allocated = (Py_ssize_t)room;
    return 0;
}

/* Room for exactly n items (rounded up to even) in a list that has none. 0 or -1. */
int
list_prealloc(PyListObject *l, Py_ssize_t n)
{
    n = (n + 1) & ~(Py_ssize_t)1;
    PyObject **items = list_items_new((size_t)n);
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    l->ob_item = items;
    l->allocated = n;
    return 0;
}

static PyListObject *
list_alloc(Py_ssize_t room)
{
    PyListObject *l = (PyListObject *)coll_gc_alloc(ts_current(), &PyList_Type, sizeof(PyListObject));
    if (l == NULL)
        return NULL;
    Py_SET_SIZE(l, 0);
    l->ob_item = NULL;
    l->allocated = room;
    if (room > 0) {
        l->ob_item = list_items_new((size_t)room);
        if (UNLIKELY(l->ob_item == NULL)) {
            COLL_GC_FREE(PyListObject, l);
            PyErr_NoMemory();
            return NULL;
        }
    }
    return l;
}

PyObject *
PyList_New(Py_ssize_t n)
{
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyListObject *l = list_alloc(n);
    if (l == NULL)
        return NULL;
    if (n > 0)
        memset(l->ob_item, 0, (size_t)n * sizeof(PyObject *));
    Py_SET_SIZE(l, n);
    gc_track((PyObject *)l);
    return (PyObject *)l;
}

OWNED PyObject *
list_new_prealloc(Py_ssize_t n)
{
    PyListObject *l = list_alloc(n);
    if (l == NULL)
        return NULL;
    gc_track((PyObject *)l);
    return (PyObject *)l;
}

OWNED PyObject *
list_from_array_steal(PyObject *const *items, Py_ssize_t n)
{
    PyListObject *l = list_alloc(n);
    if (l == NULL) {
        for (Py_ssize_t i = 0; i < n; i++)
            Py_DECREF(items[i]);
        return NULL;
    }
    if (n > 0)
        memcpy(l->ob_item, items, (size_t)n * sizeof(PyObject *));
    Py_SET_SIZE(l, n);
    gc_track((PyObject *)l);
    return (PyObject *)l;
}

PyObject *
_PyList_FromArraySteal(PyObject *const *items, Py_ssize_t n)
{
    return list_from_array_steal(items, n);
}

/* A new list of new references to n items. */
static PyObject *
list_from_array(PyObject *const *items, Py_ssize_t n)
{
    PyListObject *l = list_alloc(n);
    if (l == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i + 8 < n)
            __builtin_prefetch(items[i + 8], 1);             /* they lie all over the memory */
        l->ob_item[i] = Py_NewRef(items[i]);
    }
    Py_SET_SIZE(l, n);
    gc_track((PyObject *)l);
    return (PyObject *)l;
}

/* ---- items ---- */

Py_ssize_t
PyList_Size(PyObject *op)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return Py_SIZE(op);
}

PyObject *
PyList_GetItem(PyObject *op, Py_ssize_t i)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "list index out of range");
        return NULL;
    }
    return ((PyListObject *)op)->ob_item[i];
}

PyObject *
PyList_GetItemRef(PyObject *op, Py_ssize_t i)
{
    if (!PyList_Check(op)) {
        PyErr_SetString(PyExc_TypeError, "expected a list");
        return NULL;
    }
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "list index out of range");
        return NULL;
    }
    return Py_NewRef(((PyListObject *)op)->ob_item[i]);
}

int
PyList_SetItem(PyObject *op, Py_ssize_t i, PyObject *item)
{
    if (!PyList_Check(op)) {
        Py_XDECREF(item);
        PyErr_BadInternalCall();
        return -1;
    }
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        Py_XDECREF(item);
        PyErr_SetString(PyExc_IndexError, "list assignment index out of range");
        return -1;
    }
    PyListObject *l = (PyListObject *)op;
    Py_XSETREF(l->ob_item[i], item);
    return 0;
}

/* As list_resize() does it for lists without items, which most become that get one. */
#define FIRST_ROOM 4

int
list_append_grow(PyListObject *l, PyObject *item)
{
    Py_ssize_t n = Py_SIZE(l);
    PyObject **items = l->ob_item == NULL ? heap_alloc(FIRST_ROOM * sizeof(PyObject *)) : NULL;
    if (LIKELY(items != NULL)) {
        items[0] = item;
        l->ob_item = items;
        Py_SET_SIZE(l, 1);
        l->allocated = FIRST_ROOM;
        return 0;
    }
    if (list_resize(l, n + 1) < 0) {
        Py_DECREF(item);
        return -1;
    }
    l->ob_item[n] = item;
    return 0;
}

int
_PyList_AppendTakeRefListResize(PyListObject *l, PyObject *item)
{
    return list_append_grow(l, item);
}

int
PyList_Append(PyObject *op, PyObject *item)
{
    if (!PyList_Check(op) || item == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    PyListObject *l = (PyListObject *)op;
    Py_ssize_t n = Py_SIZE(l);
    if (UNLIKELY(n >= l->allocated))
        return list_append_grow(l, Py_NewRef(item));
    l->ob_item[n] = item;
    Py_SET_SIZE(l, n + 1);
    Py_INCREF(item);
    return 0;
}

int
list_insert_at(PyListObject *l, Py_ssize_t at, PyObject *item)
{
    Py_ssize_t n = Py_SIZE(l);
    if (list_resize(l, n + 1) < 0)
        return -1;
    if (at < 0)
        at = at + n < 0 ? 0 : at + n;
    if (at > n)
        at = n;
    memmove(&l->ob_item[at + 1], &l->ob_item[at], (size_t)(n - at) * sizeof(PyObject *));
    l->ob_item[at] = Py_NewRef(item);
    return 0;
}

int
PyList_Insert(PyObject *op, Py_ssize_t at, PyObject *item)
{
    if (!PyList_Check(op) || item == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_insert_at((PyListObject *)op, at, item);
}

void
list_clear(PyListObject *l)
{
    PyObject **items = l->ob_item;
    if (items == NULL)
        return;
    Py_ssize_t i = Py_SIZE(l), room = l->allocated;
    Py_SET_SIZE(l, 0);
    l->ob_item = NULL;
    l->allocated = 0;
    while (--i >= 0)
        Py_XDECREF(items[i]);
    list_items_free(items, room);
}

int
PyList_Clear(PyObject *op)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    list_clear((PyListObject *)op);
    return 0;
}

/* ---- slices, concatenation ---- */

OWNED PyObject *
list_slice(PyListObject *l, Py_ssize_t lo, Py_ssize_t hi)
{
    return list_from_array(l->ob_item + lo, hi > lo ? hi - lo : 0);
}

PyObject *
PyList_GetSlice(PyObject *op, Py_ssize_t lo, Py_ssize_t hi)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (lo < 0)
        lo = 0;
    else if (lo > Py_SIZE(op))
        lo = Py_SIZE(op);
    if (hi < lo)
        hi = lo;
    else if (hi > Py_SIZE(op))
        hi = Py_SIZE(op);
    return list_slice((PyListObject *)op, lo, hi);
}

PyObject *
PyList_AsTuple(PyObject *op)
{
    if (op == NULL || !PyList_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    Py_ssize_t n = Py_SIZE(op);
    PyObject *t = PyTuple_New(n);
    if (t != NULL)
        for (Py_ssize_t i = 0; i < n; i++)
            PyTuple_SET_ITEM(t, i, Py_NewRef(((PyListObject *)op)->ob_item[i]));
    return t;
}

PyObject *
list_concat(PyObject *a, PyObject *b)
{
    if (!PyList_Check(b))
        return PyErr_Format(PyExc_TypeError, "can only concatenate list (not \"%.200s\") to list", Py_TYPE(b)->tp_name);
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b);
    PyListObject *l = list_alloc(na + nb);
    if (l == NULL)
        return NULL;
    PyObject **to = l->ob_item;
    for (Py_ssize_t i = 0; i < na; i++)
        *to++ = Py_NewRef(((PyListObject *)a)->ob_item[i]);
    for (Py_ssize_t i = 0; i < nb; i++)
        *to++ = Py_NewRef(((PyListObject *)b)->ob_item[i]);
    Py_SET_SIZE(l, na + nb);
    gc_track((PyObject *)l);
    return (PyObject *)l;
}

/* Fill to[len..total) with copies of to[0..len) by doubling. */
static void
repeat_block(PyObject **to, Py_ssize_t len, Py_ssize_t total)
{
    for (Py_ssize_t done = len; done < total;) {
        Py_ssize_t n = done < total - done ? done : total - done;
        memcpy(to + done, to, (size_t)n * sizeof(PyObject *));
        done += n;
    }
}

static void
add_refs(PyObject *op, Py_ssize_t n)
{
    if (!_Py_IsImmortal(op))
        op->ob_refcnt += n;
}

OWNED PyObject *
list_repeat(PyListObject *l, Py_ssize_t n)
{
    Py_ssize_t len = Py_SIZE(l);
    if (len == 0 || n <= 0)
        return PyList_New(0);
    if (len > PY_SSIZE_T_MAX / n)
        return PyErr_NoMemory();
    Py_ssize_t total = len * n;
    PyListObject *out = list_alloc(total);
    if (out == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < len; i++) {
        add_refs(l->ob_item[i], n);
        out->ob_item[i] = l->ob_item[i];
    }
    repeat_block(out->ob_item, len, total);
    Py_SET_SIZE(out, total);
    gc_track((PyObject *)out);
    return (PyObject *)out;
}

int
list_repeat_inplace(PyListObject *l, Py_ssize_t n)
{
    Py_ssize_t len = Py_SIZE(l);
    if (len == 0 || n == 1)
        return 0;
    if (n < 1) {
        list_clear(l);
        return 0;
    }
    if (len > PY_SSIZE_T_MAX / n) {
        PyErr_NoMemory();
        return -1;
    }
    if (list_resize(l, len * n) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < len; i++)
        add_refs(l->ob_item[i], n - 1);
    repeat_block(l->ob_item, len, len * n);
    return 0;
}

/* ---- slice assignment ---- */

static int
ass_slice_items(PyListObject *l, Py_ssize_t lo, Py_ssize_t hi, PyObject *const *from, Py_ssize_t n)
{
    Py_ssize_t size = Py_SIZE(l);
    lo = lo < 0 ? 0 : lo > size ? size : lo;
    hi = hi < lo ? lo : hi > size ? size : hi;
    Py_ssize_t gone = hi - lo, grow = n - gone;
    if (size + grow == 0) {
        list_clear(l);
        return 0;
    }
    PyObject *few[8], **old = few;
    if (gone > 8 && (old = PyMem_Malloc((size_t)gone * sizeof(PyObject *))) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (gone > 0)
        memcpy(old, &l->ob_item[lo], (size_t)gone * sizeof(PyObject *));
    int result = 0;
    size_t tail = (size_t)(size - hi) * sizeof(PyObject *);
    if (grow < 0) {
        memmove(&l->ob_item[hi + grow], &l->ob_item[hi], tail);
        if (list_resize(l, size + grow) < 0) {
            memmove(&l->ob_item[hi], &l->ob_item[hi + grow], tail);
            memcpy(&l->ob_item[lo], old, (size_t)gone * sizeof(PyObject *));
            result = -1;
        }
    }
    else if (grow > 0) {
        if (list_resize(l, size + grow) < 0)
            result = -1;
        else
            memmove(&l->ob_item[hi + grow], &l->ob_item[hi], tail);
    }
    if (result == 0) {
        for (Py_ssize_t i = 0; i < n; i++)
            l->ob_item[lo + i] = Py_XNewRef(from[i]);
        for (Py_ssize_t i = gone; --i >= 0;)
            Py_XDECREF(old[i]);
    }
    if (old != few)
        PyMem_Free(old);
    return result;
}

int
list_ass_slice(PyListObject *l, Py_ssize_t lo, Py_ssize_t hi, PyObject *v)
{
    if (v == NULL)
        return ass_slice_items(l, lo, hi, NULL, 0);
    PyObject *seq = (PyObject *)l == v ? list_slice(l, 0, Py_SIZE(l)) : PySequence_Fast(v, "can only assign an iterable");
    if (seq == NULL)
        return -1;
    int result = ass_slice_items(l, lo, hi, PySequence_Fast_ITEMS(seq), PySequence_Fast_GET_SIZE(seq));
    Py_DECREF(seq);
    return result;
}

int
PyList_SetSlice(PyObject *op, Py_ssize_t lo, Py_ssize_t hi, PyObject *v)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_ass_slice((PyListObject *)op, lo, hi, v);
}

/* del l[start::step], n items, step != 1. */
int
list_del_stepped(PyListObject *l, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n)
{
    if (n <= 0)
        return 0;
    if (step < 0) {
        start += step * (n - 1);
        step = -step;
    }
    PyObject **gone = PyMem_Malloc((size_t)n * sizeof(PyObject *));
    if (gone == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    /* Unsigned: the step may be so large that the next position does not fit. */
    size_t size = (size_t)Py_SIZE(l), cur = (size_t)start;
    Py_ssize_t i;
    for (i = 0; i < n; i++, cur += (size_t)step) {
        gone[i] = l->ob_item[cur];
        size_t run = (size_t)step - 1;
        if (cur + (size_t)step >= size)
            run = size - cur - 1;
        memmove(&l->ob_item[cur - i], &l->ob_item[cur + 1], run * sizeof(PyObject *));
    }
    cur = (size_t)start + (size_t)n * (size_t)step;
    if (cur < size)
        memmove(&l->ob_item[cur - n], &l->ob_item[cur], (size - cur) * sizeof(PyObject *));
    Py_SET_SIZE(l, (Py_ssize_t)size - n);
    int result = list_resize(l, Py_SIZE(l));
    for (i = 0; i < n; i++)
        Py_DECREF(gone[i]);
    PyMem_Free(gone);
    return result;
}

/* l[start::step] = value, step != 1. */
static int
set_stepped(PyListObject *l, PyObject *slice, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step, PyObject *value)
{
    PyObject *seq;
    if ((PyObject *)l == value)
        seq = list_slice(l, 0, Py_SIZE(l));
    else
        seq = PySequence_Fast(value, "must assign iterable to extended slice");
    if (seq == NULL)
        return -1;
    /* Making seq may have run code that changed the list. */
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(l), &start, &stop, step);
    if (PySequence_Fast_GET_SIZE(seq) != n) {
        PyErr_Format(PyExc_ValueError, "attempt to assign sequence of size %zd to extended slice of size %zd",
                     PySequence_Fast_GET_SIZE(seq), n);
        Py_DECREF(seq);
        return -1;
    }
    if (n == 0) {
        Py_DECREF(seq);
        return 0;
    }
    PyObject **gone = PyMem_Malloc((size_t)n * sizeof(PyObject *));
    if (gone == NULL) {
        Py_DECREF(seq);
        PyErr_NoMemory();
        return -1;
    }
    PyObject **from = PySequence_Fast_ITEMS(seq);
    for (Py_ssize_t i = 0, at = start; i < n; i++, at += step) {
        gone[i] = l->ob_item[at];
        l->ob_item[at] = Py_NewRef(from[i]);
    }
    for (Py_ssize_t i = 0; i < n; i++)
        Py_DECREF(gone[i]);
    PyMem_Free(gone);
    Py_DECREF(seq);
    return 0;
}

int
list_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    PyListObject *l = (PyListObject *)op;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return -1;
        return list_ass_item(op, i < 0 ? i + Py_SIZE(l) : i, value);
    }
    if (!PySlice_Check(key)) {
        PyErr_Format(PyExc_TypeError, "list indices must be integers or slices, not %.200s", Py_TYPE(key)->tp_name);
        return -1;
    }
    Py_ssize_t start, stop, step, n;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return -1;
    Py_ssize_t raw_start = start, raw_stop = stop;
    n = PySlice_AdjustIndices(Py_SIZE(l), &start, &stop, step);
    if (step == 1) {
        if (value != NULL && !PyList_CheckExact(value) && !PyTuple_CheckExact(value)) {
            PyObject *seq = PySequence_Fast(value, "must assign iterable to extended slice");
            if (seq == NULL)
                return -1;
            start = raw_start;
            stop = raw_stop;
            PySlice_AdjustIndices(Py_SIZE(l), &start, &stop, 1);
            int result = list_ass_slice(l, start, stop < start ? start : stop, seq);
            Py_DECREF(seq);
            return result;
        }
        return list_ass_slice(l, start, stop < start ? start : stop, value);
    }
    if (value == NULL)
        return list_del_stepped(l, start, step, n);
    return set_stepped(l, key, raw_start, raw_stop, step, value);
}

int
list_ass_item(PyObject *op, Py_ssize_t i, PyObject *value)
{
    PyListObject *l = (PyListObject *)op;
    if ((size_t)i >= (size_t)Py_SIZE(l)) {
        PyErr_SetString(PyExc_IndexError, "list assignment index out of range");
        return -1;
    }
    if (value == NULL)
        return list_ass_slice(l, i, i + 1, NULL);
    Py_SETREF(l->ob_item[i], Py_NewRef(value));
    return 0;
}

/* ---- extend ---- */

static int
extend_array(PyListObject *l, PyObject *seq)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(seq), m = Py_SIZE(l);
    if (n == 0)
        return 0;
    if (l->ob_item == NULL) {
        if (list_prealloc(l, n) < 0)
            return -1;
        Py_SET_SIZE(l, n);
    }
    else if (list_resize(l, m + n) < 0)
        return -1;
    PyObject **from = PySequence_Fast_ITEMS(seq), **to = l->ob_item + m;
    for (Py_ssize_t i = 0; i < n; i++)
        to[i] = Py_NewRef(from[i]);
    return 0;
}

static int
extend_set(PyListObject *l, PyObject *set)
{
    Py_ssize_t m = Py_SIZE(l), n = PySet_GET_SIZE(set), pos = 0;
    if (n == 0)
        return 0;
    if (list_resize(l, m + n) < 0)
        return -1;
    PyObject *key, **to = l->ob_item + m;
    Py_hash_t hash;
    while (_PySet_NextEntry(set, &pos, &key, &hash))
        *to++ = Py_NewRef(key);
    return 0;
}

/* which: 0 keys, 1 values, 2 items. */
static int
extend_dict(PyListObject *l, PyObject *d, int which)
{
    Py_ssize_t m = Py_SIZE(l), n = PyDict_GET_SIZE(d), pos = 0;
    if (n == 0)
        return 0;
    PyObject *key, *value;
    if (which == 2) {
        /* Making pairs may fail half-way: the list grows by what is there. */
        if (list_resize(l, m + n) < 0)
            return -1;
        Py_SET_SIZE(l, m);
        while (PyDict_Next(d, &pos, &key, &value)) {
            PyObject *pair = PyTuple_Pack(2, key, value);
            if (pair == NULL || list_append_steal(l, pair) < 0)
                return -1;
        }
        return 0;
    }
    if (list_resize(l, m + n) < 0)
        return -1;
    PyObject **to = l->ob_item + m;
    while (PyDict_Next(d, &pos, &key, &value))
        *to++ = Py_NewRef(which == 0 ? key : value);
    return 0;
}

int list_fit(PyListObject *l) { return Py_SIZE(l) < l->allocated ? list_resize(l, Py_SIZE(l)) : 0; }

static int
extend_iter(PyListObject *l, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL)
        return -1;
    Py_ssize_t hint = PyObject_LengthHint(iterable, 8);
    if (hint < 0)
        goto fail;
    Py_ssize_t m = Py_SIZE(l);
    if (l->ob_item == NULL) {
        if (hint > 0 && list_prealloc(l, hint) < 0)
            goto fail;
    }
    else if (m <= PY_SSIZE_T_MAX - hint) {
        if (list_resize(l, m + hint) < 0)
            goto fail;
        Py_SET_SIZE(l, m);
    }
    iternextfunc next = Py_TYPE(it)->tp_iternext;
    for (;;) {
        PyObject *item = next(it);
        if (item == NULL)
            break;
        if (list_append_steal(l, item) < 0)
            goto fail;
    }
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration))
            goto fail;
        PyErr_Clear();
    }
    Py_DECREF(it);
    return list_fit(l);
fail:
    Py_DECREF(it);
    return -1;
}

int
list_extend(PyListObject *l, PyObject *iterable)
{
    PyTypeObject *t = Py_TYPE(iterable);
    if (t == &PyList_Type || t == &PyTuple_Type || (PyObject *)l == iterable) {
        if ((PyObject *)l == iterable)
            return list_repeat_inplace(l, 2);
        return extend_array(l, iterable);
    }
    if (t == &PySet_Type || t == &PyFrozenSet_Type)
        return extend_set(l, iterable);
    if (t == &PyDict_Type)
        return extend_dict(l, iterable, 0);
    if (t == &PyDictKeys_Type || t == &PyDictValues_Type || t == &PyDictItems_Type) {
        PyObject *d = (PyObject *)((struct dict_view *)iterable)->dv_dict;
        if (d != NULL && PyDict_CheckExact(d))
            return extend_dict(l, d, t == &PyDictKeys_Type ? 0 : t == &PyDictValues_Type ? 1 : 2);
    }
    return extend_iter(l, iterable);
}

PyObject *
_PyList_Extend(PyListObject *l, PyObject *iterable)
{
    return list_extend(l, iterable) < 0 ? NULL : Py_NewRef(Py_None);
}

int
PyList_Extend(PyObject *op, PyObject *iterable)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_extend((PyListObject *)op, iterable);
}

int
PyList_Reverse(PyObject *op)
{
    if (op == NULL || !PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    list_reverse_items(((PyListObject *)op)->ob_item, Py_SIZE(op));
    return 0;
}

int
PyList_Sort(PyObject *op)
{
    if (op == NULL || !PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_sort((PyListObject *)op, NULL, 0);
}
