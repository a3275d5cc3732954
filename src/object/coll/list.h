/* object/coll/list.h: lists for the inside. ob_item[0..size) are never NULL in a list that Python code can see;
 * ob_item[size..allocated) is rubbish. Growth equals CPython's, since sys.getsizeof() shows it. */
#ifndef ADDER_OBJECT_COLL_LIST_H
#define ADDER_OBJECT_COLL_LIST_H

#include <Python.h>

#include "base/own.h"

struct list_iter {                     /* list_iterator; list_reverseiterator has the same shape */
    PyObject ob_base;
    Py_ssize_t it_index;               /* reverse: -1 at the end */
    PyListObject *it_seq;              /* NULL once exhausted */
};

/* A list that takes over the references in items, even when it fails. New reference or NULL. */
OWNED PyObject *list_from_array_steal(PyObject *const *items STEALS, Py_ssize_t n);
/* An empty list with room for n items; the size is set by the caller as it fills. */
OWNED PyObject *list_new_prealloc(Py_ssize_t n);
/* No more room than a list of its length gets, behind items that were appended one by one: as list.extend() ends. 0 or -1. */
int list_fit(PyListObject *l);
/* l is dying: its items go, from the last one on, and then their array. */
void list_drop(PyThreadState *ts, PyListObject *l);
/* Slow half of list_append_steal(): grows. 0 or -1 with MemoryError (item released). */
int list_append_grow(PyListObject *l, STEALS PyObject *item);
/* l[lo:hi] as a new list, for 0 <= lo <= hi <= len(l). */
OWNED PyObject *list_slice(PyListObject *l, Py_ssize_t lo, Py_ssize_t hi);
/* l.extend(iterable) for exact semantics of list.extend; 0 or -1. */
int list_extend(PyListObject *l, PyObject *iterable);
/* l[lo:hi] = v (v NULL deletes), indices clipped; 0 or -1. */
int list_ass_slice(PyListObject *l, Py_ssize_t lo, Py_ssize_t hi, PyObject *v);
/* Stable sort in place; 0 or -1. */
int list_sort(PyListObject *l, PyObject *key, int reverse);
/* l * n as a new list. */
OWNED PyObject *list_repeat(PyListObject *l, Py_ssize_t n);

static inline int list_append_steal(PyListObject *l, STEALS PyObject *item)
{
    Py_ssize_t n = Py_SIZE(l);
    if (LIKELY(n < l->allocated)) {
        l->ob_item[n] = item;
        Py_SET_SIZE(l, n + 1);
        return 0;
    }
    return list_append_grow(l, item);
}

PyAPI_FUNC(PyObject *) _PyList_FromArraySteal(PyObject *const *, Py_ssize_t);
PyAPI_FUNC(PyObject *) _PyList_Extend(PyListObject *, PyObject *);
PyAPI_FUNC(int) _PyList_AppendTakeRefListResize(PyListObject *, PyObject *);

#endif
