/* osmodule.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_OSMODULE_H
#define Py_OSMODULE_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03060000
PyAPI_FUNC(PyObject *) PyOS_FSPath(PyObject *);
#endif

#ifdef __cplusplus
}
#endif
#endif
