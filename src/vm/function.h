/* vm/function.h: Python functions. func_version is 0 until asked for and after each change of code, defaults or keyword defaults. */
#ifndef ADDER_VM_FUNCTION_H
#define ADDER_VM_FUNCTION_H

#include <Python.h>

#include "base/own.h"

#define FUNC_VERSION_FIRST_VALID 2

/* Bits of our own in the four bytes that the public struct leaves unused at its end. */
#define FUNC_WATCHED 1u                                  /* changes and death break deps */
_Static_assert(sizeof(PyFunctionObject) == offsetof(PyFunctionObject, func_version) + 8, "four unused bytes");
static inline uint32_t *function_flags(PyFunctionObject *f) { return (uint32_t *)((char *)f + sizeof(*f)) - 1; }

/* co dies: no version leads to it any more. */
void function_forget_code(PyCodeObject *co);
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
