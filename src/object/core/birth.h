/* object/core/birth.h: objects that begin and end, as PyRefTracer_SetTracer()'s function sees them. */
#ifndef ADDER_OBJECT_CORE_BIRTH_H
#define ADDER_OBJECT_CORE_BIRTH_H

#include <Python.h>

#include "base/own.h"

/* What PyRefTracer_SetTracer() has set. */
extern struct object_tracer { PyRefTracer call; void *data; } object_tracer;

/* A block becomes an object: its type is set. */
static inline void object_born(PyObject *op)
{
    op->ob_refcnt = 1;
    if (UNLIKELY(object_tracer.call != NULL))
        object_tracer.call(op, PyRefTracer_CREATE, object_tracer.data);
}
/* An object is about to end without _Py_Dealloc(). */
static inline void object_dies(PyObject *op)
{
    if (UNLIKELY(object_tracer.call != NULL))
        object_tracer.call(op, PyRefTracer_DESTROY, object_tracer.data);
}

#endif
