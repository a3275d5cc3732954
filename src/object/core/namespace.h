/* object/core/namespace.h: types.SimpleNamespace. */
#ifndef ADDER_OBJECT_CORE_NAMESPACE_H
#define ADDER_OBJECT_CORE_NAMESPACE_H

#include <Python.h>

#include "base/own.h"

extern PyTypeObject _PyNamespace_Type;
/* A namespace with the items of a dict (or NULL) as attributes. */
OWNED PyAPI_FUNC(PyObject *) _PyNamespace_New(PyObject *kwds);

#endif
