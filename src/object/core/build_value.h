/* object/core/build_value.h: Py_BuildValue's engine; it lives on floor 3 because PyObject_CallFunction needs it. */
#ifndef ADDER_OBJECT_CORE_BUILD_VALUE_H
#define ADDER_OBJECT_CORE_BUILD_VALUE_H

#include <Python.h>

#include "base/own.h"

/* The values of a format as an array of new references: `small` if they fit `nsmall`, else heap memory that the caller
 * frees with PyMem_Free. *n is their number. NULL with an exception on failure. */
PyObject **build_stack(PyObject **small, Py_ssize_t nsmall, const char *format, va_list args, Py_ssize_t *n);

#endif
