/* pythonrun.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_PYTHONRUN_H
#define Py_PYTHONRUN_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PYOS_STACK_MARGIN 2048

PyAPI_FUNC(void) PyErr_Display(PyObject *, PyObject *, PyObject *);
PyAPI_FUNC(void) PyErr_Print(void);
PyAPI_FUNC(void) PyErr_PrintEx(int);
PyAPI_DATA(int) (*PyOS_InputHook)(void);
PyAPI_FUNC(PyObject *) Py_CompileString(const char *, const char *, int);
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x030c0000
PyAPI_FUNC(void) PyErr_DisplayException(PyObject *);
#endif

#ifndef Py_LIMITED_API
#include "cpython/pythonrun.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
