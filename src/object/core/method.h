/* object/core/method.h: bound methods and builtin functions, for fast paths of the VM.
 * Layouts are public: PyMethodObject (cpython/classobject.h), PyCFunctionObject (cpython/methodobject.h). */
#ifndef ADDER_OBJECT_CORE_METHOD_H
#define ADDER_OBJECT_CORE_METHOD_H

#include <Python.h>
#include <stdbool.h>

#include "base/own.h"
#include "rt/thread.h"

/* The vectorcall of every bound method: shifts self in front of the arguments, in place when it may. */
PyObject *method_vectorcall(PyObject *method, PyObject *const *args, size_t nargsf, PyObject *kwnames);
/* The vectorcall of a builtin with these flags; NULL with SystemError for a bad combination, NULL without for
 * METH_VARARGS, which goes through tp_call. */
vectorcallfunc cfunction_vectorcall_for(PyMethodDef *def);

/* The vectorcall of builtins with METH_O. */
PyObject *cfunction_call_o(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames);
/* tp_call of builtins: tuple and dict (or NULL). */
OWNED PyObject *cfunction_call(PyObject *func, PyObject *args, PyObject *kwds);
/* The same for one with METH_VARARGS and an array without keywords: checks depth and result itself. */
OWNED PyObject *cfunction_call_varargs(PyThreadState *ts, PyObject *func, PyObject *const *args, Py_ssize_t n);

/* Development mode: builtin functions and method descriptors for whose C function `applies` holds are called through `call`.
 * NULL in other modes. Set before these are made. */
struct method_guard { bool (*applies)(const PyMethodDef *def); vectorcallfunc call; };
extern const struct method_guard *method_guard;
static inline bool method_is_guarded(const PyMethodDef *def) { return __builtin_expect(method_guard != NULL, 0) && method_guard->applies(def); }

#endif
