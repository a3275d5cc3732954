/* object/coll/context.h: contextvars beyond the public API. ts->context is the current context (owned) or NULL, and
 * ts->context_ver changes whenever another one becomes current: values cached in a ContextVar compare with it. */
#ifndef ADDER_OBJECT_COLL_CONTEXT_H
#define ADDER_OBJECT_COLL_CONTEXT_H

#include <Python.h>

#include "base/own.h"

/* Put Token.MISSING in place; after the static types are ready. 0 or -1. */
int context_init(void);
PyMODINIT_FUNC PyInit__contextvars(void);
PyAPI_FUNC(PyObject *) _PyContext_NewHamtForTests(void);

extern PyTypeObject context_token_missing_type;

#endif
