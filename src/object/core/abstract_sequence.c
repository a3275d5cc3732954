/* object/core/abstract_sequence.c: PySequence_*. */
#include "object/core/abstract.h"

#include <string.h>

#include "object/coll/tuple.h"
#include "object/core/err.h"

static int
null_error_int(void)
{
    abstract_null_error();
    return -1;
}

int
PySequence_Check(PyObject *s)
{
    if (PyDict_Check(s))
        return 0;
    return Py_TYPE(s)->tp_as_sequence != NULL && Py_TYPE(s)->tp_as_sequence->sq_item != NULL;
}

Py_ssize_t
PySequence_Size(PyObject *s)
{
    if (s == NULL)
        return null_error_int();
    PyTypeObject *t = Py_TYPE(s);
    if (t->tp_as_sequence != NULL && t->tp_as_sequence->sq_length != NULL)
        return t->tp_as_sequence->sq_length(s);
    bool mapping = t->tp_as_mapping != NULL && t->tp_as_mapping->mp_length != NULL;
    abstract_type_error(mapping ? "%.200s is not a sequence" : "object of type '%.200s' has no len()", s);
    return -1;
}

#undef PySequence_Length
Py_ssize_t
PySequence_Length(PyObject *s)
{
    return PySequence_Size(s);
}

/* ---- concatenation and repetition: the number slots serve classes that define __add__ ---- */

static PyObject *
by_number_slots(PyObject *a, PyObject *b, int islot, int slot, const char *message)
{
    PyObject *r = islot < 0 ? number_binary(a, b, slot) : number_inplace(a, b, islot, slot);
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    return abstract_type_error(message, a);
}

PyObject *
PySequence_Concat(PyObject *s, PyObject *o)
{
    if (s == NULL || o == NULL)
        return abstract_null_error();
    PySequenceMethods *sq = Py_TYPE(s)->tp_as_sequence;
    if (sq != NULL && sq->sq_concat != NULL)
        return sq->sq_concat(s, o);
    if (PySequence_Check(s) && PySequence_Check(o))
        return by_number_slots(s, o, -1, NB_SLOT(nb_add), "'%.200s' object can't be concatenated");
    return abstract_type_error("'%.200s' object can't be concatenated", s);
}

PyObject *
PySequence_InPlaceConcat(PyObject *s, PyObject *o)
{
    if (s == NULL || o == NULL)
        return abstract_null_error();
    PySequenceMethods *sq = Py_TYPE(s)->tp_as_sequence;
    if (sq != NULL && sq->sq_inplace_concat != NULL)
        return sq->sq_inplace_concat(s, o);
    if (sq != NULL && sq->sq_concat != NULL)
        return sq->sq_concat(s, o);
    if (PySequence_Check(s) && PySequence_Check(o))
        return by_number_slots(s, o, NB_SLOT(nb_inplace_add), NB_SLOT(nb_add), "'%.200s' object can't be concatenated");
    return abstract_type_error("'%.200s' object can't be concatenated", s);
}

static PyObject *
repeat_by_number_slots(PyObject *s, Py_ssize_t count, int islot)
{
    if (!PySequence_Check(s))
        return abstract_type_error("'%.200s' object can't be repeated", s);
    PyObject *n = PyLong_FromSsize_t(count);
    if (n == NULL)
        return NULL;
    PyObject *r = by_number_slots(s, n, islot, NB_SLOT(nb_multiply), "'%.200s' object can't be repeated");
    Py_DECREF(n);
    return r;
}

PyObject *
PySequence_Repeat(PyObject *s, Py_ssize_t count)
{
    if (s == NULL)
        return abstract_null_error();
    PySequenceMethods *sq = Py_TYPE(s)->tp_as_sequence;
    if (sq != NULL && sq->sq_repeat != NULL)
        return sq->sq_repeat(s, count);
    return repeat_by_number_slots(s, count, -1);
}

PyObject *
PySequence_InPlaceRepeat(PyObject *s, Py_ssize_t count)
{
    if (s == NULL)
        return abstract_null_error();
    PySequenceMethods *sq = Py_TYPE(s)->tp_as_sequence;
    if (sq != NULL && sq->sq_inplace_repeat != NULL)
        return sq->sq_inplace_repeat(s, count);
    if (sq != NULL && sq->sq_repeat != NULL)
        return sq->sq_repeat(s, count);
    return repeat_by_number_slots(s, count, NB_SLOT(nb_inplace_multiply));
}

/* ---- items ---- */

/* A negative index counts from the end if the sequence knows its length: 0 or -1. */
static int
from_end(PyObject *s, Py_ssize_t *i)
{
    PySequenceMethods *sq = Py_TYPE(s)->tp_as_sequence;
    if (*i >= 0 || sq->sq_length == NULL)
        return 0;
    Py_ssize_t n = sq->sq_length(s);
    if (n < 0)
        return -1;
    *i += n;
    return 0;
}

PyObject *
PySequence_GetItem(PyObject *s, Py_ssize_t i)
{
    if (s == NULL)
        return abstract_null_error();
    PyTypeObject *t = Py_TYPE(s);
    if (t->tp_as_sequence != NULL && t->tp_as_sequence->sq_item != NULL)
        return from_end(s, &i) < 0 ? NULL : t->tp_as_sequence->sq_item(s, i);
    bool mapping = t->tp_as_mapping != NULL && t->tp_as_mapping->mp_subscript != NULL;
    return abstract_type_error(mapping ? "%.200s is not a sequence" : "'%.200s' object does not support indexing", s);
}

static int
ass_item(PyObject *s, Py_ssize_t i, PyObject *v, const char *unsupported)
{
    if (s == NULL)
        return null_error_int();
    PyTypeObject *t = Py_TYPE(s);
    if (t->tp_as_sequence != NULL && t->tp_as_sequence->sq_ass_item != NULL)
        return from_end(s, &i) < 0 ? -1 : t->tp_as_sequence->sq_ass_item(s, i, v);
    bool mapping = t->tp_as_mapping != NULL && t->tp_as_mapping->mp_ass_subscript != NULL;
    abstract_type_error(mapping ? "%.200s is not a sequence" : unsupported, s);
    return -1;
}

int
PySequence_SetItem(PyObject *s, Py_ssize_t i, PyObject *v)
{
    return ass_item(s, i, v, "'%.200s' object does not support item assignment");
}

int
PySequence_DelItem(PyObject *s, Py_ssize_t i)
{
    return ass_item(s, i, NULL, "'%.200s' object doesn't support item deletion");
}

static OWNED PyObject *
make_slice(Py_ssize_t start, Py_ssize_t stop)
{
    PyObject *a = PyLong_FromSsize_t(start), *b = PyLong_FromSsize_t(stop), *slice = NULL;
    if (a != NULL && b != NULL)
        slice = PySlice_New(a, b, NULL);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return slice;
}

PyObject *
PySequence_GetSlice(PyObject *s, Py_ssize_t start, Py_ssize_t stop)
{
    if (s == NULL)
        return abstract_null_error();
    PyMappingMethods *mp = Py_TYPE(s)->tp_as_mapping;
    if (mp == NULL || mp->mp_subscript == NULL)
        return abstract_type_error("'%.200s' object is unsliceable", s);
    PyObject *slice = make_slice(start, stop);
    if (slice == NULL)
        return NULL;
    PyObject *r = mp->mp_subscript(s, slice);
    Py_DECREF(slice);
    return r;
}

static int
ass_slice(PyObject *s, Py_ssize_t start, Py_ssize_t stop, PyObject *v, const char *unsupported)
{
    if (s == NULL)
        return null_error_int();
    PyMappingMethods *mp = Py_TYPE(s)->tp_as_mapping;
    if (mp == NULL || mp->mp_ass_subscript == NULL) {
        abstract_type_error(unsupported, s);
        return -1;
    }
    PyObject *slice = make_slice(start, stop);
    if (slice == NULL)
        return -1;
    int rc = mp->mp_ass_subscript(s, slice, v);
    Py_DECREF(slice);
    return rc;
}

int
PySequence_SetSlice(PyObject *s, Py_ssize_t start, Py_ssize_t stop, PyObject *v)
{
    return ass_slice(s, start, stop, v, "'%.200s' object doesn't support slice assignment");
}

int
PySequence_DelSlice(PyObject *s, Py_ssize_t start, Py_ssize_t stop)
{
    return ass_slice(s, start, stop, NULL, "'%.200s' object doesn't support slice deletion");
}

/* ---- conversion ---- */

/* Items of an iterator in a growing array that starts as `small`. */
struct collected { PyObject **items; Py_ssize_t n, room; PyObject *small[16]; };

static int
collected_grow(struct collected *c)
{
    Py_ssize_t room = c->room + (c->room >> 1) + 16;
    PyObject **items = c->items == c->small ? PyMem_New(PyObject *, room)
        : (size_t)room > PY_SSIZE_T_MAX / sizeof(PyObject *) ? NULL : PyMem_Realloc(c->items, room * sizeof(PyObject *));
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (c->items == c->small)
        memcpy(items, c->small, c->n * sizeof(PyObject *));
    c->items = items;
    c->room = room;
    return 0;
}

static int
collect(struct collected *c, PyObject *it)
{
    PyObject *item;
    while ((item = iter_next(it)) != NULL) {
        if (c->n == c->room && collected_grow(c) < 0) {
            Py_DECREF(item);
            return -1;
        }
        c->items[c->n++] = item;
    }
    return PyErr_Occurred() ? -1 : 0;
}

PyObject *
PySequence_Tuple(PyObject *v)
{
    if (v == NULL)
        return abstract_null_error();
    if (PyTuple_CheckExact(v))
        return Py_NewRef(v);
    if (PyList_CheckExact(v))
        return PyList_AsTuple(v);
    PyObject *it = PyObject_GetIter(v), *tuple = NULL;
    if (it == NULL)
        return NULL;
    struct collected c = { .items = c.small, .room = Py_ARRAY_LENGTH(c.small) };
    if (PyObject_LengthHint(v, 10) >= 0 && collect(&c, it) == 0)
        tuple = tuple_from_array_steal(c.items, c.n);
    else
        for (Py_ssize_t i = 0; i < c.n; i++)
            Py_DECREF(c.items[i]);
    if (c.items != c.small)
        PyMem_Free(c.items);
    Py_DECREF(it);
    return tuple;
}

PyObject *
PySequence_List(PyObject *v)
{
    if (v == NULL)
        return abstract_null_error();
    PyObject *list = PyList_New(0);
    if (list != NULL && PyList_Extend(list, v) < 0)
        Py_CLEAR(list);
    return list;
}

PyObject *
PySequence_Fast(PyObject *v, const char *message)
{
    if (v == NULL)
        return abstract_null_error();
    if (PyList_CheckExact(v) || PyTuple_CheckExact(v))
        return Py_NewRef(v);
    PyObject *it = PyObject_GetIter(v);
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, message);
        return NULL;
    }
    PyObject *list = PySequence_List(it);
    Py_DECREF(it);
    return list;
}

/* ---- searching ---- */

static Py_ssize_t
search_overflow(int operation)
{
    PyErr_SetString(PyExc_OverflowError,
                    operation == SEARCH_COUNT ? "count exceeds C integer size" : "index exceeds C integer size");
    return -1;
}

/* Runs through the iterator; PY_SSIZE_T_MAX positions at most. */
static Py_ssize_t
search(PyObject *it, PyObject *obj, int operation)
{
    Py_ssize_t n = 0;
    bool wrapped = false;            /* the position does not fit any more */
    PyObject *item;
    while ((item = iter_next(it)) != NULL) {
        int same = PyObject_RichCompareBool(item, obj, Py_EQ);
        Py_DECREF(item);
        if (same < 0)
            return -1;
        if (operation == SEARCH_INDEX) {
            if (same)
                return wrapped ? search_overflow(operation) : n;
            if (n == PY_SSIZE_T_MAX)
                wrapped = true;
            n += !wrapped;
        }
        else if (same) {
            if (operation == SEARCH_CONTAINS)
                return 1;
            if (n == PY_SSIZE_T_MAX)
                return search_overflow(operation);
            n++;
        }
    }
    if (PyErr_Occurred())
        return -1;
    if (operation != SEARCH_INDEX)
        return operation == SEARCH_COUNT ? n : 0;
    PyErr_SetString(PyExc_ValueError, "sequence.index(x): x not in sequence");
    return -1;
}

Py_ssize_t
sequence_iter_search(PyObject *seq, PyObject *obj, int operation)
{
    if (seq == NULL || obj == NULL)
        return null_error_int();
    PyObject *it = PyObject_GetIter(seq);
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            abstract_type_error("argument of type '%.200s' is not iterable", seq);
        return -1;
    }
    Py_ssize_t r = search(it, obj, operation);
    Py_DECREF(it);
    return r;
}

Py_ssize_t
PySequence_Count(PyObject *s, PyObject *o)
{
    return sequence_iter_search(s, o, SEARCH_COUNT);
}

Py_ssize_t
PySequence_Index(PyObject *s, PyObject *o)
{
    return sequence_iter_search(s, o, SEARCH_INDEX);
}

int
PySequence_Contains(PyObject *s, PyObject *o)
{
    PySequenceMethods *sq = Py_TYPE(s)->tp_as_sequence;
    if (sq != NULL && sq->sq_contains != NULL)
        return sq->sq_contains(s, o);
    return (int)sequence_iter_search(s, o, SEARCH_CONTAINS);
}

#undef PySequence_In
int
PySequence_In(PyObject *s, PyObject *o)
{
    return PySequence_Contains(s, o);
}
