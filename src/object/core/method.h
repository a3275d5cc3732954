/* object/core/method.h: bound methods and builtin functions, for fast paths of the VM.
 * Layouts are public: PyMethodObject (cpython/classobject.h), PyCFunctionObject (cpython/methodobject.h). */
#ifndef ADDER_OBJECT_CORE_METHOD_H
#define ADDER_OBJECT_CORE_METHOD_H

#include <Python.h>

#include "base/own.h"

/* The vectorcall of every bound method: shifts self in front of the arguments, in place when it may. */
PyObject *method_vectorcall(PyObject *method, PyObject *const *args, size_t nargsf, PyObject *kwnames);
/* The vectorcall of a builtin with these flags; NULL with SystemError for a bad combination, NULL without for
 * METH_VARARGS, which goes through tp_call. */
vectorcallfunc cfunction_vectorcall_for(PyMethodDef *def);

#endif
