/* object/core/descr_impl.h: what the kinds of descriptors share (descr.c). */
#ifndef ADDER_OBJECT_CORE_DESCR_IMPL_H
#define ADDER_OBJECT_CORE_DESCR_IMPL_H

#include <Python.h>

#include "base/own.h"

/* A descriptor of this kind for type.name. */
OWNED PyObject *descr_new(PyTypeObject *kind, PyTypeObject *type, const char *name);
void descr_dealloc(PyObject *self);
int descr_traverse(PyObject *self, visitproc visit, void *arg);
OWNED PyObject *descr_get_qualname(PyObject *self, void *closure);
extern PyMethodDef descr_methods[];
extern PyMemberDef descr_members[];

#endif
