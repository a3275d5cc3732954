/* vm/function.h: Python functions. func_version is 0 until asked for and after each change of code, defaults or keyword defaults. */
#ifndef ADDER_VM_FUNCTION_H
#define ADDER_VM_FUNCTION_H

#include <Python.h>

#include "base/own.h"

#define FUNC_VERSION_FIRST_VALID 2

void function_init(void);
/* Version of func for inline caches; 0 = none left or not cacheable. */
uint32_t function_version(PyFunctionObject *func);
/* Function with this version if alive, and its code; both BORROWED, either may be NULL. */
PyFunctionObject *function_lookup_version(PyThreadState *ts, uint32_t version, PyObject **code);
PyAPI_FUNC(PyObject *) _PyFunction_Vectorcall(PyObject *, PyObject *const *, size_t, PyObject *);
PyAPI_FUNC(void) _PyFunction_SetVersion(PyFunctionObject *, uint32_t);
/* A function object around code for exec() and module bodies: no defaults, given globals, builtins from them. */
OWNED PyFunctionObject *function_from_parts(PyFrameConstructor *parts);
OWNED PyObject *function_set_type_params(PyThreadState *ts, PyObject *func, PyObject *params);

#endif
