/* object/coll/memoryview.h: memoryview beyond the public API. */
#ifndef ADDER_OBJECT_COLL_MEMORYVIEW_H
#define ADDER_OBJECT_COLL_MEMORYVIEW_H

#include <Python.h>

#include "base/own.h"

extern PyTypeObject memory_iter_type;
extern PyTypeObject _PyManagedBuffer_Type;

/* A view on obj that asks for its buffer with these flags (memoryview._from_flags). New reference or NULL. */
OWNED PyObject *memoryview_from_flags(PyObject *obj, int flags);
/* A view made by a Python-level __buffer__: bufferproc fills the Py_buffer; extensions of it are forbidden until it
 * returns. New reference or NULL. */
OWNED PyObject *memoryview_from_bufferproc(PyObject *obj, int flags, getbufferproc bufferproc);

#endif
