/* vm/typing.h: makers of type parameters, filled in by whoever owns TypeVar and its family. New references or NULL. */
#ifndef ADDER_VM_TYPING_H
#define ADDER_VM_TYPING_H

#include <Python.h>

struct vm_typing {
    PyObject *(*typevar)(PyObject *name, PyObject *evaluate_bound, PyObject *evaluate_constraints);
    PyObject *(*paramspec)(PyObject *name);
    PyObject *(*typevartuple)(PyObject *name);
    PyObject *(*generic)(PyThreadState *ts, PyObject *params);       /* Generic[params] */
    PyObject *(*typealias)(PyObject *args);                          /* (name, type_params, evaluate) */
    PyObject *(*set_default)(PyObject *param, PyObject *evaluate_default);
};
extern struct vm_typing vm_typing;

#endif
