/* warnings.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_WARNINGS_H
#define Py_WARNINGS_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(int) PyErr_WarnEx(PyObject *, const char *, Py_ssize_t);
PyAPI_FUNC(int) PyErr_WarnExplicit(PyObject *, const char *, const char *, int, const char *, PyObject *);
PyAPI_FUNC(int) PyErr_WarnFormat(PyObject *, Py_ssize_t, const char *, ...);
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03060000
PyAPI_FUNC(int) PyErr_ResourceWarning(PyObject *, Py_ssize_t, const char *, ...);
#endif

#ifndef Py_LIMITED_API
#include "cpython/warnings.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
