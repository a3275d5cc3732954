/* cpython/warnings.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_WARNINGS_H
#define Py_CPYTHON_WARNINGS_H


#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(int) PyErr_WarnExplicitFormat(PyObject *, const char *, int, const char *, PyObject *, const char *, ...);
PyAPI_FUNC(int) PyErr_WarnExplicitObject(PyObject *, PyObject *, PyObject *, int, PyObject *, PyObject *);

PyAPI_FUNC(int) _PyErr_WarnExplicitObjectWithContext(PyObject *, PyObject *, PyObject *, int);
#define PyErr_Warn(category, msg) PyErr_WarnEx((category), (msg), 1)

#ifdef __cplusplus
}
#endif
#endif
