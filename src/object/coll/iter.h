/* object/coll/iter.h: range and the small iterators whose insides the VM and the JIT read. */
#ifndef ADDER_OBJECT_COLL_ITER_H
#define ADDER_OBJECT_COLL_ITER_H

#include <Python.h>

#include "base/own.h"

struct range_obj {                     /* range */
    PyObject ob_base;
    PyObject *start, *stop, *step, *length;   /* exact ints, never NULL */
};

struct range_iter {                    /* range_iterator: values start, start + step, ..., len of them left */
    PyObject ob_base;
    long start;
    long step;
    long len;
};

struct seq_iter {                      /* iterator over __getitem__ */
    PyObject ob_base;
    Py_ssize_t it_index;
    PyObject *it_seq;                  /* NULL once exhausted */
};

struct call_iter {                     /* iter(callable, sentinel) */
    PyObject ob_base;
    PyObject *it_callable, *it_sentinel;   /* both NULL once exhausted */
};

struct enum_iter {                     /* enumerate */
    PyObject ob_base;
    Py_ssize_t en_index;               /* PY_SSIZE_T_MAX: en_longindex counts */
    PyObject *en_sit;
    PyObject *en_result;               /* reused (n, item) pair */
    PyObject *en_longindex;
    PyObject *one;
};

struct zip_iter {                      /* zip */
    PyObject ob_base;
    Py_ssize_t tuplesize;
    PyObject *ittuple;                 /* tuple of iterators */
    PyObject *result;                  /* reused tuple */
    int strict;
};

/* range(start, stop, step) from C longs; new reference or NULL. */
OWNED PyObject *range_from_longs(long start, long stop, long step);
/* iter(range(start, stop, step)) when all its values fit C longs: new reference. NULL with an exception, or without one when step is 0 or they do not. */
OWNED PyObject *range_iter_from_longs(long start, long stop, long step);
/* The same made of `it`, a range_iterator that nobody else sees; false (nothing done, no exception) when they do not fit. */
bool range_iter_restart(PyObject *it, long start, long stop, long step);
/* The awaitable that anext(it, default) returns; new reference or NULL. */
OWNED PyObject *anext_awaitable_new(PyObject *awaitable, PyObject *default_value);

/* What `await` iterates over: a question for the floor of coroutines, which fills this in. */
extern PyObject *(*anext_await)(PyObject *awaitable);

extern PyTypeObject anext_awaitable_type;

#endif
