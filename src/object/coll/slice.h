/* object/coll/slice.h: slice objects for the inside. */
#ifndef ADDER_OBJECT_COLL_SLICE_H
#define ADDER_OBJECT_COLL_SLICE_H

#include <Python.h>

#include "base/own.h"

/* slice(start, stop, None), taking over both references. New reference or NULL. */
OWNED PyObject *slice_from_pair_steal(STEALS PyObject *start, STEALS PyObject *stop);

/* Unpack and clip for a sequence of n items: *len is the number of selected items. 0 or -1. Unpacking calls __index__(),
 * so this is for sequences whose size no Python code can change. */
static inline int slice_resolve(PyObject *slice, Py_ssize_t n, Py_ssize_t *start, Py_ssize_t *stop,
                                Py_ssize_t *step, Py_ssize_t *len)
{
    if (PySlice_Unpack(slice, start, stop, step) < 0)
        return -1;
    *len = PySlice_AdjustIndices(n, start, stop, *step);
    return 0;
}

#endif
