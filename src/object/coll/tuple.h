/* object/coll/tuple.h: tuples for the inside. Items are never NULL once a tuple is tracked or handed out.
 * All makers return a new reference or NULL with an exception; n == 0 gives the immortal empty tuple. */
#ifndef ADDER_OBJECT_COLL_TUPLE_H
#define ADDER_OBJECT_COLL_TUPLE_H

#include <Python.h>

#include "base/own.h"

struct tuple_iter {                    /* tuple_iterator */
    PyObject ob_base;
    Py_ssize_t it_index;
    PyTupleObject *it_seq;             /* NULL once exhausted */
};

static inline PyObject **tuple_items(PyObject *t) { return ((PyTupleObject *)t)->ob_item; }

/* A tuple of n items, untracked and uninitialised: fill every item, then gc_track(). n > 0. */
OWNED PyObject *tuple_alloc(Py_ssize_t n);
/* A tuple of new references to items[0..n). */
OWNED PyObject *tuple_from_array(PyObject *const *items, Py_ssize_t n);
/* The same, taking over the references, even when it fails. */
OWNED PyObject *tuple_from_array_steal(PyObject *const *items STEALS, Py_ssize_t n);
/* Gives up a tuple of arguments, full and exact, that was made for one call: nearly always it ends here. */
void tuple_drop(PyThreadState *ts, PyObject *t);
/* t[lo:hi] for 0 <= lo <= hi <= len(t). */
OWNED PyObject *tuple_slice(PyObject *t, Py_ssize_t lo, Py_ssize_t hi);
/* Two items, taken over: the pairs of items(), zip(), enumerate(). */
OWNED PyObject *tuple_pair_steal(STEALS PyObject *a, STEALS PyObject *b);

/* What containers ask of keys that are tuples of exact ints, exact strs and such tuples, a few levels deep. Neither runs code or fails.
 * Equality: 1, 0, or -1 where something else has to be compared. Hash: false where something else is inside. */
int tuple_plain_eq(PyObject *a, PyObject *b);
bool tuple_plain_hash(PyObject *t, Py_hash_t *hash);

/* Stop tracking a tuple that can never be part of a cycle (called by the collector). */
void tuple_maybe_untrack(PyObject *t);
/* tp_new of tuple for exact type and subclasses. */
PyAPI_FUNC(PyObject *) _PyTuple_FromArraySteal(PyObject *const *, Py_ssize_t);

#endif
